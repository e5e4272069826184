package provider_test

import (
	"fmt"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestProvider_allowedAccounts: with the credential of another account every plan fails before it reads or changes anything. With
// the right one the check costs one call per run.
func TestProvider_allowedAccounts(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.Resource("outscale_access_key", acctest.Args{})
	user := h.Resource("outscale_user", acctest.Args{"user_name": "alice"})
	account, err := h.API().ReadAccounts(t.Context())
	h.NoError(err)
	for name, c := range map[string]struct {
		argument string
		ids      []any
		refused  bool
	}{
		"allowed":       {"allowed_account_ids", []any{"000000000001", account.ID}, false},
		"not allowed":   {"allowed_account_ids", []any{"000000000001"}, true},
		"forbidden":     {"forbidden_account_ids", []any{account.ID}, true},
		"not forbidden": {"forbidden_account_ids", []any{"000000000001"}, false},
	} {
		t.Log(name)
		h.Block = acctest.Args{"requests_per_second": 0, c.argument: c.ids}
		h.ResetCalls()
		for typeName, config := range map[string]acctest.Args{"outscale_access_key": {}, "outscale_rotating_access_key": {"lifetime": "30d", "rotate_before": "7d"}, "outscale_user": {"user_name": "bob"}} {
			plan := h.NewResource(typeName).Plan(config)
			if plan.HasError() != c.refused {
				t.Errorf("%s: %s", typeName, plan.Diagnostics)
			}
		}
		if c.refused {
			h.DataSource("outscale_access_keys", acctest.Args{}).ExpectError("Access keys not read", account.ID)
			key.Read().ExpectError("Access key not read", account.ID)
			user.Read().ExpectError("User not read", account.ID)
			for _, call := range h.Requests() {
				if call.Action != "ReadAccounts" {
					t.Errorf("%s was sent", call.Action)
				}
			}
			continue
		}
		key.ExpectEmptyPlan(acctest.Args{})
		user.ExpectEmptyPlan(acctest.Args{"user_name": "alice"})
	}
	h.Block = acctest.Args{"requests_per_second": 0, "allowed_account_ids": []any{account.ID}}
	h.ResetCalls()
	process := h.Start()
	for range 3 {
		process.Plan(h.NewResource("outscale_access_key"), acctest.Args{}).Expect(acctest.Create, nil)
	}
	if n := len(h.Requests()); n != 3 { // ReadAccounts, ReadApiAccessPolicy, ReadAccessKeys
		t.Errorf("%d calls", n)
	}
}

// TestProvider_malformedAccountIDs: an id that no account can have is an error, because it would forbid nothing.
func TestProvider_malformedAccountIDs(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for _, argument := range []string{"allowed_account_ids", "forbidden_account_ids"} {
		for _, id := range []string{"", " ", "abc", "14071461823", "1407146182345", "140714618234 ", "1407-1461-8234", "１４０７１４６１８２３４"} {
			h.Block = acctest.Args{argument: []any{"140714618234", id}}
			if p := h.Start(); !p.HasError() {
				t.Errorf("%s: %q was accepted", argument, id)
			} else {
				p.ExpectError("Invalid Attribute Value Match", argument, "must be the id of an account: 12 digits", fmt.Sprintf("got: %q", id))
			}
		}
	}
}
