package orphan

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// Revoker revokes keys; *key.Service implements it.
type Revoker interface {
	// Deactivate deactivates a key in one call.
	Deactivate(ctx context.Context, owner key.Owner, have key.Key) (key.Key, error)
	// Revoke deletes a key.
	Revoke(ctx context.Context, owner key.Owner, have key.Key) error
}

// RunKey is a run-scoped key with what is needed to revoke it.
type RunKey struct {
	Keys  Revoker
	Owner key.Owner
	Key   key.Key // without its secret
}

// Tracker has the run-scoped keys of this process and counts the changes under way. It is safe for concurrent use.
//
// Terraform and OpenTofu do not close an ephemeral resource if something that uses it fails, nor after Ctrl-C. But unless they
// are killed, they tell the provider to end and give it two seconds. In this time the Reaper revokes the keys.
type Tracker struct {
	changes sync.WaitGroup

	mu      sync.Mutex
	keys    map[string]RunKey // by id
	closing bool
	cliDead func() bool // nil = unknown
}

// NewTracker returns an empty tracker.
func NewTracker() *Tracker { return &Tracker{keys: map[string]RunKey{}} }

// BeginChange begins a change, such as the creation of a key, for which the end of the process waits. Call done after the
// change, and after Add if it created a run-scoped key. ok is false if the process is ending: then the caller must not change
// anything.
func (t *Tracker) BeginChange() (done func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closing {
		return nil, false
	}
	t.changes.Add(1)
	return sync.OnceFunc(t.changes.Done), true
}

// Abandoned reports whether the process is ending or its CLI has ended, so that nobody waits for a key that is being created.
// It is the key.CreateOptions.Abandoned of all creations.
func (t *Tracker) Abandoned() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closing || t.cliDead != nil && t.cliDead()
}

// Add adds or replaces a run-scoped key. It does not keep the secret.
func (t *Tracker) Add(k RunKey) {
	k.Key.Secret = ""
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys[k.Key.ID] = k
}

// Get returns a run-scoped key as last known.
func (t *Tracker) Get(id string) (RunKey, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, found := t.keys[id]
	return k, found
}

// Remove removes a key that was revoked.
func (t *Tracker) Remove(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.keys, id)
}

// close prevents further changes.
func (t *Tracker) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closing = true
}

// isCLIDead reports whether the CLI is known to have ended.
func (t *Tracker) isCLIDead() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cliDead != nil && t.cliDead()
}

// remaining returns the keys, except those that failed, in the order of their expiry, the latest first.
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

// expiry returns when the key expires, and a time in the far future if it does not.
func (k RunKey) expiry() time.Time {
	if k.Key.Expires == nil {
		return time.Unix(1<<40, 0)
	}
	return *k.Key.Expires
}

// update replaces a key, unless it was removed.
func (t *Tracker) update(k RunKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, found := t.keys[k.Key.ID]; found {
		t.keys[k.Key.ID] = k
	}
}
