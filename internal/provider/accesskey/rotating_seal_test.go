package accesskey

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// TestASecretThatCannotBeSealedLeavesTheOldKeyCurrent: nobody would ever know the new key's secret. It is revoked, and
// else remembered as the one that goes next.
func TestASecretThatCannotBeSealedLeavesTheOldKeyCurrent(t *testing.T) {
	for name, c := range map[string]struct {
		stuck    bool // the new key cannot be revoked
		first    bool // there is no key before it
		previous string
		keys     int // at the API, beside the root key
	}{
		"revoked":              {false, false, "", 1},
		"not revoked":          {true, false, "new", 2},
		"the first":            {false, true, "", 0},
		"the first, and stuck": {true, true, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, server := context.Background(), simtest.Start(t)
			client, err := api.New(api.Config{Endpoint: server.Endpoint, Region: "eu-west-2", Now: server.Simulator.Now,
				Credential: api.Credential{AccessKeyID: server.RootAccessKey, SecretKey: server.RootSecretKey}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.CloseIdleConnections)
			keeper := credential.New(client, credential.Options{Now: server.Simulator.Now})
			r := &RotatingResource{session: session.Decided(keeper)}
			have, state := credential.Pair{}, (*rotatingModel)(nil)
			if !c.first {
				if have, _, err = keeper.Rotate(ctx, have, pairConfig().rotation()); err != nil {
					t.Fatal(err)
				}
				old := pairConfig().rotated(have, keeper.Now(), true)
				state = &old
			}
			pair, _, err := keeper.Rotate(ctx, have, pairConfig().rotation())
			if err != nil {
				t.Fatal(err)
			}
			if c.stuck {
				if err := server.Simulator.SetFaults([]simulator.Fault{{Action: "DeleteAccessKey", Kind: "status", Status: 403, Code: "4"}}); err != nil {
					t.Fatal(err)
				}
			}
			made := pairConfig(func(m *rotatingModel) { m.SealTo = textList([]string{keyA}) }).rotated(pair, keeper.Now(), true)
			var diags diag.Diagnostics
			got := r.seal(ctx, made, pair, seal.Recipients{}, state, &diags)
			if !diags.HasError() {
				t.Fatal("nothing was sealed, and nothing is said of it")
			}
			if n := len(server.Simulator.State().AccessKeys) - 1; n != c.keys {
				t.Errorf("%d keys at the API, want %d", n, c.keys)
			}
			want := map[string]string{"": "", "new": pair.Current.ID}[c.previous]
			switch {
			case c.first && (got != nil) != c.stuck:
				t.Errorf("a state is kept: %v", got != nil)
			case !c.first && (got.AccessKeyID.ValueString() != have.Current.ID || got.PreviousAccessKeyID.ValueString() != want || got.SecretKey.IsNull()):
				t.Errorf("current %s, before it %s", got.AccessKeyID, got.PreviousAccessKeyID)
			case got != nil && got.SecretKey == types.StringValue(pair.Current.Secret):
				t.Error("the secret that was to be sealed is in the state in clear")
			}
		})
	}
}
