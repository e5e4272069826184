package credential

import (
	"context"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// SwitchOff makes a key that nobody will use inert, in one call, for a caller who has many to revoke and little time: all
// are to be inert before the first is deleted. The same call gives it the tag of an unfinished creation, so that a key
// that is not deleted after all is told of by the next read of its owner's keys, with what removes it.
//
// A key that is inert already, or expires within a minute, costs no call, nor does the caller's own, which Revoke deletes
// in one. The key comes back as it is now. A failure proves nothing, not even that the key is there: Revoke finds out.
// Errors: *OwnKeyError before any call, or the API's.
func (k *Keeper) SwitchOff(ctx context.Context, o Owner, have Key) (Key, error) {
	if k.signs(have.ID) {
		return have, &OwnKeyError{ID: have.ID, Action: "deactivate"}
	}
	if o == (Owner{}) || have.State == Inactive || have.Expired(k.Now().Add(clockMargin)) {
		return have, nil
	}
	name, err := k.nameToWrite(ctx, o, have.UserName)
	if err != nil {
		return have, err
	}
	k.keys.drop(name)
	defer k.keys.drop(name)
	return k.switchOff(ctx, name, have)
}

// switchOff does the calls. The expiry is sent again, because an update without it may remove it (A1).
func (k *Keeper) switchOff(ctx context.Context, userName string, have Key) (Key, error) {
	off := have
	off.State = Inactive
	if !k.legacy.Load() {
		off.Tag = markerPrefix + k.opts.NewID()
		_, err := k.api.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{
			ID: have.ID, UserName: userName, State: string(Inactive), ExpirationDate: have.Expires, Tag: &off.Tag,
		})
		if err == nil {
			return off, nil
		}
		if !api.IsInvalid(err) {
			return have, err
		}
		// An API before 1.40.1 does not take the tag, or the expiry has passed by its clock. To be inert counts for more.
		off.Tag = have.Tag
	}
	if err := k.deactivate(ctx, userName, have, false); err != nil {
		return have, err
	}
	return off, nil
}
