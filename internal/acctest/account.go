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
func (w *World) Ceiling(life time.Duration) {
	w.t.Helper()
	ends := w.Simulator.Now().Add(life / 2)
	_, err := w.API().UpdateAccessKey(context.Background(), api.UpdateAccessKeyInput{ID: w.RootAccessKey, State: "ACTIVE", ExpirationDate: &ends})
	w.Must(err)
	client, err := osc.NewClient(&profile.Profile{
		AccessKey: w.RootAccessKey, SecretKey: w.RootSecretKey, Region: "eu-west-2", Endpoints: profile.Endpoint{API: w.Endpoint},
	}, options.WithoutLogging())
	w.Must(err)
	_, err = client.UpdateApiAccessPolicy(context.Background(), osc.UpdateApiAccessPolicyRequest{
		MaxAccessKeyExpirationSeconds: int64(life / time.Second), RequireTrustedEnv: false,
	})
	w.Must(err)
}
