package faults

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// concurrentChange is a change of another client to a key of a user, or to the user.
type concurrentChange struct {
	do func(ctx context.Context, sc *scenario, client *api.Client, key admin.AccessKey) error
	// redates reports that the change is to the expiry, which may then differ until the next run corrects it.
	redates bool
}

func concurrentChanges() map[string]concurrentChange {
	type doFunc = func(ctx context.Context, sc *scenario, client *api.Client, key admin.AccessKey) error
	update := func(in api.UpdateAccessKeyInput) doFunc {
		return func(ctx context.Context, _ *scenario, client *api.Client, key admin.AccessKey) error {
			in.ID, in.UserName = key.AccessKeyID, key.UserName
			if in.ExpirationDate == nil && !in.ClearExpirationDate {
				in.ExpirationDate = key.ExpirationDate
			}
			if in.State == "" {
				in.State = key.State
			}
			_, err := client.UpdateAccessKey(ctx, in)
			return err
		}
	}
	redate := func(ctx context.Context, sc *scenario, client *api.Client, key admin.AccessKey) error {
		at := sc.cli.Simulator.Now().AddDate(0, 1, 0)
		return update(api.UpdateAccessKeyInput{ExpirationDate: &at})(ctx, sc, client, key)
	}
	return map[string]concurrentChange{
		"a key is deactivated": {do: update(api.UpdateAccessKeyInput{State: "INACTIVE"})},
		"an expiry is changed": {do: redate, redates: true},
		"an expiry is removed": {do: update(api.UpdateAccessKeyInput{ClearExpirationDate: true}), redates: true},
		"a key is deleted":     {do: deleteKey},
		"a user is renamed": {do: func(ctx context.Context, _ *scenario, client *api.Client, key admin.AccessKey) error {
			_, err := client.UpdateUser(ctx, api.UpdateUserInput{UserName: key.UserName, NewUserName: "renamed"})
			return err
		}},
		"a user is deleted": {do: deleteUser},
	}
}

func deleteUser(ctx context.Context, sc *scenario, client *api.Client, key admin.AccessKey) error {
	for _, k := range sc.observe().keys {
		if k.UserName == key.UserName {
			if err := deleteKey(ctx, sc, client, k); err != nil {
				return err
			}
		}
	}
	return client.DeleteUser(ctx, key.UserName)
}

func deleteKey(ctx context.Context, _ *scenario, client *api.Client, key admin.AccessKey) error {
	_, err := client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{
		ID: key.AccessKeyID, UserName: key.UserName, State: "INACTIVE", ExpirationDate: key.ExpirationDate,
	})
	return errors.Join(err, client.DeleteAccessKey(ctx, key.UserName, key.AccessKeyID))
}

// change makes a change to the key that the held call names. If no such key exists, it chooses a key of the user that the
// call names, and if there is none either, a key of any user.
func (sc *scenario) change(c concurrentChange, held acctest.Call) {
	sc.t.Helper()
	var ofUser, all []admin.AccessKey
	for _, key := range sc.observe().keys {
		switch {
		case key.UserName == "":
			continue
		case key.AccessKeyID == held.AccessKeyID:
			sc.changeKey(c, key)
			return
		case key.UserName == held.UserName:
			ofUser = append(ofUser, key)
		}
		all = append(all, key)
	}
	if len(ofUser) > 0 {
		all = ofUser
	}
	sc.changeKey(c, all[sc.rnd.IntN(len(all))])
}

func (sc *scenario) changeKey(c concurrentChange, key admin.AccessKey) {
	sc.t.Helper()
	if c.redates {
		sc.mu.Lock()
		sc.redated[key.AccessKeyID] = true
		sc.mu.Unlock()
	}
	sc.cli.NoError(c.do(context.Background(), sc, sc.cli.API(), key))
	sc.t.Logf("changed key %s of %s", key.AccessKeyID, key.UserName)
}

// noCall is the argument of change if no call is held.
var noCall acctest.Call

// changeBeforePlan makes a change before a plan.
func (sc *scenario) changeBeforePlan(c concurrentChange) {
	sc.t.Helper()
	sc.workspace.Apply()
	sc.change(c, noCall)
	sc.converge()
	sc.end()
}

// changeBetweenPlanAndApply makes a change after a plan was saved and before it is applied.
func (sc *scenario) changeBetweenPlanAndApply(c concurrentChange) {
	sc.t.Helper()
	sc.workspace.Apply()
	sc.configure(2)
	sc.workspace.Must("plan", "-out=saved", "-input=false", "-no-color")
	sc.change(c, noCall)
	sc.workspace.Run("apply", "-input=false", "-no-color", "saved")
	sc.check("after the apply of a saved plan")
	sc.converge()
	sc.end()
}

// moment is the time of a concurrent change: while a call of a run is held.
type moment struct {
	run    string
	action string
	answer bool // the answer is held; false means that the request is held
}

// The runs. The first creates everything, the second creates some keys in a workspace that has the others.
const (
	creating     = "creating"
	creatingMore = "creating more"
	updating     = "updating"
	destroying   = "destroying"
)

func (m moment) String() string {
	return m.run + "/" + map[bool]string{false: "before", true: "after"}[m.answer] + " " + m.action
}

// moments returns all moments, except the one before the first CreateAccessKey, when no key exists.
func moments() (all []moment) {
	all = append(all, moment{creating, "CreateAccessKey", true})
	for run, actions := range map[string][]string{
		creating:     {"UpdateAccessKey"},
		creatingMore: {"CreateAccessKey"},
		updating:     {"UpdateAccessKey", "DeleteAccessKey", "UpdateUser", "ReadAccessKeys", "ReadUsers"},
		destroying:   {"UpdateAccessKey", "DeleteAccessKey", "ReadAccessKeys", "ReadUsers"},
	} {
		for _, action := range actions {
			all = append(all, moment{run, action, false}, moment{run, action, true})
		}
	}
	return all
}

// changeBetweenCalls makes a change while a call of a run is held. The run makes one call at a time, so it does nothing else
// during the change.
func (sc *scenario) changeBetweenCalls(c concurrentChange, m moment) {
	sc.t.Helper()
	sc.callerKeys = 0 // so that every call names a key of a user
	arguments := sc.prepare(m.run)
	gate := sc.cli.Gate()
	hold := gate.HoldRequest
	if m.answer {
		hold = gate.HoldAnswer
	}
	held := hold(m.action)
	r := sc.workspace.Start(append(slices.Clone(arguments), "-parallelism=1")...)
	held.Await(sc.t)
	sc.change(c, held.First())
	held.Release()
	sc.t.Logf("the run ended with %d", r.Wait().Code)
	sc.check("after the run with a change in it, " + m.String())
	if m.run != destroying {
		sc.converge()
	}
	sc.end()
}

// prepare applies what a run needs before, and returns the arguments of the run.
func (sc *scenario) prepare(run string) (arguments []string) {
	sc.t.Helper()
	revisions := map[string][2]int{creating: {0, 1}, creatingMore: {2, 1}, updating: {1, 2}, destroying: {2, 2}}[run]
	if revisions[0] > 0 {
		sc.configure(revisions[0])
		sc.workspace.Apply()
	}
	sc.configure(revisions[1])
	if run == destroying {
		return destroy
	}
	return apply
}

// TestFaults_concurrentChange is the short form. The seed chooses a change between plan and apply, and one in each kind of
// run. A user is renamed before a plan, which must find the keys again.
func TestFaults_concurrentChange(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(maps.Keys(concurrentChanges()))
	rnd := random(t)
	t.Run("before the plan/a user is renamed", func(t *testing.T) {
		t.Parallel()
		newScenario(t, 2).changeBeforePlan(concurrentChanges()["a user is renamed"])
	})
	name := names[rnd.IntN(len(names))]
	t.Run("between plan and apply/"+name, func(t *testing.T) {
		t.Parallel()
		newScenario(t, 2).changeBetweenPlanAndApply(concurrentChanges()[name])
	})
	for _, m := range []moment{
		{creating, "CreateAccessKey", true},
		{creating, "UpdateAccessKey", rnd.IntN(2) == 0},
		{updating, "UpdateAccessKey", rnd.IntN(2) == 0},
		{destroying, "DeleteAccessKey", rnd.IntN(2) == 0},
	} {
		name := names[rnd.IntN(len(names))]
		t.Run("between calls/"+m.String()+"/"+name, func(t *testing.T) {
			t.Parallel()
			newScenario(t, 1).changeBetweenCalls(concurrentChanges()[name], m)
		})
	}
}

// TestSoakFaults_concurrentChange tests every change at every moment.
func TestSoakFaults_concurrentChange(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(concurrentChanges())) {
		t.Run("between plan and apply/"+name, func(t *testing.T) {
			t.Parallel()
			newScenario(t, 2).changeBetweenPlanAndApply(concurrentChanges()[name])
		})
		t.Run("before the plan/"+name, func(t *testing.T) {
			t.Parallel()
			newScenario(t, 2).changeBeforePlan(concurrentChanges()[name])
		})
		for _, m := range moments() {
			t.Run("between calls/"+m.String()+"/"+name, func(t *testing.T) {
				t.Parallel()
				newScenario(t, 1).changeBetweenCalls(concurrentChanges()[name], m)
			})
		}
	}
}
