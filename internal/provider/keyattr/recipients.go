package keyattr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// The summaries of errors about sealing.
const (
	NotSealable = "Secret cannot be sealed to this key"
	NotSealed   = "Secret not sealed"
)

// Recipients are the public keys of a `seal_to` list.
type Recipients struct {
	List    types.List
	Known   bool             // the list and each of its items are known
	Refused diag.Diagnostics // what is wrong with the known items
	keys    seal.Recipients  // of a list that is known and not refused
}

// ParseRecipients parses the known items of a list. If an item is unknown, it parses the others one by one, because the rules
// about the whole list cannot be checked yet. It does not check whether an OpenPGP key has expired: see Usable.
func ParseRecipients(list types.List) Recipients {
	r := Recipients{List: list, Known: !list.IsNull() && !list.IsUnknown() && !slices.ContainsFunc(list.Elements(), attr.Value.IsUnknown)}
	if r.Known {
		keys, err := seal.ParseRecipients(Texts(list), seal.WithoutValidity())
		r.keys, r.Refused = keys, r.refusal(err, 0)
		return r
	}
	for i, item := range list.Elements() {
		if !item.IsUnknown() {
			_, err := seal.ParseRecipients([]string{textOf(item)}, seal.WithoutValidity())
			r.Refused.Append(r.refusal(err, i)...)
		}
	}
	return r
}

// Fingerprints returns the fingerprints of the keys.
func (r Recipients) Fingerprints() []string { return r.keys.Fingerprints() }

// Usable returns the keys for sealing, none for a null or unknown list. It checks that an OpenPGP key has not expired, and
// tries to seal. Call it only if something will be sealed: a key that expires after a secret was sealed to it must not fail
// every later plan.
func (r Recipients) Usable(clock func() time.Time) (seal.Recipients, diag.Diagnostics) {
	if !r.Known {
		return seal.Recipients{}, r.Refused
	}
	keys, err := seal.ParseRecipients(Texts(r.List), seal.WithClock(clock))
	if err == nil {
		err = keys.Trial()
	}
	return keys, r.refusal(err, 0)
}

// refusal returns the diagnostic for an error in the list. first is the index of the first item that was parsed.
//
// GOTCHA: the CLI prints the line of the configuration that an error points to. If an item of the list may be a private key,
// even one without an error, the error points to the resource and only its text names the argument.
func (r Recipients) refusal(err error, first int) (diags diag.Diagnostics) {
	var refused *seal.Error
	if !errors.As(err, &refused) {
		return nil
	}
	if mayHoldPrivateKey(r.List) {
		diags.AddError(NotSealable, refusalText(refused, first))
		return diags
	}
	at := AtSealTo
	if refused.Index >= 0 {
		at = at.AtListIndex(refused.Index + first)
	}
	diags.AddAttributeError(at, NotSealable, refusalText(refused, first))
	return diags
}

// mayHoldPrivateKey reports whether an item of the list is not a public key, and so may be a private key.
func mayHoldPrivateKey(list types.List) bool {
	return slices.ContainsFunc(Texts(list), func(item string) bool {
		_, err := seal.ParseRecipients([]string{item}, seal.WithoutValidity())
		var refused *seal.Error
		return errors.As(err, &refused) && slices.Contains([]seal.Reason{
			seal.ReasonPrivateKeyGiven, seal.ReasonNotAPublicKey, seal.ReasonSeveralKeys,
		}, refused.Reason)
	})
}

// refusalText says what is wrong with `seal_to`, and the remedy.
func refusalText(refused *seal.Error, first int) string {
	name := "`seal_to`: "
	if refused.Index >= 0 {
		name = fmt.Sprintf("`seal_to[%d]` ", refused.Index+first)
	}
	return name + refused.Problem + ".\n\n" + refused.Remedy
}

// Texts returns the items of a list, "" for null.
func Texts(list types.List) []string {
	items := make([]string, 0, len(list.Elements()))
	for _, item := range list.Elements() {
		items = append(items, textOf(item))
	}
	return items
}

func textOf(item attr.Value) string {
	s, _ := item.(types.String)
	return s.ValueString()
}

// noTexts returns a null list, unknownTexts an unknown one.
func noTexts() types.List      { return types.ListNull(types.StringType) }
func unknownTexts() types.List { return types.ListUnknown(types.StringType) }

// textList returns a list of these items.
func textList(items []string) types.List {
	values := make([]attr.Value, 0, len(items))
	for _, item := range items {
		values = append(values, types.StringValue(item))
	}
	return types.ListValueMust(types.StringType, values)
}

// sameRecipients compares the fingerprints of two lists, in any order.
func sameRecipients(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// without returns the items of a that b does not have, for a sentence.
func without(a, b []string) string {
	only := slices.DeleteFunc(slices.Clone(a), func(item string) bool { return slices.Contains(b, item) })
	if len(only) == 0 {
		return "none"
	}
	return strings.Join(only, ", ")
}
