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
	// lookupRounds is the number of times that a look-up is made while the API fails. The client has already repeated each
	// call, and the API may recover.
	lookupRounds = 3
	lookupPause  = 5 * time.Second
)

// cleanup returns the context of look-ups and removals. If the caller has stopped waiting, the process is about to end, and
// its calls do not wait for the client's rate limit.
func (c *creation) cleanup() context.Context {
	if c.abandoned() {
		return api.WithoutRateLimit(c.ctx.cleanup)
	}
	return c.ctx.cleanup
}

// lookUp removes the keys that requests with a lost answer created.
func (c *creation) lookUp() phase {
	c.s.opts.Info(c.ctx.cleanup, "the answer of CreateAccessKey was lost: looking for the key",
		map[string]any{"marker": c.marker, "user_name": c.name, "attempt": c.attempts.Attempts})
	found, err := c.removeLost(domain.Settling)
	switch {
	case err != nil:
		c.answerLost, c.err = true, errors.Join(c.lost, err)
		return done
	case c.whyNoRequest() == nil && c.attempts.Again(c.ctx.work, found):
		return requesting
	}
	c.answerLost, c.err = true, errors.Join(c.lost, c.whyNoRequest())
	return rechecking
}

// discard removes the new key. If that fails, Create returns the key.
func (c *creation) discard() phase {
	why, err := c.err, c.remove(c.key)
	if err == nil || !c.reload() {
		c.key, c.err, c.warnings = Key{}, why, nil
		return rechecking
	}
	c.err = &IncompleteError{KeyID: c.key.ID, What: differences(c.key, c.want), Err: errors.Join(why, err)}
	return rechecking
}

// readOwned reads keys of the owner, which in selects. If verifyEmpty is set and there are none, it also checks that the owner
// was not renamed. An owner that does not exist has no keys.
func (c *creation) readOwned(in api.ReadAccessKeysInput, verifyEmpty bool) ([]Key, error) {
	empty := func(keys []Key) bool { return verifyEmpty && len(keys) == 0 }
	keys, err := withCurrentName(c.cleanup(), c, empty, func() ([]Key, error) {
		in.UserName = c.name
		return c.s.read(c.cleanup(), in)
	})
	if domain.IsGone(err) {
		return nil, nil
	}
	return keys, err
}

// readAgain reads a key of the creation. It may use the time of the clean-up, because the caller's time may be over. exists is
// false if the API shows that the key is gone.
func (c *creation) readAgain(id string) (k Key, exists bool, err error) {
	keys, err := c.readOwned(api.ReadAccessKeysInput{IDs: []string{id}}, true)
	if i := indexKey(keys, id); i >= 0 {
		return keys[i], true, nil
	}
	if err == nil {
		c.s.opts.Recorder.Gone(id)
	}
	return Key{}, err != nil, err
}

// reload reads the new key. If it cannot be read, c.key stays as it is.
func (c *creation) reload() (exists bool) {
	now, exists, err := c.readAgain(c.key.ID)
	if exists && err == nil {
		now.Secret, now.Identity = c.key.Secret, c.identity
		c.key = now
	}
	return exists
}

// remove deactivates a key and then deletes it. It deactivates a key of the caller too, so that the key cannot be used if the
// deletion fails.
func (c *creation) remove(k Key) error {
	c.s.opts.Info(c.ctx.cleanup, "removing an access key of an unfinished creation", map[string]any{"access_key_id": k.ID, "user_name": c.name})
	off := c.s.deactivate(c.cleanup(), c.name, k)
	k.State = Inactive
	err := c.s.deactivateAndDelete(c.cleanup(), c.name, k)
	if mustReadKey(err) {
		now, exists, why := c.readAgain(k.ID)
		switch {
		case !exists:
			return nil
		case why == nil && now.UserName != k.UserName: // the owner was renamed
			err = c.s.deactivateAndDelete(c.cleanup(), c.name, now)
		}
	}
	if err == nil {
		return nil
	}
	return errors.Join(off, err)
}

// removeLost looks for keys with the marker and removes them. found reports whether there was one. If err is nil, none is
// left; otherwise c.left and c.unknown say what may be left.
func (c *creation) removeLost(waits []time.Duration) (found bool, err error) {
	for round := 1; ; round++ {
		c.left, c.unknown = nil, false
		var keys []Key
		if keys, err = c.keysWithMarker(waits); err != nil {
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
		if err == nil || round == lookupRounds || !api.IsLostAnswer(err) || api.IsSilent(err) ||
			c.s.opts.Pause(c.ctx.cleanup, lookupPause, "CreateAccessKey", domain.ReasonFaulty) != nil {
			return found, err
		}
	}
}

// keysWithMarker looks for keys with the marker, other than c.key, until it finds one or the waits are over. It compares each tag,
// because an API that ignores the filter lists all keys.
func (c *creation) keysWithMarker(waits []time.Duration) (keys []Key, err error) {
	for i, d := range waits {
		if err := c.s.opts.Pause(c.ctx.cleanup, d, "CreateAccessKey", domain.ReasonSettling); err != nil {
			return nil, err
		}
		c.attempts.Lookups++
		found, err := c.readOwned(api.ReadAccessKeysInput{Tag: c.marker}, i == len(waits)-1)
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
