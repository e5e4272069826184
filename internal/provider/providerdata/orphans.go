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

// orphanWarnings records the warnings, so that a run names each key once.
type orphanWarnings struct {
	named  sync.Map // ids of keys
	listed sync.Map // owners whose keys were listed for a new key

	mu       sync.Mutex
	suspects map[string]key.Key // by id: keys that will be named unless the CLI asks for them
	waiting  *string            // the key id of the request that waits to name them; nil = none waits
}

// WarnOrphans appends a warning for each key of an owner that may exist without a state. It is for the plan of a new key. It
// lists the keys of the owner, once per run; if that fails, there is no warning. After a change has begun it does nothing:
// each list would need a call, and the plan before has named the keys.
//
// The CLI asks for the keys of a state in any order. So a key that only the journal suspects may be in the state, and be asked
// for later. One request therefore waits until no other request is under way. It then names the suspected keys that the CLI
// has not asked for.
func (d *Data) WarnOrphans(ctx context.Context, owner key.Owner, diags *diag.Diagnostics) {
	if !d.Unknown() && !d.changing.Load() {
		d.WarnOrphansOfRun(ctx, owner, diags)
	}
}

// WarnOrphansOfRun is WarnOrphans for a run-scoped key, which is created without a plan.
func (d *Data) WarnOrphansOfRun(ctx context.Context, owner key.Owner, diags *diag.Diagnostics) {
	d.warnJournal(diags)
	d.warnOrSuspect(ctx, d.orphansOf(ctx, owner), "", diags)
}

// warnJournal appends, once per process, the warning that the next run will not know of the keys that this one creates.
func (d *Data) warnJournal(diags *diag.Diagnostics) {
	if err := d.Orphans.CheckWritable(); err != nil {
		diags.Append(diag.NoJournal(err))
	}
}

// WarnOrphansOfKept is WarnOrphans for the refresh of a key. It makes no call, because the refresh has just read all keys of
// the owner, and waits only if the journal suspects one of them. keyID is the key that was read.
func (d *Data) WarnOrphansOfKept(ctx context.Context, owner key.Owner, keyID string, diags *diag.Diagnostics) {
	keys, err := d.Keys.List(ctx, owner)
	if err != nil {
		return
	}
	if slices.ContainsFunc(keys, key.Key.Unfinished) || d.Orphans.MayHaveOrphans(owner, d.Now()) {
		d.warnOrSuspect(ctx, d.Orphans.Suspects(keys, d.Now()), keyID, diags)
	}
}

// warnOrSuspect names unfinished keys immediately. Before it names the others, it waits until the CLI has no request left that
// could be for one of them. keyID is the key of this request, "" for a new key.
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

// beginWaiting makes this request the one that waits, and returns true, if it can name at least one key and no fewer than the
// request that waits now. Otherwise it returns false. The pointer identifies the request: pass it to endWaiting.
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

// suspects returns the keys that were not named and that the CLI has not asked for. It omits keys whose resource may depend on
// the key with this id: the CLI asks for those only after this request is answered.
func (d *Data) suspects(keyID string) []key.Key {
	d.orphans.mu.Lock()
	defer d.orphans.mu.Unlock()
	return d.suspectsOf(keyID)
}

// suspectsOf is suspects without the lock, which the caller holds.
func (d *Data) suspectsOf(keyID string) (left []key.Key) {
	for _, o := range d.Orphans.Suspects(slices.Collect(maps.Values(d.orphans.suspects)), d.Now()) {
		if _, named := d.orphans.named.Load(o.Key.ID); !named && !d.Orphans.MayFollow(o.Key.ID, keyID) {
			left = append(left, o.Key)
		}
	}
	return left
}

// WarnOrphansOfCreation is WarnOrphans for the creation of a key. The plan before may have had no warning: the CLIs drop the
// warnings of a replacement with -replace, and the owner may have been unknown. It lists the keys of the owner only if the
// journal has an entry that may be about one of them.
func (d *Data) WarnOrphansOfCreation(ctx context.Context, owner key.Owner, diags *diag.Diagnostics) {
	d.warnJournal(diags)
	if d.Orphans.MayHaveOrphans(owner, d.Now()) {
		d.warnOf(d.orphansOf(ctx, owner), diags)
	}
}

// orphansOf lists the keys of an owner, once per run, and returns those that may exist without a state.
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
