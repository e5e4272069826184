package acctest

import (
	"context"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/options"
	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
	"github.com/outscale/osc-sdk-go/v3/pkg/profile"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Ceiling lets the account's access keys live so long and no longer. The key that signs must expire before then, and is
// given half of it; the provider's own client has no call for the policy, so that the official SDK sets it.
func (a *Account) Ceiling(life time.Duration) {
	a.t.Helper()
	ends := a.Simulator.Now().Add(life / 2)
	_, err := a.API().UpdateAccessKey(context.Background(), api.UpdateAccessKeyInput{ID: a.RootAccessKey, State: "ACTIVE", ExpirationDate: &ends})
	a.NoError(err)
	client, err := osc.NewClient(&profile.Profile{
		AccessKey: a.RootAccessKey, SecretKey: a.RootSecretKey, Region: "eu-west-2", Endpoints: profile.Endpoint{API: a.byHand},
	}, options.WithoutLogging())
	a.NoError(err)
	_, err = client.UpdateApiAccessPolicy(context.Background(), osc.UpdateApiAccessPolicyRequest{
		MaxAccessKeyExpirationSeconds: int64(life / time.Second), RequireTrustedEnv: false,
	})
	a.NoError(err)
}
