package opened

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
)

// slow is an API whose calls last a second each, in the order in which they come.
type slow struct {
	credential.API

	mu      sync.Mutex
	calls   []string // "off" or "delete", and the key
	updates []api.UpdateAccessKeyInput
	now     int // calls under way
	most    int // the most of them at the same time
	refuses func(action, id string) error
}

func (s *slow) AccessKeyID() string { return "SIGNER" }

func (s *slow) Offset() time.Duration { return 0 }

func (s *slow) call(ctx context.Context, action, id string) error {
	s.mu.Lock()
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now--
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.calls = append(s.calls, action+" "+id)
	if s.refuses != nil {
		return s.refuses(action, id)
	}
	return nil
}

func (s *slow) UpdateAccessKey(ctx context.Context, in api.UpdateAccessKeyInput) (api.AccessKey, error) {
	s.mu.Lock()
	s.updates = append(s.updates, in)
	s.mu.Unlock()
	return api.AccessKey{}, s.call(ctx, "off", in.ID)
}

func (s *slow) DeleteAccessKey(ctx context.Context, _, id string) error {
	return s.call(ctx, "delete", id)
}

// bobs is a user's key without an end, or with one in so many hours.
func bobs(s *slow, id string, hours ...int) Key {
	k := Key{
		Keeper: credential.New(s, credential.Options{}), Owner: credential.Owner{UserName: "bob"},
		Key: credential.Key{ID: id, UserName: "bob", State: credential.Active, Tag: "mine"},
	}
	for _, h := range hours {
		ends := time.Now().Add(time.Duration(h) * time.Hour)
		k.Key.Expires = &ends
	}
	return k
}

// TestAllAreSwitchedOffBeforeOneIsDeleted, a few at a time, with their expiry and the tag of an unfinished creation.
func TestAllAreSwitchedOffBeforeOneIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := &slow{}, New()
		const n = 20
		for i := range n {
			l.Put(bobs(s, fmt.Sprint("K", i), 1))
		}
		if left := l.End(t.Context()); len(left) > 0 {
			t.Errorf("left %v", left)
		}
		for i, call := range s.calls {
			if off := strings.HasPrefix(call, "off "); off != (i < n) || len(s.calls) != 2*n {
				t.Fatalf("calls %q", s.calls)
			}
		}
		if s.most != 5 {
			t.Errorf("%d calls at the same time, want 5", s.most)
		}
		marks := map[string]bool{}
		for _, in := range s.updates {
			if in.State != "INACTIVE" || in.UserName != "bob" || in.ExpirationDate == nil || in.Tag == nil || !(credential.Key{Tag: *in.Tag}).Unfinished() {
				t.Fatalf("switched off with %+v", in)
			}
			marks[*in.Tag] = true
		}
		if len(marks) != n {
			t.Errorf("%d different marks, want %d", len(marks), n)
		}
	})
}

// TestWhatLivesLongestIsSwitchedOffFirst, and what still works is deleted first: time may run out at any moment.
func TestWhatLivesLongestIsSwitchedOffFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := &slow{}, New()
		s.refuses = func(action, id string) error {
			if action+id == "offDAY" {
				return errors.New("no")
			}
			return nil
		}
		l.Put(bobs(s, "HOUR", 1))
		l.Put(bobs(s, "YEAR", 9000))
		l.Put(bobs(s, "NEVER1"))
		l.Put(bobs(s, "DAY", 24))
		l.Put(bobs(s, "NEVER2"))
		l.Put(bobs(s, "NEVER3"))
		own := bobs(s, "OWN", 2)
		own.Owner, own.Key.UserName = credential.Owner{}, ""
		l.Put(own)
		var order []string
		for _, k := range l.all(nil) {
			order = append(order, k.Key.ID)
		}
		if want := []string{"NEVER1", "NEVER2", "NEVER3", "YEAR", "DAY", "OWN", "HOUR"}; !slices.Equal(order, want) {
			t.Errorf("order %v, want %v", order, want)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond) // five at a time: two rounds of switching off, one of deleting
		defer cancel()
		told := l.End(ctx)
		if slices.Contains(s.calls, "off OWN") || !slices.Contains(s.calls, "delete OWN") {
			t.Errorf("calls %q: the caller's own key is deleted in one call", s.calls)
		}
		if i := slices.IndexFunc(told, func(left Left) bool { return left.ID == "HOUR" }); i < 0 ||
			!strings.Contains(told[i].Error(), "access key HOUR of this run is INACTIVE and was not deleted, it expires on ") {
			t.Errorf("told %v", told)
		}
	})
}

// TestAKeyThatIsHandedOverAfterTheEndBeganIsRevoked: it was being made, and nobody takes it any more.
func TestAKeyThatIsHandedOverAfterTheEndBeganIsRevoked(t *testing.T) {
	for name, alone := range map[string]func() bool{"the CLI is dead": func() bool { return true }, "in the middle of a change": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, l := &slow{}, New()
				l.alone = alone
				done, ok := l.Begin()
				if !ok {
					t.Fatal("nothing may begin")
				}
				l.Hand(bobs(s, "EARLY"))
				ended := make(chan []Left)
				go func() { ended <- l.End(context.Background()) }()
				synctest.Wait() // End has copied what it revokes
				l.Hand(bobs(s, "LATE"))
				done()
				if left := <-ended; len(left) > 0 {
					t.Errorf("left %v", left)
				}
				if want := []string{"off EARLY", "delete EARLY", "off LATE", "delete LATE"}; !slices.Equal(s.calls, want) {
					t.Errorf("calls %q, want %q", s.calls, want)
				}
			})
		})
	}
}

// TestTheNextEndGoesOn with what the last one left, and with nothing else.
func TestTheNextEndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := &slow{}, New()
		l.alone = func() bool { return true }
		for i := range 7 {
			l.Hand(bobs(s, fmt.Sprint("K", i)))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond) // two rounds of switching off, one of deleting
		defer cancel()
		if left := l.End(ctx); len(left) != 2 {
			t.Errorf("left %v, want two", left)
		}
		if left := l.End(t.Context()); len(left) > 0 || len(s.calls) != 14 {
			t.Errorf("left %v, after %q", left, s.calls)
		}
	})
}

// TestAProviderThatOutlivesItsCLIGoesOn: a CLI that ends its plugin and is killed before it could kill it leaves nobody
// who waits.
func TestAProviderThatOutlivesItsCLIGoesOn(t *testing.T) {
	for _, dead := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s, l := &slow{}, New()
			for i := range 20 {
				l.Put(bobs(s, fmt.Sprint("K", i)))
			}
			began := time.Now()
			l.alone = func() bool { return dead && time.Since(began) > time.Second }
			told := 0
			g := Guard{Keys: l, Say: func(Left) { told++ }}
			if err := g.Run(false, func() error { return nil }); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); dead && told > 0 || !dead && (told != 20 || took > shutdown) {
				t.Errorf("CLI dead: %v; %d keys left after %s", dead, told, took)
			}
		})
	}
}
