package keyscmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// user creates a user with a key.
func (r *rig) user(name string, expires *time.Time) api.AccessKey {
	r.t.Helper()
	if _, err := r.client.CreateUser(r.t.Context(), api.CreateUserInput{UserName: name}); err != nil {
		r.t.Fatal(err)
	}
	k, err := r.client.CreateAccessKey(r.t.Context(), api.CreateAccessKeyInput{UserName: name, ExpirationDate: expires})
	if err != nil {
		r.t.Fatal(err)
	}
	return k
}

// key returns a key of the simulator.
func (r *rig) key(id string) (admin.AccessKey, bool) {
	for _, k := range r.Simulator.State().AccessKeys {
		if k.AccessKeyID == id {
			return k, true
		}
	}
	return admin.AccessKey{}, false
}

const (
	hour = time.Hour
	day  = 24 * hour
)

func inAnHour() *time.Time {
	t := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	return &t
}

func TestList(t *testing.T) {
	r := newRig(t)
	bobs := r.user("bob", inAnHour())
	code, out, _ := r.run("list", "--output", "json")
	var got keyList
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitOK {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	if !got.Complete || len(got.AccessKeys) != 2 || !got.AccessKeys[0].Root || got.AccessKeys[1].AccessKeyID != bobs.ID ||
		got.AccessKeys[1].UserName != "bob" || got.AccessKeys[1].Expires == "" {
		t.Errorf("got %+v", got)
	}
	code, out, _ = r.run("list")
	if code != ExitOK || !strings.Contains(out, "ACCESS KEY") || !strings.Contains(out, bobs.ID) || !strings.Contains(out, "(root)") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// A list makes one call per user and per page, and three more. BenchmarkScaleList checks the same for a large account.
func TestList_calls(t *testing.T) {
	r := newRig(t)
	for i := range 12 {
		r.user(fmt.Sprintf("user%d", i), nil)
	}
	before := r.Simulator.Stats()
	r.run("list")
	made := map[string]int{}
	for action, n := range r.Simulator.Stats() {
		if n > before[action] {
			made[action] = n - before[action]
		}
	}
	if want := map[string]int{"ReadAccessKeys": 13, "ReadUsers": 1, "ReadApiAccessPolicy": 1, "ReadApiLogs": 5}; !maps.Equal(made, want) {
		t.Errorf("calls %v, want %v", made, want)
	}
}

func TestAudit(t *testing.T) {
	r := newRig(t)
	bobs := r.user("bob", nil)
	for format, want := range map[string]string{
		"table": "no-expiry", "json": `"rule": "no-expiry"`, "csv": "medium," + bobs.ID + ",bob,false,no-expiry,", "sarif": `"ruleId": "no-expiry"`,
	} {
		code, out, errOut := r.run("audit", "--usage-days", "0", "--output", format)
		if code != ExitFindings || !strings.Contains(out, want) || !strings.Contains(out, "root-key") {
			t.Errorf("%s: exit code %d: %s%s", format, code, out, errOut)
		}
	}
	rules := r.file("rules.json", `{"rules": {"root-key": {"off": true}, "no-expiry": {"off": true}}}`)
	if code, out, _ := r.run("audit", "--rules", rules); code != ExitOK || !strings.Contains(out, "0 findings for 0 of 2 keys") {
		t.Errorf("with the rules off: exit code %d: %s", code, out)
	}
}

func (r *rig) file(name, content string) string {
	r.t.Helper()
	path := filepath.Join(r.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return path
}

func TestChange(t *testing.T) {
	r := newRig(t)
	expires := inAnHour()
	bobs := r.user("bob", expires)
	steps := []struct {
		args  []string
		code  int
		state string // "" = gone
	}{
		{[]string{"deactivate", bobs.ID, "--dry-run"}, ExitOK, "ACTIVE"},
		{[]string{"deactivate", bobs.ID}, ExitError, "ACTIVE"}, // nobody can be asked
		{[]string{"deactivate", bobs.ID, "--yes"}, ExitOK, "INACTIVE"},
		{[]string{"activate", "--all-of", "bob", "--yes"}, ExitOK, "ACTIVE"},
		{[]string{"revoke", "-", "--yes"}, ExitOK, ""},
		{[]string{"revoke", bobs.ID, "--yes"}, ExitError, ""},
	}
	r.in = bobs.ID + "\n"
	for _, step := range steps {
		code, out, errOut := r.run(step.args...)
		k, exists := r.key(bobs.ID)
		if code != step.code || exists != (step.state != "") || (exists && k.State != step.state) {
			t.Errorf("%v: exit code %d, key %+v %v\n%s%s", step.args, code, k, exists, out, errOut)
		}
		if exists && (k.ExpirationDate == nil || !k.ExpirationDate.Equal(*expires)) {
			t.Errorf("%v: the expiry is %v, want %v", step.args, k.ExpirationDate, expires)
		}
	}
}

func TestChange_asked(t *testing.T) {
	r := newRig(t)
	bobs := r.user("bob", nil)
	r.asked = true
	for answer, exists := range map[string]bool{"n\n": true, "": true} {
		r.in = answer
		if code, _, _ := r.run("revoke", bobs.ID); code != ExitError {
			t.Errorf("answer %q: exit code %d", answer, code)
		}
		if _, found := r.key(bobs.ID); found != exists {
			t.Errorf("answer %q: the key exists: %v", answer, found)
		}
	}
	r.in = "y\n"
	code, out, errOut := r.run("revoke", bobs.ID, "--output", "json")
	if code != ExitOK || !strings.HasPrefix(errOut, "revoke "+bobs.ID+" of user bob (") || !strings.HasSuffix(errOut, "\nRevoke 1 key? [y/N] ") || !json.Valid([]byte(out)) {
		t.Errorf("answer y: exit code %d: %s%s", code, out, errOut)
	}
}

func TestChange_refused(t *testing.T) {
	r := newRig(t)
	bobs := r.user("bob", nil)
	for name, args := range map[string][]string{
		"the key that signs, after another": {"revoke", bobs.ID, r.RootAccessKey, "--yes"},
		"one of two does not exist":         {"revoke", bobs.ID, "AAAAAAAAAAAAAAAAAAAA", "--yes"},
		"no key":                            {"revoke", "--yes"},
		"not an id":                         {"revoke", "bob", "--yes"},
		"a secret":                          {"revoke", r.RootSecretKey, "--yes"},
		"two sources":                       {"revoke", bobs.ID, "--all-of", "bob", "--yes"},
		"no such user":                      {"revoke", "--all-of", "eve", "--yes"},
	} {
		before := len(r.Simulator.State().AccessKeys)
		code, _, errOut := r.run(args...)
		if code != ExitError || errOut == "" || len(r.Simulator.State().AccessKeys) != before {
			t.Errorf("%s: exit code %d, %q", name, code, errOut)
		}
	}
}

func TestExec(t *testing.T) {
	r := newRig(t)
	r.user("bob", nil)
	for name, c := range map[string]struct {
		code int
		err  error
		want int
	}{
		"ends well": {0, nil, ExitOK}, "ends with an exit code": {7, nil, 7}, "cannot be run": {0, os.ErrNotExist, ExitError},
	} {
		var keyID, secret string
		r.start = func(_ context.Context, argv, env []string) (int, error) {
			for _, v := range env {
				if id, found := strings.CutPrefix(v, "OSC_ACCESS_KEY="); found {
					keyID = id
				}
				if s, found := strings.CutPrefix(v, "OSC_SECRET_KEY="); found {
					secret = s
				}
			}
			k, exists := r.key(keyID)
			if !exists || k.UserName != "bob" || k.ExpirationDate == nil || !slices.Equal(argv, []string{"terraform", "plan", "--help"}) {
				t.Errorf("%s: key %+v %v, command %v", name, k, exists, argv)
			}
			return c.code, c.err
		}
		code, out, errOut := r.run("exec", "--user", "bob", "--for", "1d", "terraform", "plan", "--help")
		if _, exists := r.key(keyID); code != c.want || exists || secret == "" || strings.Contains(out+errOut, secret) {
			t.Errorf("%s: exit code %d, the key exists: %v, output %s%s", name, code, exists, out, errOut)
		}
	}
}

// A program that does not exist is an error before a key is created.
func TestExec_noProgram(t *testing.T) {
	r := newRig(t)
	r.user("bob", nil)
	r.find = func(program string) error { return &exec.Error{Name: program, Err: exec.ErrNotFound} }
	before := len(r.Simulator.Requests())
	code, _, errOut := r.run("exec", "--user", "bob", "--", "terafrom", "plan")
	if code != ExitError || !strings.Contains(errOut, "no access key was created, because the program was not found: ") || !strings.Contains(errOut, "terafrom") ||
		len(r.Simulator.Requests()) != before {
		t.Errorf("exit code %d, %d calls: %s", code, len(r.Simulator.Requests())-before, errOut)
	}
}

// If the key cannot be revoked, the error has the command that deletes it. To run exec again would run the program again.
func TestExec_revokeFails(t *testing.T) {
	r := newRig(t)
	r.user("bob", nil)
	r.start = func(context.Context, []string, []string) (int, error) { return 0, nil }
	r.Endpoint, r.status = r.front.URL+"/api/v1", http.StatusNotImplemented // a failure that the client does not repeat
	r.refuse = func(action string) bool { return action == "DeleteAccessKey" }
	code, _, errOut := r.run("exec", "--user", "bob", "--", "true")
	left := ""
	for _, k := range r.Simulator.State().AccessKeys {
		if k.ExpirationDate != nil {
			left = k.AccessKeyID
		}
	}
	if code != ExitError || !strings.HasSuffix(errOut, "\n  To delete it: outscale-keys revoke "+left+"\n") {
		t.Errorf("exit code %d: %s", code, errOut)
	}
}

// Errors about keys that are left have the command that deletes them.
func TestMessage_nextStep(t *testing.T) {
	lost := &domain.LostAnswerError{Action: "CreateAccessKey", Marker: "m", Unknown: true, Err: io.EOF}
	left := &domain.LostAnswerError{Action: "CreateAccessKey", Left: []string{"K1", "K2"}, Err: io.EOF}
	for want, err := range map[string]error{
		"\n  Nobody has the secrets of these keys. To delete them: outscale-keys revoke K1 K2": fmt.Errorf("exec: %w", left),
		"\n  If the key exists, outscale-keys list shows it as unfinished.":                    lost,
	} {
		if got := message(err); !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
	settled := &domain.LostAnswerError{Action: "CreateAccessKey", Tried: domain.Tried{Lost: 1, Removed: []string{"K"}}, Err: io.EOF}
	if got := message(settled); strings.Contains(got, "outscale-keys") {
		t.Errorf("a creation that left nothing: %q", got)
	}
}

func TestOrphans(t *testing.T) {
	r := newRig(t)
	bobs, eves := r.user("bob", nil), r.user("eve", nil)
	state := r.file("s.tfstate", `{"version": 4, "resources": [
		{"mode": "managed", "type": "outscale_access_key", "name": "bob", "instances": [{"attributes": {"access_key_id": "`+bobs.ID+`"}}]},
		{"mode": "managed", "type": "aws_iam_access_key", "name": "old", "instances": [{"attributes": {"id": "BBBBBBBBBBBBBBBBBBBB"}}]},
		{"mode": "data", "type": "outscale_access_key", "name": "eve", "instances": [{"attributes": {"access_key_id": "`+eves.ID+`"}}]}]}`)
	r.Endpoint = r.front.URL + "/api/v1"
	r.refuse = func(action string) bool { return action == "ReadApiAccessPolicy" } // only the rules need the maximum lifetime
	r.status = http.StatusForbidden
	code, out, _ := r.run("orphans", "--state", state, "--output", "json")
	var got orphanResult
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitFindings {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	if len(got.Missing) > 0 || len(got.Orphans) != 2 || got.Orphans[1].AccessKeyID != eves.ID || !slices.Equal(got.Gone, []string{"BBBBBBBBBBBBBBBBBBBB"}) {
		t.Errorf("got %+v", got)
	}
}

const clear = "SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS"

func TestScanState(t *testing.T) {
	r := newRig(t)
	bobs := r.user("bob", nil)
	attributes := `{"access_key_id": "` + bobs.ID + `", "secret_key": "` + clear + `"}`
	files := []string{
		r.file("v4", `{"version": 4, "resources": [{"mode": "managed", "module": "module.m", "type": "outscale_access_key", "name": "k", "instances": [{"attributes": `+attributes+`}]}]}`),
		r.file("show", `{"format_version": "1.0", "values": {"root_module": {"child_modules": [{"resources": [{"address": "module.m.outscale_access_key.k", "type": "outscale_access_key", "values": `+attributes+`}]}]}}}`),
		r.file("sealed", `{"version": 4, "resources": [{"mode": "managed", "type": "outscale_access_key", "name": "k", "instances": [{"attributes": {"access_key_id": "`+bobs.ID+`", "secret_key": null}}]}]}`),
	}
	code, out, errOut := r.run(append([]string{"scan-state"}, files...)...)
	if code != ExitFindings || strings.Count(out, "module.m.outscale_access_key.k") != 2 || !strings.Contains(out, "ACTIVE") || !strings.Contains(out, "seal_to") {
		t.Errorf("exit code %d: %s%s", code, out, errOut)
	}
	if strings.Contains(out+errOut, clear) {
		t.Error("the secret is shown")
	}
	if code, out, _ := r.run("scan-state", "--offline", files[2]); code != ExitOK || !strings.Contains(out, "No secret") {
		t.Errorf("sealed: exit code %d: %s", code, out)
	}
}

// Each instance has an address that -replace accepts. A secret in another place of the file is found too, even if the state comes
// from standard input.
func TestScanState_addresses(t *testing.T) {
	r := newRig(t)
	const other = "OTHEROTHEROTHEROTHEROTHEROTHEROTHEROTHER"
	r.in = `{"version": 4, "outputs": {"secret": {"value": "` + clear + `"}, "no secret": {"value": "` + clear + `S"}}, "resources": [
		{"mode": "managed", "module": "module.m[0]", "type": "outscale_access_key", "name": "k", "instances": [
			{"index_key": "a b", "attributes": {"access_key_id": "AAAAAAAAAAAAAAAAAAAA", "secret_key": "` + clear + `"}},
			{"index_key": 7, "attributes": {"access_key_id": "BBBBBBBBBBBBBBBBBBBB", "secret_key": "` + other + `"}}]},
		{"mode": "managed", "type": "local_file", "name": "f", "instances": [{"attributes": {"content": "export OSC_SECRET_KEY=` + clear + `\n"}}]}]}`
	code, out, errOut := r.run("scan-state", "-", "--offline", "--output", "json")
	var got []secretFound
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitFindings || strings.Contains(out+errOut, clear) || strings.Contains(out+errOut, other) {
		t.Fatalf("exit code %d, %v: %s%s", code, err, out, errOut)
	}
	var addresses []string
	for _, f := range got {
		addresses = append(addresses, f.Address+" "+f.AccessKeyID)
	}
	if want := []string{
		`module.m[0].outscale_access_key.k["a b"] AAAAAAAAAAAAAAAAAAAA`, "module.m[0].outscale_access_key.k[7] BBBBBBBBBBBBBBBBBBBB", "(elsewhere) AAAAAAAAAAAAAAAAAAAA",
	}; !slices.Equal(addresses, want) {
		t.Errorf("got %q, want %q", addresses, want)
	}
	r.in = ""
	if code, _, errOut := r.run("scan-state", "-", "--offline"); code != ExitError || !strings.Contains(errOut, "(standard input) is empty") {
		t.Errorf("nothing: exit code %d, %s", code, errOut)
	}
}

func TestReadState_refused(t *testing.T) {
	r := &rig{t: t}
	for content, want := range map[string]string{
		"":                                     "is empty",
		`{"version": 4, "resources": [`:        "incomplete",
		"no state":                             "is not a state file, a saved plan",
		`{"version": 3}`:                       "version 3",
		`{"a": 1}`:                             "neither `version` nor",
		`{"serial": 1, "encrypted_data": "x"}`: "is encrypted",
		"PK\x03\x04":                           "cannot be unpacked",
	} {
		if _, err := readState(r.file("state", content), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", content, err, want)
		}
	}
}

func TestRun_badFlags(t *testing.T) {
	r := newRig(t)
	for _, args := range [][]string{{"list", "--output", "xml"}, {"lists"}, {"orphans"}, {"audit", "--max-age", "soon"}, {"exec", "--", "x"}} {
		if code, _, errOut := r.run(args...); code != ExitError || !strings.HasPrefix(errOut, "outscale-keys: ") {
			t.Errorf("%v: exit code %d, %q", args, code, errOut)
		}
	}
}

// An error of the API has a remedy with the names of this command's settings.
func TestRun_remedies(t *testing.T) {
	r := newRig(t)
	bob := r.user("bob", nil)
	r.put("bob", "p", allow(`"api:ReadAccessKeys"`))
	for name, c := range map[string]struct {
		signer api.Credential
		want   string
	}{
		"unknown key":   {api.Credential{AccessKeyID: "AAAAAAAAAAAAAAAAAAAA", SecretKey: clear}, "\n  The credential is access key AAAAAAAAAAAAAAAAAAAA from the environment. The API does not know the credential."},
		"wrong secret":  {api.Credential{AccessKeyID: bob.ID, SecretKey: clear}, "\n  The credential is access key " + bob.ID + " from the environment. The credential was refused. Check the secret,"},
		"wrong region":  {api.Credential{AccessKeyID: "AAAAAAAAAAAAAAAAAAAA", SecretKey: clear}, "that --region is its region"},
		"missing right": {api.Credential{AccessKeyID: bob.ID, SecretKey: bob.SecretKey}, "Grant it the action api:ReadUsers in a policy"},
	} {
		r.signer = c.signer
		if code, out, errOut := r.run("deactivate", "BBBBBBBBBBBBBBBBBBBB", "--yes"); code != ExitError || out != "" || !strings.Contains(errOut, c.want) {
			t.Errorf("%s: exit code %d, %q, %s", name, code, out, errOut)
		}
	}
	if got := message(&api.TransportError{Sent: true, Err: io.ErrUnexpectedEOF}); !strings.HasSuffix(got, "\n  The connection was closed. Run the command again.") {
		t.Errorf("a lost answer: %s", got)
	}
}
