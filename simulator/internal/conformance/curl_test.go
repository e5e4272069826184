package conformance

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// curlAs is a client that runs curl. signature is the value of --aws-sigv4.
type curlAs struct {
	s         *server
	path      string
	config    string
	signature string
}

// curl returns the path of curl. Without it the test is skipped; .ci/run installs it.
func (s *server) curl(signature string) curlAs {
	s.t.Helper()
	path, err := exec.LookPath("curl")
	if err != nil {
		s.t.Fatalf("these tests run curl 7.75 or later as an independent client; install it (Debian: apt-get install curl): %v", err)
	}
	// The credential is in a file, because other users can read a command line.
	config := filepath.Join(s.t.TempDir(), "curlrc")
	if err := os.WriteFile(config, []byte(`user = "`+rootID+`:`+rootSecret+`"`), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return curlAs{s: s, path: path, config: config, signature: signature}
}

// call runs curl for one action. With --disable curl does not read ~/.curlrc.
func (c curlAs) call(action, body string) answer {
	c.s.t.Helper()
	cmd := exec.CommandContext(c.s.t.Context(), c.path, "--disable", "--silent", "--show-error", "--noproxy", "*", "--config", c.config,
		"--aws-sigv4", c.signature, "--header", "Content-Type: application/json", "--data", body, c.s.api+"/"+action)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		c.s.t.Fatalf("curl %s: %v: %s", action, err, strings.TrimSpace(stderr.String()))
	}
	var got answer
	if err := json.Unmarshal(stdout.Bytes(), &got.body); err != nil {
		c.s.t.Fatalf("curl %s: %v", action, err)
	}
	if problems := got.body["Errors"]; problems != nil {
		c.s.t.Fatalf("curl %s: %v", action, problems)
	}
	return got
}

// curl signs in both families: AWS4 with the provider aws:amz, and OSC4 with osc. Region and service are arguments, or curl takes them
// from the host name.
func TestClient_curl(t *testing.T) {
	for _, signature := range []string{"aws:amz:eu-west-2:oapi", "aws:amz:eu-west-2:api", "osc:osc:eu-west-2:api", "osc"} {
		t.Run(signature, func(t *testing.T) {
			s := forClients(t)
			curl := s.curl(signature)
			s.live(keyLife{
				create: func() (string, string) {
					got := curl.call("CreateAccessKey", `{"UserName":"owner","Tag":"made by a client","ExpirationDate":"2063-04-05"}`)
					return got.at("AccessKey", "AccessKeyId"), got.at("AccessKey", "SecretKey")
				},
				read: func(id string) string {
					got := curl.call("ReadAccessKeys", `{"UserName":"owner","Filters":{"AccessKeyIds":["`+id+`"]}}`)
					if len(got.list("AccessKeys")) != 1 {
						t.Fatalf("read %v", got.body)
					}
					return got.list("AccessKeys")[0].(map[string]any)["State"].(string)
				},
				update: func(id string) {
					curl.call("UpdateAccessKey", `{"UserName":"owner","AccessKeyId":"`+id+`","State":"INACTIVE","Tag":"changed","ExpirationDate":"2063-04-05"}`)
				},
				remove: func(id string) {
					curl.call("DeleteAccessKey", `{"UserName":"owner","AccessKeyId":"`+id+`"}`)
				},
			})
			var requests []struct{ Action, Caller, Status any }
			s.ask("GET", "/requests", "", &requests)
			for _, request := range requests {
				if request.Caller != "root" {
					t.Errorf("%v was called by %v", request.Action, request.Caller)
				}
			}
		})
	}
}
