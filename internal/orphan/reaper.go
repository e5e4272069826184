package orphan

import (
	"context"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const (
	// shutdownLimit is the time to revoke in when the CLI ends the provider: it kills what has not ended after 2 seconds.
	shutdownLimit = 1900 * time.Millisecond
	// abandonedLimit is the time to revoke in when the CLI is dead: nobody kills the provider then, and nobody waits for it.
	// It is enough for thousands of keys at the API's rate, and ends a provider whose API cannot be reached.
	abandonedLimit = 30 * time.Minute
	// parentInterval is the time between checks whether the CLI that started the provider is running.
	parentInterval = 100 * time.Millisecond
	// othersInterval is the time between checks whether the other providers of the CLI are running.
	othersInterval = 50 * time.Millisecond
	// othersLimit and othersShutdownLimit are how long it waits for them when the CLI is dead, and when it ends the provider.
	othersLimit         = time.Minute
	othersShutdownLimit = 500 * time.Millisecond
)

// Reaper revokes the run-scoped keys of a process when the process ends, however its CLI ended, and lets the changes under
// way be finished or discarded. Keys that it cannot revoke in time are listed by the next run, from the journal.
type Reaper struct {
	Tracker *Tracker
	Journal *Journal         // nil = the process knows of no other
	Log     func(error)      // receives the keys that are left
	Exit    func(code int)   // ends the process
	parent  func() (pid int) // nil = the system's
	mu      sync.Mutex       // one reap at a time
}

// Run serves, and revokes once serve returns, which it does when the CLI ends the plugin. With watch it revokes and ends
// the process as well when the CLI is no longer there, because a killed CLI does not end its plugins. On systems that do
// not report the end of a parent it only serves. Do not watch under a debugger: the process was not started by a CLI.
func (r *Reaper) Run(watch bool, serve func() error) error {
	if r.parent == nil {
		r.parent = parentPID
	}
	if first := r.parent(); watch && first != 0 {
		ignoreSignals()
		r.Tracker.watchCLI(func() bool { return r.parent() != first })
		go r.watch()
	}
	err := serve()
	r.reap(shutdownLimit, othersShutdownLimit)
	return err
}

// watch waits until the CLI has ended.
func (r *Reaper) watch() {
	tick := time.NewTicker(parentInterval)
	defer tick.Stop()
	for !r.Tracker.isCLIDead() {
		<-tick.C
	}
	r.reap(abandonedLimit, othersLimit)
	r.Exit(1)
}

// reap revokes within a limit, and continues if the CLI has ended by then.
func (r *Reaper) reap(limit, others time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	left := r.revoke(limit, others)
	if limit < abandonedLimit && r.Tracker.isCLIDead() {
		left = r.revoke(abandonedLimit, othersLimit)
	}
	for _, err := range left {
		r.Log(err)
	}
}

func (r *Reaper) revoke(limit, others time.Duration) []*RevokeError {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	r.Tracker.close()
	r.awaitOthers(ctx, others)
	return r.Tracker.revokeAll(api.WithoutRateLimit(ctx))
}

// awaitOthers waits, no longer than limit, for the other providers that the CLI started and that have created keys. One of
// them may sign its calls with a run-scoped key of this process, and needs it to discard a creation under way.
func (r *Reaper) awaitOthers(ctx context.Context, limit time.Duration) {
	if r.Journal == nil || len(r.Tracker.remaining(nil)) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(othersInterval)
	defer tick.Stop()
	for len(r.Journal.others()) > 0 {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// watchCLI sets the check whether the CLI has ended.
func (t *Tracker) watchCLI(dead func() bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cliDead = dead
}
