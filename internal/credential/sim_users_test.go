package credential

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

func TestUsers(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	bob, err := w.CreateUser(ctx, UserWish{Name: "bob", Email: "bob@example.com"})
	if err != nil || bob.Path != "/" || bob.ID == "" {
		t.Fatalf("%+v %v", bob, err)
	}
	w.cost("create", map[string]int{"CreateUser": 1})
	for _, find := range []func() (User, error){
		func() (User, error) { return w.ReadUser(ctx, bob.ID) },
		func() (User, error) { return w.FindUser(ctx, "bob") },
	} {
		if got, err := find(); err != nil || got != bob {
			t.Errorf("%+v %v, want %+v", got, err, bob)
		}
	}
	w.cost("two looks", map[string]int{"ReadUsers": 1})
	robert, err := w.UpdateUser(ctx, bob.ID, UserWish{Name: "robert", Path: "/team/", Email: "r@example.com"})
	if err != nil || robert.ID != bob.ID || robert.Name != "robert" || robert.Path != "/team/" || robert.Email != "r@example.com" {
		t.Fatalf("%+v %v", robert, err)
	}
	if _, err := w.FindUser(ctx, "bob"); !isGone(err) {
		t.Errorf("the old name: %v", err)
	}
	key := w.key(Wish{Owner: Owner{UserID: bob.ID}})
	err = w.DeleteUser(ctx, bob.ID)
	if held := as[*UserKeysError](t, err); !slices.Equal(held.KeyIDs, []string{key.ID}) || held.User.Name != "robert" || !api.IsConflict(err) {
		t.Errorf("error = %v", err)
	}
	if err := w.Revoke(ctx, Owner{UserID: bob.ID}, key); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.DeleteUser(ctx, bob.ID); err != nil {
			t.Errorf("DeleteUser = %v", err)
		}
	}
	if _, err := w.ReadUser(ctx, bob.ID); !isGone(err) {
		t.Errorf("ReadUser = %v", err)
	}
	if _, err := w.UpdateUser(ctx, bob.ID, UserWish{Name: "x"}); !isGone(err) {
		t.Errorf("UpdateUser = %v", err)
	}
	if len(w.sim.State().Users) != 0 {
		t.Errorf("users left: %v", w.sim.State().Users)
	}
}

func TestUsersAnswersLost(t *testing.T) {
	ctx := context.Background()
	lost := func(action string, kind string, times int) simulator.Fault {
		return simulator.Fault{Action: action, Kind: kind, Times: times}
	}
	t.Run("create", func(t *testing.T) {
		for _, kind := range []string{faults.DropAfter, faults.DropBefore} {
			w := newWorld(t)
			w.fault(lost("CreateUser", kind, 1))
			u, err := w.CreateUser(ctx, UserWish{Name: "bob"})
			if err != nil || u.Name != "bob" || len(w.sim.State().Users) != 1 {
				t.Errorf("%s: %+v %v", kind, u, err)
			}
		}
	})
	t.Run("somebody else's user of that name", func(t *testing.T) {
		w := newWorld(t)
		w.user("bob")
		if err := w.sim.Advance(time.Hour); err != nil {
			t.Fatal(err)
		}
		w.fault(lost("CreateUser", faults.DropBefore, 1))
		_, err := w.CreateUser(ctx, UserWish{Name: "bob"})
		if e := as[*AmbiguousError](t, err); e.Clean {
			t.Errorf("error = %v", err)
		}
		w.fault()
		if _, err := w.CreateUser(ctx, UserWish{Name: "bob"}); !api.IsConflict(err) {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("lost twice", func(t *testing.T) {
		w := newWorld(t)
		w.fault(lost("CreateUser", faults.DropBefore, 2))
		_, err := w.CreateUser(ctx, UserWish{Name: "bob"})
		if e := as[*AmbiguousError](t, err); !e.Clean || len(w.sim.State().Users) != 0 {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("rename", func(t *testing.T) {
		w := newWorld(t)
		bob := w.user("bob")
		w.fault(lost("UpdateUser", faults.DropAfter, 1))
		u, err := w.UpdateUser(ctx, bob.ID, UserWish{Name: "robert"})
		if err != nil || u.Name != "robert" {
			t.Errorf("%+v %v", u, err)
		}
		w.cost("rename", map[string]int{"ReadUsers": 2, "UpdateUser": 1})
	})
	t.Run("delete", func(t *testing.T) {
		w := newWorld(t)
		bob := w.user("bob")
		w.fault(lost("DeleteUser", faults.DropAfter, 1))
		if err := w.DeleteUser(ctx, bob.ID); err != nil {
			t.Error(err)
		}
	})
}

// A key whose owner is known by its name only, and was renamed, is found where it went: taken for gone it would live on
// with nobody to know it.
func TestAKeyFollowsARenamedUser(t *testing.T) {
	w := newWorld(t)
	bob := w.user("bob")
	key := w.key(Wish{Owner: Owner{UserName: "bob"}, Expires: w.in(year)})
	if _, err := w.UpdateUser(context.Background(), bob.ID, UserWish{Name: "robert"}); err != nil {
		t.Fatal(err)
	}
	found, err := w.Read(context.Background(), Owner{UserName: "bob"}, key.ID)
	if err != nil || found.ID != key.ID || found.UserName != "robert" {
		t.Errorf("Read = %v of %q, %v", found, found.UserName, err)
	}
	if err := w.Revoke(context.Background(), Owner{UserName: "bob"}, key); err != nil {
		t.Error(err)
	}
	w.onlyLive()
	if _, err := w.Read(context.Background(), Owner{UserName: "bob"}, key.ID); !isGone(err) {
		t.Errorf("Read = %v, want gone", err)
	}
}
