package faultsuite

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

// deed is what a second actor does to a key of a user, or to the user, behind the back of a run.
type deed struct {
	do func(ctx context.Context, st *story, client *api.Client, key admin.AccessKey) error
	// redates says that it changes the expiry of that key: it alone is excused until a further run could mend it.
	redates bool
}

func deeds() map[string]deed {
	type doing = func(ctx context.Context, st *story, client *api.Client, key admin.AccessKey) error
	update := func(in api.UpdateAccessKeyInput) doing {
		return func(ctx context.Context, _ *story, client *api.Client, key admin.AccessKey) error {
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
	later := func(ctx context.Context, st *story, client *api.Client, key admin.AccessKey) error {
		later := st.w.Simulator.Now().AddDate(0, 1, 0)
		return update(api.UpdateAccessKeyInput{ExpirationDate: &later})(ctx, st, client, key)
	}
	return map[string]deed{
		"a key is switched off":   {do: update(api.UpdateAccessKeyInput{State: "INACTIVE"})},
		"a key is re-dated":       {do: later, redates: true},
		"an expiry is taken away": {do: update(api.UpdateAccessKeyInput{ClearExpirationDate: true}), redates: true},
		"a key is deleted":        {do: deleteKey},
		"a user is renamed": {do: func(ctx context.Context, _ *story, client *api.Client, key admin.AccessKey) error {
			_, err := client.UpdateUser(ctx, api.UpdateUserInput{UserName: key.UserName, NewUserName: "renamed"})
			return err
		}},
		"a user is deleted": {do: deleteUser},
	}
}

func deleteUser(ctx context.Context, st *story, client *api.Client, key admin.AccessKey) error {
	for _, k := range st.facts().keys {
		if k.UserName == key.UserName {
			if err := deleteKey(ctx, st, client, k); err != nil {
				return err
			}
		}
	}
	return client.DeleteUser(ctx, key.UserName)
}

func deleteKey(ctx context.Context, _ *story, client *api.Client, key admin.AccessKey) error {
	_, off := client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{
		ID: key.AccessKeyID, UserName: key.UserName, State: "INACTIVE", ExpirationDate: key.ExpirationDate,
	})
	return errors.Join(off, client.DeleteAccessKey(ctx, key.UserName, key.AccessKeyID))
}

// act does a deed to the key that a held call is about; to another one of its user, where the call names none that is
// there; or else to any user's.
func (st *story) act(d deed, held acctest.Call) {
	st.t.Helper()
	var near, all []admin.AccessKey
	for _, key := range st.facts().keys {
		switch {
		case key.UserName == "":
			continue
		case key.AccessKeyID == held.AccessKeyID:
			st.done(d, key)
			return
		case key.UserName == held.UserName:
			near = append(near, key)
		}
		all = append(all, key)
	}
	if len(near) > 0 {
		all = near
	}
	st.done(d, all[st.rnd.IntN(len(all))])
}

func (st *story) done(d deed, key admin.AccessKey) {
	st.t.Helper()
	if d.redates {
		st.mu.Lock()
		st.redated[key.AccessKeyID] = true
		st.mu.Unlock()
	}
	st.w.Must(d.do(context.Background(), st, st.w.API(), key))
	st.t.Logf("done to key %s of %s", key.AccessKeyID, key.UserName)
}

// nobody is for a deed that no call is held for.
var nobody acctest.Call

// beforeThePlan is a deed that the next plan finds.
func (st *story) beforeThePlan(d deed) {
	st.t.Helper()
	st.s.Apply()
	st.act(d, nobody)
	st.settle()
	st.end()
}

// betweenPlanAndApply is a deed that a saved plan knows nothing of.
func (st *story) betweenPlanAndApply(d deed) {
	st.t.Helper()
	st.s.Apply()
	st.turn(2)
	st.s.Must("plan", "-out=saved", "-input=false", "-no-color")
	st.act(d, nobody)
	st.s.Run("apply", "-input=false", "-no-color", "saved")
	st.verdict("after the apply of a saved plan")
	st.settle()
	st.end()
}

// moment is when a second actor comes: while a call of one run is held, on its way there or on its way back.
type moment struct {
	run    string // what the run does
	action string
	answer bool
}

// The runs. What makes makes all; what remakes makes some in a workspace that has others.
const (
	making   = "making"
	remaking = "making more"
	changing = "changing"
	revoking = "destroying"
)

func (m moment) String() string {
	return m.run + "/" + map[bool]string{false: "before", true: "after"}[m.answer] + " " + m.action
}

// moments are all of them. A run that makes from nothing has no key to do something to before its first CreateAccessKey.
func moments() (all []moment) {
	all = append(all, moment{making, "CreateAccessKey", true})
	for run, actions := range map[string][]string{
		making:   {"UpdateAccessKey"},
		remaking: {"CreateAccessKey"},
		changing: {"UpdateAccessKey", "DeleteAccessKey", "UpdateUser", "ReadAccessKeys", "ReadUsers"},
		revoking: {"UpdateAccessKey", "DeleteAccessKey", "ReadAccessKeys", "ReadUsers"},
	} {
		for _, action := range actions {
			all = append(all, moment{run, action, false}, moment{run, action, true})
		}
	}
	return all
}

// betweenCalls is a deed while a call of a run is held. The run makes one call at a time: nothing else of it meets the
// deed, which then is the only thing that happened meanwhile.
func (st *story) betweenCalls(d deed, m moment) {
	st.t.Helper()
	st.roots = 0 // a call about one of those would name no user's key
	arguments := st.prepare(m.run)
	gate := st.w.Gate()
	hold := gate.HoldRequest
	if m.answer {
		hold = gate.HoldAnswer
	}
	held := hold(m.action)
	r := st.s.Start(append(slices.Clone(arguments), "-parallelism=1")...)
	st.w.AwaitHeld(held)
	st.act(d, held.First())
	held.Release()
	st.t.Logf("the run ended with %d", r.Wait().Code)
	st.verdict("after the run that the second actor met, " + m.String())
	if m.run != revoking {
		st.settle()
	}
	st.end()
}

// prepare goes to where a run can be met, and says which command it is.
func (st *story) prepare(run string) (arguments []string) {
	st.t.Helper()
	chapters := map[string][2]int{making: {0, 1}, remaking: {2, 1}, changing: {1, 2}, revoking: {2, 2}}[run]
	if chapters[0] > 0 {
		st.turn(chapters[0])
		st.s.Apply()
	}
	st.turn(chapters[1])
	if run == revoking {
		return destroy
	}
	return apply
}

// TestSecondActor is the short form: deeds that are drawn, one between plan and apply and one in each kind of run, and one
// before a plan that must find keys again which moved with their user.
func TestSecondActor(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(maps.Keys(deeds()))
	rnd := draw(t)
	t.Run("before the plan/a user is renamed", func(t *testing.T) {
		t.Parallel()
		tell(t, 2).beforeThePlan(deeds()["a user is renamed"])
	})
	drawn := names[rnd.IntN(len(names))]
	t.Run("between plan and apply/"+drawn, func(t *testing.T) {
		t.Parallel()
		tell(t, 2).betweenPlanAndApply(deeds()[drawn])
	})
	for _, m := range []moment{
		{making, "CreateAccessKey", true},
		{making, "UpdateAccessKey", rnd.IntN(2) == 0},
		{changing, "UpdateAccessKey", rnd.IntN(2) == 0},
		{revoking, "DeleteAccessKey", rnd.IntN(2) == 0},
	} {
		drawn := names[rnd.IntN(len(names))]
		t.Run("between calls/"+m.String()+"/"+drawn, func(t *testing.T) {
			t.Parallel()
			tell(t, 1).betweenCalls(deeds()[drawn], m)
		})
	}
}

// TestSoakSecondActor is every deed at every moment.
func TestSoakSecondActor(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(deeds())) {
		t.Run("between plan and apply/"+name, func(t *testing.T) {
			t.Parallel()
			tell(t, 2).betweenPlanAndApply(deeds()[name])
		})
		t.Run("before the plan/"+name, func(t *testing.T) {
			t.Parallel()
			tell(t, 2).beforeThePlan(deeds()[name])
		})
		for _, m := range moments() {
			t.Run("between calls/"+m.String()+"/"+name, func(t *testing.T) {
				t.Parallel()
				tell(t, 1).betweenCalls(deeds()[name], m)
			})
		}
	}
}
