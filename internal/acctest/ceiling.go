package acctest

import (
	"context"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/options"
	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
	"github.com/outscale/osc-sdk-go/v3/pkg/profile"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Ceiling sets the maximum lifetime of the account's access keys. The key that signs must comply, and gets half of it as its
// expiry. The official SDK makes the calls.
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
