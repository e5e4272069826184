package provider_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestProperty_setsOfUsersAndGroups applies random `policy` and `user` blocks and exclusive resources, with blocks and items
// that are known only after apply, ignore_changes, changes and renames outside of Terraform, and imports with and without
// blocks. After each apply
//
//   - every call adds an item that only the configuration has, or removes an item that only the API has;
//   - the API has the items of the configuration, or is unchanged if neither the old nor the new configuration lists items;
//   - at most one more apply is needed, to remove items that were not yet in the state, and then the plan is empty.
func TestProperty_setsOfUsersAndGroups(t *testing.T) {
	t.Parallel()
	runSets(t, 1, 6)
}

// TestSoakProperty_setsOfUsersAndGroups runs many more, from a random seed or from OUTSCALE_SEED.
func TestSoakProperty_setsOfUsersAndGroups(t *testing.T) {
	acctest.Soak(t)
	runSets(t, firstSeed(t), 300)
}

func runSets(t *testing.T, first, n uint64) {
	for seed := first; seed < first+n; seed++ {
		t.Run(fmt.Sprintf("%s=%d", envSeed, seed), func(t *testing.T) {
			t.Parallel()
			newSets(t, seed).run(20)
		})
	}
}

// relation is a set that a resource lists: the policies of a user or a group, or the members of a group.
type relation struct {
	argument string // of the set
	key      string // of an item; "" where the items are texts
	items    func() []string
	atAPI    func() []string
	add      func(c *api.Client, item string) error
	remove   func(c *api.Client, item string) error
}

// owner is a resource that lists relations.
type owner struct {
	typeName  string
	config    acctest.Args // without the relations
	importID  string
	exclusive bool // an empty list removes all
	relations []relation

	r *acctest.Resource
}

type sets struct {
	*acctest.Protocol
	t        *testing.T
	random   *rand.Rand
	users    []string // names of users that can be members
	policies []string // ORNs
	owners   []*owner
}

func newSets(t *testing.T, seed uint64) *sets {
	w := &sets{Protocol: acctest.NewProtocol(t), t: t, random: rand.New(rand.NewPCG(seed, 1)), users: []string{"ann", "bob", "eve"}}
	for _, name := range append([]string{"single"}, w.users...) {
		w.CreateUser(name)
	}
	_, err := w.API().CreateUserGroup(t.Context(), "other", "/")
	w.NoError(err)
	for _, name := range []string{"a", "b", "c"} {
		w.policies = append(w.policies, managedPolicy(t, w.Protocol, name))
	}
	w.owners = []*owner{
		{typeName: "outscale_user", config: acctest.Args{"user_name": "owner", "force_destroy": true}, importID: "owner", relations: []relation{w.ofUser("owner", "policy", "policy_orn")}},
		{typeName: "outscale_user_group", config: acctest.Args{"user_group_name": "team", "force_destroy": true}, importID: "team", relations: []relation{w.ofGroup("team", "policy", "policy_orn"), w.members("team")}},
		{typeName: "outscale_user_policies_exclusive", config: named("user_name", "single"), importID: "single", exclusive: true, relations: []relation{w.ofUser("single", "policy_orns", "")}},
		{typeName: "outscale_user_group_policies_exclusive", config: named("user_group_name", "other"), importID: "other", exclusive: true, relations: []relation{w.ofGroup("other", "policy_orns", "")}},
	}
	for _, o := range w.owners {
		o.r = w.NewResource(o.typeName)
	}
	return w
}

func (w *sets) ofUser(name, argument, key string) relation {
	return relation{
		argument: argument, key: key, items: func() []string { return w.policies },
		atAPI: func() []string {
			for _, u := range w.Users() {
				if u.UserName == name {
					return u.PolicyOrns
				}
			}
			return nil
		},
		add:    func(c *api.Client, orn string) error { return c.LinkPolicy(w.t.Context(), orn, name) },
		remove: func(c *api.Client, orn string) error { return c.UnlinkPolicy(w.t.Context(), orn, name) },
	}
}

func (w *sets) ofGroup(name, argument, key string) relation {
	return relation{
		argument: argument, key: key, items: func() []string { return w.policies },
		atAPI: func() []string {
			for _, g := range w.Simulator.State().UserGroups {
				if g.Name == name {
					return g.PolicyOrns
				}
			}
			return nil
		},
		add: func(c *api.Client, orn string) error {
			return c.LinkManagedPolicyToUserGroup(w.t.Context(), orn, name)
		},
		remove: func(c *api.Client, orn string) error {
			return c.UnlinkManagedPolicyFromUserGroup(w.t.Context(), orn, name)
		},
	}
}

func (w *sets) members(name string) relation {
	ref := api.GroupRef{Name: name}
	return relation{
		argument: "user", key: "user_name", items: func() []string { return w.users },
		atAPI: func() []string {
			for _, g := range w.Simulator.State().UserGroups {
				if g.Name == name {
					return g.UserNames
				}
			}
			return nil
		},
		add: func(c *api.Client, user string) error {
			return c.AddUserToUserGroup(w.t.Context(), ref, api.UserRef{Name: user})
		},
		remove: func(c *api.Client, user string) error {
			return c.RemoveUserFromUserGroup(w.t.Context(), ref, api.UserRef{Name: user})
		},
	}
}

func (w *sets) oneIn(n int) bool { return w.random.IntN(n) == 0 }

// subset is a random part of the items, in random order.
func (w *sets) subset(items []string) (some []string) {
	for _, i := range w.random.Perm(len(items)) {
		if w.oneIn(2) {
			some = append(some, items[i])
		}
	}
	return some
}

func (w *sets) run(steps int) {
	for range steps {
		o := w.owners[w.random.IntN(len(w.owners))]
		if w.oneIn(2) {
			w.drift(o)
		}
		if o.r.Exists() && w.oneIn(5) {
			w.reimport(o)
		}
		w.apply(o)
		if w.t.Failed() {
			return
		}
	}
	for _, i := range w.random.Perm(len(w.owners)) {
		if r := w.owners[i].r; r.Exists() {
			r.Destroy()
		}
	}
}

// drift changes a relation outside of Terraform, or renames a user.
func (w *sets) drift(o *owner) {
	if w.oneIn(4) {
		i := w.random.IntN(len(w.users))
		_, err := w.API().UpdateUser(w.t.Context(), api.UpdateUserInput{UserName: w.users[i], NewUserName: w.users[i] + "x"})
		w.NoError(err)
		w.users[i] += "x"
		w.t.Logf("outside: renamed to %s", w.users[i])
		return
	}
	rel := o.relations[w.random.IntN(len(o.relations))]
	if !o.r.Exists() && !o.exclusive {
		return
	}
	item, change, verb := rel.items()[w.random.IntN(3)], rel.add, "added"
	if slices.Contains(rel.atAPI(), item) {
		change, verb = rel.remove, "removed"
	}
	w.OutOfBand(func(_ context.Context, c *api.Client) error { return change(c, item) })
	w.t.Logf("outside: %s %s of %s", verb, item, o.importID)
}

func (w *sets) reimport(o *owner) {
	id := o.importID
	if !o.exclusive && w.oneIn(2) {
		var names []string
		for _, rel := range o.relations {
			names = append(names, rel.argument)
		}
		id += "#" + strings.Join(names, ",")
	}
	w.t.Logf("import %s %s", o.typeName, id)
	imported, got := w.Import(o.typeName, id)
	got.ExpectNoErrors()
	o.r = imported
}

// value is a list of items as an argument.
func (rel relation) value(items []string) any {
	if rel.key == "" {
		return append([]string{}, items...)
	}
	value := blocks{}
	for _, item := range items {
		value = append(value, map[string]any{rel.key: item})
	}
	return value
}

// unknown makes an argument, or one of its items, known only after apply, sometimes.
func (w *sets) unknown(rel relation, items []string) any {
	switch {
	case w.oneIn(8):
		return acctest.Unknown
	case len(items) > 0 && w.oneIn(6) && rel.key != "":
		shown := rel.value(items).(blocks)
		shown[w.random.IntN(len(shown))][rel.key] = acctest.Unknown
		return shown
	}
	return rel.value(items)
}

// inState are the items that the state of a resource has.
func (rel relation) inState(r *acctest.Resource) (items []string) {
	if !r.Exists() {
		return nil
	}
	all, _ := r.Get(rel.argument).([]any)
	for _, one := range all {
		if rel.key != "" {
			one = one.(map[string]any)[rel.key]
		}
		items = append(items, one.(string))
	}
	return items
}

func (w *sets) apply(o *owner) {
	config, shown := acctest.Args{}, acctest.Args{}
	for name, value := range o.config {
		config[name], shown[name] = value, value
	}
	o.r.IgnoreChanges = nil
	want := make([][]string, len(o.relations))
	for i, rel := range o.relations {
		want[i] = w.subset(rel.items())
		config[rel.argument], shown[rel.argument] = rel.value(want[i]), w.unknown(rel, want[i])
		if w.oneIn(8) {
			o.r.IgnoreChanges = append(o.r.IgnoreChanges, rel.argument)
		}
	}
	w.t.Logf("apply %s %v, ignoring %v", o.typeName, shown, o.r.IgnoreChanges)
	existed := o.r.Exists()
	plan := o.r.Plan(shown)
	plan.ExpectNoErrors()
	before, inState := make([][]string, len(o.relations)), make([][]string, len(o.relations))
	for i, rel := range o.relations {
		before[i], inState[i] = rel.atAPI(), rel.inState(o.r)
		if existed && o.r.Exists() && slices.Contains(o.r.IgnoreChanges, rel.argument) {
			want[i] = inState[i]
		}
	}
	w.ResetCalls()
	plan.ApplyWith(config).ExpectNoErrors()
	w.checkCalls(o, want, before)
	foreign := false
	for i, rel := range o.relations {
		expected := want[i]
		switch listed := len(want[i]) > 0 || o.exclusive; {
		case !listed && len(inState[i]) == 0: // not managed
			expected = before[i]
		case listed && len(inState[i]) == 0 && !o.exclusive: // the next plan shows what else is there
			expected = union(want[i], before[i])
			foreign = foreign || len(expected) > len(want[i])
		}
		w.expectSame(o, rel, expected)
	}
	if foreign {
		w.ResetCalls()
		o.r.Apply(config).ExpectNoErrors()
		w.checkCalls(o, want, before)
		for i, rel := range o.relations {
			if len(want[i]) > 0 {
				w.expectSame(o, rel, want[i])
			}
		}
	}
	o.r.ExpectEmptyPlan(config)
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func (w *sets) expectSame(o *owner, rel relation, want []string) {
	w.t.Helper()
	if has := rel.atAPI(); !slices.Equal(union(has, nil), union(want, nil)) {
		w.t.Errorf("%s: the %s of %s are %v, want %v", o.typeName, rel.argument, o.importID, has, want)
	}
}

// checkCalls fails the test for a call that has no effect or that the configuration does not ask for.
func (w *sets) checkCalls(o *owner, want, before [][]string) {
	w.t.Helper()
	for _, call := range w.Requests() {
		adds := hasPrefix(call.Action, "Link", "Add")
		if !adds && !hasPrefix(call.Action, "Unlink", "Remove") {
			continue
		}
		var body map[string]string
		w.NoError(json.Unmarshal(call.Body, &body))
		item, relations := body["PolicyOrn"], o.relations
		if item == "" {
			item = body["UserName"]
		}
		asked := slices.ContainsFunc(relations, func(rel relation) bool {
			i := slices.IndexFunc(relations, func(other relation) bool { return other.argument == rel.argument })
			return slices.Contains(want[i], item) == adds && slices.Contains(before[i], item) != adds
		})
		if !asked || call.Status >= 400 {
			w.t.Errorf("%s %s: status %d; the API had %v, and the configuration has %v", call.Action, call.Body, call.Status, before, want)
		}
	}
}
