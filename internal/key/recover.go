package key

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

const (
	// lookupRounds is how often a look-up is repeated while the API answers it with faults: the client has tried each call
	// several times by then, and the API may recover.
	lookupRounds = 3
	lookupPause  = 5 * time.Second
)

// cleanup is the context of look-ups and removals. When nobody waits the process is about to end, and calls do not wait for
// the client's rate limit.
func (c *creation) cleanup() context.Context {
	if c.abandoned() {
		return api.WithoutRateLimit(c.ctx.cleanup)
	}
	return c.ctx.cleanup
}

// lookUp removes what the lost request created.
func (c *creation) lookUp() phase {
	c.s.opts.Info(c.ctx.cleanup, "the answer of CreateAccessKey was lost: looking for the key",
		map[string]any{"marker": c.marker, "user_name": c.name, "attempt": c.attempts.Attempts})
	found, err := c.removeLost(domain.Settling)
	switch {
	case err != nil:
		c.ambiguous, c.err = true, errors.Join(c.lost, err)
		return done
	case c.ended() == nil && c.attempts.Again(c.ctx.work, found):
		return requesting
	}
	c.ambiguous, c.err = true, errors.Join(c.lost, c.ended())
	return rechecking
}

// discard removes the new key. One that cannot be removed is returned.
func (c *creation) discard() phase {
	why, err := c.err, c.remove(c.key)
	if err == nil || !c.reload() {
		c.key, c.err, c.warnings = Key{}, why, nil
		return rechecking
	}
	c.err = &IncompleteError{KeyID: c.key.ID, What: differences(c.key, c.want), Err: errors.Join(why, err)}
	return rechecking
}

// own reads the owner's keys that have the id, or the marker as their tag. With proof, an empty result proves that there are
// none; an owner that does not exist has none.
func (c *creation) own(in api.ReadAccessKeysInput, proof bool) ([]Key, error) {
	empty := func(keys []Key) bool { return proof && len(keys) == 0 }
	keys, err := follow(c.cleanup(), c, empty, func() ([]Key, error) {
		in.UserName = c.name
		return c.s.read(c.cleanup(), in)
	})
	if domain.IsGone(err) {
		return nil, nil
	}
	return keys, err
}

// current reads a key of the creation, within the clean-up limit: the caller's time may have run out. exists is false when the API
// proved the key gone.
func (c *creation) current(id string) (k Key, exists bool, err error) {
	keys, err := c.own(api.ReadAccessKeysInput{IDs: []string{id}}, true)
	if i := indexKey(keys, id); i >= 0 {
		return keys[i], true, nil
	}
	if err == nil {
		c.s.opts.Recorder.Gone(id)
	}
	return Key{}, err != nil, err
}

// reload takes over the new key as it is now. A key that cannot be read stays as it was last known.
func (c *creation) reload() (exists bool) {
	now, exists, err := c.current(c.key.ID)
	if exists && err == nil {
		now.Secret, now.Identity = c.key.Secret, c.identity
		c.key = now
	}
	return exists
}

// remove deactivates a key, the caller's own too, so that it is inactive even if it cannot be deleted, and deletes it.
func (c *creation) remove(k Key) error {
	c.s.opts.Info(c.ctx.cleanup, "removing an access key of an unfinished creation", map[string]any{"access_key_id": k.ID, "user_name": c.name})
	off := c.s.deactivate(c.cleanup(), c.name, k)
	k.State = Inactive
	err := c.s.end(c.cleanup(), c.name, k)
	if doubtful(err) {
		now, exists, why := c.current(k.ID)
		switch {
		case !exists:
			return nil
		case why == nil && now.UserName != k.UserName: // the owner was renamed meanwhile
			err = c.s.end(c.cleanup(), c.name, now)
		}
	}
	if err == nil {
		return nil
	}
	return errors.Join(off, err)
}

// removeLost looks for the keys with the marker and removes them. found says that there were any. nil means that none is
// left; otherwise c.left and c.unknown say what may be.
func (c *creation) removeLost(waits []time.Duration) (found bool, err error) {
	for round := 1; ; round++ {
		c.left, c.unknown = nil, false
		var keys []Key
		if keys, err = c.marked(waits); err != nil {
			c.unknown, err = true, fmt.Errorf("looking for the key failed: %w", err)
		}
		for _, k := range keys {
			found = true
			if failed := c.remove(k); failed != nil {
				c.left = append(c.left, k.ID)
				err = errors.Join(err, failed)
				continue
			}
			c.attempts.Removed = append(c.attempts.Removed, k.ID)
		}
		if err == nil || round == lookupRounds || !api.IsAmbiguous(err) || api.IsSilent(err) ||
			c.s.opts.Pause(c.ctx.cleanup, lookupPause, "CreateAccessKey", domain.ReasonFaulty) != nil {
			return found, err
		}
	}
}

// marked looks for keys with the marker until one is there or the waits are over, without the one that is good. Each tag
// is compared again, because an API that ignored the filter would list all keys.
func (c *creation) marked(waits []time.Duration) (keys []Key, err error) {
	for i, d := range waits {
		if err := c.s.opts.Pause(c.ctx.cleanup, d, "CreateAccessKey", domain.ReasonSettling); err != nil {
			return nil, err
		}
		c.attempts.Lookups++
		found, err := c.own(api.ReadAccessKeysInput{Tag: c.marker}, i == len(waits)-1)
		if err != nil {
			return nil, err
		}
		for _, k := range found {
			if k.Tag == c.marker && k.ID != c.key.ID && !c.s.signs(k.ID) {
				keys = append(keys, k)
			}
		}
		if len(keys) > 0 {
			break
		}
	}
	return keys, nil
}
