package apitest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// World is a simulator and a client of it.
type World struct {
	T      *testing.T
	Client *api.Client
	Sim    *simulator.Simulator
	server *simtest.Server
	seen   map[string]int // calls by action at the last Called or Cost
}

// NewWorld starts a simulator.
func NewWorld(t *testing.T, opts ...func(*simulator.Options)) *World {
	t.Helper()
	server := simtest.Start(t, opts...)
	w := &World{T: t, Sim: server.Simulator, server: server, seen: map[string]int{}}
	w.Client = w.Signed(server.RootAccessKey, server.RootSecretKey)
	return w
}

// Signed returns a client of the simulator that signs with a key.
func (w *World) Signed(keyID, secret string) *api.Client {
	w.T.Helper()
	client, err := api.New(api.Config{
		Endpoint: w.server.Endpoint, Region: "eu-west-2",
		Credential: api.Credential{AccessKeyID: keyID, SecretKey: secret},
		Now:        w.Sim.Now,
	})
	if err != nil {
		w.T.Fatal(err)
	}
	// An unused connection would delay the simulator's shutdown.
	w.T.Cleanup(client.CloseIdleConnections)
	return client
}

// Options returns the options of services on this simulator: its clock, and waits that end at once.
func (w *World) Options() domain.Options {
	return domain.Options{Now: w.Sim.Now, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
}

// Called returns the number of calls by action since the last Called or Cost.
func (w *World) Called() map[string]int {
	w.T.Helper()
	now := w.Sim.Stats()
	since := map[string]int{}
	for action, n := range now {
		if d := n - w.seen[action]; d > 0 {
			since[action] = d
		}
	}
	w.seen = now
	return since
}

// Cost fails the test unless these are the calls since the last Called or Cost.
func (w *World) Cost(what string, want map[string]int) {
	w.T.Helper()
	if got := w.Called(); !maps.Equal(got, want) {
		w.T.Errorf("%s: calls = %v, want %v", what, got, want)
	}
}

// Fault replaces the simulator's faults.
func (w *World) Fault(list ...simulator.Fault) {
	w.T.Helper()
	if err := w.Sim.SetFaults(list); err != nil {
		w.T.Fatal(err)
	}
}

// Advance moves the simulator's clock.
func (w *World) Advance(d time.Duration) {
	w.T.Helper()
	if err := w.Sim.Advance(d); err != nil {
		w.T.Fatal(err)
	}
}

// Live returns the ids of the keys at the API, without the root key that signs.
func (w *World) Live() []string {
	var ids []string
	for _, k := range w.Sim.State().AccessKeys {
		if k.AccessKeyID != simtest.RootAccessKey {
			ids = append(ids, k.AccessKeyID)
		}
	}
	return ids
}

// OnlyLive fails the test unless these are the keys at the API.
func (w *World) OnlyLive(ids ...string) {
	w.T.Helper()
	live := w.Live()
	slices.Sort(live)
	slices.Sort(ids)
	if !slices.Equal(live, ids) {
		w.T.Errorf("keys at the API = %v, want %v", live, ids)
	}
}

// In returns the time of the simulator's clock plus a duration.
func (w *World) In(d time.Duration) *time.Time {
	t := w.Sim.Now().Add(d).Truncate(time.Millisecond).UTC()
	return &t
}

// Has fails the test if err has no T.
func Has[T error](t *testing.T, err error) {
	t.Helper()
	_ = As[T](t, err)
}

// As returns the T in err. It ends the test with a failure if there is none.
func As[T error](t *testing.T, err error) T {
	t.Helper()
	var want T
	if !errors.As(err, &want) {
		t.Fatalf("error = %v, want a %T", err, want)
	}
	return want
}
