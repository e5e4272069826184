package accesspolicy_test

import (
	"context"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

const (
	typeName = "outscale_api_access_policy"
	seconds  = "max_access_key_expiration_seconds"
	trusted  = "require_trusted_env"
	lockOut  = "API access policy locks the provider out"
	year     = 365 * 24 * 3600
)

// expiring gives the key that signs an expiry in 30 days.
func expiring(h *acctest.Protocol) {
	ends := h.Simulator.Now().Add(30 * 24 * time.Hour)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{ID: h.RootAccessKey, State: "ACTIVE", ExpirationDate: &ends})
		return err
	})
}

func TestAPIAccessPolicy_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	expiring(h)
	config := acctest.Args{seconds: year, trusted: false}
	policy := h.Resource(typeName, config)
	policy.Expect(config)
	policy.ExpectImport("anything")
	config[seconds] = 2 * year
	policy.Update(config)
	h.ExpectWrites("UpdateApiAccessPolicy", "UpdateApiAccessPolicy")
	h.ResetCalls()
	config["timeouts"] = acctest.Args{"update": "1m"}
	policy.Update(config)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { // drift
		_, err := c.UpdateAPIAccessPolicy(ctx, api.AccessPolicy{KeyLifetime: 0})
		return err
	})
	policy.Plan(config).Expect(acctest.Update, acctest.Args{seconds: 2 * year})
	h.ExpectWrites()
	policy.Destroy().ExpectWarning("API access policy stays as it is", "both values stay as they are at the API")
	h.ExpectWrites()
}

// TestAPIAccessPolicy_otherFieldStays: a value that the configuration does not have is not reset.
func TestAPIAccessPolicy_otherFieldStays(t *testing.T) {
	h := acctest.NewProtocol(t)
	expiring(h)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.UpdateAPIAccessPolicy(ctx, api.AccessPolicy{KeyLifetime: year * time.Second})
		return err
	})
	policy := h.Resource(typeName, acctest.Args{trusted: false})
	policy.Expect(acctest.Args{seconds: year, trusted: false})
	h.ExpectWrites() // the policy already has these values
	policy.Update(acctest.Args{seconds: 2 * year})
	policy.Expect(acctest.Args{seconds: 2 * year, trusted: false})
	policy.IgnoreChanges = []string{seconds}
	policy.Update(acctest.Args{seconds: 3 * year, trusted: false})
	policy.Expect(acctest.Args{seconds: 2 * year})
	h.ExpectWrites("UpdateApiAccessPolicy")
}

func TestAPIAccessPolicy_refused(t *testing.T) {
	h := acctest.NewProtocol(t)
	for name, config := range map[string]acctest.Args{
		"trusted without a limit": {seconds: 0, trusted: true}, "too large": {seconds: 3_153_600_001, trusted: false}, "negative": {seconds: -1, trusted: false},
	} {
		if plan := h.NewResource(typeName).Plan(config); len(plan.Errors()) != 1 {
			t.Errorf("%s: %s", name, plan)
		}
	}
	if plan := h.NewResource(typeName).Plan(acctest.Args{seconds: acctest.Unknown, trusted: false}); plan.HasError() {
		t.Errorf("unknown: %s", plan)
	}
}

// TestAPIAccessPolicy_lockOut: the plan refuses a policy that the signing key exceeds, or that needs a certificate which
// this provider does not have.
func TestAPIAccessPolicy_lockOut(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.NewResource(typeName).Plan(acctest.Args{seconds: year, trusted: false}).ExpectError(lockOut, acctest.At(seconds), h.RootAccessKey, "does not expire", "earlier `expiration_date`")
	expiring(h)
	h.NewResource(typeName).Plan(acctest.Args{seconds: 3600, trusted: false}).ExpectError(lockOut, acctest.At(seconds), "seconds from now", "allows 3600 seconds")
	h.NewResource(typeName).Plan(acctest.Args{seconds: year, trusted: true}).ExpectError(lockOut, acctest.At(trusted), "x509_cert_path")
	h.ExpectWrites()

	forced := h.NewResource(typeName)
	config := acctest.Args{seconds: 3600, trusted: false, "allow_lockout": true}
	forced.Plan(config).Expect(acctest.Create, nil).ExpectWarning(lockOut, "the change is planned")
	forced.Apply(config).ExpectError("API access policy not updated", "code 4047") // the API refuses it

	policy := h.Resource(typeName, acctest.Args{seconds: year, trusted: false})
	policy.Plan(acctest.Args{seconds: 0, trusted: false}).Expect(acctest.Update, nil).ExpectNone()
	policy.Plan(acctest.Args{seconds: 3600, trusted: false}).ExpectError(lockOut)
}

// TestAPIAccessPolicy_oneInstance: two resources for the one policy.
func TestAPIAccessPolicy_oneInstance(t *testing.T) {
	const several = "Several resources for one API access policy"
	h := acctest.NewProtocol(t)
	expiring(h)
	config := acctest.Args{seconds: year, trusted: false}
	first, second := h.NewResource(typeName), h.NewResource(typeName)
	p := h.Start()
	p.Plan(first, config).ExpectNoWarning(several)
	p.Plan(second, config).ExpectWarning(several, "each undoes what the other sets")

	first.Update(config) // -replace plans one resource twice
	first.ForceReplace = true
	first.Plan(config).ExpectNoWarning(several)
}

// TestAPIAccessPolicy_limitOfKeys: the new limit applies to a key that is created in the same run.
func TestAPIAccessPolicy_limitOfKeys(t *testing.T) {
	h := acctest.NewProtocol(t)
	expiring(h)
	p := h.Start()
	key := h.NewResource("outscale_access_key")
	keyConfig := acctest.Args{"expiration_date": h.Date(100 * 24 * time.Hour)}
	p.Plan(key, keyConfig).ExpectNoErrors() // reads that there is no limit
	policy := h.NewResource(typeName)
	config := acctest.Args{seconds: 40 * 24 * 3600, trusted: false}
	p.Apply(p.Plan(policy, config), config).ExpectNoErrors()
	p.Plan(key, keyConfig).ExpectErrorAt("expiration_date")
}

// TestAPIAccessPolicy_otherAccount: every account has a policy, so the account's id identifies it.
func TestAPIAccessPolicy_otherAccount(t *testing.T) {
	h, other := acctest.NewProtocol(t), acctest.NewAccount(t, func(o *simulator.Options) { o.Seed = 2 })
	expiring(h)
	policy := h.Resource(typeName, acctest.Args{seconds: year, trusted: false})
	h.Env("OSC_ACCESS_KEY", other.RootAccessKey)
	h.Env("OSC_SECRET_KEY", other.RootSecretKey)
	h.Env("OSC_ENDPOINT_API", other.Endpoint)
	policy.Read().ExpectError("API access policy not read", "belongs to account")
	other.ExpectWrites()
}
