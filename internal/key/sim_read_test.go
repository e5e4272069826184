package key

import (
	"fmt"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

func TestKeys_ownerGone(t *testing.T) {
	w := newWorld(t)
	u := w.user("bob")
	recorded := w.key(Spec{Owner: bob}).Identity
	for _, id := range w.Live() {
		if err := w.Revoke(bg, bob, Key{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.users.Delete(bg, u.ID, u.Identity); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Owner{bob, {UserID: u.ID}} {
		for _, is := range []Identity{{}, recorded} {
			key := Key{ID: "ABCDEFGHIJ0123456789", UserName: "bob", State: Active, Identity: is}
			if _, err := w.Read(bg, o, key.ID, is); !domain.IsUserGone(err) {
				t.Errorf("%v: Read = %v", o, err)
			}
			if _, err := w.Update(bg, key, Spec{Owner: o, State: Active}); !domain.IsUserGone(err) {
				t.Errorf("%v: Update = %v", o, err)
			}
			if err := w.Revoke(bg, o, key); err != nil {
				t.Errorf("%v: Revoke = %v", o, err)
			}
		}
		if _, err := w.List(bg, o); err == nil {
			t.Errorf("%v: List of nobody's keys has no error", o)
		}
		if keys, err := w.ListExisting(bg, o); err != nil || len(keys) > 0 {
			t.Errorf("%v: ListExisting = %v, %v", o, keys, err)
		}
	}
}

// Another program renames a user and gives the old name to another user. Keys whose owner has an id are still right.
func TestKeys_ownerRenamed(t *testing.T) {
	w := newWorld(t)
	u := w.user("bob")
	o := Owner{UserID: u.ID}
	key := w.key(Spec{Owner: o, Expires: w.In(year)})
	if _, err := w.Read(bg, o, key.ID, key.Identity); err != nil { // fills the shared reads
		t.Fatal(err)
	}
	w.rename("bob", "robert")
	if _, err := w.Client.CreateUser(bg, api.CreateUserInput{UserName: "bob"}); err != nil {
		t.Fatal(err)
	}
	w.reads.Drop("bob")
	at, err := w.Read(bg, o, key.ID, key.Identity)
	if err != nil || at.UserName != "robert" {
		t.Fatalf("Read = %q %v", at.UserName, err)
	}
	got, err := w.Update(bg, key, Spec{Owner: o, State: Inactive, Expires: key.Expires})
	if err != nil || got.State != Inactive || got.UserName != "robert" {
		t.Fatalf("Update = %+v %v", got.State, err)
	}
	if err := w.Revoke(bg, o, got); err != nil {
		t.Fatal(err)
	}
	w.OnlyLive()
}

func TestCreate_ownerRenamedSinceList(t *testing.T) {
	w := newWorld(t)
	u := w.user("ann")
	if _, err := w.users.List(bg); err != nil {
		t.Fatal(err)
	}
	w.rename("ann", "anna")
	if key := w.key(Spec{Owner: Owner{UserID: u.ID}}); key.UserName != "anna" {
		t.Errorf("created for %q", key.UserName)
	}
}

// If the owner of a key is known by its name only and was renamed, the key is found under the new name. Otherwise it would
// be an orphan. If another user has the old name, the result is a mismatch, because the key exists.
func TestKeys_followRenamedUser(t *testing.T) {
	for name, forgotten := range map[string]bool{"identity recorded": false, "nothing recorded": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.user("bob")
			key := w.key(Spec{Owner: bob, Expires: w.In(year)})
			if forgotten {
				key.Identity = Identity{}
			}
			w.rename("bob", "robert")
			found, err := w.Read(bg, bob, key.ID, key.Identity)
			if err != nil || found.ID != key.ID || found.UserName != "robert" {
				t.Errorf("Read = %v of %q, %v", found, found.UserName, err)
			}
			if !forgotten {
				if _, err := w.Client.CreateUser(bg, api.CreateUserInput{UserName: "bob"}); err != nil {
					t.Fatal(err)
				}
				w.reads.Drop("bob")
				_, err := w.Read(bg, bob, key.ID, key.Identity)
				if e := apitest.As[*domain.IdentityMismatchError](t, err); e.RecordedName != "robert" || e.CurrentName != "bob" || e.Current.UserID == key.Identity.UserID {
					t.Errorf("%+v", e)
				}
				if err := w.Revoke(bg, bob, key); !domain.IsMismatch(err) {
					t.Errorf("Revoke = %v", err)
				}
				w.OnlyLive(key.ID)
				return
			}
			if err := w.Revoke(bg, bob, key); err != nil {
				t.Error(err)
			}
			w.OnlyLive()
			if _, err := w.Read(bg, bob, key.ID, key.Identity); !domain.IsGone(err) {
				t.Errorf("Read = %v, want gone", err)
			}
		})
	}
}

// The caller changes in the same account: root's key is not gone because a user does not have it, nor a user's because
// root does not.
func TestKeys_callerChanges(t *testing.T) {
	w := newWorld(t, func(o *simulator.Options) { o.Grants = []simulator.Grant{{User: "eve", Actions: []string{"api:*"}}} })
	u := w.user("eve")
	signing := w.key(Spec{Owner: Owner{UserName: "eve"}})
	asRoot, asEve := w.Client, w.Signed(signing.ID, signing.Secret)
	check := func(key Key, name string) {
		t.Helper()
		_, err := w.Read(bg, Owner{}, key.ID, key.Identity)
		e := apitest.As[*domain.IdentityMismatchError](t, err)
		if e.Recorded.Signer != key.Identity.Signer || e.Current.Signer == e.Recorded.Signer || e.CurrentName != name {
			t.Errorf("%+v", e)
		}
		if err := w.Revoke(bg, Owner{}, key); !domain.IsMismatch(err) {
			t.Errorf("Revoke = %v", err)
		}
	}
	roots := w.key(Spec{})
	w.restart(asEve)
	check(roots, "eve")
	eves := w.key(Spec{})
	if eves.Identity.Signer != signing.ID {
		t.Errorf("identity %+v", eves.Identity)
	}
	w.restart(asRoot)
	check(eves, "")
	w.OnlyLive(signing.ID, roots.ID, eves.ID)
	// A key that does not exist is gone, whoever reads it.
	if err := w.Revoke(bg, Owner{UserID: u.ID}, Key{ID: eves.ID, UserName: "eve"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Read(bg, Owner{}, eves.ID, eves.Identity); !domain.IsGone(err) {
		t.Errorf("Read = %v", err)
	}
}

// With a credential of another account no object is found, and none counts as gone.
func TestKeys_anotherAccount(t *testing.T) {
	w, other := newWorld(t), newWorld(t, func(o *simulator.Options) { o.Seed = 42 })
	u := w.user("bob")
	other.user("bob")
	for _, o := range []Owner{{}, bob, {UserID: u.ID}} {
		key := w.key(Spec{Owner: o})
		_, err := other.Read(bg, o, key.ID, key.Identity)
		if e := apitest.As[*domain.IdentityMismatchError](t, err); e.ID != key.ID || e.Recorded.AccountID != key.Identity.AccountID || e.Current.AccountID != other.Sim.State().Account.AccountID {
			t.Errorf("%v: %+v", o, e)
		}
		if err := other.Revoke(bg, o, key); !domain.IsMismatch(err) {
			t.Errorf("%v: Revoke = %v", o, err)
		}
		if _, err := other.Update(bg, key, Spec{Owner: o}); !domain.IsMismatch(err) {
			t.Errorf("%v: Update = %v", o, err)
		}
	}
	if _, err := other.users.Read(bg, u.ID, u.Identity); !domain.IsMismatch(err) {
		t.Errorf("user: %v", err)
	}
	if err := other.users.Delete(bg, u.ID, u.Identity); !domain.IsMismatch(err) {
		t.Errorf("deleting the user: %v", err)
	}
	if n := other.Sim.Stats()["ReadAccounts"]; n != 1 {
		t.Errorf("%d ReadAccounts", n)
	}
}

func TestFind(t *testing.T) {
	w := newWorld(t)
	own := w.key(Spec{})
	var last Key
	for i := range 6 {
		name := fmt.Sprintf("user-%d", i)
		w.user(name)
		last = w.key(Spec{Owner: Owner{UserName: name}})
	}
	w.restart(w.Client)
	if got, err := w.Find(bg, own.ID); err != nil || got.UserName != "" {
		t.Errorf("own: %q %v", got.UserName, err)
	}
	w.Cost("own", map[string]int{"ReadAccessKeys": 1})
	if got, err := w.Find(bg, last.ID); err != nil || got.UserName != "user-5" {
		t.Errorf("a user's: %q %v", got.UserName, err)
	}
	_, err := w.Find(bg, "ABCDEFGHIJ0123456789")
	if e := apitest.As[*domain.GoneError](t, err); e.Users != 6 {
		t.Errorf("%+v", e)
	}
	w.restart(w.Client)
	w.Fault(simulator.Fault{Action: "ReadUsers", Kind: faults.Status, Status: 403, Code: "4"})
	if _, err := w.Find(bg, "ABCDEFGHIJ0123456789"); !api.IsForbidden(err) || domain.IsGone(err) {
		t.Errorf("users that cannot be listed prove nothing: %v", err)
	}
}

// N keys of U owners cost U calls. A change costs one more call, for its owner only.
func TestRead_shared(t *testing.T) {
	w := newWorld(t)
	keys := map[Owner][]Key{}
	for _, name := range []string{"", "ann", "bob"} {
		o := Owner{}
		if name != "" {
			o.UserID = w.user(name).ID
		}
		for range 5 {
			keys[o] = append(keys[o], w.key(Spec{Owner: o}))
		}
	}
	all := func() {
		t.Helper()
		var group errgroup.Group
		for o, keys := range keys {
			for _, key := range keys {
				group.Go(func() error {
					_, err := w.Read(bg, o, key.ID, key.Identity)
					return err
				})
			}
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	w.restart(w.Client) // another process, which created none of them
	all()
	w.Cost("15 reads", map[string]int{"ReadUsers": 1, "ReadAccessKeys": 3})
	all()
	w.Cost("15 more", map[string]int{})
	own := keys[Owner{}][0]
	if _, err := w.Update(bg, own, Spec{State: Inactive}); err != nil {
		t.Fatal(err)
	}
	w.Cost("a change", map[string]int{"ReadAccessKeys": 1, "UpdateAccessKey": 1})
	all()
	w.Cost("after a change", map[string]int{"ReadAccessKeys": 1})
	if at, err := w.Read(bg, Owner{}, own.ID, own.Identity); err != nil || at.State != Inactive {
		t.Errorf("a stale read: %v %v", at.State, err)
	}
	w.Advance(domain.ReadTTL)
	all()
	w.Cost("when it is too old", map[string]int{"ReadUsers": 1, "ReadAccessKeys": 3})
}

// A plan without a change over 300 keys of 150 users: 151 calls, however the reads interleave.
func TestRead_planOf300Keys(t *testing.T) {
	const users, keysPerUser = 150, 2
	w := newWorld(t)
	var made []user.User
	var keys []Key
	for i := range users {
		u := w.user(fmt.Sprintf("user-%d", i))
		made = append(made, u)
		for range keysPerUser {
			k, err := w.Client.CreateAccessKey(bg, api.CreateAccessKeyInput{UserName: u.Name})
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, Key{ID: k.ID, Identity: Identity{AccountID: "012345678901", UserID: u.ID}})
		}
	}
	w.restart(w.Client)
	var group errgroup.Group
	group.SetLimit(10) // as many as the CLIs use
	for i, u := range made {
		group.Go(func() error { _, err := w.users.Read(bg, u.ID, u.Identity); return err })
		for _, key := range keys[i*keysPerUser : (i+1)*keysPerUser] {
			group.Go(func() error { _, err := w.Read(bg, Owner{UserID: u.ID}, key.ID, key.Identity); return err })
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	w.Cost("a plan", map[string]int{"ReadUsers": 1, "ReadAccessKeys": users})
}

// Users and their keys are created and removed at the same time, as a CLI does. However the calls interleave, the keys need
// no list of users, and the deletions share one.
func TestKeys_callsWithUsers(t *testing.T) {
	const users = 20
	w := newWorld(t)
	var made [users]user.User
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
	each(func(i int) (err error) {
		if made[i], err = w.users.Create(bg, user.Spec{Name: fmt.Sprintf("user-%d", i)}); err != nil {
			return err
		}
		o := Owner{UserID: made[i].ID}
		if i%2 == 0 {
			o = Owner{UserName: made[i].Name}
		}
		created, err := w.Create(bg, Spec{Owner: o}, CreateOptions{})
		keys[i] = created.Key
		if keys[i].Identity.UserID != made[i].ID {
			t.Errorf("identity %+v", keys[i].Identity)
		}
		return err
	})
	w.Cost("create", map[string]int{"ReadAccounts": 1, "CreateUser": users, "CreateAccessKey": users, "UpdateAccessKey": users})
	w.restart(w.Client) // a later process
	each(func(i int) error { return w.Revoke(bg, Owner{UserID: made[i].ID}, keys[i]) })
	w.Cost("revoke", map[string]int{"UpdateAccessKey": users, "DeleteAccessKey": users})
	each(func(i int) error { return w.users.Delete(bg, made[i].ID, made[i].Identity) })
	w.Cost("delete", map[string]int{"ReadUsers": 1, "DeleteUser": users})
}

// A result for a user's name is not used after that user changed.
func TestList_afterUserChange(t *testing.T) {
	w := newWorld(t)
	u := w.user("bob")
	key := w.key(Spec{Owner: bob})
	if _, err := w.List(bg, bob); err != nil {
		t.Fatal(err)
	}
	if _, err := w.users.Update(bg, u.ID, u.Identity, user.Spec{Name: "robert"}); err != nil {
		t.Fatal(err)
	}
	if keys, err := w.List(bg, bob); !api.IsNotFound(err) {
		t.Errorf("the old name: %v, %v", keys, err)
	}
	if keys, err := w.List(bg, Owner{UserID: u.ID}); err != nil || len(keys) != 1 || keys[0].ID != key.ID {
		t.Errorf("%v, %v", keys, err)
	}
}
