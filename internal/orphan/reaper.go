package orphan

import (
	"context"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const (
	// shutdownLimit is the time limit after the CLI has told the provider to end. After 2 seconds the CLI kills it.
	shutdownLimit = 1900 * time.Millisecond
	// abandonedLimit is the time limit after the CLI has ended: nothing kills the provider, and nobody waits for it. It is
	// enough for thousands of keys at the API's rate, and ends a provider that cannot reach its API.
	abandonedLimit = 30 * time.Minute
	// parentInterval is the time between checks whether the CLI that started the provider is running.
	parentInterval = 100 * time.Millisecond
	// othersInterval is the time between checks whether the other providers of the CLI are running.
	othersInterval = 50 * time.Millisecond
	// othersLimit and othersShutdownLimit are how long the reaper waits for these: after the CLI has ended, and after it has told
	// the provider to end.
	othersLimit         = time.Minute
	othersShutdownLimit = 500 * time.Millisecond
)

// Reaper revokes the run-scoped keys of a process when the process ends, however its CLI ended. It also waits for the changes
// under way. If it cannot revoke a key in time, the next run names the key.
type Reaper struct {
	Tracker *Tracker
	Journal *Journal         // nil = do not wait for other providers
	Log     func(error)      // receives an error for each key that is left
	Exit    func(code int)   // ends the process
	parent  func() (pid int) // nil = parentPID
	mu      sync.Mutex       // one reap at a time
}

// Run calls serve, which returns when the CLI tells the plugin to end, and then revokes the keys. A CLI that is killed does
// not end its plugins. So with watch, Run also revokes the keys and ends the process when the CLI is no longer running, on
// systems that report this. Do not watch under a debugger, where no CLI has started the process.
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

// watch waits until the CLI has ended, revokes the keys and ends the process.
func (r *Reaper) watch() {
	tick := time.NewTicker(parentInterval)
	defer tick.Stop()
	for !r.Tracker.isCLIDead() {
		<-tick.C
	}
	r.reap(abandonedLimit, othersLimit)
	r.Exit(1)
}

// reap revokes the keys within a time limit. If the CLI has ended then, it goes on with the limit for that.
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

// awaitOthers waits, no longer than limit, until the other providers of the CLI that have created keys have ended. One of
// them may sign its calls with a run-scoped key of this process, and need it to discard a creation under way.
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
