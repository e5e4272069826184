// Package simtest starts a simulator for one Go test.
//
//	func TestRotate_lostAnswer(t *testing.T) {
//		sim := simtest.Start(t, func(o *simulator.Options) { o.APIVersion = "1.39" })
//		err := sim.Simulator.SetFaults([]simulator.Fault{{Action: "CreateAccessKey", Kind: "drop_after", Times: 1}})
//		...
//		client := newClient(sim.Endpoint, sim.RootAccessKey, sim.RootSecretKey) // the client under test
//		...
//		if keys := sim.Simulator.State().AccessKeys; len(keys) != 2 {
//			t.Errorf("access keys: %+v", keys)
//		}
//	}
//
// Tests can run in parallel: each has its own simulator, account and ports.
package simtest

import (
	"context"
	"hash/fnv"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// The root access key and the password of the account, unless an option changes them.
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
	// TLSEndpoint is the base URL of the API over TLS. ServerCA is the CA, in PEM format, that clients of it must trust. Both are
	// empty unless StartTLS started the simulator.
	TLSEndpoint string
	ServerCA    []byte
	// RootAccessKey and RootSecretKey sign for the root account.
	RootAccessKey, RootSecretKey string
	// Simulator gives access to faults, the clock and the stored objects.
	Simulator *simulator.Simulator
}

// Start starts a simulator with its data in memory and stops it when the test ends. A test gets the same ids in every run; two
// tests get different ids. Each opt can change the options.
func Start(t testing.TB, opts ...func(*simulator.Options)) *Server {
	t.Helper()
	return start(t, simulator.Addresses{API: anyPort, Admin: anyPort}, opts)
}

// StartTLS is Start with an additional TLS listener, for clients with certificates.
func StartTLS(t testing.TB, opts ...func(*simulator.Options)) *Server {
	t.Helper()
	return start(t, simulator.Addresses{API: anyPort, TLS: anyPort, Admin: anyPort}, opts)
}

const anyPort = "127.0.0.1:0"

func start(t testing.TB, on simulator.Addresses, opts []func(*simulator.Options)) *Server {
	t.Helper()
	name := fnv.New64a()
	_, _ = name.Write([]byte(t.Name())) // never returns an error
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
	running, err := sim.Listen(on)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, sim, running) })
	server := &Server{
		Endpoint: running.URL(), AdminURL: running.AdminURL(), TLSEndpoint: running.TLSURL(), ServerCA: running.ServerCA(),
		RootAccessKey: sim.RootAccessKey(), RootSecretKey: options.RootSecretKey, Simulator: sim,
	}
	if server.RootSecretKey == "" {
		server.RootSecretKey = sim.GeneratedSecret()
	}
	return server
}

// stopTimeout is how long the end of a test waits for calls in progress.
const stopTimeout = 5 * time.Second

func stop(t testing.TB, sim *simulator.Simulator, running *simulator.Running) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if err := running.Shutdown(ctx); err != nil {
		t.Errorf("simulator not stopped: %v", err)
	}
	if err := sim.Close(); err != nil {
		t.Errorf("simulator not closed: %v", err)
	}
}
