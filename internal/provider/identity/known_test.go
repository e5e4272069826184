package identity_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// otherDocument is another policy document.
const otherDocument = `{"Statement":[{"Effect":"Allow","Action":["api:ReadAccounts"],"Resource":["*"]}]}`

// updates are changes of one argument of the configurations of kinds that are made in place, and the computed attributes
// that such a change can change.
var updates = map[string]map[string]struct {
	value any
	want  string
}{
	"outscale_access_key": {
		"tag":             {"red", "last_modification_date"},
		"state":           {"INACTIVE", "last_modification_date"},
		"expiration_date": {"2040-01-01", "expired last_modification_date"},
	},
	"outscale_rotating_access_key": {
		"tag":           {"red", ""},
		"rotate_before": {"8d", ""},
		"lifetime":      {"31d", ""},
		"triggers": {map[string]any{"t": "2"}, "access_key_id creation_date expiration_date id previous_access_key_id previous_expiration_date " +
			"ready_to_rotate rotates_after secret_key state"},
	},
	"outscale_user": {
		"user_name":     {"bob", "last_modification_date"},
		"path":          {"/team/", "last_modification_date"},
		"user_email":    {"a@example.com", "last_modification_date"},
		"force_destroy": {true, ""},
	},
	"outscale_user_group": {
		"user_group_name": {"dev2", "last_modification_date orn"},
		"path":            {"/team/", "last_modification_date orn"},
		"force_destroy":   {true, ""},
	},
	"outscale_policy": {
		"document":     {otherDocument, "last_modification_date policy_default_version_id"},
		"force_detach": {true, ""},
	},
	"outscale_api_access_rule": {
		"ip_ranges":   {[]string{"198.51.100.0/24"}, ""},
		"description": {"office", ""},
	},
	"outscale_api_access_policy": {
		"allow_lockout": {true, ""},
	},
	"outscale_ca": {"description": {"office", ""}},
	"outscale_policy_version": {
		"document": {otherDocument, "body creation_date id version_id"},
	},
	"outscale_user_inline_policy":            {"document": {otherDocument, ""}},
	"outscale_user_group_inline_policy":      {"document": {otherDocument, ""}},
	"outscale_user_policies_exclusive":       {"policy_orns": {[]string{}, ""}},
	"outscale_user_group_policies_exclusive": {"policy_orns": {[]string{}, ""}},
}

// unchangeable are the resources that an update does not change at the API, but for their timeouts.
var unchangeable = []string{
	"outscale_user_group_membership", "outscale_user_policy_link", "outscale_user_group_policy_link",
	"outscale_user_inline_policies_exclusive", "outscale_user_group_inline_policies_exclusive",
}

// TestUpdate_knownValues: an update leaves every computed value known that it cannot change. What takes such a value from
// another resource would otherwise be planned to change too, or to be replaced.
func TestUpdate_knownValues(t *testing.T) {
	for typeName, k := range kinds {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			config := k.config(w)
			r := w.Resource(typeName, config)
			if len(updates[typeName]) == 0 && !slices.Contains(unchangeable, typeName) {
				t.Error("no update is tried")
			}
			for name, c := range updates[typeName] {
				changed := maps.Clone(config)
				changed[name] = c.value
				plan := r.Plan(changed)
				plan.ExpectNoErrors()
				if got := strings.Join(plan.Unknown(), " "); plan.Action != acctest.Update || got != c.want {
					t.Errorf("%s = %v: planned to %s, unknown are %q, want %q", name, c.value, plan.Action, got, c.want)
				}
			}
		})
	}
}
