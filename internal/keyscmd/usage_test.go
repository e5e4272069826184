package keyscmd

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// busyUser creates a user that may read users, with two keys that were used from several places.
func busyUser(t testing.TB, r *rig, name string) (first, second api.AccessKey) {
	t.Helper()
	first = r.user(name, nil)
	second, err := r.client.CreateAccessKey(t.Context(), api.CreateAccessKeyInput{UserName: name})
	if err == nil {
		err = r.client.PutUserPolicy(t.Context(), name, api.InlinePolicy{
			Name: "p", Document: `{"Statement":[{"Effect":"Allow","Action":["api:Read*"],"Resource":["*"]}]}`,
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, use := range []struct {
		key           api.AccessKey
		address, tool string
		calls         int
	}{{first, "192.0.2.7", "terraform", 2}, {first, "192.0.2.9", "terraform", 1}, {second, "203.0.113.7", "curl", 1}} {
		c := r.from(use.address, use.key, use.tool)
		for range use.calls {
			if _, err := c.ReadUsers(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		r.advance(time.Hour)
	}
	if _, err := r.from("198.51.100.1", second, "curl").CreateUser(t.Context(), api.CreateUserInput{UserName: "evil"}); !api.IsForbidden(err) {
		t.Fatal(err)
	}
	return first, second
}

func TestUsage(t *testing.T) {
	r := newRig(t)
	first, second := busyUser(t, r, "ci")
	var got usageResult
	read := func(args ...string) {
		t.Helper()
		got = usageResult{}
		code, out, errOut := r.run(append([]string{"usage", "--output", "json"}, args...)...)
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitOK || errOut != "" {
			t.Fatalf("%v: exit code %d, %v: %s%s", args, code, err, out, errOut)
		}
	}
	read("ci")
	if got.UserName != "ci" || len(got.Keys) != 2 || !got.Complete || got.Calls != 5 || got.Refused != 1 || len(got.Actions) != 2 ||
		got.Actions[0].Action != "api:ReadUsers" || got.Actions[0].Calls != 4 || got.Actions[1].Refused != 1 {
		t.Errorf("user: %+v", got)
	}
	if len(got.Addresses) != 4 || got.Addresses[0].Address != "192.0.2.7" || got.Addresses[0].Network != "192.0.2.0/24" ||
		len(got.Clients) != 2 || got.Clients[0].Client != "terraform" || got.Clients[0].First >= got.Clients[0].Last {
		t.Errorf("user: %+v", got)
	}
	read(second.ID)
	if len(got.Keys) != 1 || got.Calls != 2 || len(got.Addresses) != 2 {
		t.Errorf("second key: %+v", got)
	}
	read(first.ID, "--since", "1h")
	if got.Calls != 0 {
		t.Errorf("first key in the last hour: %+v", got)
	}
	read("AAAAAAAAAAAAAAAAAAAA")
	if got.Calls != 0 {
		t.Errorf("no such key: %+v", got)
	}
	read(first.ID, "--since", "60d")
	if got.Complete || len(got.Missing) != 1 || !strings.Contains(got.Missing[0], "The API keeps its log for 32 days") {
		t.Errorf("a longer time than the log has: %+v", got)
	}
	code, out, _ := r.run("usage", "ci")
	for _, part := range []string{"user ci (2 access keys), from 20", "5 calls, 1 refused", "ACTION", "api:ReadUsers", "ADDRESS", "203.0.113.7", "CLIENT", "curl"} {
		if code != ExitOK || !strings.Contains(out, part) {
			t.Errorf("exit code %d, no %q in\n%s", code, part, out)
		}
	}
}

// The command reads the log of one key, and nothing that it does not need.
func TestUsage_calls(t *testing.T) {
	r := newRig(t)
	first, _ := busyUser(t, r, "ci")
	before := r.Simulator.Stats()
	r.run("usage", first.ID)
	r.run("usage", "ci")
	after := r.Simulator.Stats()
	for action, want := range map[string]int{"ReadApiLogs": 10, "ReadAccessKeys": 1} {
		if n := after[action] - before[action]; n != want {
			t.Errorf("%d calls of %s, want %d", n, action, want)
		}
	}
	for _, request := range r.Simulator.Requests() {
		if body := string(request.Body); request.Action == "ReadApiLogs" && !strings.Contains(body, `"QueryAccessKeys":["`) {
			t.Errorf("the log of all keys was read: %s", body)
		}
	}
}

func TestUsage_refused(t *testing.T) {
	r := newRig(t)
	ci := r.user("ci", nil)
	for name, c := range map[string]struct{ arg, want string }{
		"no user":             {"eve", "user eve was not found; the id of an access key has 20"},
		"an id that is short": {"ABCDEFGHIJ012345678", "was not found; the id of an access key"},
		"a secret":            {ci.SecretKey, "was not found; the id of an access key"},
		"a bad window":        {"ci --since=soon", "--since"},
		"control characters":  {"a\x1b[2Jb", `user "a\x1b[2Jb" was`},
		"nothing":             {"", `user "" was not found`},
	} {
		code, out, errOut := r.run(append([]string{"usage"}, strings.Split(c.arg, " ")...)...)
		if code != ExitError || out != "" || !strings.Contains(errOut, c.want) || strings.Contains(errOut, ci.SecretKey) || strings.Contains(errOut, "\x1b") {
			t.Errorf("%s: exit code %d, %q, %q", name, code, out, errOut)
		}
	}
	r.signer = api.Credential{AccessKeyID: ci.ID, SecretKey: ci.SecretKey}
	if code, _, errOut := r.run("usage", ci.ID); code != ExitError || !strings.Contains(errOut, "api:ReadApiLogs") {
		t.Errorf("without the right: exit code %d, %q", code, errOut)
	}
}

// If the log has more pages than --usage-pages, the oldest calls are missing, and the result says so.
func TestUsage_cutOff(t *testing.T) {
	r := newRig(t)
	first, _ := busyUser(t, r, "ci")
	for _, name := range []string{"pages", "error"} {
		args := []string{"usage", first.ID}
		if name == "pages" {
			args = append(args, "--usage-pages", "2")
		} else {
			r.Endpoint, r.refuse = r.front.URL+"/api/v1", nthCall("ReadApiLogs", 3)
		}
		code, out, errOut := r.run(args...)
		if code != ExitOK || !strings.Contains(out, "3 calls") || !strings.Contains(errOut, "The log was read back to 20") {
			t.Errorf("%s: exit code %d: %s%s", name, code, out, errOut)
		}
		if name == "error" {
			r.refuse = nthCall("ReadApiLogs", 3)
		}
		code, out, _ = r.run(append(args, "--output", "json")...)
		if code != ExitOK || !strings.Contains(out, `"complete": false`) || !strings.Contains(out, "read back to") {
			t.Errorf("%s: exit code %d: %s", name, code, out)
		}
	}
}

func TestConnect_warnings(t *testing.T) {
	r := newRig(t)
	r.env["OSC_TLS_SKIP_VERIFY"] = "true"
	if code, out, errOut := r.run("list"); code != ExitOK || !strings.Contains(errOut, "warning: ") || strings.Contains(out, "warning") {
		t.Errorf("exit code %d, %q: %s", code, errOut, out)
	}
}

// An error names the flag, not the argument of the provider with the same meaning.
func TestConnect_namesFlags(t *testing.T) {
	r := newRig(t)
	r.env = map[string]string{"OSC_ACCESS_KEY": "", "OSC_SECRET_KEY": "", "OSC_ENDPOINT_API": ""}
	empty := r.file("config.json", "{}")
	for line, want := range map[string]string{
		"list":                               "the command line (--profile, --config-file): not set",
		"list --profile nobody":              "because the command line names the profile or its file",
		"list --config-file /no/such/file":   "because the command line names the profile or its file",
		"list --config-file " + empty:        "because the command line names the profile or its file",
		"list --endpoint ftp://x --region x": "",
	} {
		code, out, errOut := r.run(strings.Fields(line)...)
		if code != ExitError || out != "" || !strings.Contains(errOut, want) || strings.Contains(errOut, "provider") || strings.Contains(errOut, "`") {
			t.Errorf("%s: exit code %d, %q", line, code, errOut)
		}
	}
	r.env = map[string]string{}
	if _, _, errOut := r.run("list", "--endpoint", "ftp://x"); !strings.Contains(errOut, "Endpoint not usable: --endpoint: ") {
		t.Errorf("%q", errOut)
	}
}

// Hostile text in the log is escaped on the terminal, and is not in a policy.
func TestUsage_hostileLog(t *testing.T) {
	r := newRig(t)
	ci := r.user("ci", nil)
	r.advance(time.Hour)
	err := r.Simulator.AddCalls([]simulator.LoggedCall{
		{Time: r.Simulator.Now().Add(-time.Minute), AccessKeyID: ci.ID, Action: "ReadUsers", Address: "192.0.2.1\x1b[2J", UserAgent: "\x1b]0;x\a\nADDRESS  CALLS"},
		{Time: r.Simulator.Now().Add(-time.Minute), AccessKeyID: ci.ID, Action: "x\", \"*", Address: "192.0.2.1", UserAgent: "curl"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"usage", "ci"}, {"usage", "ci", "--output", "json"}, {"policy", "ci"}, {"policy", "ci", "--hcl"}, {"policy", "ci", "--compare"}, {"audit"}} {
		code, out, errOut := r.run(args...)
		if code == ExitError || strings.ContainsAny(out+errOut, "\x1b\a") || strings.Contains(out, "\nADDRESS  CALLS\"") {
			t.Errorf("%v: exit code %d: %q %q", args, code, out, errOut)
		}
		if args[0] == "policy" && strings.Contains(out, "api:x") {
			t.Errorf("%v: an action that none is: %s", args, out)
		}
	}
}
