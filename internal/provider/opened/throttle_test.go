package opened_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/opened"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// perUser is how many keys a user may have.
const perUser = 10

// run is a run that has made keys of users and is about to end.
type run struct {
	*opened.List
	sim *simulator.Simulator
}

// made is a run of n keys, whose client keeps to the usual rate, at an API that admits rate calls a second from now on.
func made(t *testing.T, n int, rate float64) run {
	t.Helper()
	server := simtest.Start(t)
	client := func(perSecond float64) *api.Client {
		c, err := api.New(api.Config{
			Endpoint: server.Endpoint, Region: "eu-west-2", RequestsPerSecond: perSecond,
			Credential: api.Credential{AccessKeyID: server.RootAccessKey, SecretKey: server.RootSecretKey},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.CloseIdleConnections)
		return c
	}
	maker, keeper := client(0), credential.New(client(5), credential.Options{})
	r := run{List: opened.New(), sim: server.Simulator}
	for i := range n {
		owner := credential.Owner{UserName: fmt.Sprintf("user%d", i/perUser)}
		if i%perUser == 0 {
			if _, err := maker.CreateUser(t.Context(), api.CreateUserInput{UserName: owner.UserName}); err != nil {
				t.Fatal(err)
			}
		}
		key, err := maker.CreateAccessKey(t.Context(), api.CreateAccessKeyInput{UserName: owner.UserName})
		if err != nil {
			t.Fatal(err)
		}
		r.Put(opened.Key{Keeper: keeper, Owner: owner, Key: credential.Key{
			ID: key.ID, UserName: owner.UserName, State: credential.Active, Tag: key.Tag,
		}})
	}
	if err := r.sim.SetFaults([]simulator.Fault{{Kind: "throttle", Rate: rate}}); err != nil {
		t.Fatal(err)
	}
	return r
}

// left counts the users' keys that are there, and those of them that still work.
func (r run) left() (there, live int) {
	for _, key := range r.sim.State().AccessKeys {
		if key.UserName == "" {
			continue
		}
		there++
		if key.State == "ACTIVE" {
			live++
		}
	}
	return there, live
}

// refused counts the calls that the API turned away.
func (r run) refused() (n, of int) {
	for _, call := range r.sim.Requests() {
		if call.Action == "UpdateAccessKey" || call.Action == "DeleteAccessKey" {
			of++
			if call.Fault != "" {
				n++
			}
		}
	}
	return n, of
}

// TestTheEndKeepsToTheRateOfTheAPI: nothing is left, and little is sent in vain.
func TestTheEndKeepsToTheRateOfTheAPI(t *testing.T) {
	t.Parallel()
	r := made(t, 25, 20)
	if told := r.End(api.WithoutRateLimit(t.Context())); len(told) > 0 {
		t.Errorf("told of %v", told)
	}
	there, _ := r.left()
	refused, of := r.refused()
	if t.Logf("%d of %d calls refused", refused, of); there > 0 || refused > of/5 {
		t.Errorf("%d keys are left; %d of %d calls refused, at most a fifth", there, refused, of)
	}
}

// TestWhenTimeRunsOutWhatWasReachedIsInert: after as many calls as there are keys, and not after a time.
func TestWhenTimeRunsOutWhatWasReachedIsInert(t *testing.T) {
	t.Parallel()
	r := made(t, 30, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan []opened.Left)
	go func() { ended <- r.End(api.WithoutRateLimit(ctx)) }()
	for r.sim.Stats()["UpdateAccessKey"] < 20 {
		runtime.Gosched()
	}
	cancel()
	told := <-ended
	// Those that were under way when it was cut may be inert or not.
	if there, live := r.left(); live > 10+5 || live > 0 && there < 30 || len(told) < there {
		t.Errorf("%d keys are left and %d told of; %d live, at most 15, and none deleted before all are inert", there, len(told), live)
	}
}

// TestSoakEnd has the figures, at 10 calls a second: within the time a CLI gives, and without its end.
func TestSoakEnd(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for _, n := range []int{30, 100, 240} {
		for name, within := range map[string]time.Duration{"ended": 1900 * time.Millisecond, "killed": 30 * time.Minute} {
			t.Run(fmt.Sprintf("%s/%d keys", name, n), func(t *testing.T) {
				t.Parallel()
				r := made(t, n, 10)
				ctx, cancel := context.WithTimeout(t.Context(), within)
				defer cancel()
				began := time.Now()
				told := r.End(api.WithoutRateLimit(ctx))
				took := time.Since(began)
				there, live := r.left()
				refused, of := r.refused()
				t.Logf("%d keys: %d there, %d of them live, %d told of; %d of %d calls refused, in %s", n, there, live, len(told), refused, of, took)
				if name == "killed" && there > 0 {
					t.Errorf("%d keys are left", there)
				}
			})
		}
	}
}
