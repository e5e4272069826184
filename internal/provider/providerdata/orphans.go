package providerdata

import (
	"context"
	"sync"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// orphanWarnings remembers what was warned of: each key is named once in a run.
type orphanWarnings struct {
	named  sync.Map // ids of keys
	listed sync.Map // owners whose keys were listed for a new key

	mu       sync.Mutex
	suspects []key.Key // keys that will be named unless the CLI asks for them
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
	var suspects []key.Key
	for _, o := range d.orphansOf(ctx, owner) {
		if o.Kind == orphan.Unfinished {
			d.warnOf([]orphan.Orphan{o}, diags)
		} else {
			suspects = append(suspects, o.Key)
		}
	}
	if len(suspects) == 0 {
		return
	}
	d.orphans.mu.Lock()
	d.orphans.suspects = append(d.orphans.suspects, suspects...)
	d.orphans.mu.Unlock()
	if d.Requests.Await(ctx, d.changing.Load) {
		d.orphans.mu.Lock()
		defer d.orphans.mu.Unlock()
		d.warnOf(d.Orphans.Orphans(d.orphans.suspects, d.Now()), diags)
		d.orphans.suspects = nil
	}
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

// WarnUnfinished appends a warning for each unfinished key among the keys of an owner whose keys were just read: their
// list is shared and costs no call.
func (d *Data) WarnUnfinished(ctx context.Context, owner key.Owner, diags *diag.Diagnostics) {
	keys, err := d.Keys.List(ctx, owner)
	if err != nil {
		return
	}
	var unfinished []key.Key
	for _, k := range keys {
		if k.Unfinished() {
			unfinished = append(unfinished, k)
		}
	}
	if len(unfinished) > 0 {
		d.warnOf(d.Orphans.Orphans(unfinished, d.Now()), diags)
	}
}

func (d *Data) warnOf(orphans []orphan.Orphan, diags *diag.Diagnostics) {
	for _, o := range orphans {
		if _, named := d.orphans.named.LoadOrStore(o.Key.ID, true); !named {
			diags.Append(diag.Orphan(o, d.Now()))
		}
	}
}
