package acctest

import (
	"slices"
	"strings"
	"testing"
)

// TestAccSearch_clearSecret: the secret of a key that is not sealed is in the state, in a backup, in a plan file and in the output of
// show. The search finds each. Otherwise a test in which it finds nothing would prove nothing.
func TestAccSearch_clearSecret(t *testing.T) {
	t.Parallel()
	c := NewCLI(t)
	s := c.Workspace(Key("this"))
	s.Trace()
	s.Apply()
	s.Write(Key("this", `tag = "changed"`))
	s.Must("plan", "-out=saved.plan", "-input=false", "-no-color")
	s.Must("apply", "-input=false", "-no-color", "saved.plan")
	issued := c.Issued()
	if len(issued) != 1 || !slices.Equal(issued, c.Secrets(s.State())) {
		t.Fatalf("%d secrets were issued, or the state has another one", len(issued))
	}
	s.File("leak.txt", "HTTP body: "+issued[0])
	s.printed.WriteString("printed: " + issued[0])
	found := strings.Join(s.findSecrets(issued), "\n")
	for _, place := range []string{
		"terraform.tfstate has", "terraform.tfstate.backup has", "saved.plan, unzipped: tfplan has", "saved.plan, unzipped: tfstate has",
		"what `show -json` prints of the state has", "what `show -json` prints of saved.plan has", "leak.txt has", "what the CLI printed has",
	} {
		if !strings.Contains(found, place) {
			t.Errorf("not found: %s\n%s", place, found)
		}
	}
	if strings.Contains(found, traceFile) || strings.Contains(found, issued[0]) {
		t.Errorf("a log or the result of the search has the secret:\n%s", strings.ReplaceAll(found, issued[0], "SECRET"))
	}
	s.printed.Reset()
}

// TestAccSearch_credentialInPlan: the secret of the provider block is Sensitive. A plan file has it nevertheless, unless the variable is
// ephemeral.
func TestAccSearch_credentialInPlan(t *testing.T) {
	t.Parallel()
	c := NewCLI(t)
	c.Env("OSC_ACCESS_KEY", "")
	c.Env("OSC_SECRET_KEY", "")
	c.Env("TF_VAR_secret", c.RootSecretKey)
	s := c.Workspace(`
variable "secret" {
  type      = string
  sensitive = true
}

provider "outscale" {
  access_key_id = "` + c.RootAccessKey + `"
  secret_key_id = var.secret
}
` + User("this", `user_name = "alice"`))
	s.Trace()
	s.Must("plan", "-out=saved.plan", "-input=false", "-no-color")
	s.Must("apply", "-input=false", "-no-color", "saved.plan")
	found := strings.Join(s.findSecrets([]string{c.RootSecretKey}), "\n")
	if !strings.Contains(found, "saved.plan, unzipped: tfplan has") {
		t.Errorf("not found in the plan file:\n%s", found)
	}
}
