// Package simtest starts a simulator for one Go test.
package simtest

import (
	"context"
	"hash/fnv"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// The root access key and the password of a simulator that a test starts, unless the test
// chooses others.
const (
	RootAccessKey   = "SIMULATORROOTKEY0001"
	RootSecretKey   = "SIMULATORROOTSECRET000000000000000000001"
	AccountPassword = "simulator-password"
)

// Server is a simulator that listens on loopback ports until the test ends.
type Server struct {
	// Endpoint is the base URL of the API, with its path: "http://127.0.0.1:NNN/api/v1".
	Endpoint string
	// AdminURL is the base URL of the admin port.
	AdminURL string
	// RootAccessKey and RootSecretKey sign for the root account.
	RootAccessKey, RootSecretKey string
	// Simulator is what serves: for faults, the clock, and a look at what is there.
	Simulator *simulator.Simulator
}

// Start starts a simulator in memory, with ids that are the same in every run of the test
// and differ between tests. Each opt may change the options.
func Start(t testing.TB, opts ...func(*simulator.Options)) *Server {
	t.Helper()
	name := fnv.New64a()
	_, _ = name.Write([]byte(t.Name())) // a hash takes everything
	options := simulator.Options{
		RootAccessKey: RootAccessKey, RootSecretKey: RootSecretKey, AccountPassword: AccountPassword,
		Seed: name.Sum64(),
	}
	for _, opt := range opts {
		opt(&options)
	}
	sim, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	running, err := sim.Start("127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, sim, running) })
	server := &Server{
		Endpoint: running.URL(), AdminURL: running.AdminURL(),
		RootAccessKey: sim.RootAccessKey(), RootSecretKey: options.RootSecretKey, Simulator: sim,
	}
	if server.RootSecretKey == "" {
		server.RootSecretKey = sim.GeneratedSecret()
	}
	return server
}

// patience is how long the end of a test waits for calls under way.
const patience = 5 * time.Second

func stop(t testing.TB, sim *simulator.Simulator, running *simulator.Running) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := running.Shutdown(ctx); err != nil {
		t.Errorf("simulator not stopped: %v", err)
	}
	if err := sim.Close(); err != nil {
		t.Errorf("simulator not closed: %v", err)
	}
}
