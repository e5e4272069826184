package policydocument_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

const typeName = "outscale_policy_document"

func statement(args acctest.Args) []map[string]any { return []map[string]any{args} }

func TestPolicyDocument_statement(t *testing.T) {
	h := acctest.NewProtocol(t)
	data := h.DataSource(typeName, acctest.Args{"statement": []map[string]any{
		{"sid": "read", "actions": []string{"api:Read*"}},
		{"effect": "Deny", "not_actions": []string{"api:ReadUsers"}, "resources": []string{"a", "b"}},
	}})
	data.Expect(acctest.Args{"json": `{"Statement":[` +
		`{"Sid":"read","Effect":"Allow","Action":["api:Read*"],"Resource":["*"]},` +
		`{"Effect":"Deny","NotAction":["api:ReadUsers"],"Resource":["a","b"]}]}`})
	data.ExpectNone()
	if calls := len(h.Requests()); calls != 0 {
		t.Errorf("%d calls, want none", calls)
	}
}

func TestPolicyDocument_merge(t *testing.T) {
	h := acctest.NewProtocol(t)
	source := `{"Statement":[{"Sid":"a","Effect":"Allow","Action":"api:ReadUsers","Resource":"*"},{"Sid":"b","Effect":"Allow","Action":"api:ReadAccounts","Resource":"*"}]}`
	override := `{"Statement":[{"Sid":"b","Effect":"Deny","Action":"api:ReadAccounts","Resource":"*"}]}`
	data := h.DataSource(typeName, acctest.Args{
		"source_policy_documents": []string{source, ""}, "override_policy_documents": []string{override},
		"statement": statement(acctest.Args{"sid": "a", "actions": []string{"api:ReadAccessKeys"}}),
	})
	data.Expect(acctest.Args{"json": `{"Statement":[` +
		`{"Sid":"a","Effect":"Allow","Action":["api:ReadAccessKeys"],"Resource":["*"]},` +
		`{"Sid":"b","Effect":"Deny","Action":["api:ReadAccounts"],"Resource":["*"]}]}`})
}

func TestPolicyDocument_warnings(t *testing.T) {
	h := acctest.NewProtocol(t)
	config := acctest.Args{"statement": statement(acctest.Args{"actions": []string{"api:*", "api:ReadAcessKeys"}})}
	data := h.DataSource(typeName, config)
	data.ExpectWarning("Policy allows privilege escalation")
	data.ExpectWarning("Policy allows whole services")
	data.ExpectWarning("Policy names unknown actions", "api:ReadAccessKeys")
	config["validate"] = false
	h.DataSource(typeName, config).ExpectNone()
}

func TestPolicyDocument_refused(t *testing.T) {
	for name, config := range map[string]acctest.Args{
		"nothing":                  {},
		"no action":                {"statement": statement(acctest.Args{"effect": "Allow"})},
		"both kinds of action":     {"statement": statement(acctest.Args{"actions": []string{"api:A"}, "not_actions": []string{"api:B"}})},
		"action without a service": {"statement": statement(acctest.Args{"actions": []string{"ReadUsers"}})},
		"source that is no JSON":   {"source_policy_documents": []string{"{"}},
		"the same Sid twice": {"statement": []map[string]any{
			{"sid": "a", "actions": []string{"api:A"}}, {"sid": "a", "actions": []string{"api:B"}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			acctest.NewProtocol(t).DataSource(typeName, config).ExpectError("Policy document not valid")
		})
	}
}
