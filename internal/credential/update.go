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
// *TagError, *UnsupportedError (a tag on an API before 1.40.1), or the API's.
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

// send is one UpdateAccessKey that turns have into want. An API before 1.40.1 does not know the members for the tag and for
// clearing the expiry, and clears the expiry when it is left out. A refusal of them is looked into.
func (k *Keeper) send(ctx context.Context, userName string, have Key, want Wish) (Key, error) {
	in := api.UpdateAccessKeyInput{ID: have.ID, UserName: userName, State: string(want.State), ExpirationDate: want.Expires}
	plain := in
	in.ClearExpirationDate = want.Expires == nil && have.Expires != nil
	retag := want.Tag != have.Tag
	if retag {
		setTag(&in, want.Tag)
	}
	if k.legacy.Load() {
		if retag {
			return Key{}, k.noTags(have.ID, want.Tag, nil)
		}
		in = plain
	}
	answer, err := k.api.UpdateAccessKey(ctx, in)
	if api.IsInvalid(err) && (retag || in.ClearExpirationDate) {
		return k.sendPlain(ctx, plain, have, want, err)
	}
	if err != nil {
		return Key{}, k.explain(err, have, want)
	}
	return keyOf(userName, answer), nil
}

// sendPlain does of an update that was refused what can be done: all but the tag, and the expiry where leaving it out
// clears it.
func (k *Keeper) sendPlain(ctx context.Context, plain api.UpdateAccessKeyInput, have Key, want Wish, refused error) (Key, error) {
	why, answer, err := k.whyRefused(ctx, plain, have.Tag)
	now, retag := keyOf(plain.UserName, answer), want.Tag != have.Tag
	switch {
	case err != nil:
		return Key{}, k.explain(refused, have, want)
	case why == refusedAsUnknown:
		k.learnLegacy(ctx)
		if retag && now.Tag != want.Tag {
			return now, k.noTags(have.ID, want.Tag, refused)
		}
		return now, nil
	case retag && want.Tag != "" && sameInstant(now.Expires, want.Expires):
		return now, &TagError{KeyID: have.ID, Tag: want.Tag, Err: refused}
	}
	return now, refused
}

// why is what an update that changes a tag, or clears an expiry, was refused for.
type why int

const (
	refusedElse      why = iota // something else in it, or it could not be found out
	refusedAsValue              // the API knows how to change a tag: it did not take this value
	refusedAsUnknown            // the API is older than 1.40.1 and does not know these members
)

// whyRefused finds out what an update was refused for. The code of the refusal does not tell: which one an older API
// answers is assumed (A15), and a tag that is too long must not pass for it, because the process would make its keys without
// markers from then on. So the update is made once more with the tag that the key has, which changes nothing and which
// every API takes that knows the member; and where that is refused, without a tag. Of what was asked, all else is done
// when err is nil.
func (k *Keeper) whyRefused(ctx context.Context, plain api.UpdateAccessKeyInput, has string) (_ why, answer api.AccessKey, err error) {
	same := plain
	setTag(&same, has)
	answer, err = k.api.UpdateAccessKey(ctx, same)
	if err == nil {
		return refusedAsValue, answer, nil
	}
	if !api.IsInvalid(err) {
		return refusedElse, answer, err
	}
	answer, err = k.api.UpdateAccessKey(ctx, plain)
	if err == nil {
		return refusedAsUnknown, answer, nil
	}
	return refusedElse, answer, err
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
