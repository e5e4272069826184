package credential

import (
	"context"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// A failed read is never "gone", whatever its code: 4000 and 4120 can speak of the caller's own key.
func TestAFailedReadIsNotGone(t *testing.T) {
	for _, err := range []error{
		refusal(400, "4120"), refusal(400, "4000"), refusal(401, "1"), refusal(403, "4"), refusal(500, "0"), cut(),
	} {
		f := &fake{before: on("ReadAccessKeys", 0, err)}
		f.add("", "", nil)
		if _, got := f.keeper(t).Read(context.Background(), Owner{}, f.keys[0].ID); got == nil || isGone(got) || len(f.calls) != 1 {
			t.Errorf("%v: Read = %v, calls %v", err, got, f.actions())
		}
		f.calls = nil
		if _, got := f.keeper(t).Read(context.Background(), Owner{UserName: "bob"}, "AK"); got == nil || isGone(got) {
			t.Errorf("%v: Read of a user's key = %v", err, got) // no user is listed, and that is not what was asked
		}
		f.calls = nil
		f.before = on("DeleteAccessKey", 0, err)
		f.after = nil
		if got := f.keeper(t).Revoke(context.Background(), Owner{}, keyOf("", f.keys[0].AccessKey)); got == nil {
			t.Errorf("%v: a key that is there was taken for gone", err)
		}
		if f.count("DeleteAccessKey") != 1 {
			t.Errorf("%v: calls %v", err, f.actions())
		}
	}
}

// A failed delete whose proof fails as well is a failure, also where the list of users would lack the owner.
func TestAFailedProofIsNotGone(t *testing.T) {
	f := &fake{before: func(c call) error {
		switch c.action {
		case "DeleteAccessKey":
			return refusal(400, "5027")
		case "ReadAccessKeys":
			return refusal(403, "4")
		}
		return nil
	}}
	key := Key{ID: "AK", State: Inactive}
	if err := f.keeper(t).Revoke(context.Background(), Owner{UserName: "bob"}, key); !api.IsNotFound(err) {
		t.Errorf("Revoke = %v, want the refusal", err)
	}
}

// 5098 with the user still in the list is a failure, not a proof.
func TestOwnerUnknownAndListed(t *testing.T) {
	f := &fake{before: on("ReadAccessKeys", 0, refusal(400, "5098")), users: []api.User{{ID: "U", Name: "bob"}}}
	if _, err := f.keeper(t).Read(context.Background(), Owner{UserName: "bob"}, "AK"); isGone(err) || !api.IsNotFound(err) {
		t.Errorf("Read = %v", err)
	}
	f.users = nil
	f.before = func(c call) error {
		if c.action == "ReadAccessKeys" && c.read.UserName == "bob" {
			return refusal(400, "5098")
		}
		return nil
	}
	if _, err := f.keeper(t).Read(context.Background(), Owner{UserName: "bob"}, "AK"); !isGone(err) {
		t.Errorf("Read = %v", err)
	}
}

// A read or a search never changes anything.
func TestReadsOnlyRead(t *testing.T) {
	f := &fake{users: []api.User{{ID: "U", Name: "bob"}}}
	f.add("", markerPrefix+"left-behind", nil)
	k := f.keeper(t)
	_, _ = k.Read(context.Background(), Owner{}, "none")
	_, _ = k.Find(context.Background(), "none")
	_, _ = k.List(context.Background(), Owner{UserID: "U"})
	for _, action := range f.actions() {
		if !slices.Contains([]string{"ReadAccessKeys", "ReadUsers"}, action) {
			t.Errorf("calls = %v", f.actions())
		}
	}
}

// One caller that gives up does not take the shared read from the others, and a failed one is not kept.
func TestSharedReadAndItsWaiters(t *testing.T) {
	f := &fake{}
	inside, release := make(chan struct{}), make(chan struct{})
	f.before = func(c call) error {
		if c.n == 1 {
			close(inside)
			<-release
		}
		return nil
	}
	k := f.keeper(t)
	ctx, cancel := context.WithCancel(context.Background())
	gaveUp, served := make(chan error), make(chan error)
	go func() { _, err := k.List(ctx, Owner{}); gaveUp <- err }()
	<-inside
	go func() { _, err := k.List(context.Background(), Owner{}); served <- err }()
	cancel()
	if err := <-gaveUp; err == nil {
		t.Error("the first caller should have given up")
	}
	close(release)
	if err := <-served; err != nil {
		t.Errorf("the second caller: %v", err)
	}
	if n := f.count("ReadAccessKeys"); n != 1 {
		t.Errorf("%d reads, want 1", n)
	}

	failing := &fake{before: on("ReadAccessKeys", 1, refusal(500, "0"))}
	k = failing.keeper(t)
	if _, err := k.List(context.Background(), Owner{}); err == nil {
		t.Error("the first read should fail")
	}
	if _, err := k.List(context.Background(), Owner{}); err != nil {
		t.Errorf("a failure was kept: %v", err)
	}
}

// A read that began before a write is not used after it.
func TestDropDuringARead(t *testing.T) {
	f := &fake{}
	inside, release := make(chan struct{}), make(chan struct{})
	f.after = func(c call) error {
		if c.action == "ReadAccessKeys" && c.n == 1 {
			close(inside)
			f.mu.Unlock() // let the create through while this answer is on its way
			<-release
			f.mu.Lock()
		}
		return nil
	}
	k := f.keeper(t)
	done := make(chan struct{})
	go func() { _, _ = k.List(context.Background(), Owner{}); close(done) }()
	<-inside
	key, _, err := k.Create(context.Background(), Wish{})
	if err != nil {
		t.Fatal(err)
	}
	close(release)
	<-done
	keys, err := k.List(context.Background(), Owner{})
	if err != nil || indexKey(keys, key.ID) < 0 {
		t.Errorf("a stale list of %d keys was used: %v", len(keys), err)
	}
}
