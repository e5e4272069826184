package credential

import (
	"context"
	"errors"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const (
	// lastMinutes is the expiry an expired key gets for the moments before it is deleted: the API may refuse to delete
	// an expired key (A3) and refuses a date that has passed (A5).
	lastMinutes = 15 * time.Minute
	// clockMargin is how near an expiry counts as passed: the API's clock decides, not ours.
	clockMargin = time.Minute
)

// Revoke deletes a key: the caller's own in one call, a user's after it was deactivated, because the API deletes a
// user's key only when it is INACTIVE. What the API refuses one way is tried the other way. A key, or an owner, that is
// already gone is success. Errors: *OwnKeyError before any call, *UnfinishedError when the key is INACTIVE and still
// there, or the API's.
func (k *Keeper) Revoke(ctx context.Context, o Owner, have Key) error {
	if k.signs(have.ID) {
		return &OwnKeyError{ID: have.ID, Action: "delete"}
	}
	name, err := k.nameToWrite(ctx, o, have.UserName)
	if isGone(err) {
		return nil // a user with keys cannot be deleted, so they went first
	}
	if err != nil {
		return err
	}
	k.keys.drop(name)
	defer k.keys.drop(name)
	err = k.revoke(ctx, name, have)
	if err == nil || (!unknownKey(err) && !api.IsAmbiguous(err)) {
		return err
	}
	// Unknown to the API, or an answer that was lost: look.
	now, proof := k.prove(ctx, o, have.ID)
	switch {
	case isGone(proof):
		k.opts.Ledger.Settled(have.ID)
		return nil
	case proof == nil && now.UserName != name: // the owner was renamed meanwhile
		defer k.keys.drop(now.UserName)
		return k.revoke(ctx, now.UserName, now)
	}
	return err
}

// revoke does the calls, and has the ledger forget what is gone. A failure that leaves the key switched off says so.
func (k *Keeper) revoke(ctx context.Context, userName string, have Key) (err error) {
	defer func() {
		if err == nil {
			k.opts.Ledger.Settled(have.ID)
		}
	}()
	expired := have.Expires != nil && !have.Expires.After(k.Now().Add(clockMargin))
	if userName == "" || (have.State == Inactive && !expired) {
		err := k.api.DeleteAccessKey(ctx, userName, have.ID)
		if err == nil || !api.IsConflict(err) {
			return err
		}
	}
	off := k.deactivate(ctx, userName, have, expired)
	if off != nil && !api.IsConflict(off) && !api.IsInvalid(off) {
		return off
	}
	err = k.api.DeleteAccessKey(ctx, userName, have.ID)
	switch {
	case err == nil:
		return nil
	case off != nil:
		return errors.Join(off, err)
	}
	return &UnfinishedError{KeyID: have.ID, What: []string{"it is INACTIVE, and could not be deleted"}, Err: err}
}

// deactivate switches a key off and keeps its expiry, which an update without it may remove. An expiry that has passed
// is moved ahead by minutes in the same call, so that the key is never usable in between.
func (k *Keeper) deactivate(ctx context.Context, userName string, have Key, expired bool) error {
	in := api.UpdateAccessKeyInput{ID: have.ID, UserName: userName, State: string(Inactive), ExpirationDate: have.Expires}
	if expired {
		in.ExpirationDate = k.soon()
	}
	_, err := k.api.UpdateAccessKey(ctx, in)
	if have.Expires != nil && !expired && api.IsInvalid(err) {
		in.ExpirationDate = k.soon() // it may have passed by the API's clock
		_, err = k.api.UpdateAccessKey(ctx, in)
	}
	return err
}

func (k *Keeper) soon() *time.Time {
	t := k.Now().Add(lastMinutes)
	return &t
}

// unknownKey reports a refusal that may mean "no such key" and must be proved: 4000 and 5xxx can also speak of the
// owner or of the caller's own key.
func unknownKey(err error) bool { return api.IsNotFound(err) || api.IsKeyNotFound(err) }
