package providerdata

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// orphanWarnings remembers the warnings, so that each key is named once per run.
type orphanWarnings struct {
	named  sync.Map // ids of keys
	listed sync.Map // owners whose keys were listed for a new key

	mu       sync.Mutex
	suspects map[string]key.Key // by id: keys that will be named unless the CLI asks for them
	waiting  *string            // the key id of the request that waits to name them; nil = none waits
}

// WarnOrphans appends a warning for each key of an owner that may exist without a state. It lists the owner's keys, once
// per owner in a run: call it for an owner that is to get a new key. Where the keys cannot be listed nobody is warned, and
// nobody once a change has begun: every write makes the next list cost a call, and what can be named was named by the plan.
//
// A key that the journal alone suspects may be in the state that is being planned: the CLI asks for the keys of a state in
// any order. The last request of a plan therefore waits until there are no others, and names what was not asked for.
func (d *Data) WarnOrphans(ctx context.Context, owner key.Owner, diags *diag.Diagnostics) {
	if !d.Unknown() && !d.changing.Load() {
		d.WarnOrphansOfRun(ctx, owner, diags)
	}
}

// WarnOrphansOfRun is WarnOrphans for a run-scoped key, which no plan comes before.
func (d *Data) WarnOrphansOfRun(ctx context.Context, owner key.Owner, diags *diag.Diagnostics) {
	d.warnOrSuspect(ctx, d.orphansOf(ctx, owner), "", diags)
}

// WarnOrphansOfKept is WarnOrphans for a key of a state that was just read, with the others of its owner: it makes no call,
// and waits only if the journal suspects one of them. keyID is the key that was read.
func (d *Data) WarnOrphansOfKept(ctx context.Context, owner key.Owner, keyID string, diags *diag.Diagnostics) {
	keys, err := d.Keys.List(ctx, owner)
	if err != nil {
		return
	}
	if slices.ContainsFunc(keys, key.Key.Unfinished) || d.Orphans.MayHaveOrphans(owner, d.Now()) {
		d.warnOrSuspect(ctx, d.Orphans.Suspects(keys, d.Now()), keyID, diags)
	}
}

// warnOrSuspect names the unfinished keys at once, and the others when the CLI has no request left that could be for one of
// them. keyID is the key that the request is for, "" for a new one.
func (d *Data) warnOrSuspect(ctx context.Context, found []orphan.Orphan, keyID string, diags *diag.Diagnostics) {
	suspected := false
	for _, o := range found {
		if o.Kind == orphan.Unfinished {
			d.warnOf([]orphan.Orphan{o}, diags)
		} else if _, named := d.orphans.named.Load(o.Key.ID); !named {
			d.orphans.suspect(o.Key)
			suspected = true
		}
	}
	if !suspected || !d.beginWaiting(&keyID) {
		return
	}
	defer d.endWaiting(&keyID)
	if d.Requests.Await(ctx, func() bool { return d.changing.Load() || len(d.suspects(keyID)) == 0 }) {
		d.warnOf(d.Orphans.Orphans(d.suspects(keyID), d.Now()), diags)
	}
}

// beginWaiting reports whether the request for a key is to wait, in place of the one that waits now: if it can name a key,
// and not fewer than that one. Both calls of a request get the same pointer.
func (d *Data) beginWaiting(keyID *string) bool {
	o := &d.orphans
	o.mu.Lock()
	defer o.mu.Unlock()
	names := len(d.suspectsOf(*keyID))
	if names == 0 || o.waiting != nil && names < len(d.suspectsOf(*o.waiting)) {
		return false
	}
	o.waiting = keyID
	return true
}

func (d *Data) endWaiting(keyID *string) {
	d.orphans.mu.Lock()
	defer d.orphans.mu.Unlock()
	if d.orphans.waiting == keyID {
		d.orphans.waiting = nil
	}
}

func (o *orphanWarnings) suspect(k key.Key) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.suspects == nil {
		o.suspects = map[string]key.Key{}
	}
	o.suspects[k.ID] = k
}

// suspects returns the keys that were not named and that the CLI has not asked for, without those that it may ask for only
// when it has the answer about the key with this id.
func (d *Data) suspects(keyID string) []key.Key {
	d.orphans.mu.Lock()
	defer d.orphans.mu.Unlock()
	return d.suspectsOf(keyID)
}

// suspectsOf is suspects for a caller that holds the lock.
func (d *Data) suspectsOf(keyID string) (left []key.Key) {
	for _, o := range d.Orphans.Suspects(slices.Collect(maps.Values(d.orphans.suspects)), d.Now()) {
		if _, named := d.orphans.named.Load(o.Key.ID); !named && !d.Orphans.MayFollow(o.Key.ID, keyID) {
			left = append(left, o.Key)
		}
	}
	return left
}

// WarnOrphansOfCreation is WarnOrphans for the creation of a key, which is not always planned with a warning: the CLIs drop
// those of a replacement that the user asked for (-replace), and no plan knows an owner that is unknown. The keys are listed
// only if the journal has an entry that may be about one of them.
func (d *Data) WarnOrphansOfCreation(ctx context.Context, owner key.Owner, diags *diag.Diagnostics) {
	if d.Orphans.MayHaveOrphans(owner, d.Now()) {
		d.warnOf(d.orphansOf(ctx, owner), diags)
	}
}

// orphansOf lists an owner's keys, once in a run, and returns those that may exist without a state.
func (d *Data) orphansOf(ctx context.Context, owner key.Owner) []orphan.Orphan {
	if _, listed := d.orphans.listed.LoadOrStore(owner, true); listed {
		return nil
	}
	keys, err := d.Keys.ListExisting(ctx, owner)
	if err != nil {
		return nil
	}
	d.Orphans.Listed(d.Account.KnownID(), owner, keys, d.Now())
	return d.Orphans.Orphans(keys, d.Now())
}

func (d *Data) warnOf(orphans []orphan.Orphan, diags *diag.Diagnostics) {
	for _, o := range orphans {
		if _, named := d.orphans.named.LoadOrStore(o.Key.ID, true); !named {
			diags.Append(diag.Orphan(o, d.Now()))
		}
	}
}
