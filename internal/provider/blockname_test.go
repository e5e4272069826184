package provider_test

import (
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestDiagnostics_blocks: an error in a block that is an element of a set names the argument, and shows the arguments of the
// block.
func TestDiagnostics_blocks(t *testing.T) {
	t.Parallel()
	const (
		orn  = "orn:ows:idauth::123456789012:policy/read"
		list = "outscale_user_policies_exclusive"
	)
	user := func(block acctest.Args) acctest.Args {
		return acctest.Args{"user_name": "ci", "policy": []map[string]any{block}}
	}
	group := func(block acctest.Args) acctest.Args {
		return acctest.Args{"user_group_name": "ops", "user": []map[string]any{block}}
	}
	for name, c := range map[string]struct {
		typeName string
		config   acctest.Args
		want     []string
	}{
		"key":       {"outscale_user", user(acctest.Args{"policy_orn": "read"}), []string{"Attribute policy.policy_orn must be", `The block: policy { policy_orn = "read" }`}},
		"brackets":  {"outscale_user", user(acctest.Args{"policy_orn": `a)] "\`}), []string{"Attribute policy.policy_orn must be", `The block: policy { policy_orn = "a)] \"\\" }`}},
		"other":     {"outscale_user_group", group(acctest.Args{"user_name": "ci", "path": "x"}), []string{"Attribute user.path must start", `The block: user { path = "x", user_name = "ci" }`}},
		"forbidden": {"outscale_user", user(acctest.Args{"policy_orn": orn, "default_version_id": "v2"}), []string{"`policy` block", `"` + orn + `"`, "`default_version_id`"}},
		"null":      {"outscale_user", user(acctest.Args{"policy_orn": nil}), []string{"for the policy.policy_orn attribute"}},
		"no block":  {list, acctest.Args{"user_name": "ci", "policy_orns": []any{"read"}}, []string{"Attribute policy_orns must be the ORN", `got: "read"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := acctest.NewProtocol(t).NewResource(c.typeName).Plan(c.config)
			text := got.String()
			if len(got.Errors()) != 1 || strings.Contains(text, "Value(") || strings.Contains(text, "The block: ") != strings.Contains(strings.Join(c.want, ""), "The block: ") {
				t.Errorf("got %s", text)
			}
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("want %q in %s", want, text)
				}
			}
		})
	}
}
