package accessrule_test

import (
	"context"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

const (
	typeName = "outscale_api_access_rule"
	lockOut  = "API access rule change locks the provider out"
)

// everyone is the range of the rule that a new account has.
const everyone = "0.0.0.0/0"

// withoutDefaultRule deletes the rule that lets everybody in, after one for this machine exists.
func withoutDefaultRule(h *acctest.Protocol) {
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		rules, err := c.ReadAPIAccessRules(ctx)
		for _, r := range rules {
			if err == nil && r.IPRanges[0] == everyone {
				err = c.DeleteAPIAccessRule(ctx, r.ID)
			}
		}
		return err
	})
}

func TestAPIAccessRule_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	config := acctest.Args{"ip_ranges": []string{"192.0.2.0/24", "198.51.100.7"}, "description": "office"}
	rule := h.Resource(typeName, config)
	rule.Expect(config)
	rule.Expect(acctest.Args{"ca_ids": []string{}, "cns": []string{}, "id": acctest.Matches(`^aar-`), "api_access_rule_id": rule.Get("id")})
	rule.ExpectImport(rule.String("id"), "allow_lockout")
	h.ExpectWrites("CreateApiAccessRule")

	h.ResetCalls() // the same ranges in another form, other timeouts, and the override: no call
	config["ip_ranges"] = []string{"198.51.100.7/32", "192.0.2.0/24"}
	rule.ExpectEmptyPlan(config)
	config["timeouts"], config["allow_lockout"] = acctest.Args{"update": "1m"}, true
	rule.Update(config)
	h.ExpectWrites()

	config = acctest.Args{"ip_ranges": []string{"203.0.113.0/24"}} // the description is removed too
	rule.Update(config)
	rule.Expect(acctest.Args{"description": "", "ip_ranges": []string{"203.0.113.0/24"}})
	h.ExpectWrites("UpdateApiAccessRule")

	h.OutOfBand(func(ctx context.Context, c *api.Client) error { // drift
		_, err := c.UpdateAPIAccessRule(ctx, api.AccessRule{ID: rule.String("id"), IPRanges: []string{everyone}})
		return err
	})
	rule.Plan(config).Expect(acctest.Update, nil)
	rule.Update(config)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.DeleteAPIAccessRule(ctx, rule.String("id")) })
	rule.Plan(config).Expect(acctest.Create, nil).ExpectWarning("API access rule is gone")
	rule.Update(config)
	rule.Destroy()
}

func TestAPIAccessRule_refused(t *testing.T) {
	h := acctest.NewProtocol(t)
	for name, c := range map[string]struct {
		config acctest.Args
		part   string
	}{
		"nothing":            {acctest.Args{}, "neither `ip_ranges` nor `ca_ids`"},
		"empty lists":        {acctest.Args{"ip_ranges": []string{}, "ca_ids": []string{}}, "neither `ip_ranges` nor `ca_ids`"},
		"a name alone":       {acctest.Args{"ip_ranges": []string{everyone}, "cns": []string{"ci"}}, "`cns` needs `ca_ids`"},
		"not a range":        {acctest.Args{"ip_ranges": []string{"192.0.2.0/33"}}, "192.0.2.0/24"},
		"a name of a host":   {acctest.Args{"ip_ranges": []string{"example.com"}}, "must be an address or a CIDR range"},
		"an address, spaced": {acctest.Args{"ip_ranges": []string{" 192.0.2.1"}}, "must be an address or a CIDR range"},
	} {
		t.Log(name)
		h.NewResource(typeName).Plan(c.config).ExpectError("API access rule not valid", c.part)
	}
	if plan := h.NewResource(typeName).Plan(acctest.Args{"ca_ids": acctest.Unknown, "cns": []string{"ci"}}); plan.HasError() {
		t.Errorf("unknown authorities: %s", plan)
	}
	h.ExpectWrites()
}

// TestAPIAccessRule_lockOut: the plan refuses a change and a destroy after which no rule accepts the calls of this machine.
func TestAPIAccessRule_lockOut(t *testing.T) {
	h := acctest.NewProtocol(t)
	here := acctest.Args{"ip_ranges": []string{"127.0.0.0/8"}}
	rule := h.Resource(typeName, here)
	other := h.Resource(typeName, acctest.Args{"ip_ranges": []string{"192.0.2.0/24"}})
	withoutDefaultRule(h)
	h.ResetCalls()
	elsewhere := acctest.Args{"ip_ranges": []string{"198.51.100.0/24"}}
	rule.Plan(elsewhere).ExpectError(lockOut, "API access rules of the account (2)", "127.0.0.1, without a client certificate", "set `allow_lockout` to true")
	rule.TryDestroy().ExpectError(lockOut, "API access rules of the account (1)", "apply before the destroy")
	h.ExpectWrites()

	other.Plan(elsewhere).ExpectNone() // the first rule is enough
	rule.Plan(acctest.Args{"ip_ranges": []string{"127.0.0.0/8", "192.0.2.0/24"}, "description": "x"}).ExpectNone()

	here["allow_lockout"] = true
	rule.Update(here)
	elsewhere["allow_lockout"] = true
	rule.Plan(elsewhere).Expect(acctest.Update, nil).ExpectWarning(lockOut, "the change is made")
	rule.Destroy().ExpectWarning(lockOut, "the change is made")
}

// TestAPIAccessRule_lockOutByTwo: two rules accept the calls of this machine, and one plan deletes both.
func TestAPIAccessRule_lockOutByTwo(t *testing.T) {
	h := acctest.NewProtocol(t)
	first := h.Resource(typeName, acctest.Args{"ip_ranges": []string{"127.0.0.0/8"}})
	second := h.Resource(typeName, acctest.Args{"ip_ranges": []string{"127.0.0.1"}})
	withoutDefaultRule(h)
	elsewhere := acctest.Args{"ip_ranges": []string{"198.51.100.0/24"}}
	p := h.Start()
	p.Plan(first, elsewhere).ExpectNone()
	p.Plan(second, elsewhere).ExpectError(lockOut)

	// each by a plan of its own: the second apply looks at the rules again
	plan := second.Plan(elsewhere)
	first.Update(elsewhere)
	plan.Apply().ExpectErrorAmong(lockOut)
}

// TestAPIAccessRule_unknownAddress: without the right to read the log a warning says that nothing was checked.
func TestAPIAccessRule_unknownAddress(t *testing.T) {
	h := acctest.NewProtocol(t)
	rule := h.Resource(typeName, acctest.Args{"ip_ranges": []string{"127.0.0.0/8"}})
	withoutDefaultRule(h)
	h.SetFaults(simulator.Fault{Action: "ReadApiLogs", Kind: "status", Status: 403, Code: "4", Probability: 1})
	rule.Plan(acctest.Args{"ip_ranges": []string{"127.0.0.1"}}).Expect(acctest.Update, nil).
		ExpectWarning("Lock-out by API access rules not checked", "api:ReadApiLogs", "before you apply")
}

// TestAPIAccessRule_lastRule: the API does not delete the last rule, even if a lock-out is allowed, and the errors have a
// remedy.
func TestAPIAccessRule_lastRule(t *testing.T) {
	h := acctest.NewProtocol(t)
	rule := h.Resource(typeName, acctest.Args{"ip_ranges": []string{"127.0.0.0/8"}})
	withoutDefaultRule(h)
	h.ResetCalls()
	rule.TryDestroy().ExpectError(lockOut, "is the last one of the account", "terraform state rm")
	h.ExpectWrites()
	rule.Update(acctest.Args{"ip_ranges": []string{"127.0.0.0/8"}, "allow_lockout": true})
	rule.TryDestroy().ExpectError("API access rule not deleted", "code 9002", "last API access rule", "terraform state rm")
	if !rule.Exists() {
		t.Error("the rule is not in the state any more")
	}
}
