package exclusive_test

import (
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestLists_nullElement: a null in a list of any type is refused at plan, at the list.
func TestLists_nullElement(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("ci")
	null := []any{nil}
	statement := []map[string]any{{"actions": null}}
	filter := []map[string]any{{"name": "user_ids", "values": null}}
	for at, got := range map[string]acctest.Diagnostics{
		"policy_orns":             h.NewResource("outscale_user_policies_exclusive").Plan(acctest.Args{"user_name": "ci", "policy_orns": null}).Diagnostics,
		"policy_names":            h.NewResource("outscale_user_group_inline_policies_exclusive").Plan(acctest.Args{"user_group_name": "ops", "policy_names": null}).Diagnostics,
		"ip_ranges":               h.NewResource("outscale_api_access_rule").Plan(acctest.Args{"ip_ranges": null}).Diagnostics,
		"source_policy_documents": h.DataSource("outscale_policy_document", acctest.Args{"source_policy_documents": null}).Diagnostics,
		"actions":                 h.DataSource("outscale_policy_document", acctest.Args{"statement": statement}).Diagnostics,
		"values":                  h.DataSource("outscale_users", acctest.Args{"filter": filter}).Diagnostics,
		"access_key_ids":          h.DataSource("outscale_access_keys", acctest.Args{"access_key_ids": null}).Diagnostics,
		"states":                  h.DataSource("outscale_access_keys", acctest.Args{"states": null}).Diagnostics,
		"entities_type":           h.DataSource("outscale_entities_linked_to_policy", acctest.Args{"policy_orn": "orn:ows:idauth::123456789012:policy/p", "entities_type": null}).Diagnostics,
	} {
		if errs := got.Errors(); len(errs) == 0 || !strings.HasPrefix(errs[0].Summary, "Null ") {
			t.Errorf("%s: %s", at, got)
		}
	}
	h.DataSource("outscale_policy_document", acctest.Args{
		"source_policy_documents": []any{}, "statement": []map[string]any{{"actions": []any{"api:ReadUsers"}}},
	}).ExpectNone()
}
