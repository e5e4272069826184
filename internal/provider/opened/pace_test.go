package opened

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// TestTheEndDoesNotWaitForThePace: at a call every quarter of an hour, the two calls that make a key are all that may
// leave; those that end it leave all the same.
func TestTheEndDoesNotWaitForThePace(t *testing.T) {
	server := simtest.Start(t)
	client, err := api.New(api.Config{
		Endpoint: server.Endpoint, Region: "eu-west-2", RequestsPerSecond: 0.001,
		Credential: api.Credential{AccessKeyID: server.RootAccessKey, SecretKey: server.RootSecretKey},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	k := credential.New(client, credential.Options{})
	expires := time.Now().Add(time.Hour)
	made, _, err := k.Create(t.Context(), credential.Wish{Expires: &expires})
	if err != nil {
		t.Fatal(err)
	}
	l := New()
	l.Put(Key{Keeper: k, Key: made})
	g := Guard{Keys: l, Say: func(left Left) { t.Error(left) }}
	if err := g.Run(false, func() error { return nil }); err != nil {
		t.Error(err)
	}
	if keys := server.Simulator.State().AccessKeys; len(keys) != 1 { // the root's own
		t.Errorf("%d keys, want the root's alone", len(keys))
	}
}
