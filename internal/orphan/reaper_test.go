package orphan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// revoker is a service whose calls last a second each. It deletes the caller's own keys without deactivating them.
type revoker struct {
	mu       sync.Mutex
	calls    []string // "off" or "delete", and the key
	parallel int      // calls under way
	most     int      // the most of them at the same time
	refuses  func(call string) error
}

func (s *revoker) call(ctx context.Context, call string) error {
	s.mu.Lock()
	s.parallel++
	s.most = max(s.most, s.parallel)
	s.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parallel--
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.calls = append(s.calls, call)
	if s.refuses != nil {
		return s.refuses(call)
	}
	return nil
}

func (s *revoker) Deactivate(ctx context.Context, owner key.Owner, have key.Key) (key.Key, error) {
	if owner == (key.Owner{}) || have.State == key.Inactive {
		return have, nil
	}
	if err := s.call(ctx, "off "+have.ID); err != nil {
		return have, err
	}
	have.State = key.Inactive
	return have, nil
}

func (s *revoker) Revoke(ctx context.Context, _ key.Owner, have key.Key) error {
	return s.call(ctx, "delete "+have.ID)
}

func (s *revoker) made() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// runKey is a key of bob that never expires, or in so many hours.
func runKey(s *revoker, id string, hours ...int) RunKey {
	k := RunKey{Keys: s, Owner: key.Owner{UserName: "bob"}, Key: key.Key{ID: id, State: key.Active, Secret: "THE-SECRET"}}
	for _, h := range hours {
		expires := start.Add(time.Duration(h) * time.Hour)
		k.Key.Expires = &expires
	}
	return k
}

// ids returns the ids of the keys that could not be revoked.
func ids(left []*RevokeError) (ids []string) {
	for _, e := range left {
		ids = append(ids, e.Key.ID)
	}
	slices.Sort(ids)
	return ids
}

// TestRevokeAll_deactivatesAllBeforeDeleting: five keys at a time.
func TestRevokeAll_deactivatesAllBeforeDeleting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, tr := &revoker{}, NewTracker()
		const n = 20
		for i := range n {
			tr.Add(runKey(s, fmt.Sprint("K", i), 1))
		}
		tr.Add(runKey(s, "CLOSED", 1))
		tr.Remove("CLOSED")
		if left := tr.revokeAll(t.Context()); len(left) > 0 {
			t.Errorf("left %v", ids(left))
		}
		for i, call := range s.calls {
			if off := strings.HasPrefix(call, "off "); off != (i < n) || len(s.calls) != 2*n {
				t.Fatalf("calls %q", s.calls)
			}
		}
		if s.most != parallelRevocations {
			t.Errorf("%d calls at the same time, want %d", s.most, parallelRevocations)
		}
		if left := tr.revokeAll(t.Context()); len(left) > 0 || len(s.calls) != 2*n {
			t.Errorf("the second time: left %v, calls %q", ids(left), s.calls)
		}
		if _, ok := tr.BeginChange(); ok || !tr.Abandoned() {
			t.Error("something can be changed after the end")
		}
	})
}

// TestRevokeAll_order: keys with the latest expiry are deactivated first, and keys that are still active are deleted first.
func TestRevokeAll_order(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, tr := &revoker{}, NewTracker()
		s.refuses = func(call string) error {
			if call == "off DAY" {
				return errors.New("refused")
			}
			return nil
		}
		for _, k := range []RunKey{
			runKey(s, "HOUR", 1), runKey(s, "YEAR", 9000), runKey(s, "NEVER1"), runKey(s, "DAY", 24), runKey(s, "NEVER2"), runKey(s, "NEVER3"),
		} {
			tr.Add(k)
		}
		own := runKey(s, "OWN", 2)
		own.Owner = key.Owner{}
		tr.Add(own)
		var order []string
		for _, k := range tr.remaining(nil) {
			order = append(order, k.Key.ID)
		}
		expect(t, "order", order, []string{"NEVER1", "NEVER2", "NEVER3", "YEAR", "DAY", "OWN", "HOUR"})
		// Five at a time: two rounds to deactivate, one to delete.
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		left := tr.revokeAll(ctx)
		calls := s.made()
		if slices.Contains(calls, "off OWN") || !slices.Contains(calls, "delete OWN") || !slices.Contains(calls, "delete DAY") {
			t.Errorf("calls %q", calls)
		}
		i := slices.IndexFunc(left, func(e *RevokeError) bool { return e.Key.ID == "HOUR" })
		if i < 0 || !errors.Is(left[i], context.DeadlineExceeded) ||
			!strings.Contains(left[i].Error(), "access key HOUR of this run is INACTIVE and was not deleted, it expires on 2030-01-02T04:04:05Z: ") {
			t.Errorf("left %v", left)
		}
		if again := tr.revokeAll(t.Context()); len(again) > 0 {
			t.Errorf("the next one leaves %v", ids(again))
		}
		if all := s.made(); len(all) != 6+7 { // OWN is not deactivated
			t.Errorf("calls %q", all)
		}
	})
}

// TestRevokeAll_waitsForChanges: a run-scoped key whose creation is under way is revoked too.
func TestRevokeAll_waitsForChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, tr := &revoker{}, NewTracker()
		done, ok := tr.BeginChange()
		if !ok || tr.Abandoned() {
			t.Fatal("nothing can be changed")
		}
		tr.Add(runKey(s, "A"))
		ended := make(chan []*RevokeError)
		go func() { ended <- tr.revokeAll(context.Background()) }()
		time.Sleep(time.Minute)
		expect(t, "calls", s.made(), []string{"off A", "delete A"})
		select {
		case <-ended:
			t.Fatal("it ended during a change")
		default:
		}
		tr.Add(runKey(s, "B"))
		done()
		done() // counts once
		if left := <-ended; len(left) > 0 {
			t.Errorf("left %v", ids(left))
		}
		expect(t, "calls", s.made(), []string{"off A", "delete A", "off B", "delete B"})
	})
}

// TestRevokeAll_deadline: revokeAll ends with its context, whichever call hangs.
func TestRevokeAll_deadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, tr := &revoker{}, NewTracker()
		s.refuses = func(call string) error {
			if call == "delete REFUSED" {
				return errors.New("refused")
			}
			return nil
		}
		tr.Add(runKey(s, "A"))
		tr.Add(runKey(s, "REFUSED"))
		done, ok := tr.BeginChange()
		if !ok {
			t.Fatal("nothing can be changed")
		}
		defer done()
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), shutdownLimit+time.Second)
		defer cancel()
		left := tr.revokeAll(ctx)
		if took := time.Since(began); took != shutdownLimit+time.Second {
			t.Errorf("it took %s", took)
		}
		expect(t, "left", ids(left), []string{"REFUSED"})
	})
}

// TestTracker_keepsNoSecret: the tracker does not keep secrets.
func TestTracker_keepsNoSecret(t *testing.T) {
	tr := NewTracker()
	tr.Add(runKey(nil, "A"))
	if k, found := tr.Get("A"); !found || k.Key.Secret != "" {
		t.Errorf("found %v, secret kept: %v", found, k.Key.Secret != "")
	}
	if _, found := tr.Get("B"); found {
		t.Error("a key that was not added is found")
	}
}

// reaper is a reaper of a process whose parent dies when dead is set.
func reaper(dead *atomic.Bool) (r *Reaper, left *[]string) {
	left = &[]string{}
	r = &Reaper{Tracker: NewTracker(), Exit: func(int) {}, Log: func(err error) { *left = append(*left, err.Error()) }}
	r.parent = func() int {
		if dead.Load() {
			return 1
		}
		return 4711
	}
	return r, left
}

// TestReaper_endOfPlugin: when the CLI ends the plugin, the remaining keys are revoked, and Run returns the error of serve.
func TestReaper_endOfPlugin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dead atomic.Bool
		r, left := reaper(&dead)
		s := &revoker{refuses: func(call string) error {
			if call == "delete REFUSED" {
				return errors.New("refused")
			}
			return nil
		}}
		failed := errors.New("serving failed")
		err := r.Run(false, func() error {
			own := runKey(s, "A")
			own.Owner = key.Owner{}
			r.Tracker.Add(own)
			own.Key.ID = "REFUSED"
			r.Tracker.Add(own)
			return failed
		})
		calls := s.made()
		slices.Sort(calls)
		expect(t, "calls", calls, []string{"delete A", "delete REFUSED"})
		if !errors.Is(err, failed) || len(*left) != 1 || !strings.Contains((*left)[0], "REFUSED") {
			t.Errorf("error %v, logged %q", err, *left)
		}
	})
}

// TestReaper_limit: the time is two seconds when the CLI ends the plugin, and 30 minutes when the CLI has ended.
func TestReaper_limit(t *testing.T) {
	for _, dies := range []bool{false, true} {
		t.Run(fmt.Sprintf("CLI dies: %v", dies), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var dead atomic.Bool
				r, left := reaper(&dead)
				s := &revoker{}
				r.Tracker.watchCLI(func() bool { return r.parent() != 4711 })
				_ = r.Run(false, func() error {
					for i := range 20 {
						r.Tracker.Add(runKey(s, fmt.Sprint("K", i)))
					}
					if dies {
						time.AfterFunc(time.Second, func() { dead.Store(true) })
					}
					return nil
				})
				if want := map[bool]int{false: 20, true: 0}[dies]; len(*left) != want {
					t.Errorf("%d keys are left, want %d", len(*left), want)
				}
			})
		})
	}
}

// TestReaper_cliKilled: run-scoped keys are revoked, a creation under way is notified, and the process
// ends. Nothing else is revoked.
func TestReaper_cliKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var dead atomic.Bool
		r, left := reaper(&dead)
		s := &revoker{}
		exited := make(chan int)
		r.Exit = func(code int) { exited <- code }
		stopped := make(chan struct{})
		go func() { _ = r.Run(true, func() error { <-stopped; return nil }) }()
		r.Tracker.Add(runKey(s, "RUN"))
		done, ok := r.Tracker.BeginChange()
		if !ok || r.Tracker.Abandoned() {
			t.Fatal("nothing can be changed while the CLI lives")
		}
		time.Sleep(time.Hour)
		dead.Store(true)
		if !r.Tracker.Abandoned() {
			t.Error("a creation is not notified that nobody waits for its key")
		}
		time.Sleep(time.Minute)
		expect(t, "calls", s.made(), []string{"off RUN", "delete RUN"})
		select {
		case <-exited:
			t.Error("the process ended during a change")
		default:
		}
		done()
		if code := <-exited; code != 1 || len(*left) > 0 {
			t.Errorf("exit code %d, left %q", code, *left)
		}
		close(stopped)
	})
}

// TestReaper_waitsForOtherProviders: another provider of the CLI may sign with the run-scoped key, so the reaper waits until it has
// ended, for a limited time, and not longer than the CLI waits.
func TestReaper_waitsForOtherProviders(t *testing.T) {
	for name, c := range map[string]struct {
		dead bool
		dies time.Duration // the other provider, between two looks; 0 = never
		want time.Duration // until the first call has ended
	}{
		"CLI dead, it ends":        {true, 6990 * time.Millisecond, 8 * time.Second},
		"CLI dead, it never ends":  {true, 0, othersLimit + time.Second},
		"CLI alive, it ends":       {false, 90 * time.Millisecond, 1100 * time.Millisecond},
		"CLI alive, it never ends": {false, 0, othersShutdownLimit + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var dead atomic.Bool
				r, _ := reaper(&dead)
				dir := folderOf(t)
				mine, other := newSilentProcess(t, dir), newSilentProcess(t, dir)
				r.Journal = mine.journal
				other.create("OTHER")
				began := time.Now()
				var first time.Duration
				s := &revoker{refuses: func(string) error {
					if first == 0 {
						first = time.Since(began)
					}
					return nil
				}}
				r.Tracker.Add(runKey(s, "RUN"))
				if c.dies > 0 {
					time.AfterFunc(c.dies, other.die)
				}
				if c.dead {
					r.reap(abandonedLimit, othersLimit)
				} else {
					r.reap(shutdownLimit, othersShutdownLimit)
				}
				if first != c.want {
					t.Errorf("the first key was deactivated after %s, want %s", first, c.want)
				}
			})
		})
	}
}
