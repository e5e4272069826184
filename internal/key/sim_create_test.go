package key

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

func TestCreate_simulator(t *testing.T) {
	w := newWorld(t)
	u := w.user("bob")
	for _, want := range []Spec{
		{},
		{State: Active, Expires: w.In(year)},
		{Owner: bob, State: Active, Tag: "team-a"},
		{Owner: Owner{UserID: u.ID}, State: Inactive, Expires: w.In(year), Tag: "team-a"},
	} {
		key := w.key(want)
		want.State = want.State.or(Active)
		if what := differences(key, want); len(what) > 0 || len(key.Secret) != 40 {
			t.Errorf("%+v: %v; secret of %d characters", want, what, len(key.Secret))
		}
		at, err := w.Read(bg, want.Owner, key.ID, key.Identity)
		if err != nil || len(differences(at, want)) > 0 || at.Secret != "" || at.Identity != key.Identity {
			t.Errorf("%+v: at the API: %v %v %+v", want, differences(at, want), err, at.Identity)
		}
	}
	if len(w.Live()) != 4 {
		t.Errorf("keys at the API: %v, want 4", w.Live())
	}
}

// The account and the users are read once per process, before its first key.
func TestCreate_calls(t *testing.T) {
	w := newWorld(t)
	w.user("bob")
	w.restart(w.Client)
	want := Spec{Owner: bob, State: Active, Expires: w.In(year), Tag: "x"}
	for i, cost := range []map[string]int{
		{"ReadAccounts": 1, "ReadUsers": 1, "CreateAccessKey": 1, "UpdateAccessKey": 1},
		{"CreateAccessKey": 1, "UpdateAccessKey": 1},
	} {
		if _, err := w.Create(bg, want, CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		w.Cost([]string{"the first", "the second"}[i], cost)
	}
}

func TestCreate_lost(t *testing.T) {
	lost := func(kind string, times int) simulator.Fault {
		return simulator.Fault{Action: "CreateAccessKey", Kind: kind, Times: times}
	}
	broken := simulator.Fault{Action: "CreateAccessKey", Kind: faults.Status, Status: 500, Code: "0", Times: 1}
	for name, c := range map[string]struct {
		fault simulator.Fault
		made  bool
		cost  map[string]int // of a user's key
		tried domain.Tried
	}{
		"answer lost":                {lost(faults.DropAfter, 1), true, map[string]int{"CreateAccessKey": 2, "ReadAccessKeys": 2, "ReadUsers": 1, "UpdateAccessKey": 2, "DeleteAccessKey": 1}, domain.Tried{}},
		"request lost":               {lost(faults.DropBefore, 1), true, map[string]int{"CreateAccessKey": 2, "ReadAccessKeys": 4, "ReadUsers": 2, "UpdateAccessKey": 1}, domain.Tried{}},
		"500":                        {broken, true, nil, domain.Tried{}},
		"answer lost five times":     {lost(faults.DropAfter, 5), true, nil, domain.Tried{}},
		"answer lost at each time":   {lost(faults.DropAfter, 6), false, nil, domain.Tried{Attempts: 6, Lost: 6, Lookups: 7, Removed: make([]string, 6)}},
		"request lost at each time":  {lost(faults.DropBefore, 6), false, nil, domain.Tried{Attempts: 6, Lost: 6, Lookups: 19}},
		"answer replaced by nothing": {simulator.Fault{Action: "CreateAccessKey", Kind: faults.StatusAfter, Status: 502, Code: "0", Times: 1}, true, nil, domain.Tried{}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.user("bob")
			for _, owner := range []Owner{bob, {}} {
				before := w.Live()
				w.Fault(c.fault)
				w.Called()
				want := Spec{Owner: owner, State: Active, Expires: w.In(year), Tag: "final"}
				made, err := w.Create(bg, want, CreateOptions{})
				if c.cost != nil && owner == bob {
					w.Cost(name, c.cost)
				}
				if !c.made {
					e := apitest.As[*domain.LostAnswerError](t, err)
					if got := e.Tried; got.Attempts != c.tried.Attempts || got.Lost != c.tried.Lost || got.Lookups != c.tried.Lookups || len(got.Removed) != len(c.tried.Removed) || made.Key.ID != "" {
						t.Errorf("error = %v, key %q", err, made.Key.ID)
					}
					if e.Settled() != (c.fault.Kind == faults.DropAfter) || e.Err == nil {
						t.Errorf("settled %v: %v", e.Settled(), err)
					}
					w.OnlyLive(before...)
					continue
				}
				if err != nil || len(made.Warnings) > 0 || len(differences(made.Key, want)) > 0 || made.Key.Secret == "" {
					t.Fatalf("%v %v %v", err, made.Warnings, differences(made.Key, want))
				}
				w.OnlyLive(append(before, made.Key.ID)...)
			}
		})
	}
}

func TestCreate_secondCallFails(t *testing.T) {
	refused := simulator.Fault{Action: "UpdateAccessKey", Kind: faults.Status, Status: 403, Code: "4"}
	for name, c := range map[string]struct {
		want    Spec
		warning bool
		missing int
	}{
		"only the marker left":        {Spec{State: Active}, true, 0},
		"the state is not as asked":   {Spec{State: Inactive}, false, 2},
		"a tag to set, expiry kept":   {Spec{Tag: "x", Expires: from(year)}, true, 0},
		"a user's, inactive, expires": {Spec{Owner: bob, State: Inactive, Expires: from(year)}, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.user("bob")
			w.Fault(refused)
			made, err := w.Create(bg, c.want, CreateOptions{})
			if made.Key.ID == "" || made.Key.Secret == "" {
				t.Fatalf("the key and its secret must come with: %v", err)
			}
			if (len(made.Warnings) == 1) != c.warning || (err != nil) == c.warning {
				t.Fatalf("warnings %v, error %v", made.Warnings, err)
			}
			if !c.warning {
				if e := apitest.As[*IncompleteError](t, err); len(e.What) != c.missing || e.KeyID != made.Key.ID || !api.IsForbidden(err) {
					t.Errorf("error = %v", err)
				}
			}
			w.Fault()
			want := c.want
			want.State = want.State.or(Active)
			if repaired, err := w.Update(bg, made.Key, want); err != nil || len(differences(repaired, want)) > 0 {
				t.Errorf("the next update: %v %v", repaired, err)
			}
		})
	}
}

func TestCreate_secondAnswerLost(t *testing.T) {
	w := newWorld(t)
	w.Fault(simulator.Fault{Action: "UpdateAccessKey", Kind: faults.DropAfter, Times: 1})
	key := w.key(Spec{State: Inactive, Expires: w.In(year), Tag: "x"})
	w.OnlyLive(key.ID)
}

// If the credential was accepted, a key is created even if the account cannot be read.
func TestCreate_accountNotReadable(t *testing.T) {
	w := newWorld(t)
	if _, err := w.List(bg, Owner{}); err != nil {
		t.Fatal(err)
	}
	w.Fault(simulator.Fault{Action: "ReadAccounts", Kind: faults.Status, Status: 403, Code: "4"})
	if key := w.key(Spec{}); key.Identity != (Identity{Signer: simtest.RootAccessKey}) {
		t.Errorf("identity %+v", key.Identity)
	}
}

func TestCreate_refusedBySimulator(t *testing.T) {
	t.Run("quota", func(t *testing.T) {
		w := newWorld(t, func(o *simulator.Options) { o.Assumptions.KeyLimit = 2 })
		w.user("bob")
		want := []string{w.key(Spec{Owner: bob}).ID, w.key(Spec{Owner: bob}).ID}
		_, err := w.Create(bg, Spec{Owner: bob}, CreateOptions{})
		full := apitest.As[*QuotaError](t, err)
		var got []string
		for _, k := range full.Keys {
			got = append(got, k.ID)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || !api.IsQuota(err) {
			t.Errorf("QuotaError = %v", full)
		}
		w.Cost("a refused creation", map[string]int{"CreateAccessKey": 1, "ReadAccessKeys": 1})
	})
	t.Run("owner gone", func(t *testing.T) {
		w := newWorld(t)
		for _, o := range []Owner{{UserName: "nobody"}, {UserID: "ABCDEFGHIJKLMNOPQRSTUVWXYZ01234"}} {
			if _, err := w.Create(bg, Spec{Owner: o}, CreateOptions{}); !domain.IsUserGone(err) {
				t.Errorf("%v: %v", o, err)
			}
		}
	})
	t.Run("a date that has passed", func(t *testing.T) {
		w := newWorld(t)
		w.key(Spec{})
		_, err := w.Create(bg, Spec{Expires: w.In(-time.Hour)}, CreateOptions{})
		if !api.IsInvalid(err) {
			t.Errorf("error = %v", err)
		}
		w.Cost("a refused creation", map[string]int{"CreateAccessKey": 1})
	})
	t.Run("API before 1.40.1", func(t *testing.T) {
		w := newWorld(t, api139)
		for _, want := range []Spec{{}, {Tag: "x"}, {State: Inactive, Expires: w.In(year)}} {
			_, err := w.Create(bg, want, CreateOptions{})
			apitest.Has[*UnsupportedError](t, err)
			w.OnlyLive()
		}
	})
}

// Many creations at once while answers and requests are lost: every key at the API is one that a creation returned with its
// secret; none is left under a marker, and none without its expiry.
func TestCreate_noUnknownKey(t *testing.T) {
	const n = 100
	w := newWorld(t, func(o *simulator.Options) { o.Assumptions.KeyLimit = 1000 })
	w.user("bob")
	w.Fault(
		simulator.Fault{Action: "CreateAccessKey", Kind: faults.DropAfter, Probability: 0.4},
		simulator.Fault{Action: "CreateAccessKey", Kind: faults.DropBefore, Probability: 0.15},
		simulator.Fault{Action: "CreateAccessKey", Kind: faults.Status, Status: 502, Code: "0", Probability: 0.15},
		simulator.Fault{Action: "UpdateAccessKey", Kind: faults.DropAfter, Probability: 0.05},
	)
	var (
		mu     sync.Mutex
		known  = map[string]bool{simtest.RootAccessKey: true}
		failed int
		group  errgroup.Group
	)
	group.SetLimit(8)
	want := Spec{Owner: bob, State: Active, Expires: w.In(year)}
	for range n {
		group.Go(func() error {
			made, err := w.Create(bg, want, CreateOptions{})
			mu.Lock()
			defer mu.Unlock()
			if made.Key.ID != "" {
				known[made.Key.ID] = true
				if made.Key.Secret == "" || len(made.Warnings) > 0 {
					t.Errorf("key %s: secret of %d characters, warnings %v", made.Key.ID, len(made.Key.Secret), made.Warnings)
				}
			}
			if err != nil {
				failed++
				var e *domain.LostAnswerError
				if !errors.As(err, &e) || e.Unknown || len(e.Left) > 0 || e.Tried.Attempts != domain.MaxAttempts {
					t.Errorf("error = %v", err)
				}
			}
			return nil
		})
	}
	_ = group.Wait()
	t.Logf("%d of %d creations failed", failed, n)
	for _, key := range w.Sim.State().AccessKeys {
		if !known[key.AccessKeyID] {
			t.Errorf("nobody knows key %s", key.AccessKeyID)
		}
		if key.Tag != nil && strings.HasPrefix(*key.Tag, MarkerPrefix) {
			t.Errorf("key %s kept its marker %s", key.AccessKeyID, *key.Tag)
		}
		if key.UserName == "bob" && key.ExpirationDate == nil {
			t.Errorf("key %s never expires", key.AccessKeyID)
		}
	}
	if failed == 0 || failed == n {
		t.Errorf("%d creations failed: the faults did not strike as meant", failed)
	}
}
