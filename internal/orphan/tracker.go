package orphan

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// Revoker ends keys; *key.Service is one.
type Revoker interface {
	// Deactivate makes a key that nobody will use inert, in one call.
	Deactivate(ctx context.Context, owner key.Owner, have key.Key) (key.Key, error)
	// Revoke deletes a key.
	Revoke(ctx context.Context, owner key.Owner, have key.Key) error
}

// RunKey is a run-scoped key, which lives as long as the run, and what is needed to revoke it.
type RunKey struct {
	Keys  Revoker
	Owner key.Owner
	Key   key.Key // without its secret
}

// Tracker knows the run-scoped keys of this process and the changes under way. It is safe for concurrent use.
//
// Terraform and OpenTofu do not close an ephemeral resource when something that uses it fails, nor after Ctrl-C. What they
// do in every case but their own sudden death is to end the provider, and they allow it two seconds for that: time to
// revoke what was not closed (Reaper).
type Tracker struct {
	changes sync.WaitGroup

	mu      sync.Mutex
	keys    map[string]RunKey // by id
	closing bool
	cliDead func() bool // nil = it is not known
}

// NewTracker returns a tracker of nothing.
func NewTracker() *Tracker { return &Tracker{keys: map[string]RunKey{}} }

// BeginChange announces a change, as the creation of a key, so that the end of the process waits for it. Call done when it
// is over, after Add if it created a run-scoped key. ok is false once the process is ending: then nothing may be changed
// any more.
func (t *Tracker) BeginChange() (done func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closing {
		return nil, false
	}
	t.changes.Add(1)
	return sync.OnceFunc(t.changes.Done), true
}

// Abandoned reports that the process is ending or that its CLI is dead: nobody takes the key that is being created. It is
// the key.CreateOptions.Abandoned of all creations.
func (t *Tracker) Abandoned() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closing || t.cliDead != nil && t.cliDead()
}

// Add adds a run-scoped key, or replaces what is known of it. The secret is not kept.
func (t *Tracker) Add(k RunKey) {
	k.Key.Secret = ""
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys[k.Key.ID] = k
}

// Get returns what is known of a run-scoped key.
func (t *Tracker) Get(id string) (RunKey, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, found := t.keys[id]
	return k, found
}

// Remove forgets a key that was revoked.
func (t *Tracker) Remove(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.keys, id)
}

// close lets no change begin any more.
func (t *Tracker) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closing = true
}

// isCLIDead reports that the CLI is known to be dead.
func (t *Tracker) isCLIDead() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cliDead != nil && t.cliDead()
}

// remaining returns the keys but those that failed, those first that would live longest.
func (t *Tracker) remaining(failed []*RevokeError) []RunKey {
	t.mu.Lock()
	defer t.mu.Unlock()
	var keys []RunKey
	for id, k := range t.keys {
		if !slices.ContainsFunc(failed, func(e *RevokeError) bool { return e.Key.ID == id }) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b RunKey) int {
		return cmp.Or(b.expiry().Compare(a.expiry()), cmp.Compare(a.Key.ID, b.Key.ID))
	})
	return keys
}

// expiry is when the key expires; of one that never does, a time after all others.
func (k RunKey) expiry() time.Time {
	if k.Key.Expires == nil {
		return time.Unix(1<<40, 0)
	}
	return *k.Key.Expires
}

// update replaces what is known of a key, unless it was removed meanwhile.
func (t *Tracker) update(k RunKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, found := t.keys[k.Key.ID]; found {
		t.keys[k.Key.ID] = k
	}
}
