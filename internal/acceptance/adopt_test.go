package acceptance_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/keyscmd"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// outscaleKeys runs the command outscale-keys on the account.
func outscaleKeys(t *testing.T, c *acctest.CLI, args ...string) (code int, out string) {
	t.Helper()
	var stdout, stderr strings.Builder
	host := c.Host()
	code = keyscmd.Run(t.Context(), "test", args, keyscmd.Host{
		Env: host.Env, Home: host.Home, Now: host.Now, In: strings.NewReader(""), Out: &stdout, Err: &stderr,
	})
	if code == keyscmd.ExitError {
		t.Fatalf("outscale-keys %v: %s", args, stderr.String())
	}
	return code, stdout.String()
}

// adoptedKeys returns the keys of users in the form of the variable that jq makes in the guide.
func adoptedKeys(t *testing.T, list string) []byte {
	t.Helper()
	var listed struct {
		AccessKeys []struct {
			AccessKeyID string `json:"access_key_id"`
			UserName    string `json:"user_name"`
			UserID      string `json:"user_id"`
			Root        bool   `json:"root"`
		} `json:"access_keys"`
	}
	if err := json.Unmarshal([]byte(list), &listed); err != nil {
		t.Fatal(err)
	}
	keys := map[string]any{}
	for _, k := range listed.AccessKeys {
		if !k.Root {
			keys[k.UserName+"-"+k.AccessKeyID[16:]] = map[string]string{"id": k.AccessKeyID, "user_id": k.UserID}
		}
	}
	variables, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	return variables
}

// TestAccGuide_adopt follows the guide "Adopt an account": keys that no state has are imported without a change at the API, and then
// replaced by sealed, rotating keys.
func TestAccGuide_adopt(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	ends := c.Simulator.Now().Add(40 * day)
	c.CreateUser("alice")
	c.CreateUser("ci")
	c.CreateKey(api.CreateAccessKeyInput{UserName: "alice"})
	c.CreateKey(api.CreateAccessKeyInput{UserName: "ci", ExpirationDate: &ends})
	before := c.Keys()

	code, list := outscaleKeys(t, c, "list", "--output", "json")
	if code != keyscmd.ExitOK {
		t.Errorf("list: exit code %d", code)
	}
	pair := acctest.AgePair(t)
	s := c.Workspace(read(t, filepath.Join(acctest.Root(t), "examples", "guides", "adopt", "adopt.tf")))
	s.Trace()
	s.File("keys.auto.tfvars.json", string(adoptedKeys(t, list)))
	s.Setenv("TF_VAR_recipient", pair.Public)
	c.ResetCalls()
	s.Apply()
	s.EmptyPlan()
	c.ExpectWrites("UpdateAccessKey") // alice's key gets an expiry
	for _, k := range before {
		if now := c.Key(k.AccessKeyID); now.State != "ACTIVE" || now.ExpirationDate == nil {
			t.Errorf("key %s is %s and expires %v", now.AccessKeyID, now.State, now.ExpirationDate)
		}
	}
	state := filepath.Join(s.Dir, "terraform.tfstate")
	expectOnlyRootOutside(t, c, state)

	s.Setenv("TF_VAR_rotation", "first")
	s.Apply()
	s.EmptyPlan()
	expectOnlyRootOutside(t, c, state)
	if code, out := outscaleKeys(t, c, "scan-state", state); code != keyscmd.ExitOK {
		t.Errorf("scan-state: %s", out)
	}
	after := c.Keys()
	if len(after) != 2*len(before) {
		t.Errorf("%d keys, want %d: old and new ones", len(after), 2*len(before))
	}
	sealed := string(s.State())
	for _, k := range after {
		isOld := slices.ContainsFunc(before, func(b admin.AccessKey) bool { return b.AccessKeyID == k.AccessKeyID })
		if k.State != "ACTIVE" || k.ExpirationDate == nil || k.ExpirationDate.Before(c.Simulator.Now().Add(30*24*time.Hour)) {
			t.Errorf("key %s (old: %t) is %s and expires %v", k.AccessKeyID, isOld, k.State, k.ExpirationDate)
		}
		if !strings.Contains(sealed, k.AccessKeyID) {
			t.Errorf("key %s is not in the state", k.AccessKeyID)
		}
	}
	ciphertext, _ := s.Attributes("outscale_rotating_access_key")["sealed_secret_key"].(string)
	opened, err := seal.Open(ciphertext, pair.Private, "")
	if err != nil || len(opened) != 40 {
		t.Errorf("the sealed secret does not open: %v", err)
	}
	s.ExpectNoSecretLeft(c.RootSecretKey, pair.Private)
	s.Must(destroy...)
	if left := c.Keys(); len(left) != 0 {
		t.Errorf("%d keys are left", len(left))
	}
}

// expectOnlyRootOutside fails the test unless the root key, which signs, is the only key that the state does not have.
func expectOnlyRootOutside(t *testing.T, c *acctest.CLI, state string) {
	t.Helper()
	code, out := outscaleKeys(t, c, "orphans", "--state", state, "--output", "json")
	var result struct {
		Orphans []struct {
			AccessKeyID string `json:"access_key_id"`
		} `json:"in_no_state"`
		Gone []string `json:"in_states_only"`
	}
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatal(err)
	}
	if code != keyscmd.ExitFindings || len(result.Orphans) != 1 || result.Orphans[0].AccessKeyID != c.RootAccessKey || len(result.Gone) != 0 {
		t.Errorf("exit code %d: %s", code, out)
	}
}
