package conformance

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// Simulators in one process share no objects, keys, records, faults, locks or clocks.
func TestIsolation_twoSimulators(t *testing.T) {
	one := start(t)
	other := start(t, func(o *simulator.Options) {
		o.RootAccessKey, o.RootSecretKey = "OTHERKEYOTHERKEY0002", "OTHERSECRETOTHERSECRETOTHERSECRETOTHER02"
	})
	otherRoot := other.as("OTHERKEYOTHERKEY0002", "OTHERSECRETOTHERSECRETOTHERSECRETOTHER02")

	key := one.root().must("CreateAccessKey", `{}`)
	one.root().must("CreateUser", `{"UserName":"u"}`)
	id, secret := key.at("AccessKey", "AccessKeyId"), key.at("AccessKey", "SecretKey")
	one.as(id, secret).must("ReadUsers", `{}`)
	other.expect("400/4120", other.as(id, secret).call("ReadUsers", `{}`))
	other.expect("400/4120", other.root().call("ReadUsers", `{}`))
	if got := otherRoot.must("ReadUsers", `{}`); len(got.list("Users")) != 0 {
		t.Errorf("the other sees users %v", got.list("Users"))
	}

	one.ask(http.MethodPut, "/faults", `[{"kind":"throttle"}]`, nil)
	otherRoot.must("ReadUsers", `{}`)
	one.ask(http.MethodPut, "/faults", `[]`, nil)

	for range 4 {
		one.expect("401/1", one.as(rootID, "wrong").call("ReadUsers", `{}`))
	}
	one.expect("401/13", one.root().call("ReadUsers", `{}`))
	otherRoot.must("ReadUsers", `{}`)

	before := other.clock.Now()
	one.clock.Advance(time.Hour)
	one.ask(http.MethodPost, "/clock", `{"advance":"48h"}`, nil)
	var shown struct{ Now time.Time }
	if other.ask(http.MethodGet, "/clock", "", &shown); !shown.Now.Equal(before) {
		t.Errorf("the other's clock moved from %s to %s", before, shown.Now)
	}

	var requests []struct{ Action string }
	other.ask(http.MethodGet, "/requests", "", &requests)
	for _, request := range requests {
		if request.Action != "ReadUsers" {
			t.Errorf("the other recorded %s", request.Action)
		}
	}
	one.ask(http.MethodPost, "/reset", "", nil)
	if len(other.state().AccessKeys) != 1 || len(one.state().AccessKeys) != 1 {
		t.Errorf("keys after the reset of one: %d, %d", len(one.state().AccessKeys), len(other.state().AccessKeys))
	}
}

// The same seed and the same calls give the same ids; another seed gives others.
func TestIsolation_seeds(t *testing.T) {
	run := func(seed uint64) string {
		s := start(t, func(o *simulator.Options) { o.Seed = seed })
		user := s.root().must("CreateUser", `{"UserName":"u"}`)
		key := s.root().must("CreateAccessKey", `{"UserName":"u"}`)
		return fmt.Sprint(user.body, key.body)
	}
	if a, b := run(5), run(5); a != b {
		t.Errorf("one seed, two stories:\n%s\n%s", a, b)
	}
	if run(5) == run(6) {
		t.Error("two seeds, one story")
	}
}

// Concurrent calls, resets, faults and moves of the clock do not fail. The race detector checks them.
func TestIsolation_concurrentCalls(t *testing.T) {
	t.Parallel()
	s := start(t)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for j := range 25 {
				r := s.root().request("CreateUser", fmt.Sprintf(`{"UserName":"u%d-%d"}`, i, j))
				got, err := s.try(r)
				if err != nil || got.status != http.StatusOK {
					t.Errorf("%s, %v", got.code(), err)
				}
				if _, err := s.try(s.root().request("ReadApiLogs", `{}`)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Go(func() {
		for range 20 {
			for _, err := range []error{s.sim.Reset(), s.sim.Advance(time.Second), s.sim.SetFaults([]simulator.Fault{{Kind: "latency", Action: "ReadUsers", Latency: 1}})} {
				if err != nil {
					t.Error(err)
				}
			}
			s.sim.State()
			s.sim.Requests()
			s.sim.Stats()
		}
	})
	wait.Wait()
}
