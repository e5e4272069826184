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

// abandoned reports that nobody takes the key.
func (c *creation) abandoned() bool { return c.opts.Abandoned != nil && c.opts.Abandoned() }

// ended returns why nothing more may be requested, nil as long as somebody waits.
func (c *creation) ended() error {
	if c.abandoned() {
		return ErrAbandoned
	}
	return c.ctx.caller.Err()
}

// cleanup is the context of look-ups and removals. When nobody waits the process is about to end, and calls do not wait for
// the client's rate limit.
func (c *creation) cleanup() context.Context {
	if c.abandoned() {
		return api.WithoutRateLimit(c.ctx.cleanup)
	}
	return c.ctx.cleanup
}

// follow makes a call for the owner of a creation, and makes it once more under the owner's new name when the owner was
// renamed meanwhile. The owner is read again when the API does not know the name, and when unsure says so of the result:
// the name may be another user's by now. *domain.GoneError when the owner does not exist.
func follow[T any](ctx context.Context, c *creation, unsure func(T) bool, call func() (T, error)) (T, error) {
	v, err := call()
	if c.identity.UserID == "" || !api.IsNotFound(err) && (err != nil || !unsure(v)) {
		return v, err
	}
	u, why := c.s.users.Reload(ctx, c.identity.UserID, Identity{})
	switch {
	case domain.IsGone(why):
		return v, why
	case why != nil && c.want.Owner.UserID != "":
		return v, errors.Join(err, why)
	case why != nil || u.Name == c.name:
		return v, err
	}
	c.name = u.Name
	return call()
}

// sure tells follow that every result is final.
func sure[T any](T) bool { return false }

// create makes the call that requests the key.
func (c *creation) create() (Key, error) {
	return follow(c.ctx.work, c, sure, func() (Key, error) {
		in := api.CreateAccessKeyInput{UserName: c.name, Tag: c.marker, ExpirationDate: c.want.Expires}
		k, err := write(c.s, c.name, func() (api.AccessKey, error) { return c.s.api.CreateAccessKey(c.ctx.work, in) })
		return keyOf(c.name, k), err
	})
}

// explain adds to a refusal of CreateAccessKey what helps the user: the keys that fill a quota, the owner that is gone,
// an API that knows no tag.
func (c *creation) explain(err error) error {
	switch {
	case api.IsQuota(err):
		keys, _ := c.s.read(c.ctx.work, api.ReadAccessKeysInput{UserName: c.name})
		return &QuotaError{Owner: c.want.Owner, Keys: keys, Err: err}
	case api.IsNotFound(err) && c.name != "":
		return c.s.ownerGone(c.ctx.work, c.name, err)
	case api.As(err) != nil && api.As(err).Code() == "4045": // an unknown member (A15): the tag, before 1.34.3
		return &UnsupportedError{Err: err}
	}
	return err
}

// update makes the finishing call, corrects it once, and takes over the answer.
func (c *creation) update() error {
	if c.want.State == "" {
		c.want.State = c.key.State
	}
	send := func() (Key, error) {
		in := inputFor(c.name, c.key.ID, c.want)
		setTag(&in, c.want.Tag)
		return c.s.update(c.ctx.work, in)
	}
	k, err := follow(c.ctx.work, c, sure, send)
	if err == nil && len(differences(k, c.want)) > 0 {
		k, err = send()
	}
	if err == nil {
		k.Secret, k.Identity = c.key.Secret, c.identity
		c.key = k
	}
	return err
}

// unusable returns why a key whose finishing call was refused can never become what was asked, nil when it can: the tag is
// not accepted, or the API may be one that cannot change a tag, so that the marker would stay.
func (c *creation) unusable(refused error) error {
	if !api.IsInvalid(refused) {
		return nil
	}
	why, _ := c.s.whyRefused(c.ctx.work, inputFor(c.name, c.key.ID, c.want), c.key.Tag)
	switch {
	case why == refusedMember:
		return &UnsupportedError{Err: refused}
	case why == refusedValue && c.want.Tag != "":
		return &TagError{Tag: c.want.Tag, Err: refused}
	case why == refusedUnclear:
		return refused
	}
	return nil
}

// assess compares the key with what was asked: a tag that is not set yet is a warning, a state or an expiry an error.
func (c *creation) assess(err error) {
	switch what := differences(c.key, c.want); {
	case len(what) == 0:
	case len(what) == 1 && what[0].Field == FieldTag:
		c.warnings = append(c.warnings, &TagPendingWarning{Key: c.key.withoutSecret(), Tag: c.want.Tag, Err: err})
	default:
		c.err = &IncompleteError{KeyID: c.key.ID, What: what, Err: err}
	}
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

// remove deactivates a key, the caller's own too, so that it is inert even when it cannot be deleted, and deletes it.
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
		var some bool
		some, err = c.removeRound(waits)
		found = found || some
		if err == nil || round == lookupRounds || !api.IsAmbiguous(err) || api.IsSilent(err) ||
			c.s.opts.Pause(c.ctx.cleanup, lookupPause, "CreateAccessKey", domain.ReasonFaulty) != nil {
			return found, err
		}
	}
}

// removeRound is one round of removeLost.
func (c *creation) removeRound(waits []time.Duration) (found bool, err error) {
	c.left, c.unknown = nil, false
	keys, err := c.marked(waits)
	if err != nil {
		c.unknown = true
		return false, fmt.Errorf("looking for the key failed: %w", err)
	}
	for _, k := range keys {
		if failed := c.remove(k); failed != nil {
			c.left = append(c.left, k.ID)
			err = errors.Join(err, failed)
			continue
		}
		c.attempts.Removed = append(c.attempts.Removed, k.ID)
	}
	return len(keys) > 0, err
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
