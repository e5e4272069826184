package conformance

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describetest"
)

// logged collects the log of a simulator.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logged) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// check fails the test for every panic, error or secret in the log.
func (l *logged) check(t testing.TB) {
	t.Helper()
	for _, line := range strings.Split(l.String(), "\n") {
		if strings.Contains(line, "panic") || strings.Contains(line, "level=ERROR") {
			t.Errorf("logged: %s", line)
		}
		if strings.Contains(line, rootSecret) || strings.Contains(line, rootPassword) {
			t.Error("a secret is in the log")
		}
	}
}

// listening runs a simulator with its own listeners, so that the limits of size and time hold. Its clock is the real one. The
// test fails if its log has a panic or an error.
func listening(t *testing.T, change ...func(*simulator.Options)) *server {
	t.Helper()
	var log logged
	options := simulator.Options{
		RootAccessKey: rootID, RootSecretKey: rootSecret, AccountEmail: rootEmail, AccountPassword: rootPassword, Seed: 1,
		Log: log.logger(),
	}
	for _, f := range change {
		f(&options)
	}
	sim, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	running, err := sim.Start("127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	validator, err := describetest.New()
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := running.Shutdown(ctx); err != nil {
			t.Errorf("shutting down: %v", err)
		}
		if err := sim.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
		log.check(t)
	})
	return &server{
		t: t, sim: sim, validator: validator, api: running.URL(), admin: running.AdminURL(),
		client: &http.Client{Transport: validator.Transport(t, transport)},
	}
}

// eventually polls until a condition holds, and fails the test if it never does.
func eventually(t testing.TB, within time.Duration, condition func() bool) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return condition()
		}
	}
	return true
}
