package credential

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// world is a keeper on a simulator of its own.
type world struct {
	*Keeper
	t    *testing.T
	sim  *simulator.Simulator
	seen map[string]int // calls by action at the last look
}

func newWorld(t *testing.T, opts ...func(*simulator.Options)) *world {
	t.Helper()
	server := simtest.Start(t, opts...)
	client, err := api.New(api.Config{
		Endpoint: server.Endpoint, Region: "eu-west-2",
		Credential: api.Credential{AccessKeyID: server.RootAccessKey, SecretKey: server.RootSecretKey},
		Now:        server.Simulator.Now, // the machine's clock, for client and keeper alike
	})
	if err != nil {
		t.Fatal(err)
	}
	// A connection that was dialled and never used would hold the simulator's shutdown.
	t.Cleanup(client.CloseIdleConnections)
	w := &world{t: t, sim: server.Simulator, seen: map[string]int{}}
	w.Keeper = New(client, Options{
		Now:  server.Simulator.Now,
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	return w
}

// calls is what was called since the last look.
func (w *world) calls() map[string]int {
	w.t.Helper()
	now := w.sim.Stats()
	since := map[string]int{}
	for action, n := range now {
		if d := n - w.seen[action]; d > 0 {
			since[action] = d
		}
	}
	w.seen = now
	return since
}

// cost asserts what was called since the last look.
func (w *world) cost(what string, want map[string]int) {
	w.t.Helper()
	got := w.calls()
	for action := range got {
		if got[action] != want[action] {
			w.t.Errorf("%s: calls = %v, want %v", what, got, want)
			return
		}
	}
	if len(got) != len(want) {
		w.t.Errorf("%s: calls = %v, want %v", what, got, want)
	}
}

func (w *world) fault(list ...simulator.Fault) {
	w.t.Helper()
	if err := w.sim.SetFaults(list); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) user(name string) User {
	w.t.Helper()
	u, err := w.CreateUser(context.Background(), UserWish{Name: name})
	if err != nil {
		w.t.Fatal(err)
	}
	w.calls()
	return u
}

func (w *world) key(wish Wish) Key {
	w.t.Helper()
	k, notices, err := w.Create(context.Background(), wish)
	if err != nil || len(notices) > 0 {
		w.t.Fatalf("Create = %v, notices %v", err, notices)
	}
	w.calls()
	return k
}

// live are the ids of the keys at the API beside the root key that signs.
func (w *world) live() []string {
	var ids []string
	for _, k := range w.sim.State().AccessKeys {
		if k.AccessKeyID != simtest.RootAccessKey {
			ids = append(ids, k.AccessKeyID)
		}
	}
	return ids
}

func (w *world) onlyLive(ids ...string) {
	w.t.Helper()
	live := w.live()
	slices.Sort(live)
	slices.Sort(ids)
	if !slices.Equal(live, ids) {
		w.t.Errorf("keys at the API = %v, want %v", live, ids)
	}
}

func (w *world) in(d time.Duration) *time.Time {
	t := w.sim.Now().Add(d).Truncate(time.Millisecond).UTC()
	return &t
}

func as[T error](t *testing.T, err error) T {
	t.Helper()
	var want T
	if !errors.As(err, &want) {
		t.Fatalf("error = %v, want a %T", err, want)
	}
	return want
}

// expect is as for an error of which only the type matters.
func expect[T error](t *testing.T, err error) {
	t.Helper()
	var want T
	if !errors.As(err, &want) {
		t.Fatalf("error = %v, want a %T", err, want)
	}
}

func api139(o *simulator.Options) { o.APIVersion = "1.39" }

const year = 365 * 24 * time.Hour

func TestCreate(t *testing.T) {
	for _, version := range []string{"1.40.1", "1.39"} {
		t.Run(version, func(t *testing.T) {
			w := newWorld(t, func(o *simulator.Options) { o.APIVersion = version })
			bob := w.user("bob")
			for _, wish := range []Wish{
				{},
				{State: Active, Expires: w.in(year)},
				{Owner: Owner{UserName: "bob"}, State: Active, Tag: "team-a"},
				{Owner: Owner{UserID: bob.ID}, State: Inactive, Expires: w.in(year), Tag: "team-a"},
			} {
				key, notices, err := w.Create(context.Background(), wish)
				if err != nil || len(notices) > 0 {
					t.Fatalf("%+v: %v, notices %v", wish, err, notices)
				}
				wish.State = wish.stateOr(Active)
				if what := differences(key, wish); len(what) > 0 || len(key.Secret) != 40 {
					t.Errorf("%+v: %v; secret of %d characters", wish, what, len(key.Secret))
				}
				at, err := w.Read(context.Background(), wish.Owner, key.ID)
				if err != nil || len(differences(at, wish)) > 0 || at.Secret != "" {
					t.Errorf("%+v: at the API: %v %v", wish, differences(at, wish), err)
				}
			}
			if len(w.live()) != 4 {
				t.Errorf("keys at the API: %v, want 4", w.live())
			}
		})
	}
}

func TestCreateCosts(t *testing.T) {
	w := newWorld(t)
	w.user("bob")
	w.key(Wish{})
	if _, _, err := w.Create(context.Background(), Wish{Owner: Owner{UserName: "bob"}, State: Active, Expires: w.in(year), Tag: "x"}); err != nil {
		t.Fatal(err)
	}
	w.cost("create", map[string]int{"CreateAccessKey": 1, "UpdateAccessKey": 1})
}

func TestCreateLost(t *testing.T) {
	boom := func(kind string, times int) simulator.Fault {
		return simulator.Fault{Action: "CreateAccessKey", Kind: kind, Times: times}
	}
	broken := simulator.Fault{Action: "CreateAccessKey", Kind: faults.Status, Status: 500, Code: "0", Times: 1}
	for name, c := range map[string]struct {
		version string
		faults  []simulator.Fault
		made    bool
		cost    map[string]int // of a user's key
	}{
		"answer lost":            {"", []simulator.Fault{boom(faults.DropAfter, 1)}, true, map[string]int{"CreateAccessKey": 2, "ReadAccessKeys": 2, "UpdateAccessKey": 2, "DeleteAccessKey": 1}},
		"request lost":           {"", []simulator.Fault{boom(faults.DropBefore, 1)}, true, map[string]int{"CreateAccessKey": 2, "ReadAccessKeys": 4, "UpdateAccessKey": 1}},
		"500":                    {"", []simulator.Fault{broken}, true, nil},
		"answer lost twice":      {"", []simulator.Fault{boom(faults.DropAfter, 2)}, false, nil},
		"request lost twice":     {"", []simulator.Fault{boom(faults.DropBefore, 2)}, false, nil},
		"old: answer lost":       {"1.39", []simulator.Fault{boom(faults.DropAfter, 1)}, true, nil},
		"old: answer lost twice": {"1.39", []simulator.Fault{boom(faults.DropAfter, 2)}, false, nil},
		"old: request lost":      {"1.39", []simulator.Fault{boom(faults.DropBefore, 1)}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *simulator.Options) { o.APIVersion = c.version })
			w.user("bob")
			if c.version != "" {
				w.legacy.Store(true)
			}
			w.fault(c.faults...)
			for _, owner := range []Owner{{UserName: "bob"}, {}} {
				w.fault(c.faults...)
				before := w.live()
				w.calls()
				wish := Wish{Owner: owner, State: Active, Expires: w.in(year), Tag: "final"}
				key, notices, err := w.Create(context.Background(), wish)
				if c.cost != nil && owner.UserName != "" {
					w.cost(name, c.cost)
				}
				if !c.made {
					if lost := as[*AmbiguousError](t, err); !lost.Clean || key.ID != "" {
						t.Errorf("error = %v, key %q", err, key.ID)
					}
					w.onlyLive(before...)
					continue
				}
				if err != nil || len(notices) > 0 || len(differences(key, wish)) > 0 || key.Secret == "" {
					t.Fatalf("%v %v %v", err, notices, differences(key, wish))
				}
				w.onlyLive(append(before, key.ID)...)
			}
		})
	}
}

// An API that turns calls away as it did before 2022, with 503 and code 6, made nothing: the create goes on until it is
// let through, and looks each time.
func TestCreateThrottledByThe503Form(t *testing.T) {
	w := newWorld(t)
	w.fault(simulator.Fault{Action: "CreateAccessKey", Kind: faults.Throttle, Status: 503, Code: "6", Times: 4})
	key, _, err := w.Create(context.Background(), Wish{})
	if err != nil {
		t.Fatal(err)
	}
	w.onlyLive(key.ID)
}

func TestCreateSecondCallFails(t *testing.T) {
	refused := simulator.Fault{Action: "UpdateAccessKey", Kind: faults.Status, Status: 403, Code: "4"}
	for name, c := range map[string]struct {
		wish    Wish
		notice  bool
		missing int
	}{
		"only the marker left":        {Wish{State: Active}, true, 0},
		"the state is not as asked":   {Wish{State: Inactive}, false, 2},
		"a tag to set, expiry kept":   {Wish{Tag: "x", Expires: ptr(time.Now().Add(year))}, true, 0},
		"a user's, inactive, expires": {Wish{Owner: Owner{UserName: "bob"}, State: Inactive, Expires: ptr(time.Now().Add(year))}, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.user("bob")
			w.fault(refused)
			key, notices, err := w.Create(context.Background(), c.wish)
			if key.ID == "" || key.Secret == "" {
				t.Fatalf("the key and its secret must come with: %v", err)
			}
			if (len(notices) == 1) != c.notice || (err != nil) == c.notice {
				t.Fatalf("notices %v, error %v", notices, err)
			}
			if !c.notice {
				if un := as[*UnfinishedError](t, err); len(un.What) != c.missing || un.KeyID != key.ID || !api.IsForbidden(err) {
					t.Errorf("error = %v", err)
				}
			}
			w.fault()
			wish := c.wish
			wish.State = wish.stateOr(Active)
			if repaired, err := w.Update(context.Background(), key, wish); err != nil || len(differences(repaired, wish)) > 0 {
				t.Errorf("the next apply: %v %v", repaired, err)
			}
		})
	}
}

func TestCreateSecondAnswerLost(t *testing.T) {
	w := newWorld(t)
	w.fault(simulator.Fault{Action: "UpdateAccessKey", Kind: faults.DropAfter, Times: 1})
	wish := Wish{State: Inactive, Expires: w.in(year), Tag: "x"}
	key, notices, err := w.Create(context.Background(), wish)
	if err != nil || len(notices) > 0 || len(differences(key, wish)) > 0 {
		t.Fatalf("%v %v %v", err, notices, differences(key, wish))
	}
	w.onlyLive(key.ID)
}

// Before the credential was accepted the client gives up after three lost answers: a key asked for first could not be
// looked up.
func TestCreateIsNotTheFirstCall(t *testing.T) {
	w := newWorld(t)
	w.fault(simulator.Fault{Kind: faults.DropAfter, Times: 3})
	if key, _, err := w.Create(context.Background(), Wish{}); err == nil || key.ID != "" {
		t.Errorf("%v, %v", key, err)
	}
	w.onlyLive()
	w.cost("a creation before anything was heard", map[string]int{"ReadApiAccessPolicy": 3})
}

func TestCreateRefused(t *testing.T) {
	t.Run("quota", func(t *testing.T) {
		w := newWorld(t, func(o *simulator.Options) { o.Assumptions.KeyLimit = 2 })
		w.user("bob")
		bob := Owner{UserName: "bob"}
		a, b := w.key(Wish{Owner: bob}), w.key(Wish{Owner: bob})
		_, _, err := w.Create(context.Background(), Wish{Owner: bob})
		full := as[*QuotaError](t, err)
		slices.Sort(full.KeyIDs)
		ids := []string{a.ID, b.ID}
		slices.Sort(ids)
		if !slices.Equal(full.KeyIDs, ids) || !api.IsQuota(err) {
			t.Errorf("QuotaError = %v", full)
		}
		w.cost("refused create", map[string]int{"CreateAccessKey": 1, "ReadAccessKeys": 1})
	})
	t.Run("owner gone", func(t *testing.T) {
		w := newWorld(t)
		_, _, err := w.Create(context.Background(), Wish{Owner: Owner{UserName: "nobody"}})
		if gone := as[*GoneError](t, err); gone.What != "user" {
			t.Errorf("GoneError = %v", gone)
		}
		_, _, err = w.Create(context.Background(), Wish{Owner: Owner{UserID: "ABCDEFGHIJKLMNOPQRSTUVWXYZ01234"}})
		expect[*GoneError](t, err)
	})
	t.Run("a date that has passed", func(t *testing.T) {
		w := newWorld(t)
		w.user("bob")
		_, _, err := w.Create(context.Background(), Wish{Expires: w.in(-time.Hour)})
		if !api.IsInvalid(err) {
			t.Errorf("error = %v", err)
		}
		w.cost("refused create", map[string]int{"CreateAccessKey": 1})
	})
}

func ptr[T any](v T) *T { return &v }
