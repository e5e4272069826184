package provider_test

import (
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// later is a value that is known only after apply.
const later = `
resource "terraform_data" "later" {
  input = "VALUE"
}
`

// TestAnUnknownCredentialWaits: at plan nothing is called, with no credential at all, although the environment has one;
// apply then takes the one that was meant.
func TestAnUnknownCredentialWaits(t *testing.T) {
	t.Parallel()
	for name, provider := range map[string]string{
		"an attribute":  block(`access_key_id = terraform_data.later.output`, `secret_key_id = "`+"SECRET"+`"`),
		"a block":       block("dynamic \"api\" {\n    for_each = terraform_data.later.output == \"\" ? [] : [1]\n    content {\n      endpoint = \"ENDPOINT\"\n    }\n  }"),
		"in a block":    block("api {\n    endpoint = terraform_data.later.output\n  }"),
		"a set's block": block("dynamic \"endpoints\" {\n    for_each = terraform_data.later.output == \"\" ? [] : [1]\n    content {\n      api = \"ENDPOINT\"\n    }\n  }"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			fill := func(text string) string {
				value := w.RootAccessKey
				if name == "in a block" {
					value = w.Endpoint
				}
				return replace(text, "VALUE", value, "ENDPOINT", w.Endpoint, "SECRET", w.RootSecretKey)
			}
			s := w.Workspace(fill(later + provider + User("this", `user_name = "alice"`) + Key("this", `user_id = outscale_user.this.user_id`)))
			r := s.Plan()
			if r.Code != 2 || len(w.Simulator.Requests()) != 0 {
				t.Fatalf("plan ended with %d after %d calls:\n%s", r.Code, len(w.Simulator.Requests()), r.Output)
			}
			s.Apply()
			s.EmptyPlan()

			// What exists keeps its state, with one warning, when the value becomes unknown again.
			mark := w.Mark()
			s.Write(fill(replace(later, "input = \"VALUE\"", "input = \"VALUE\"\n  triggers_replace = [1]")+provider+
				User("this", `user_name = "alice"`)) + Key("this", `user_id = outscale_user.this.user_id`))
			r = s.Plan()
			if r.Code != 2 || len(mark.Calls()) != 0 {
				t.Fatalf("plan ended with %d after %d calls:\n%s", r.Code, len(mark.Calls()), r.Output)
			}
			r.Contains(t, "Warning: State not refreshed", "1 to add, 0 to change, 1 to destroy")
			if n := count(r.Output, "State not refreshed"); n != 1 {
				t.Errorf("%d warnings, want one", n)
			}
		})
	}
}

// TestADataSourceSaysWhatItWaitsFor.
func TestADataSourceSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	w := New(t)
	config := replace(later, "VALUE", w.RootAccessKey) + block(`access_key_id = terraform_data.later.output`, `secret_key_id = "`+w.RootSecretKey+`"`)
	for data, summary := range map[string]string{
		`data "outscale_users" "all" {}`:                           "Users not read",
		`data "outscale_user" "one" { user_name = "a" }`:           "User not read",
		`data "outscale_access_keys" "all" {}`:                     "Access keys not read",
		`data "outscale_access_key" "one" { access_key_id = "A" }`: "Access key not read",
		`data "outscale_access_key_audit" "all" {}`:                "Access keys not audited",
	} {
		r := w.Workspace(config + data + "\n").Plan()
		if r.Code != 1 || len(w.Simulator.Requests()) != 0 {
			t.Errorf("plan ended with %d after %d calls:\n%s", r.Code, len(w.Simulator.Requests()), r.Output)
		}
		r.Contains(t, summary, "The provider block takes `access_key_id` from something that is only known after apply", "`-target`")
	}
}
