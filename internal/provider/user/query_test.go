package user_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestUserList_filters: by the beginning of path and name.
func TestUserList_filters(t *testing.T) {
	h := acctest.NewProtocol(t)
	for name, path := range map[string]string{"ci": "/team/", "ci-2": "/team/a/", "ops": "/"} {
		_, err := h.API().CreateUser(t.Context(), api.CreateUserInput{UserName: name, Path: path})
		h.NoError(err)
	}
	for want, config := range map[string]acctest.Args{
		"ci ci-2 ops": {}, "ci ci-2": {"path_prefix": "/team/"}, "ci-2": {"path_prefix": "/team/a", "user_name_prefix": "ci"}, "ops": {"user_name_prefix": "o"}, "": {"user_name_prefix": "x"},
	} {
		got := h.ListIdentities(user, config)
		got.ExpectNone()
		var names []string
		for _, one := range got.Results {
			names = append(names, one.DisplayName)
		}
		slices.Sort(names)
		if text := strings.Join(names, " "); text != want {
			t.Errorf("%v: %q, want %q", config, text, want)
		}
	}
	limited := h.ListLimited(user, acctest.Args{}, 2)
	if n := len(limited.Results); n != 2 {
		t.Errorf("%d users within a limit of 2", n)
	}
	h.List(user, acctest.Args{"path_prefix": "team"}).ExpectErrorAt("path_prefix", "start with a slash")
	h.SetFaults(acctest.Refusal("ReadUsers"))
	h.List(user, acctest.Args{}).ExpectError("Users not listed", "ReadUsers")
}

// TestUserList_generatedConfigurationPlansEmpty: the object of a user is what an import by its identity finds: without
// policies, which a configuration without blocks leaves alone. A configuration that is made of it plans empty.
func TestUserList_generatedConfigurationPlansEmpty(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	policy := h.Resource("outscale_policy", acctest.Args{"policy_name": "read", "document": `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`})
	h.NoError(h.API().LinkPolicy(t.Context(), policy.String("orn"), "alice"))
	h.ResetCalls()
	got := h.List(user, acctest.Args{})
	got.ExpectNone()
	if len(got.Results) != 1 {
		t.Fatalf("%d users", len(got.Results))
	}
	one := got.Results[0]
	if blocks, _ := one.Object["policy"].([]any); len(blocks) != 0 {
		t.Errorf("policies: %v", blocks)
	}
	imported, diags := h.ImportByIdentity(user, one.Identity)
	diags.ExpectNone()
	imported.Expect(one.Object)
	imported.ExpectEmptyPlan(h.GeneratedConfig(one))
	h.ExpectWrites()
}
