package credential

import (
	"context"
	"fmt"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Update changes a key. have is the key as last known, want what it shall be; want.Owner addresses it.
//
// State and the expiry that must survive are always sent, because an update without the expiry may remove it (A1).
// When want leaves the state as it is, the key is read afresh first and the state it has now is sent: whoever switched
// a key off between plan and apply finds it still off. The answer is compared with what was meant, corrected once, and
// then an *UnfinishedError; the key comes with that error. Other errors: *OwnKeyError before any call, *GoneError,
// *UnsupportedError (a tag on an API before 1.40.1), or the API's.
func (k *Keeper) Update(ctx context.Context, have Key, want Wish) (Key, error) {
	if want.State == Inactive && k.signs(have.ID) {
		return Key{}, &OwnKeyError{ID: have.ID, Action: "deactivate"}
	}
	name, err := k.nameToWrite(ctx, want.Owner, have.UserName)
	if err != nil {
		return Key{}, err
	}
	k.keys.drop(name)
	defer k.keys.drop(name)
	if want.State == "" {
		if have, err = k.fresh(ctx, want.Owner, name, have.ID); err != nil {
			return Key{}, err
		}
		want.State, name = have.State, have.UserName
	}
	key, err := k.change(ctx, name, have, want)
	if err == nil || (!unknownKey(err) && !api.IsAmbiguous(err)) {
		return key, err
	}
	now, proof := k.prove(ctx, want.Owner, have.ID)
	switch {
	case isGone(proof):
		return Key{}, proof
	case proof == nil && len(differences(now, want)) == 0: // the answer was lost, the change was not
		return now, nil
	case proof == nil && now.UserName != name: // the owner was renamed meanwhile
		defer k.keys.drop(now.UserName)
		return k.change(ctx, now.UserName, now, want)
	}
	return Key{}, err
}

// change makes the update, checks the answer, corrects once. want has a state.
func (k *Keeper) change(ctx context.Context, userName string, have Key, want Wish) (Key, error) {
	key, err := k.send(ctx, userName, have, want)
	if err != nil {
		return key, err
	}
	if len(differences(key, want)) > 0 {
		k.info(ctx, "the access key is not as asked after its update: correcting once", map[string]any{"access_key_id": key.ID})
		corrected, err := k.send(ctx, userName, key, want)
		if err != nil {
			return key, &UnfinishedError{KeyID: key.ID, What: differences(key, want), Err: err}
		}
		key = corrected
	}
	if what := differences(key, want); len(what) > 0 {
		return key, &UnfinishedError{KeyID: key.ID, What: what}
	}
	return key, nil
}

// send is one UpdateAccessKey that turns have into want. An API before 1.40.1 refuses the members for the tag and for
// clearing the expiry; the same update without them tells that refusal from one about a value, and clears the expiry
// there by leaving it out.
func (k *Keeper) send(ctx context.Context, userName string, have Key, want Wish) (Key, error) {
	in := api.UpdateAccessKeyInput{ID: have.ID, UserName: userName, State: string(want.State), ExpirationDate: want.Expires}
	plain := in
	in.ClearExpirationDate = want.Expires == nil && have.Expires != nil
	if want.Tag != have.Tag {
		setTag(&in, want.Tag)
	}
	retag := in.Tag != nil || in.ClearTag
	if k.legacy.Load() {
		if retag {
			return Key{}, k.noTags(have.ID, want.Tag, nil)
		}
		in = plain
	}
	answer, err := k.api.UpdateAccessKey(ctx, in)
	if api.IsInvalid(err) && (retag || in.ClearExpirationDate) {
		accepted, plainErr := k.api.UpdateAccessKey(ctx, plain)
		if plainErr != nil {
			return Key{}, k.explain(err, have, want)
		}
		k.learnLegacy(ctx)
		if retag && accepted.Tag != want.Tag {
			return keyOf(userName, accepted), k.noTags(have.ID, want.Tag, err)
		}
		answer, err = accepted, nil
	}
	if err != nil {
		return Key{}, k.explain(err, have, want)
	}
	return keyOf(userName, answer), nil
}

// explain adds to a refusal what the API's words do not say: it does not take a date that has passed, not even the one
// the key already has, and leaving it out could make the key immortal.
func (k *Keeper) explain(err error, have Key, want Wish) error {
	if api.IsInvalid(err) && want.Expires != nil && !want.Expires.After(k.Now()) {
		return &UnfinishedError{KeyID: have.ID, Err: err, What: []string{fmt.Sprintf(
			"it expired on %s, and an expired key cannot be changed without a later expiry", date(want.Expires))}}
	}
	return err
}

func (k *Keeper) noTags(id, tag string, err error) error {
	return &UnsupportedError{Err: err, What: fmt.Sprintf(
		"the tag of access key %s was not changed to %q: the API of this region (before 1.40.1) sets a tag only when the key is created", id, tag)}
}

func (k *Keeper) learnLegacy(ctx context.Context) {
	if !k.legacy.Swap(true) {
		k.info(ctx, "the API is older than 1.40.1: unfinished keys are found by listing instead of by their tag", nil)
	}
}

func setTag(in *api.UpdateAccessKeyInput, tag string) {
	if tag == "" {
		in.ClearTag = true
	} else {
		in.Tag = &tag
	}
}
