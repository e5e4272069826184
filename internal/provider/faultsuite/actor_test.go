package faultsuite

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// deed is what a second actor does to a key of a user, or to the user, behind the back of a run.
type deed func(ctx context.Context, st *story, client *api.Client, key admin.AccessKey) error

func deeds() map[string]deed {
	update := func(in api.UpdateAccessKeyInput) deed {
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
	return map[string]deed{
		"a key is switched off": update(api.UpdateAccessKeyInput{State: "INACTIVE"}),
		"a key is re-dated": func(ctx context.Context, st *story, client *api.Client, key admin.AccessKey) error {
			later := st.w.Simulator.Now().AddDate(0, 1, 0)
			return update(api.UpdateAccessKeyInput{ExpirationDate: &later})(ctx, st, client, key)
		},
		"an expiry is taken away": update(api.UpdateAccessKeyInput{ClearExpirationDate: true}),
		"a key is deleted":        deleteKey,
		"a user is renamed": func(ctx context.Context, _ *story, client *api.Client, key admin.AccessKey) error {
			_, err := client.UpdateUser(ctx, api.UpdateUserInput{UserName: key.UserName, NewUserName: "renamed"})
			return err
		},
		"a user is deleted": func(ctx context.Context, st *story, client *api.Client, key admin.AccessKey) error {
			for _, k := range st.facts().keys {
				if k.UserName == key.UserName {
					if err := deleteKey(ctx, st, client, k); err != nil {
						return err
					}
				}
			}
			return client.DeleteUser(ctx, key.UserName)
		},
	}
}

func deleteKey(ctx context.Context, _ *story, client *api.Client, key admin.AccessKey) error {
	_, off := client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{
		ID: key.AccessKeyID, UserName: key.UserName, State: "INACTIVE", ExpirationDate: key.ExpirationDate,
	})
	return errors.Join(off, client.DeleteAccessKey(ctx, key.UserName, key.AccessKeyID))
}

// act does a deed to a key that is drawn. What the deed itself does to expiries is not the provider's doing.
func (st *story) act(do deed) {
	st.t.Helper()
	var users []admin.AccessKey
	for _, key := range st.facts().keys {
		if key.UserName != "" {
			users = append(users, key)
		}
	}
	st.w.Must(do(context.Background(), st, st.w.API(), users[st.rnd.IntN(len(users))]))
}

// forgive forgets what was seen of expiries so far.
func (st *story) forgive() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.immortal = nil
}

// beforeThePlan is a deed that the next plan finds.
func (st *story) beforeThePlan(do deed) {
	st.t.Helper()
	st.s.Apply()
	st.act(do)
	st.forgive()
	st.settle()
	st.end()
}

// betweenPlanAndApply is a deed that a saved plan knows nothing of.
func (st *story) betweenPlanAndApply(do deed) {
	st.t.Helper()
	st.s.Apply()
	st.turn(2)
	st.s.Must("plan", "-out=saved", "-input=false", "-no-color")
	st.act(do)
	st.s.Run("apply", "-input=false", "-no-color", "saved")
	st.forgive()
	st.settle()
	st.end()
}

// betweenCalls is a deed while a call of one apply is held, on its way there or on its way back.
func (st *story) betweenCalls(do deed, action string, answer bool) {
	st.t.Helper()
	st.s.Apply()
	gate := st.w.Gate()
	hold := gate.HoldRequest
	if answer {
		hold = gate.HoldAnswer
	}
	held := hold(action)
	st.turn(2)
	r := st.s.Start(apply...)
	st.w.AwaitHeld(held)
	st.act(do)
	held.Release()
	r.Wait()
	st.forgive()
	st.settle()
	st.end()
}

// TestSecondActor is the short form: two deeds, drawn, one between plan and apply and one between calls, and one before a
// plan that must find keys again which moved with their user.
func TestSecondActor(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(maps.Keys(deeds()))
	rnd := draw(t)
	drawn := rnd.Perm(len(names))
	t.Run("before the plan/a user is renamed", func(t *testing.T) {
		t.Parallel()
		tell(t, 2).beforeThePlan(deeds()["a user is renamed"])
	})
	t.Run("between plan and apply/"+names[drawn[0]], func(t *testing.T) {
		t.Parallel()
		tell(t, 2).betweenPlanAndApply(deeds()[names[drawn[0]]])
	})
	t.Run("between calls/"+names[drawn[1]], func(t *testing.T) {
		t.Parallel()
		tell(t, 2).betweenCalls(deeds()[names[drawn[1]]], "UpdateAccessKey", rnd.IntN(2) == 0)
	})
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
		for _, action := range []string{"UpdateAccessKey", "DeleteAccessKey", "UpdateUser"} {
			for direction, answer := range map[string]bool{"before": false, "after": true} {
				t.Run("between calls/"+name+"/"+direction+" "+action, func(t *testing.T) {
					t.Parallel()
					tell(t, 2).betweenCalls(deeds()[name], action, answer)
				})
			}
		}
	}
}
