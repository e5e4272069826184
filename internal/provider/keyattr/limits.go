package keyattr

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// The account's limit is read only if a plan creates a key or changes a date.
//
// GOTCHA: both CLIs plan a resource again during the apply, in another process, with all values known. So a date that was
// unknown is compared with the limit before the key is created.

// overLimit is the summary of errors about the account's limit on the lifetime of keys.
const overLimit = "Access key would live too long"

// raiseFirst is the remedy if the same apply raises the limit.
const raiseFirst = " If the configuration also raises this limit, apply that first, with `-target` and the address of the `outscale_api_access_policy`."

// DestroyHint is the end of the remedy in an error about a key that a destroy would not change: before a destroy both CLIs plan
// the configuration, and the provider cannot tell this plan from one that will be applied.
const DestroyHint = " If you are destroying this configuration, add `-refresh=false`."

// RefuseDate refuses an expiry that the account's API access policy does not allow (official; its refusal is A33).
func RefuseDate(ctx context.Context, d *providerdata.Data, date isodate.Value, diags *diag.Diagnostics) {
	if date.IsUnknown() {
		return
	}
	limit, ok := keyLifetimeLimit(ctx, d, NotPlanned, diags)
	if !ok {
		return
	}
	latest := d.Now().Add(limit)
	at, dated := date.Meaning()
	subject := fmt.Sprintf("`expiration_date` is %q, that is %s, and", date.ValueString(), isodate.Format(at))
	switch {
	case !dated:
		subject = "There is no `expiration_date`, and"
	case !at.After(latest):
		return
	}
	diags.AddAttributeError(AtExpirationDate, overLimit, fmt.Sprintf(
		"%s the API access policy of the account lets no access key live longer than %s.\n\nThe latest date that it allows now is %s.%s%s",
		subject, duration.Words(limit), isodate.Format(latest.Truncate(time.Second)), raiseFirst, DestroyHint))
}

// RefuseLifetime is RefuseDate for a lifetime that counts from the creation. at is the argument.
func RefuseLifetime(ctx context.Context, d *providerdata.Data, at path.Path, lifetime time.Duration, summary string, diags *diag.Diagnostics) {
	limit, ok := keyLifetimeLimit(ctx, d, summary, diags)
	if !ok || lifetime <= limit {
		return
	}
	diags.AddAttributeError(at, overLimit, fmt.Sprintf(
		"`%s` is %s, and the API access policy of the account lets no access key live longer than %s.\n\nSet at most that.%s",
		at, duration.Words(lifetime), duration.Words(limit), raiseFirst))
}

// keyLifetimeLimit returns the account's limit. It returns false if there is none or if it is not known: the caller may not
// read it, the provider is unknown, or the call failed, which is an error.
func keyLifetimeLimit(ctx context.Context, d *providerdata.Data, summary string, diags *diag.Diagnostics) (time.Duration, bool) {
	if d.Unknown() {
		return 0, false
	}
	limit, err := d.Account.MaxKeyLifetime(ctx)
	if err != nil {
		diag.Add(diags, summary, "Reading the account's limit on the lifetime of access keys", err)
	}
	return limit, err == nil && limit > 0
}

// RefuseMarker refuses a tag that has the form of a marker, unless the state has the same tag: it may be the key's own marker, which
// ignore_changes copied into the configuration.
func RefuseMarker(tag types.String, state *Key) (diags diag.Diagnostics) {
	if !key.IsMarker(tag.ValueString()) || state != nil && state.Tag.Equal(tag) {
		return nil
	}
	diags.AddAttributeError(AtTag, "Tag is reserved", fmt.Sprintf("`tag` is %s. A tag that begins with %q marks a key whose creation was not finished, "+
		"so every run would warn that the key should be removed.\n\nSet another tag.", text.Quote(tag.ValueString()), key.MarkerPrefix))
	return diags
}

// Refreshed is base.Refreshed for a key. If the key is gone, it records what the plan of the next key needs.
func Refreshed(ctx context.Context, d *providerdata.Data, resp *resource.ReadResponse, state Key, err error) bool {
	if _, gone := diag.Gone(err); gone {
		if at, dated := state.ExpirationDate.Meaning(); dated {
			d.Memory.AddExpired(at, state.OwnerNames()...)
		}
		if !state.SealedTo.IsNull() {
			d.Memory.AddSealed(Texts(state.SealedTo), state.OwnerNames()...)
		}
	}
	return base.Refreshed(ctx, resp, err, IsGone, NotRead, state.Describe(), state.ID.ValueString())
}

// remembered returns Facts.HadExpiry and Facts.WasSealed.
func remembered(memory *providerdata.Memory, config Key, to Recipients) (hadExpiry, wasSealed bool) {
	owner := config.UserName.ValueString()
	if isSet(config.UserID) {
		owner = config.UserID.ValueString()
	}
	if at, dated := config.ExpirationDate.Meaning(); dated {
		hadExpiry = memory.HadExpiry(owner, at)
	}
	return hadExpiry, to.Known && memory.WasSealed(owner, to.Fingerprints())
}
