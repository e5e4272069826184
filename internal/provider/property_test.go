package provider_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestProperty_applyMatchesPlan applies random configurations with random ignore_changes, values that are known
// only after apply, changes outside of Terraform, and imports. After each apply
//
//   - every member of every changing call has the value that the plan showed (property_calls_test.go);
//   - the state has what the API has;
//   - the next plan is empty.
//
// At the end everything is destroyed and no key is left. Each seed is a subtest and always makes the same steps.
func TestProperty_applyMatchesPlan(t *testing.T) {
	t.Parallel()
	runWorlds(t, 1, 12)
}

// TestSoakProperty_applyMatchesPlan runs many more worlds, from a random seed or from OUTSCALE_SEED.
func TestSoakProperty_applyMatchesPlan(t *testing.T) {
	acctest.Soak(t)
	runWorlds(t, firstSeed(t), 300)
}

const envSeed = "OUTSCALE_SEED"

// firstSeed is OUTSCALE_SEED, or a random seed.
func firstSeed(t *testing.T) uint64 {
	first := uint64(time.Now().Unix())
	if text := os.Getenv(envSeed); text != "" {
		given, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", envSeed, err)
		}
		first = given
	}
	return first
}

func runWorlds(t *testing.T, first, n uint64) {
	for seed := first; seed < first+n; seed++ {
		t.Run(fmt.Sprintf("%s=%d", envSeed, seed), func(t *testing.T) {
			t.Parallel()
			newWorld(t, seed).run(30)
		})
	}
}

// world is an account and a configuration with one resource of each kind. The owners, the group and the policies to which
// they refer are made outside of Terraform.
type world struct {
	*acctest.Protocol
	t         *testing.T
	random    *rand.Rand
	owners    []api.User
	group     api.UserGroup
	policies  []string // ORNs
	resources []*acctest.Resource
	configs   []acctest.Args // that were applied last
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{Protocol: acctest.NewProtocol(t), t: t, random: rand.New(rand.NewPCG(seed, 0))}
	w.owners = []api.User{w.CreateUser("owner-a"), w.CreateUser("owner-b")}
	var err error
	w.group, err = w.API().CreateUserGroup(t.Context(), "team", "/")
	w.NoError(err)
	for _, name := range []string{"linked-a", "linked-b"} {
		policy, err := w.API().CreatePolicy(t.Context(), api.CreatePolicyInput{Name: name, Path: "/", Document: documents[0]})
		w.NoError(err)
		w.policies = append(w.policies, policy.ORN)
	}
	for _, kind := range kinds {
		w.resources = append(w.resources, w.NewResource(kind.typeName))
	}
	w.configs = make([]acctest.Args, len(kinds))
	return w
}

// oneIn is true once in n times.
func (w *world) oneIn(n int) bool { return w.random.IntN(n) == 0 }

// run makes random steps, and destroys everything.
func (w *world) run(steps int) {
	for range steps {
		w.step(pick(w, 0, 0, 1, w.random.IntN(len(kinds)))) // most steps are about keys, which have most rules
		if w.t.Failed() {
			return
		}
	}
	for i, r := range w.resources {
		if r.Exists() {
			w.t.Logf("destroy %s", kinds[i].typeName)
			r.Destroy()
		}
	}
	if keys := w.Keys(); len(keys) > 0 {
		w.t.Errorf("%d keys are left", len(keys))
	}
}

// step changes the resource of one kind in the account and in the configuration.
func (w *world) step(index int) {
	kind, r := kinds[index], w.resources[index]
	if w.oneIn(4) {
		w.Advance(time.Duration(w.random.IntN(12)) * time.Hour)
	}
	if r.Exists() && w.oneIn(2) {
		w.t.Logf("outside: %s", kind.drift(w, r))
	}
	if r.Exists() && kind.atAPI(w, r) != nil && w.oneIn(6) {
		r = w.reimport(index, kind.importID(w, r))
	}
	r.IgnoreChanges = nil
	for _, names := range kind.ignorable {
		if w.oneIn(2) {
			r.IgnoreChanges = append(r.IgnoreChanges, names...)
		}
	}
	if w.oneIn(16) {
		r.IgnoreChanges = []string{"all"}
	}
	r.CreateBeforeDestroy = kind.createsBefore && w.oneIn(3)
	r.ForceReplace = w.oneIn(20)
	w.configs[index] = w.edited(w.configs[index], kind.config(w))
	w.apply(kind, r, w.configs[index])
}

// edited is a configuration with some of its arguments from another. Who owns an object is always the other's: names change.
func (w *world) edited(config, other acctest.Args) acctest.Args {
	edited := maps.Clone(other)
	for _, name := range slices.Sorted(maps.Keys(config)) {
		if _, both := other[name]; both && !strings.HasPrefix(name, "user_") && !w.oneIn(3) {
			edited[name] = config[name]
		}
	}
	return edited
}

// reimport takes a resource out of the state and imports it.
func (w *world) reimport(index int, id string) *acctest.Resource {
	if id == "" {
		return w.resources[index]
	}
	w.t.Logf("import %s", id)
	imported, got := w.Import(kinds[index].typeName, id)
	got.ExpectNoErrors()
	w.resources[index] = imported
	return imported
}

// apply plans and applies a configuration, and checks the result.
func (w *world) apply(kind kind, r *acctest.Resource, config acctest.Args) {
	shown := w.withUnknown(config)
	plan := r.Plan(shown)
	w.t.Logf("%s %s %v, ignoring %v", plan.Action, kind.typeName, shown, r.IgnoreChanges)
	plan.ExpectNoErrors()
	late := kind.lateDrift != nil && r.Exists() && w.oneIn(8)
	if late {
		w.t.Logf("between plan and apply: %s", kind.lateDrift(w, r))
	}
	calls := callCheck{world: w, kind: kind, r: r, plan: plan, before: w.Simulator.State()}
	if plan.Action != acctest.Create {
		calls.prior = kind.atAPI(w, r)
	}
	w.ResetCalls()
	applied := plan.ApplyWith(config)
	if late && applied.HasError() { // the only change that an apply must not undo
		applied.ExpectError("Access key not updated", "shortened the life")
		w.ExpectWrites()
		plan = r.Plan(config)
		calls.plan, calls.before, calls.prior, late = plan, w.Simulator.State(), kind.atAPI(w, r), false
		w.ResetCalls()
		applied = plan.Apply()
	}
	applied.ExpectNoErrors()
	calls.check()
	r.ForceReplace = false
	if late { // the state has what the plan showed; the next refresh sees the change
		return
	}
	there := kind.atAPI(w, r)
	if there == nil {
		w.t.Fatalf("the API does not have what is in the state")
	}
	for name, value := range there {
		if !same(r.Get(name), value) {
			w.t.Errorf("the state has %s = %v, and the API has %v", name, r.Get(name), value)
		}
	}
	r.ExpectEmptyPlan(config)
}

// withUnknown makes one argument known only after apply, sometimes.
func (w *world) withUnknown(config acctest.Args) acctest.Args {
	shown := maps.Clone(config)
	if names := slices.Sorted(maps.Keys(config)); len(names) > 0 && w.oneIn(6) {
		shown[names[w.random.IntN(len(names))]] = acctest.Unknown
	}
	return shown
}

// forget accepts an object that was deleted outside before.
func (w *world) forget(err error) {
	if !api.IsNotFound(err) {
		w.NoError(err)
	}
}

// try is forget for a call with an answer.
func (w *world) try(_ any, err error) { w.forget(err) }

// renameOwner renames an owner. Configurations that are made from now on have the new name.
func (w *world) renameOwner() string {
	owner := &w.owners[w.random.IntN(len(w.owners))]
	changed, err := w.API().UpdateUser(w.t.Context(), api.UpdateUserInput{UserName: owner.Name, NewUserName: owner.Name + "x"})
	w.NoError(err)
	*owner = changed
	return "owner renamed to " + changed.Name
}
