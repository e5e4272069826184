package credential

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// settling are the waits before each look for a key whose answer was lost: a request that was cut off here may still
// be under way there.
var settling = []time.Duration{0, time.Second, 3 * time.Second}

// once more, without waiting: for keys that appear after everything else is done.
var atOnce = []time.Duration{0}

// trace finds the key of one CreateAccessKey again: by its marker, or, where the API cannot replace a marker, as what
// is new in the owner's list and looks like what was asked.
type trace struct {
	marker string
	before []Key
	like   Wish
}

// clean looks for the key of a lost call and removes it. removed says that one was found. The error is an
// *AmbiguousError that names what may be left; nil means that nothing is left.
func (c *creation) clean(ctx context.Context, tr trace, lost error, waits []time.Duration) (removed bool, _ error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanLimit)
	defer cancel()
	for round := 1; ; round++ {
		found, err, why := c.cleanOnce(ctx, tr, lost, waits)
		removed = removed || found
		// An API that answers, and with faults, may do better in a while: the client has tried each call ten times by now.
		if err == nil || round == cleanRounds || !api.IsAmbiguous(why) || api.IsSilent(why) || c.k.pause(ctx, cleanPause, "CreateAccessKey", whyFaulty) != nil {
			return removed, err
		}
	}
}

const (
	cleanRounds = 3
	cleanPause  = 5 * time.Second
)

// cleanOnce is one round of clean. why is what went wrong in it alone.
func (c *creation) cleanOnce(ctx context.Context, tr trace, lost error, waits []time.Duration) (removed bool, err, why error) {
	ambiguous := &AmbiguousError{Action: "CreateAccessKey", Owner: c.wish.Owner, Marker: tr.marker, Err: lost}
	found, err := c.find(ctx, tr, waits)
	if err != nil {
		ambiguous.Err = errors.Join(lost, fmt.Errorf("looking for the key failed too: %w", err))
		return false, ambiguous, err
	}
	for _, key := range found {
		if tr.marker == "" && len(found) > 1 {
			// Another run makes keys for the same owner: which one is ours is not known, and none may be removed.
			ambiguous.KeyIDs = append(ambiguous.KeyIDs, key.ID)
			continue
		}
		c.k.info(ctx, "removing the key of a lost answer", map[string]any{"access_key_id": key.ID, "user_name": c.name})
		if err := c.remove(ctx, key); err != nil {
			ambiguous.KeyIDs = append(ambiguous.KeyIDs, key.ID)
			ambiguous.Err, why = errors.Join(ambiguous.Err, err), errors.Join(why, err)
		}
	}
	if len(ambiguous.KeyIDs) > 0 {
		return len(found) > 0, ambiguous, why
	}
	return len(found) > 0, nil, nil
}

// remove deactivates a key, the caller's own too, so that it is inert even when it cannot be deleted, and deletes it.
func (c *creation) remove(ctx context.Context, key Key) error {
	off := c.k.deactivate(ctx, c.name, key, false)
	key.State = Inactive
	err := c.k.revoke(ctx, c.name, key)
	if err == nil {
		return nil
	}
	if unknownKey(err) || api.IsAmbiguous(err) {
		switch now, proof := c.k.prove(ctx, c.wish.Owner, key.ID); {
		case isGone(proof):
			c.k.opts.Ledger.Settled(key.ID)
			return nil
		case proof == nil && now.UserName != c.name: // the owner was renamed meanwhile
			c.name = now.UserName
			return c.remove(ctx, now)
		}
	}
	return errors.Join(off, err)
}

// find looks for the keys of a lost call until one is there or the waits are over. An owner that is known by its id and is
// gone has none: a user that has keys cannot be deleted.
func (c *creation) find(ctx context.Context, tr trace, waits []time.Duration) ([]Key, error) {
	for _, d := range waits {
		if err := c.k.pause(ctx, d, "CreateAccessKey", whySettling); err != nil {
			return nil, err
		}
		keys, err := c.lookFor(ctx, tr)
		moved, why := c.moved(ctx, err)
		if isGone(why) {
			return nil, nil
		}
		if moved {
			keys, err = c.lookFor(ctx, tr)
		}
		if err != nil {
			return nil, errors.Join(why, err)
		}
		if len(keys) > 0 {
			return keys, nil
		}
	}
	if c.wish.Owner.UserID == "" {
		return nil, nil
	}
	// The name may be another user's by now, who has no such key: only the owner's list is proof.
	switch moved, err := c.renamed(ctx); {
	case isGone(err):
		return nil, nil
	case err != nil:
		return nil, err
	case moved:
		return c.lookFor(ctx, tr)
	}
	return nil, nil
}

// lookFor lists what a lost call made, under the name by which the owner is known.
func (c *creation) lookFor(ctx context.Context, tr trace) (keys []Key, err error) {
	found, err := c.k.api.ReadAccessKeys(ctx, api.ReadAccessKeysInput{UserName: c.name, Tag: tr.marker})
	for _, f := range found {
		// The API's word for the tag is not enough to delete a key by: an API that ignored the filter would list all.
		if key := keyOf(c.name, f); tr.left(key) && !c.k.signs(key.ID) {
			keys = append(keys, key)
		}
	}
	return keys, err
}

// left reports whether key is what the traced call made.
func (tr trace) left(key Key) bool {
	if tr.marker != "" {
		return key.Tag == tr.marker
	}
	return indexKey(tr.before, key.ID) < 0 && key.State == Active && key.Tag == tr.like.Tag && sameInstant(key.Expires, tr.like.Expires)
}

// lookAgain looks once more for the keys of earlier lost calls, after the last attempt: a request that was slow may
// have been executed only now. Markers alone can be trusted by then; a list has moved on.
func (c *creation) lookAgain(ctx context.Context) error {
	var left error
	for _, tr := range slices.DeleteFunc(slices.Clone(c.traces), func(tr trace) bool { return tr.marker == "" }) {
		if _, err := c.clean(ctx, tr, errLate, atOnce); err != nil {
			left = errors.Join(left, err)
		}
	}
	return left
}

var errLate = errors.New("an earlier request was looked up again")
