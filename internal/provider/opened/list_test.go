package opened

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
)

// account is an API that only deletes.
type account struct {
	credential.API

	mu      sync.Mutex
	deleted []string
	stuck   map[string]bool // keys whose deletion lasts until the time is up
	refused map[string]error
	meet    *sync.WaitGroup // deletions wait for each other: they must be under way together
}

func (a *account) AccessKeyID() string { return "SIGNER" }

func (a *account) Offset() time.Duration { return 0 }

func (a *account) DeleteAccessKey(ctx context.Context, _, id string) error {
	if a.meet != nil {
		a.meet.Done()
		a.meet.Wait()
	}
	if a.stuck[id] {
		<-ctx.Done()
		return ctx.Err()
	}
	if err := a.refused[id]; err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.deleted = append(a.deleted, id)
	return nil
}

func (a *account) gone(ids ...string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	slices.Sort(a.deleted)
	return slices.Equal(a.deleted, ids)
}

var expiry = time.Date(2126, 1, 2, 3, 4, 5, 0, time.UTC)

func key(k *credential.Keeper, id string) Key {
	return Key{Keeper: k, Key: credential.Key{ID: id, State: credential.Active, Expires: &expiry, Secret: "S"}}
}

func TestEndRevokesEverythingAtOnce(t *testing.T) {
	a := &account{meet: &sync.WaitGroup{}}
	a.meet.Add(3)
	k := credential.New(a, credential.Options{})
	l := New()
	for _, id := range []string{"A", "B", "C", "CLOSED"} {
		l.Put(key(k, id))
	}
	l.Remove("CLOSED")
	if left := l.End(t.Context()); len(left) != 0 || !a.gone("A", "B", "C") {
		t.Errorf("left %v, deleted %v", left, a.deleted)
	}
	if left := l.End(t.Context()); len(left) != 0 {
		t.Errorf("the second time: %v", left)
	}
	if _, ok := l.Begin(); ok {
		t.Error("a key can be opened after the end")
	}
}

func TestEndWaitsForAKeyThatIsBeingMade(t *testing.T) {
	a := &account{}
	k := credential.New(a, credential.Options{})
	l := New()
	done, ok := l.Begin()
	if !ok {
		t.Fatal("no key can be opened")
	}
	l.Put(key(k, "A"))
	ended := make(chan []Left)
	go func() { ended <- l.End(context.Background()) }()
	for !a.gone("A") { // End is under way
		select {
		case <-ended:
			t.Fatal("ended while a key was being made")
		default:
		}
	}
	l.Put(key(k, "B"))
	done()
	if left := <-ended; len(left) != 0 || !a.gone("A", "B") {
		t.Errorf("left %v, deleted %v", left, a.deleted)
	}
}

// TestEndLastsNoLongerThanItMay, whatever hangs, and tells what is left and until when.
func TestEndLastsNoLongerThanItMay(t *testing.T) {
	a := &account{stuck: map[string]bool{"STUCK": true}, refused: map[string]error{"REFUSED": errors.New("no")}}
	k := credential.New(a, credential.Options{})
	l := New()
	for _, id := range []string{"A", "STUCK", "REFUSED"} {
		l.Put(key(k, id))
	}
	if _, ok := l.Begin(); !ok { // and never done
		t.Fatal("no key can be opened")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var ids []string
	for _, left := range l.End(ctx) {
		ids = append(ids, left.ID)
		if !strings.Contains(left.Error(), "access key "+left.ID+" of this run is ACTIVE and was not deleted, it expires on 2126-01-02T03:04:05Z: ") {
			t.Error(left)
		}
	}
	if slices.Sort(ids); !slices.Equal(ids, []string{"REFUSED", "STUCK"}) || !a.gone("A") {
		t.Errorf("left %v, deleted %v", ids, a.deleted)
	}
}

func TestTheListKeepsNoSecret(t *testing.T) {
	l := New()
	l.Put(key(nil, "A"))
	if k, found := l.Get("A"); !found || k.Key.Secret != "" {
		t.Error("the secret is kept")
	}
}

// TestRunEndsWhatIsLeft after serving, and hands on what serving came to.
func TestRunEndsWhatIsLeft(t *testing.T) {
	a := &account{refused: map[string]error{"REFUSED": errors.New("no")}}
	k := credential.New(a, credential.Options{})
	l := New()
	var said []string
	g := Guard{Keys: l, Say: func(left Left) { said = append(said, left.ID) }}
	failed := errors.New("serving failed")
	err := g.Run(false, func() error {
		l.Put(key(k, "A"))
		l.Put(key(k, "REFUSED"))
		return failed
	})
	if !errors.Is(err, failed) || !a.gone("A") || !slices.Equal(said, []string{"REFUSED"}) {
		t.Errorf("error %v, deleted %v, said %v", err, a.deleted, said)
	}
}

// TestKeysForAStateAreRevokedOnlyWhenTheCLIIsDead: a CLI that ends its plugin saves what it was handed; a dead one may not.
func TestKeysForAStateAreRevokedOnlyWhenTheCLIIsDead(t *testing.T) {
	for _, dead := range []bool{false, true} {
		a, l := &account{}, New()
		l.alone = func() bool { return dead }
		l.Hand(key(credential.New(a, credential.Options{}), "A"))
		if l.Over() != dead {
			t.Errorf("Over = %v, want %v", l.Over(), dead)
		}
		if left := l.End(t.Context()); len(left) > 0 {
			t.Errorf("left %v", left)
		}
		if dead && !a.gone("A") || !dead && !a.gone() {
			t.Errorf("CLI dead: %v; revoked: %v", dead, a.deleted)
		}
		if !l.Over() {
			t.Error("it goes on after its end")
		}
	}
}

// TestAnEndInTheMiddleOfAChangeRevokesTheKeysForAState: a CLI that ends its plugin then was interrupted twice, and writes
// nothing more.
func TestAnEndInTheMiddleOfAChangeRevokesTheKeysForAState(t *testing.T) {
	a, l := &account{}, New()
	l.Hand(key(credential.New(a, credential.Options{}), "A"))
	done, ok := l.Begin()
	if !ok {
		t.Fatal("nothing may begin")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // it does not wait for the change
	l.End(ctx)
	done()
	if !a.gone("A") {
		t.Errorf("revoked: %v", a.deleted)
	}
}
