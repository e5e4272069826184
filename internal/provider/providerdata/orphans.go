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
}

// WarnOrphans appends a warning for each key of an owner that may exist without a state. It lists the owner's keys, once
// per owner in a run: call it for an owner that is to get a new key. Where the keys cannot be listed nobody is warned, and
// nobody once a change has begun: every write makes the next list cost a call, and what can be named was named by the plan.
func (d *Data) WarnOrphans(ctx context.Context, owner key.Owner, diags *diag.Diagnostics) {
	if d.Unknown() || d.changing.Load() {
		return
	}
	d.warnOrphansOnce(ctx, owner, diags)
}

// WarnOrphansOfCreation is WarnOrphans for the creation of a key, which is not always planned with a warning: the CLIs drop
// those of a replacement that the user asked for (-replace), and no plan knows an owner that is unknown. The keys are listed
// only if the journal has an entry that may be about one of them.
func (d *Data) WarnOrphansOfCreation(ctx context.Context, owner key.Owner, diags *diag.Diagnostics) {
	if d.Orphans.MayHaveOrphans(owner, d.Now()) {
		d.warnOrphansOnce(ctx, owner, diags)
	}
}

// WarnOrphansOfRun is WarnOrphans for a run-scoped key, which no plan comes before.
func (d *Data) WarnOrphansOfRun(ctx context.Context, owner key.Owner, diags *diag.Diagnostics) {
	d.warnOrphansOnce(ctx, owner, diags)
}

func (d *Data) warnOrphansOnce(ctx context.Context, owner key.Owner, diags *diag.Diagnostics) {
	if _, listed := d.orphans.listed.LoadOrStore(owner, true); listed {
		return
	}
	keys, err := d.Keys.ListExisting(ctx, owner)
	if err != nil {
		return
	}
	d.Orphans.Listed(d.Account.KnownID(), owner, keys, d.Now())
	d.warnOf(d.Orphans.Orphans(keys, d.Now()), diags)
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
