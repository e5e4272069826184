package credential

import (
	"context"
	"fmt"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Users and their keys made and removed at the same time, as a CLI does it: no user is listed for the keys, however the
// calls interleave, and the deletions share one list.
func TestCallsOfUsersAndTheirKeys(t *testing.T) {
	const users = 20
	w := newWorld(t)
	var made [users]User
	var keys [users]Key
	each := func(do func(i int) error) {
		t.Helper()
		var group errgroup.Group
		for i := range users {
			group.Go(func() error { return do(i) })
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	each(func(i int) (err error) {
		if made[i], err = w.CreateUser(ctx, UserWish{Name: fmt.Sprintf("user-%d", i)}); err == nil {
			keys[i], _, err = w.Create(ctx, Wish{Owner: Owner{UserID: made[i].ID}})
		}
		return err
	})
	w.cost("create", map[string]int{"CreateUser": users, "CreateAccessKey": users, "UpdateAccessKey": users})
	w.Keeper = New(w.api, w.opts) // the apply of a destroy is a process of its own
	each(func(i int) error { return w.Revoke(ctx, Owner{UserID: made[i].ID}, keys[i]) })
	w.cost("revoke", map[string]int{"UpdateAccessKey": users, "DeleteAccessKey": users})
	each(func(i int) error { return w.DeleteUser(ctx, made[i].ID) })
	w.cost("delete", map[string]int{"ReadUsers": 1, "DeleteUser": users})
}

// A list of users that is under way when a user is made may lack it, or not: it has the user once in both cases.
func TestAUserMadeDuringAList(t *testing.T) {
	for _, listed := range [][]api.User{nil, {{ID: "ID-bob", Name: "bob", Path: "/"}}} {
		f := &fake{users: listed}
		inside, release := make(chan struct{}), make(chan struct{})
		f.before = func(c call) error {
			if c.action == "ReadUsers" && c.n == 1 {
				close(inside)
				<-release
			}
			return nil
		}
		k := f.keeper(t)
		done := make(chan struct{})
		go func() { _, _ = k.ListUsers(context.Background()); close(done) }()
		<-inside
		if _, err := k.CreateUser(context.Background(), UserWish{Name: "bob"}); err != nil {
			t.Fatal(err)
		}
		close(release)
		<-done
		users, err := k.ListUsers(context.Background())
		if err != nil || len(users) != 1 || users[0].Name != "bob" || f.count("ReadUsers") != 1 {
			t.Errorf("%d users listed: %v %v, calls %v", len(listed), users, err, f.actions())
		}
	}
}

// A user is renamed between the list and its deletion: it is deleted under its new name.
func TestDeleteUserRenamedInTheMiddle(t *testing.T) {
	w := newWorld(t)
	bob := w.user("bob")
	if _, err := w.ListUsers(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.api.UpdateUser(context.Background(), api.UpdateUserInput{UserName: "bob", NewUserName: "robert"}); err != nil {
		t.Fatal(err)
	}
	if err := w.DeleteUser(context.Background(), bob.ID); err != nil || len(w.sim.State().Users) != 0 {
		t.Errorf("DeleteUser = %v, left %v", err, w.sim.State().Users)
	}
}

// A user whose name another user has by now is not taken for that one: the list a deletion goes by is seconds old.
func TestDeleteUserWhoseNameIsTaken(t *testing.T) {
	w := newWorld(t)
	bob := w.user("bob")
	if _, err := w.ListUsers(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.api.UpdateUser(context.Background(), api.UpdateUserInput{UserName: "bob", NewUserName: "robert"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.api.CreateUser(context.Background(), api.CreateUserInput{UserName: "bob"}); err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Advance(justNow); err != nil {
		t.Fatal(err)
	}
	if err := w.DeleteUser(context.Background(), bob.ID); err != nil {
		t.Fatal(err)
	}
	if left := w.sim.State().Users; len(left) != 1 || left[0].UserName != "bob" || left[0].UserID == bob.ID {
		t.Errorf("left: %v", left)
	}
}
