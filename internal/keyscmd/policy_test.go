package keyscmd

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// probes call actions of the API. They change nothing that a test checks.
var probes = map[string]func(context.Context, *api.Client) error{
	"ReadUsers":           func(ctx context.Context, c *api.Client) error { _, err := c.ReadUsers(ctx, nil); return err },
	"ReadAccounts":        func(ctx context.Context, c *api.Client) error { _, err := c.ReadAccounts(ctx); return err },
	"ReadApiAccessPolicy": func(ctx context.Context, c *api.Client) error { _, err := c.ReadAPIAccessPolicy(ctx); return err },
	"ReadUserGroups":      func(ctx context.Context, c *api.Client) error { _, err := c.ReadUserGroups(ctx, nil); return err },
	"ReadPolicies": func(ctx context.Context, c *api.Client) error {
		_, err := c.ReadPolicies(ctx, api.ReadPoliciesInput{Scope: api.ScopeLocal})
		return err
	},
	"ReadUserPolicies":   func(ctx context.Context, c *api.Client) error { _, err := c.ReadUserPolicies(ctx, "ci"); return err },
	"ReadLinkedPolicies": func(ctx context.Context, c *api.Client) error { _, err := c.ReadLinkedPolicies(ctx, "ci"); return err },
	"ReadAccessKeys": func(ctx context.Context, c *api.Client) error {
		_, err := c.ReadAccessKeys(ctx, api.ReadAccessKeysInput{UserName: "ci"})
		return err
	},
	"CreateUser": func(ctx context.Context, c *api.Client) error {
		_, err := c.CreateUser(ctx, api.CreateUserInput{UserName: "made"})
		return err
	},
	"DeleteUser": func(ctx context.Context, c *api.Client) error { return c.DeleteUser(ctx, "made") },
	"PutUserPolicy": func(ctx context.Context, c *api.Client) error {
		return c.PutUserPolicy(ctx, "nobody", api.InlinePolicy{Name: "p", Document: allow(`"api:ReadUsers"`)})
	},
	"UnlinkPolicy": func(ctx context.Context, c *api.Client) error {
		return c.UnlinkPolicy(ctx, "orn:ows:idauth::000000000000:policy/p", "ci")
	},
}

// An API that enforces the document allows the used actions and no others.
func TestPolicy_allowsExactlyTheUse(t *testing.T) {
	r := newRig(t)
	ci := r.user("ci", nil)
	r.put("ci", "p", allow(`"api:*"`))
	used := []string{"CreateUser", "DeleteUser", "ReadAccessKeys", "ReadUsers", "UnlinkPolicy"}
	for _, action := range used {
		// The answer to UnlinkPolicy is that there is no such policy: the right was needed all the same.
		if err := probes[action](t.Context(), r.from("192.0.2.1", ci, "terraform")); api.IsForbidden(err) {
			t.Fatal(err)
		}
	}
	r.put("ci", "p", allow(`"api:ReadUsers"`))
	if err := probes["ReadAccounts"](t.Context(), r.from("192.0.2.1", ci, "terraform")); !api.IsForbidden(err) {
		t.Fatal(err)
	}
	code, out, errOut := r.run("policy", "ci")
	if code != ExitOK || !strings.Contains(errOut, "The API keeps its log for 32 days") || !strings.Contains(errOut, "Always refused, so the document does not allow: api:ReadAccounts.") {
		t.Fatalf("exit code %d: %s%s", code, out, errOut)
	}
	least := r.user("least", nil)
	r.put("least", "p", out)
	for action, probe := range probes {
		if allowed := !api.IsForbidden(probe(t.Context(), r.from("192.0.2.1", least, "probe"))); allowed != slices.Contains(used, action) {
			t.Errorf("%s is allowed: %v", action, allowed)
		}
	}
	for _, action := range policydoc.Actions() {
		doc, err := policydoc.Parse(out)
		if allowed := policydoc.Allows([]policydoc.Document{doc}, action); err != nil || allowed != slices.Contains(used, strings.TrimPrefix(action, "api:")) {
			t.Errorf("%s is allowed: %v, %v", action, allowed, err)
		}
	}
}

func TestPolicy_hcl(t *testing.T) {
	r := newRig(t)
	busyUser(t, r, "1.ci")
	code, out, errOut := r.run("policy", "1.ci", "--hcl", "--wildcard", "api:Read*", "--wildcard", "api:Create*")
	file, diags := hclparse.NewParser().ParseHCL([]byte(out), "policy.tf")
	if code != ExitOK || diags.HasErrors() {
		t.Fatalf("exit code %d, %v: %s%s", code, diags, out, errOut)
	}
	data := file.Body.(*hclsyntax.Body).Blocks[0]
	actions, diags := data.Body.Blocks[0].Body.Attributes["actions"].Expr.Value(nil)
	if diags.HasErrors() || !slices.Equal(data.Labels, []string{"outscale_policy_document", "_1_ci"}) || actions.LengthInt() != 1 ||
		actions.AsValueSlice()[0].AsString() != "api:Read*" {
		t.Errorf("%v: %s", diags, out)
	}
}

func TestPolicy_compare(t *testing.T) {
	r := newRig(t)
	busyUser(t, r, "ci")
	r.put("ci", "other", `{"Statement":[{"Effect":"Allow","Action":["oks:*"],"Resource":["*"]},{"Effect":"Deny","Action":["api:ReadVms"],"Resource":["*"]}]}`)
	code, out, errOut := r.run("policy", "ci", "--compare", "--output", "json")
	var got comparison
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitFindings {
		t.Fatalf("exit code %d, %v: %s%s", code, err, out, errOut)
	}
	if !slices.Contains(got.Unused, "api:ReadAccessKeys") || slices.Contains(got.Unused, "api:ReadUsers") || slices.Contains(got.Unused, "api:ReadVms") ||
		!slices.Equal(got.Others, []string{"oks:*"}) || len(got.Patterns) != 2 || got.Patterns[0].Used+got.Patterns[1].Used != 1 {
		t.Errorf("%+v", got)
	}
	code, out, _ = r.run("policy", "ci", "--compare")
	if code != ExitFindings || !strings.Contains(out, "ALLOWED") || !strings.Contains(out, "Allowed and not used (") || !strings.Contains(out, "oks:*") {
		t.Errorf("exit code %d: %s", code, out)
	}
	r.put("ci", "p", string(got.Document))
	if err := r.client.DeleteUserPolicy(t.Context(), "ci", "other"); err != nil {
		t.Fatal(err)
	}
	if code, out, _ = r.run("policy", "ci", "--compare"); code != ExitOK || !strings.Contains(out, "The rights allow only what is used.") {
		t.Errorf("with the smallest policy: exit code %d: %s", code, out)
	}
}

// The file has calls that the log no longer has, including those of a deleted key.
func TestPolicy_collect(t *testing.T) {
	r := newRig(t, func(o *simulator.Options) { o.Grants = []simulator.Grant{{User: "ci", Actions: []string{"*"}}} })
	file := filepath.Join(t.TempDir(), "calls.json")
	use := func(action string) api.AccessKey {
		k, err := r.client.CreateAccessKey(t.Context(), api.CreateAccessKeyInput{UserName: "ci"})
		if err != nil || probes[action](t.Context(), r.from("192.0.2.1", k, "terraform")) != nil {
			t.Fatal(err)
		}
		return k
	}
	if _, err := r.client.CreateUser(t.Context(), api.CreateUserInput{UserName: "ci"}); err != nil {
		t.Fatal(err)
	}
	first := use("ReadAccounts")
	for range 2 { // the second time adds nothing
		if code, out, errOut := r.run("policy", "ci", "--collect", file); code != ExitOK || !strings.Contains(out, "api:ReadAccounts") {
			t.Fatalf("exit code %d: %s%s", code, out, errOut)
		}
	}
	data, err := os.ReadFile(file)
	info, statErr := os.Stat(file)
	if err != nil || statErr != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" || strings.Count(string(data), `"calls": 1`) != 1 || strings.Contains(string(data), first.SecretKey) {
		t.Fatalf("%v, %v: %v %s", err, statErr, info.Mode(), data)
	}
	if code, _, errOut := r.run("revoke", first.ID, "--yes"); code != ExitOK {
		t.Fatal(errOut)
	}
	if err := r.Simulator.Advance(40 * 24 * hour); err != nil {
		t.Fatal(err)
	}
	use("ReadUsers")
	for since, want := range map[string]bool{"60d": true, "30d": false} {
		code, out, errOut := r.run("policy", "ci", "--collect", file, "--since", since)
		if code != ExitOK || !strings.Contains(out, "api:ReadUsers") || strings.Contains(out, "api:ReadAccounts") != want ||
			strings.Contains(errOut, "The calls from") != want {
			t.Errorf("since %s: exit code %d: %s%s", since, code, out, errOut)
		}
	}
	if _, _, errOut := r.run("policy", "ci", "--since", "60d"); !strings.Contains(errOut, "Use --collect FILE to keep") {
		t.Errorf("%q", errOut)
	}
	if left, _ := filepath.Glob(file + ".*"); !slices.Equal(left, []string{file + ".lock"}) {
		t.Errorf("left over: %v", left)
	}
}

func TestPolicy_refused(t *testing.T) {
	r := newRig(t)
	idle := r.user("idle", nil)
	noFile := r.file("calls.json", `{"version": 4, "serial": 1}`)
	otherAccount := r.file("other.json", `{"version": 1, "account_id": "000000000000", "users": {}}`)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"HCL and JSON":       {[]string{"idle", "--hcl", "--output", "json"}, "--hcl cannot be combined"},
		"HCL and compared":   {[]string{"idle", "--hcl", "--compare"}, "--hcl cannot be combined"},
		"nothing used":       {[]string{"idle"}, "there is no policy to write"},
		"no user":            {[]string{"eve"}, "user eve was not found"},
		"a secret":           {[]string{idle.SecretKey}, idle.SecretKey[:4] + "... was not found"},
		"a key":              {[]string{idle.ID}, "was not found"},
		"no pattern":         {[]string{"idle", "--wildcard", "api:ReadUsers"}, "--wildcard api:ReadUsers"},
		"no service":         {[]string{"idle", "--wildcard", "Read*"}, "--wildcard"},
		"another file":       {[]string{"idle", "--collect", noFile}, "not a file of collected calls"},
		"another account":    {[]string{"idle", "--collect", otherAccount}, "calls of account 000000000000"},
		"no folder":          {[]string{"idle", "--collect", filepath.Join(noFile, "x")}, "--collect"},
		"a folder":           {[]string{"idle", "--collect", t.TempDir()}, "--collect"},
		"a window that is 0": {[]string{"idle", "--since", "0d"}, "--since"},
	} {
		code, out, errOut := r.run(append([]string{"policy"}, c.args...)...)
		if code != ExitError || out != "" || !strings.Contains(errOut, c.want) || strings.Contains(errOut, idle.SecretKey) {
			t.Errorf("%s: exit code %d, %q, %q", name, code, out, errOut)
		}
	}
	for file, want := range map[string]string{noFile: `{"version": 4, "serial": 1}`, otherAccount: `{"version": 1, "account_id": "000000000000", "users": {}}`} {
		if data, err := os.ReadFile(file); err != nil || string(data) != want {
			t.Errorf("%s was changed: %v %s", file, err, data)
		}
	}
}

// Commands that add to the same file at the same time lose no calls, even if they name the file differently.
func TestPolicy_collectAtTheSameTime(t *testing.T) {
	r := newRig(t)
	file := filepath.Join(t.TempDir(), "calls.json")
	names := []string{"a", "b", "c", "d", "e", "f"}
	for _, name := range names {
		busyUser(t, r, name)
	}
	if code, _, errOut := r.run("policy", names[0], "--collect", file); code != ExitOK {
		t.Fatal(errOut)
	}
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(file, link); err != nil {
		link = file // a system without links
	}
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() {
			if code, _, errOut := r.run("policy", name, "--collect", []string{file, link}[i%2]); code != ExitOK {
				t.Errorf("%s: exit code %d, %s", name, code, errOut)
			}
		})
	}
	group.Wait()
	history, err := readCalls(file)
	if got := slices.Sorted(maps.Keys(history.Users)); err != nil || !slices.Equal(got, names) {
		t.Errorf("%v has %v", err, got)
	}
	if info, err := os.Lstat(link); link != file && (err != nil || info.Mode().IsRegular()) {
		t.Errorf("the link was replaced: %v", err)
	}
}

// While one command changes the file, another one waits before it reads the file.
func TestUpdateCalls_locked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "calls.json")
	add := func(ctx context.Context, name string, meanwhile func()) error {
		_, err := updateCalls(ctx, file, func(h *account.History) error {
			meanwhile()
			h.Add(name, nil, account.Usage{})
			return nil
		})
		return err
	}
	err := add(t.Context(), "first", func() {
		ctx, cancel := context.WithTimeout(t.Context(), 2*lockPause)
		defer cancel()
		if err := add(ctx, "second", func() { t.Error("the file is changed twice at the same time") }); err == nil ||
			!strings.Contains(err.Error(), "another command is changing the file") {
			t.Errorf("%v", err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := add(t.Context(), "second", func() {}); err != nil {
		t.Errorf("after the first: %v", err)
	}
	if history, err := readCalls(file); err != nil || len(history.Users) != 2 {
		t.Errorf("%v: %+v", err, history)
	}
}
