package keydata_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// rulesOf are the rules that found something about a key of the audit.
func rulesOf(t *testing.T, audit *acctest.Data, i int) (rules []string) {
	t.Helper()
	findings, _ := audit.List("access_keys")[i]["findings"].([]any)
	for _, f := range findings {
		found := f.(map[string]any)
		for _, part := range []string{"rule", "severity", "reason", "remedy"} {
			if found[part] == "" || found[part] == nil {
				t.Errorf("%v has no %s", found, part)
			}
		}
		rules = append(rules, found["rule"].(string))
	}
	return rules
}

func expectRules(t *testing.T, audit *acctest.Data, i int, want ...string) {
	t.Helper()
	if got := rulesOf(t, audit, i); !slices.Equal(got, want) {
		t.Errorf("key %d: found %v, want %v", i, got, want)
	}
}

// TestKeyAudit_review: rights, networks and findings by the rules of outscale-keys, with and without their settings.
func TestKeyAudit_review(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("bob")
	bobs := h.CreateKey(api.CreateAccessKeyInput{UserName: "bob"})
	policy := api.InlinePolicy{Name: "p", Document: `{"Statement":[{"Effect":"Allow","Action":["api:*"],"Resource":["*"]}]}`}
	if err := h.API().PutUserPolicy(t.Context(), "bob", policy); err != nil {
		t.Fatal(err)
	}
	if _, err := h.As(api.Credential{AccessKeyID: bobs.ID, SecretKey: bobs.SecretKey}).ReadUsers(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	audit := h.DataSource(auditData, acctest.Args{})
	expectKeys(t, audit, acctest.Args{"rights": nil, "networks": []any{"127.0.0.0/24"}}, acctest.Args{"rights": nil, "networks": []any{"127.0.0.0/24"}})
	expectRules(t, audit, 0, "root-key", "no-expiry")
	expectRules(t, audit, 1, "no-expiry")

	h.ResetCalls()
	audit = h.DataSource(auditData, acctest.Args{"read_rights": true, "usage_days": 0})
	h.ExpectCalls(map[string]int{
		"ReadAccessKeys": 2, "ReadUsers": 1, "ReadApiAccessPolicy": 1,
		"ReadUserGroupsPerUser": 1, "ReadLinkedPolicies": 1, "ReadUserPolicies": 1, "ReadUserPolicy": 1,
	})
	expectKeys(t, audit, acctest.Args{"rights": "root", "networks": nil}, acctest.Args{"rights": "escalation", "networks": nil})
	expectRules(t, audit, 1, "escalation", "no-expiry", "wildcard")

	audit = h.DataSource(auditData, acctest.Args{"rules": `{"rules": {"no-expiry": {"off": true}, "root-key": {"off": true}, "networks": {"max": 0}}}`})
	expectRules(t, audit, 0, "networks")
	expectRules(t, audit, 1, "networks")
	h.DataSource(auditData, acctest.Args{"rules": `{"rules": {"olde": {}}}`}).ExpectErrorAt("rules")
}

// TestKeyAudit_reviewMissingRights: without the right to read policies the rest is there, and a warning names what is missing.
func TestKeyAudit_reviewMissingRights(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for _, name := range []string{"alice", "bob"} {
		h.CreateUser(name)
		h.CreateKey(api.CreateAccessKeyInput{UserName: name})
	}
	h.SetFaults(simulator.Fault{Action: "ReadLinkedPolicies", Kind: faults.Status, Status: http.StatusForbidden, Code: "4"})
	h.ResetCalls()
	audit := h.DataSource(auditData, acctest.Args{"read_rights": true, "usage_days": 0})
	audit.ExpectWarning("Rights of owners not known", "ReadLinkedPolicies", "`api:ReadUserPolicies`")
	expectKeys(t, audit, acctest.Args{"rights": "root"}, acctest.Args{"rights": nil}, acctest.Args{"rights": nil})
	expectRules(t, audit, 1, "no-expiry")
	h.ExpectCalls(map[string]int{"ReadAccessKeys": 3, "ReadUsers": 1, "ReadApiAccessPolicy": 1, "ReadUserGroupsPerUser": 1, "ReadLinkedPolicies": 1})
}

// TestKeyAudit_reviewFails: one warning names all users whose rights could not be read.
func TestKeyAudit_reviewFails(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for _, name := range []string{"alice", "bob"} {
		h.CreateUser(name)
		h.CreateKey(api.CreateAccessKeyInput{UserName: name})
	}
	h.SetFaults(simulator.Fault{Action: "ReadLinkedPolicies", Kind: faults.Status, Status: http.StatusConflict, Code: "9000"})
	audit := h.DataSource(auditData, acctest.Args{"read_rights": true, "usage_days": 0})
	audit.ExpectWarning("Rights of owners not known", "user alice: ", "user bob: ", "ResourceConflict 9000")
	expectKeys(t, audit, acctest.Args{"rights": "root"}, acctest.Args{"rights": nil}, acctest.Args{"rights": nil})
}
