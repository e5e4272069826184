package provider_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestProvider_unknownCredential: while the credential is unknown, a plan makes no call, although the environment has a
// credential. The apply uses the configured one. If the value becomes unknown again, existing resources keep their state, with
// one warning.
func TestProvider_unknownCredential(t *testing.T) {
	t.Parallel()
	for name, unknown := range map[string]acctest.Args{
		"an attribute":  {"access_key_id": acctest.Unknown, "secret_key_id": "x"},
		"a block":       {"api": acctest.Unknown},
		"in a block":    {"api": blocks{{"endpoint": acctest.Unknown}}},
		"a set's block": {"endpoints": acctest.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			known := h.Block
			user, key := h.NewResource("outscale_user"), h.NewResource("outscale_access_key")
			h.Block = unknown
			userPlan := user.Plan(acctest.Args{"user_name": "alice"}).Expect(acctest.Create, nil)
			keyPlan := key.Plan(acctest.Args{"user_id": acctest.Unknown}).Expect(acctest.Create, nil)
			if n := len(h.Requests()); n != 0 {
				t.Fatalf("%d calls", n)
			}
			h.Block = known
			userPlan.Apply().ExpectNoErrors()
			config := acctest.Args{"user_id": user.Get("user_id")}
			keyPlan.ApplyWith(config).ExpectNoErrors()
			key.ExpectEmptyPlan(config)

			h.ResetCalls()
			h.Block = unknown
			p := h.Start()
			got := p.Plan(user, acctest.Args{"user_name": "alice"}).Expect(acctest.NoOp, nil)
			got.ExpectWarning("State not refreshed")
			if other := p.Plan(key, config).Expect(acctest.NoOp, nil); got.Count("State not refreshed")+other.Count("State not refreshed") != 1 {
				t.Errorf("want one warning: %s\n%s", got, other)
			}
			if n := len(h.Requests()); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// TestProvider_unknownCredentialOfDataSources: each error names the unknown arguments.
func TestProvider_unknownCredentialOfDataSources(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Block = acctest.Args{"access_key_id": acctest.Unknown, "secret_key_id": h.RootSecretKey}
	for _, c := range []struct {
		data    string
		config  acctest.Args
		summary string
	}{
		{"outscale_users", nil, "Users not read"},
		{"outscale_user", acctest.Args{"user_name": "a"}, "User not read"},
		{"outscale_access_keys", nil, "Access keys not read"},
		{"outscale_access_key", acctest.Args{"access_key_id": "A"}, "Access key not read"},
		{"outscale_access_key_audit", nil, "Access keys not audited"},
	} {
		h.DataSource(c.data, c.config).ExpectError(c.summary, "`access_key_id` from something that is only known after apply", "`-target`")
	}
	h.Ephemeral("outscale_access_key", nil).Open().ExpectError("Access key not opened", "`access_key_id` from something that is only known after apply", "`-target`")
	if n := len(h.Requests()); n != 0 {
		t.Errorf("%d calls", n)
	}
}
