package credential

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// book is a ledger in memory.
type book struct {
	left    map[string]Left
	settled []string
	made    func(Key) // nil = nothing
}

func (b *book) Made(k Key) {
	if b.made != nil {
		b.made(k)
	}
}

func (b *book) Left() map[string]Left { return maps.Clone(b.left) }

func (b *book) Settled(id string) {
	if _, found := b.left[id]; found {
		delete(b.left, id)
		b.settled = append(b.settled, id)
	}
}

// withBook is a world whose keeper has a ledger.
func withBook(t *testing.T) (*world, *book) {
	t.Helper()
	w, b := newWorld(t), &book{left: map[string]Left{}}
	w.opts.Ledger = b
	w.user("bob")
	return w, b
}

var ofBob = Owner{UserName: "bob"}

// A key is in the ledger before its marker goes, and out of it when it is deleted.
func TestLedgerKnowsFirst(t *testing.T) {
	w, b := withBook(t)
	var noted Key
	b.made = func(k Key) {
		noted = k
		if n := w.calls()["UpdateAccessKey"]; n > 0 || !k.Unfinished() {
			t.Errorf("noted after %d updates, its tag %q", n, k.Tag)
		}
	}
	key := w.key(Wish{Owner: ofBob, Expires: w.in(year)})
	if noted.ID != key.ID || noted.UserName != "bob" || !sameInstant(noted.Expires, key.Expires) {
		t.Errorf("noted %v of %q, expires %v", noted, noted.UserName, noted.Expires)
	}
	b.left[key.ID] = Left{Key: key}
	if err := w.Revoke(context.Background(), ofBob, key); err != nil || !slices.Equal(b.settled, []string{key.ID}) {
		t.Errorf("%v, settled %v", err, b.settled)
	}
}

// What nobody can have is told of by a read, and removed before the owner gets another key; another owner's is not.
func TestLostKeyIsRemoved(t *testing.T) {
	w, b := withBook(t)
	lost, other := w.key(Wish{Owner: ofBob, Expires: w.in(year)}), w.key(Wish{})
	b.left[lost.ID], b.left[other.ID] = Left{Key: lost}, Left{Key: other}
	if _, err := w.List(context.Background(), ofBob); err != nil {
		t.Fatal(err)
	}
	w.calls()
	told := w.Leftovers(ofBob)
	if len(told) != 1 || told[0].Summary != "Lost access key found: "+lost.ID {
		t.Fatalf("a read tells %v", told)
	}
	for _, part := range append([]string{lost.ID, "of user bob", "The next apply that makes a key"}, removal(lost, w.Now())...) {
		if !strings.Contains(told[0].Detail, part) {
			t.Errorf("not told: %q in\n%s", part, told[0].Detail)
		}
	}
	w.cost("telling", map[string]int{})
	key, notices, err := w.Create(context.Background(), Wish{Owner: ofBob})
	if err != nil || len(notices) != 1 || notices[0].Summary != "Lost access key removed: "+lost.ID || !strings.Contains(notices[0].Detail, lost.ID) {
		t.Fatalf("%v, told %v", err, notices)
	}
	w.cost("removing and making", map[string]int{"CreateAccessKey": 1, "UpdateAccessKey": 2, "DeleteAccessKey": 1})
	w.onlyLive(key.ID, other.ID)
	if !slices.Equal(b.settled, []string{lost.ID}) {
		t.Errorf("settled %v", b.settled)
	}
	w.key(Wish{Owner: ofBob})
}

// One that cannot be removed is told of with what removes it, and stays in the ledger.
func TestLostKeyStays(t *testing.T) {
	w, b := withBook(t)
	lost := w.key(Wish{Owner: ofBob})
	b.left[lost.ID] = Left{Key: lost}
	w.fault(simulator.Fault{Action: "DeleteAccessKey", Kind: faults.Status, Status: 403, Code: "4"})
	_, notices, err := w.Create(context.Background(), Wish{Owner: ofBob})
	if err != nil || len(notices) != 1 || notices[0].Summary != "Lost access key found: "+lost.ID {
		t.Fatalf("%v, told %v", err, notices)
	}
	for _, part := range append([]string{"It could not be removed: ", "403"}, removal(lost, w.Now())...) {
		if !strings.Contains(notices[0].Detail, part) {
			t.Errorf("not told: %q in\n%s", part, notices[0].Detail)
		}
	}
	if len(b.settled) > 0 {
		t.Errorf("settled %v", b.settled)
	}
}

// What a state may have is never touched: it is told of when the owner gets another key, unless it is gone, or this
// process was asked for it, which only somebody who has it does.
func TestKeyThatAStateMayHave(t *testing.T) {
	for name, c := range map[string]struct {
		before  func(*world, Key)
		told    int
		settled bool
	}{
		"there":     {func(*world, Key) {}, 1, false},
		"gone":      {func(w *world, k Key) { _ = w.api.DeleteAccessKey(context.Background(), "", k.ID) }, 0, true},
		"asked for": {func(w *world, k Key) { _, _ = w.Read(context.Background(), Owner{}, k.ID) }, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, b := withBook(t)
			had := w.key(Wish{})
			b.left[had.ID] = Left{Key: had, Handed: true}
			c.before(w, had)
			if told := w.Leftovers(Owner{}); len(told) > 0 {
				t.Errorf("a read tells %v", told)
			}
			key, notices, err := w.Create(context.Background(), Wish{})
			if err != nil || len(notices) != c.told {
				t.Fatalf("%v, told %v", err, notices)
			}
			for _, n := range notices {
				if n.Summary != "Access key of a cut-off run found: "+had.ID || !strings.Contains(n.Detail, "--AccessKeyId "+had.ID) || !strings.Contains(n.Detail, "If no state has this id") {
					t.Errorf("told %v", n)
				}
			}
			if got := len(b.settled) > 0; got != c.settled {
				t.Errorf("settled %v", b.settled)
			}
			if name == "gone" {
				w.onlyLive(key.ID)
			} else {
				w.onlyLive(key.ID, had.ID)
			}
			if _, again, err := w.Create(context.Background(), Wish{}); err != nil || len(again) > 0 {
				t.Errorf("told twice: %v %v", again, err)
			}
		})
	}
}
