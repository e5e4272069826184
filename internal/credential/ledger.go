package credential

import (
	"context"
	"fmt"
	"strings"
)

// Ledger remembers new keys beyond the life of this process. Until a key is finished its marker tells of it; from then on
// only whoever is handed the key knows that it is there. A process that is killed in that moment, and nobody can refuse
// to be, leaves a key that works and that nobody knows of: but for the ledger.
type Ledger interface {
	// Made notes a new key before its marker goes.
	Made(Key)
	// Left are the keys that processes left that are dead now, by id: those of which it is not sure that anybody knows.
	Left() map[string]Left
	// Settled forgets a key: it is gone, or somebody has it.
	Settled(id string)
}

// Left is a key whose process was killed, or interrupted.
type Left struct {
	Key    Key  // as it was made: its id, its owner's name and its expiry
	Handed bool // the CLI was given the key, or was about to be: a state may have it
}

type noLedger struct{}

func (noLedger) Made(Key)              {}
func (noLedger) Left() map[string]Left { return nil }
func (noLedger) Settled(string)        {}

// lost is what the ledger says of a key that nobody can have.
func (k *Keeper) lost(id string) bool {
	left, found := k.opts.Ledger.Left()[id]
	return found && !left.Handed
}

// known takes note that this process was asked for a key by its id: somebody has it.
func (k *Keeper) known(id string) {
	k.asked.Store(id, true)
	if _, left := k.opts.Ledger.Left()[id]; left {
		k.opts.Ledger.Settled(id)
	}
}

// endLeft ends the keys that killed processes left to an owner, before this one makes another: what nobody can have is
// revoked, and of what a state may have the user is told, if it is still there. Without such keys, and that is as good as
// always, there is no call.
func (k *Keeper) endLeft(ctx context.Context, o Owner, name string) (notices []Notice) {
	for id, left := range k.opts.Ledger.Left() {
		if left.Key.UserName != name {
			continue
		}
		if _, ended := k.ended.LoadOrStore(id, true); ended {
			continue
		}
		if left.Handed {
			notices = append(notices, k.maybeHad(ctx, o, id)...)
			continue
		}
		k.info(ctx, "removing a key that a killed run left", map[string]any{"access_key_id": id, "user_name": name})
		if err := k.Revoke(ctx, o, left.Key); err != nil {
			notices = append(notices, k.lostKey(left.Key, fmt.Sprintf(" It could not be removed: %v.", err)))
			continue
		}
		notices = append(notices, Notice{Summary: summaryOf("Lost access key removed", id), Detail: fmt.Sprintf(
			"Access key %s of %s was made %s ago by a run that was killed before it handed the key over. "+
				"Nobody has its secret: it was deactivated and deleted.", id, nameOf(name), oldness(k.Now().Sub(left.Key.Created)))})
	}
	return notices
}

// maybeHad tells of a key that was handed over by a process that was killed.
func (k *Keeper) maybeHad(ctx context.Context, o Owner, id string) []Notice {
	keys, err := k.List(ctx, o)
	if err != nil {
		return nil // making a key will say so; the ledger keeps this one
	}
	i := indexKey(keys, id)
	if i < 0 || keys[i].Unfinished() { // gone, or told of by its marker
		k.opts.Ledger.Settled(id)
		return nil
	}
	key := keys[i]
	return []Notice{{
		Summary: summaryOf("Access key of a cut-off run found", key.ID),
		Detail: fmt.Sprintf("Access key %s of %s is %s old and %s. The run that made it was killed or interrupted, perhaps before a state was saved that has the key. "+
			"If no state has this id, nobody has its secret. Then remove it, with OUTSCALE's command line:\n\n",
			key.ID, nameOf(key.UserName), oldness(k.Now().Sub(key.Created)), key.State) + strings.Join(removal(key, k.Now()), "\n"),
	}}
}

// lostKey tells of a key that nobody has.
func (k *Keeper) lostKey(key Key, more string) Notice {
	return Notice{
		Summary: summaryOf("Lost access key found", key.ID),
		Detail: fmt.Sprintf("Access key %s of %s was made %s ago by a run that was killed before it handed the key over: nobody has its secret, and it is %s.%s"+
			" The next apply that makes a key for this owner removes it. To remove it now, with OUTSCALE's command line:\n\n",
			key.ID, nameOf(key.UserName), oldness(k.Now().Sub(key.Created)), key.State, more) + strings.Join(removal(key, k.Now()), "\n"),
	}
}
