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

// World is a client of a simulator of its own.
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

// Signed returns another client of the simulator.
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
	// A connection that was dialled and never used would hold the simulator's shutdown.
	w.T.Cleanup(client.CloseIdleConnections)
	return client
}

// Options are those of services on this simulator: its clock, and waits that are over at once.
func (w *World) Options() domain.Options {
	return domain.Options{Now: w.Sim.Now, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
}

// Called returns the calls since the last Called or Cost.
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

// Cost asserts the calls since the last Called or Cost.
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

// Live are the ids of the keys at the API beside the root key that signs.
func (w *World) Live() []string {
	var ids []string
	for _, k := range w.Sim.State().AccessKeys {
		if k.AccessKeyID != simtest.RootAccessKey {
			ids = append(ids, k.AccessKeyID)
		}
	}
	return ids
}

// OnlyLive asserts that these are the keys at the API.
func (w *World) OnlyLive(ids ...string) {
	w.T.Helper()
	live := w.Live()
	slices.Sort(live)
	slices.Sort(ids)
	if !slices.Equal(live, ids) {
		w.T.Errorf("keys at the API = %v, want %v", live, ids)
	}
}

// In is a moment of the simulator's clock.
func (w *World) In(d time.Duration) *time.Time {
	t := w.Sim.Now().Add(d).Truncate(time.Millisecond).UTC()
	return &t
}

// Has fails the test when there is no T in err.
func Has[T error](t *testing.T, err error) {
	t.Helper()
	_ = As[T](t, err)
}

// As returns the T in err, and fails the test when there is none.
func As[T error](t *testing.T, err error) T {
	t.Helper()
	var want T
	if !errors.As(err, &want) {
		t.Fatalf("error = %v, want a %T", err, want)
	}
	return want
}
