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

// caller returns why nothing more may be requested, nil as long as somebody waits.
func (c *creation) caller() error {
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

// renamed reports whether err is a not-found about an owner with a known id that has another name by now, which is c.name
// from then on. why is a *domain.GoneError when there is no such user any more, or what kept that from being found out.
func (c *creation) renamed(ctx context.Context, err error) (_ bool, why error) {
	if c.identity.UserID == "" || !api.IsNotFound(err) {
		return false, nil
	}
	u, why := c.s.users.Reload(ctx, c.identity.UserID, Identity{})
	if why != nil || u.Name == c.name {
		return false, why
	}
	c.name = u.Name
	c.s.reads.Drop(c.name)
	return true, nil
}

// create makes the call, once more under the owner's new name when the owner was renamed.
func (c *creation) create() (Key, error) {
	send := func() (api.AccessKey, error) {
		return write(c.s, c.name, func() (api.AccessKey, error) {
			return c.s.api.CreateAccessKey(c.ctx.work, api.CreateAccessKeyInput{UserName: c.name, Tag: c.marker, ExpirationDate: c.want.Expires})
		})
	}
	answer, err := send()
	moved, why := c.renamed(c.ctx.work, err)
	if moved {
		answer, err = send()
	} else if domain.IsGone(why) {
		err = why
	}
	return keyOf(c.name, answer), err
}

// explain turns a refusal of CreateAccessKey into the error that helps: the keys that fill a quota, the owner that is gone,
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
	key, err := c.finalUpdate()
	if moved, _ := c.renamed(c.ctx.work, err); moved || (err == nil && len(differences(key, c.want)) > 0) {
		key, err = c.finalUpdate()
	}
	if err == nil {
		key.Secret, key.Identity = c.key.Secret, c.identity
		c.key = key
	}
	return err
}

func (c *creation) finalUpdate() (Key, error) {
	in := inputFor(c.name, c.key.ID, c.want)
	setTag(&in, c.want.Tag)
	return c.s.update(c.ctx.work, in)
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

// judge compares the key with what was asked: a tag that is not set yet is a warning, a state or an expiry an error.
func (c *creation) judge(err error) {
	switch what := differences(c.key, c.want); {
	case len(what) == 0:
	case len(what) == 1 && what[0].Field == FieldTag:
		c.warnings = append(c.warnings, &TagPendingWarning{Key: c.key.withoutSecret(), Tag: c.want.Tag, Err: err})
	default:
		c.err = &IncompleteError{KeyID: c.key.ID, What: what, Err: err}
	}
}

// reload reads the new key, on time of its own: the caller's may be what ran out. A key that is proved gone is an error,
// which becomes that of the creation; one that cannot be read stays as it was last known.
func (c *creation) reload() error {
	now, err := c.s.confirm(c.cleanup(), c.want.Owner, c.key.ID, c.identity)
	switch {
	case err == nil:
		now.Secret = c.key.Secret
		c.key, c.name = now, now.UserName
	case domain.IsGone(err):
		c.key, c.err = Key{}, err
		return err
	}
	return nil
}

// remove deactivates a key, the caller's own too, so that it is inert even when it cannot be deleted, and deletes it.
func (c *creation) remove(key Key) error {
	ctx := c.cleanup()
	c.s.opts.Info(ctx, "removing an access key of an unfinished creation", map[string]any{"access_key_id": key.ID, "user_name": c.name})
	off := c.s.deactivate(ctx, c.name, key)
	key.State = Inactive
	err := c.s.revoke(ctx, c.want.Owner, c.name, key)
	if err == nil || domain.IsGone(err) {
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
	keys, err := c.find(waits)
	if err != nil {
		c.unknown = true
		return false, fmt.Errorf("looking for the key failed: %w", err)
	}
	for _, key := range keys {
		if failed := c.remove(key); failed != nil {
			c.left = append(c.left, key.ID)
			err = errors.Join(err, failed)
			continue
		}
		c.attempts.Removed = append(c.attempts.Removed, key.ID)
	}
	return len(keys) > 0, err
}

// find looks for keys with the marker until one is there or the waits are over. An owner that is gone has none: a user that
// has keys cannot be deleted.
func (c *creation) find(waits []time.Duration) ([]Key, error) {
	for _, d := range waits {
		if err := c.s.opts.Pause(c.ctx.cleanup, d, "CreateAccessKey", domain.ReasonSettling); err != nil {
			return nil, err
		}
		keys, err := c.marked()
		moved, why := c.renamed(c.cleanup(), err)
		switch {
		case domain.IsGone(why):
			return nil, nil
		case moved:
			keys, err = c.marked()
		}
		if err != nil {
			return nil, errors.Join(why, err)
		}
		if len(keys) > 0 {
			return keys, nil
		}
	}
	return c.findRenamed()
}

// findRenamed makes sure that nothing was found because there is nothing: the name may be another user's by now, who has no
// such key.
func (c *creation) findRenamed() ([]Key, error) {
	if c.want.Owner.UserID == "" {
		return nil, nil
	}
	u, err := c.s.users.Reload(c.cleanup(), c.want.Owner.UserID, Identity{})
	switch {
	case domain.IsGone(err):
		return nil, nil
	case err != nil || u.Name == c.name:
		return nil, err
	}
	c.name = u.Name
	return c.marked()
}

// marked lists the keys with the marker, without the one that is good. The API's word for the filter is not enough to
// delete a key by: an API that ignored it would list all.
func (c *creation) marked() (keys []Key, err error) {
	c.attempts.Lookups++
	found, err := c.s.read(c.cleanup(), api.ReadAccessKeysInput{UserName: c.name, Tag: c.marker})
	for _, key := range found {
		if key.Tag == c.marker && key.ID != c.key.ID && !c.s.signs(key.ID) {
			keys = append(keys, key)
		}
	}
	return keys, err
}
