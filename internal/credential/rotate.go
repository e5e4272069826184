package credential

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A credential that renews itself is a pair of keys at most: the current one, and the one before it until it expires.
// Readers who fetch the secret between two rotations therefore always hold a key that works.
//
//   - The new key is made before anything happens to the current one. A rotation that fails leaves the current key as it
//     was; one that fails after the new key exists returns both.
//   - The current key keeps its own expiry, which the API enforces: the overlap needs no later run to end it.
//   - A third key is never live. If the key before the current one is still there, it goes first: of the two it is the
//     one that fewer readers hold. If that fails, no key is made.
//   - The end of a new key counts from the moment it is made, by the API's clock, and not from that of a plan.
//   - An old key without an expiry of its own (it was taken over from elsewhere) gets one, because nobody would end it.
//   - What cannot be used any more, an old key that has expired, is removed at once when its successor exists.

// Pair is the keys of one credential that renews itself. A Key without an ID is none.
type Pair struct{ Current, Previous Key }

// Rotation is what a rotation is asked for.
type Rotation struct {
	Owner    Owner
	Tag      string        // of the new key, "" = none
	Lifetime time.Duration // of the new key
	Overlap  time.Duration // what is left to an old key that has no expiry
}

// Rotate makes the next key of a pair, or the first when there is none. have is the pair as last known; what of it is
// gone, owner excepted, counts as none.
//
// The pair returned is what there is now, also with an error. A new key was made if its Current has a Secret, which must
// be kept whatever the error says. Notices tell what is left to do about the old key: the next run finds it by the
// returned pair; and of keys that a killed run left (see Leftovers). Errors: *GoneError (the owner), *OwnKeyError (the key before the current one signs the calls of this
// run), and those of Create and Revoke.
func (k *Keeper) Rotate(ctx context.Context, have Pair, r Rotation) (Pair, []Notice, error) {
	there, err := k.whatIsThere(ctx, r.Owner, have)
	if err != nil {
		return have, nil, err
	}
	left := k.Leftovers(r.Owner) // before the new key drops what was read
	if there.Current.ID != "" && there.Previous.ID != "" {
		if err := k.Revoke(ctx, r.Owner, there.Previous); err != nil {
			return Pair{have.Current, there.Previous}, left, fmt.Errorf("access key %s had to go first: %w", there.Previous.ID, err)
		}
		there.Previous = Key{}
	}
	ends := k.Now().Add(r.Lifetime).UTC().Truncate(time.Second)
	made, notices, err := k.Create(ctx, Wish{Owner: r.Owner, State: Active, Expires: &ends, Tag: r.Tag})
	notices = append(left, notices...)
	if made.ID == "" {
		return Pair{have.Current, there.Previous}, notices, err
	}
	old := there.Current
	if old.ID == "" {
		old = there.Previous
	}
	old, notice := k.seeOff(ctx, old, r)
	if notice != nil {
		notices = append(notices, *notice)
	}
	return Pair{made, old}, notices, err
}

// whatIsThere asks the API, past every shared read, what there is of a pair.
func (k *Keeper) whatIsThere(ctx context.Context, o Owner, have Pair) (there Pair, err error) {
	if have.Current.ID == "" && have.Previous.ID == "" {
		_, _ = k.List(ctx, o) // any answer, a refusal too, tells the API's clock, from which the first key's end counts
		return Pair{}, nil
	}
	name, err := k.userName(ctx, o)
	if err != nil {
		return Pair{}, err
	}
	if there.Current, err = k.freshOrNone(ctx, o, name, have.Current.ID); err != nil {
		return Pair{}, err
	}
	there.Previous, err = k.freshOrNone(ctx, o, name, have.Previous.ID)
	return there, err
}

// freshOrNone is fresh, with no key for no id and for a key that is gone while its owner is not.
func (k *Keeper) freshOrNone(ctx context.Context, o Owner, userName, id string) (Key, error) {
	if id == "" {
		return Key{}, nil
	}
	key, err := k.fresh(ctx, o, userName, id)
	if isGone(err) && !OwnerIsGone(err) {
		return Key{}, nil
	}
	return key, err
}

// seeOff does what is to be done about an old key whose successor exists: nothing, as long as its expiry is to come.
func (k *Keeper) seeOff(ctx context.Context, old Key, r Rotation) (Key, *Notice) {
	switch {
	case old.ID == "":
		return old, nil
	case old.Expired(k.Now()):
		if err := k.Revoke(ctx, r.Owner, old); err != nil {
			return old, &Notice{Summary: "Expired access key not removed", Detail: fmt.Sprintf(
				"Access key %s has expired and its successor exists, but deleting it failed: %v. The next run tries again.", old.ID, err)}
		}
		return Key{}, nil
	case old.Expires == nil:
		ended, err := k.EndWithin(ctx, r.Owner, old.ID, r.Overlap)
		if err != nil {
			return old, &Notice{Summary: "Old access key without an expiry", Detail: fmt.Sprintf(
				"Access key %s never expires and its successor exists, but giving it an expiry failed: %v. The next run tries again.", old.ID, err)}
		}
		return ended, nil
	}
	return old, nil
}

// EndWithin gives a key an expiry that far from now, by the API's clock, unless it ends earlier. It returns the key as it
// is then. Errors are those of Update.
func (k *Keeper) EndWithin(ctx context.Context, o Owner, id string, left time.Duration) (Key, error) {
	name, err := k.userName(ctx, o)
	if err != nil {
		return Key{}, err
	}
	key, err := k.fresh(ctx, o, name, id)
	at := k.Now().Add(left).UTC().Truncate(time.Second) // the call before has told the API's time
	if err != nil || (key.Expires != nil && !key.Expires.After(at)) {
		return key, err
	}
	return k.Update(ctx, key, Wish{Owner: o, State: key.State, Expires: &at, Tag: key.Tag})
}

// RevokePair revokes both keys of a pair, the older one first. One that cannot be revoked does not keep the other.
func (k *Keeper) RevokePair(ctx context.Context, o Owner, have Pair) error {
	var failed error
	for _, key := range []Key{have.Previous, have.Current} {
		if key.ID == "" {
			continue
		}
		if err := k.Revoke(ctx, o, key); err != nil {
			failed = errors.Join(failed, fmt.Errorf("access key %s was not revoked: %w", key.ID, err))
		}
	}
	return failed
}
