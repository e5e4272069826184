package accesskey

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

var atSealTo = path.Root("seal_to")

// Summaries of what can be wrong with a sealing.
const (
	notSealable = "Secret cannot be sealed to this key"
	notSealed   = "Secret not sealed"
)

// recipients are the public keys of a list whose items are all known.
//
// With a clock, an OpenPGP key must be usable now, and a sealing is tried: asked where something is going to be sealed,
// and only there. A key that expires after a secret was sealed to it must not fail every later plan.
func recipients(list types.List, clock func() time.Time) (seal.Recipients, diag.Diagnostics) {
	judged := seal.WithoutValidity()
	if clock != nil {
		judged = seal.WithClock(clock)
	}
	r, err := seal.ParseRecipients(texts(list), judged)
	if err == nil && clock != nil {
		err = r.Trial()
	}
	return r, refusedRecipient(err, 0, list)
}

// triedRecipients are those of a plan, none where nothing is to be sealed.
func triedRecipients(list types.List, clock func() time.Time) (seal.Recipients, diag.Diagnostics) {
	if list.IsNull() {
		return seal.Recipients{}, nil
	}
	return recipients(list, clock)
}

// refuseRecipients looks at as much of a list as is known, without a clock. While an item is not known, the others are
// looked at one by one: what they are together can only be said of all of them.
func refuseRecipients(list types.List) (diags diag.Diagnostics) {
	switch {
	case list.IsNull() || list.IsUnknown():
		return nil
	case known(list):
		_, diags = recipients(list, nil)
		return diags
	}
	for i, item := range list.Elements() {
		if !item.IsUnknown() {
			_, err := seal.ParseRecipients([]string{text(item)}, seal.WithoutValidity())
			diags.Append(refusedRecipient(err, i, list)...)
		}
	}
	return diags
}

// refusedRecipient is the diagnostic for what a list is refused for. first is the place of the first item looked at.
//
// GOTCHA: the CLI prints the line of the configuration that an error points to, the whole of it. While an item of the
// list may be a private key, also one that is not the item to blame, the error points to the resource as a whole and
// names the argument in words.
func refusedRecipient(err error, first int, list types.List) (diags diag.Diagnostics) {
	var refused *seal.Error
	if !errors.As(err, &refused) {
		return nil
	}
	if mayHoldPrivate(list) {
		diags.AddError(notSealable, reproach(refused, first))
		return diags
	}
	at := atSealTo
	if refused.Index >= 0 {
		at = at.AtListIndex(refused.Index + first)
	}
	diags.AddAttributeError(at, notSealable, reproach(refused, first))
	return diags
}

// mayHoldPrivate reports whether an item of the list is not recognised as one public key, and could be anything.
func mayHoldPrivate(list types.List) bool {
	return slices.ContainsFunc(texts(list), func(item string) bool {
		_, err := seal.ParseRecipients([]string{item}, seal.WithoutValidity())
		var refused *seal.Error
		return errors.As(err, &refused) && slices.Contains([]seal.Reason{
			seal.ReasonPrivateKeyGiven, seal.ReasonNotAPublicKey, seal.ReasonSeveralKeys,
		}, refused.Reason)
	})
}

// reproach says what is wrong with `seal_to`, and the remedy.
func reproach(refused *seal.Error, first int) string {
	name := "`seal_to`: "
	if refused.Index >= 0 {
		name = fmt.Sprintf("`seal_to[%d]` ", refused.Index+first)
	}
	return name + refused.Problem + ".\n\n" + refused.Remedy
}

// known reports whether a list and each of its items are known.
func known(list types.List) bool {
	return !list.IsUnknown() && !slices.ContainsFunc(list.Elements(), attr.Value.IsUnknown)
}

// texts are the items of a known list; an item that is null is an empty text.
func texts(list types.List) []string {
	items := make([]string, 0, len(list.Elements()))
	for _, item := range list.Elements() {
		items = append(items, text(item))
	}
	return items
}

func text(item attr.Value) string {
	if s, is := item.(types.String); is {
		return s.ValueString()
	}
	return ""
}

// noTexts and unknownTexts are the null and the unknown list.
func noTexts() types.List      { return types.ListNull(types.StringType) }
func unknownTexts() types.List { return types.ListUnknown(types.StringType) }

// textList is the list of these items.
func textList(items []string) types.List {
	values := make([]attr.Value, 0, len(items))
	for _, item := range items {
		values = append(values, types.StringValue(item))
	}
	return types.ListValueMust(types.StringType, values)
}

// sealed puts the ciphertext into the place of the secret.
func (m model) sealed(ciphertext string, to seal.Recipients) model {
	m.SecretKey = types.StringNull()
	m.SealedSecretKey = types.StringValue(ciphertext)
	m.SealedTo = textList(to.Fingerprints())
	return m
}

// sealInPlace seals the secret that the state has, when the plan asks for that. It makes no call.
func (m model) sealInPlace(state model, clock func() time.Time) (model, diag.Diagnostics) {
	if m.SealTo.IsNull() || state.SecretKey.IsNull() {
		return m.settled(state), nil
	}
	to, diags := recipients(m.SealTo, clock)
	if diags.HasError() {
		return m, diags
	}
	ciphertext, err := to.Seal(state.SecretKey.ValueString())
	if err != nil {
		diags.AddAttributeError(atSealTo, notSealed, "Sealing the secret of "+state.text()+" failed. "+whyNotSealed(err))
		return m, diags
	}
	return m.sealed(ciphertext, to), diags
}

// whyNotSealed tells a failure of the sealing itself, in terms of the argument.
func whyNotSealed(err error) string {
	var refused *seal.Error
	if errors.As(err, &refused) {
		return reproach(refused, 0)
	}
	return "The reason is not known. This is a defect of the provider, please report it."
}

// settled gives the values about the secret that a plan left open the state's again: nothing is sealed.
func (m model) settled(state model) model {
	m.SecretKey, m.SealedSecretKey, m.SealedTo = state.SecretKey, state.SealedSecretKey, state.SealedTo
	return m
}

// undoTimeout bounds the undoing of a creation, which goes on when the run is interrupted.
const undoTimeout = time.Minute

// keepSealed makes the state of a new key from its sealed secret. Where sealing fails nobody will ever know the secret:
// the key is revoked. exists is false when that was done; else the key is in the state without a secret, and its
// creation failed, so that the next apply replaces it.
func (r *Resource) keepSealed(ctx context.Context, made model, key credential.Key, to seal.Recipients, diags *diag.Diagnostics) (_ model, exists bool) {
	ciphertext, err := to.Seal(key.Secret)
	if err == nil {
		return made.sealed(ciphertext, to), true
	}
	failed := fmt.Sprintf("Access key %s was created for %s, but its secret could not be sealed. %s", key.ID, made.ownerText(), whyNotSealed(err))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	if undo := r.session.Keeper.Revoke(ctx, made.owner(), key); undo != nil {
		diags.AddAttributeError(atSealTo, notSealed, failed+"\n\nThe key could not be revoked either. It is in the state, without its secret: the next apply replaces it.")
		diagnose.Add(diags, notDeleted, "Revoking access key "+key.ID, undo)
		made.SecretKey, made.SealedSecretKey, made.SealedTo = types.StringNull(), types.StringNull(), noTexts()
		return made, true
	}
	diags.AddAttributeError(atSealTo, notSealed, failed+"\n\nThe key was revoked: nothing is left at the API.")
	return made, false
}

// sameRecipients compares the fingerprints of two lists, in any order.
func sameRecipients(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// without are the items of a that b has not, as a sentence has them.
func without(a, b []string) string {
	only := slices.DeleteFunc(slices.Clone(a), func(item string) bool { return slices.Contains(b, item) })
	if len(only) == 0 {
		return "none"
	}
	return strings.Join(only, ", ")
}
