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

// What an account allows is read when a plan creates a key or moves a date, and never for a plan that does neither.
//
// GOTCHA: both CLIs ask for the plan of a resource a second time while they apply, in another process, with every value
// known. That is where a date that was unknown before is compared with the account's limit, before anything is created.

// overLimit is the summary of the errors about the account's limit on the life of keys.
const overLimit = "Access key would live too long"

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
		"%s the API access policy of the account lets no access key live longer than %s.\n\nThe latest date that it allows now is %s.",
		subject, duration.Words(limit), isodate.Format(latest.Truncate(time.Second))))
}

// RefuseLifetime is RefuseDate for a key whose expiry is counted from the moment it is created. at is the argument.
func RefuseLifetime(ctx context.Context, d *providerdata.Data, at path.Path, lifetime time.Duration, summary string, diags *diag.Diagnostics) {
	limit, ok := keyLifetimeLimit(ctx, d, summary, diags)
	if !ok || lifetime <= limit {
		return
	}
	diags.AddAttributeError(at, overLimit, fmt.Sprintf(
		"`%s` is %s, and the API access policy of the account lets no access key live longer than %s.\n\nWrite at most that.",
		at, duration.Words(lifetime), duration.Words(limit)))
}

// keyLifetimeLimit returns the account's limit; false when there is none, or when it cannot be known: then with an error if
// the API did not answer, and without one if the caller may not read it or the account is unknown.
func keyLifetimeLimit(ctx context.Context, d *providerdata.Data, summary string, diags *diag.Diagnostics) (time.Duration, bool) {
	if d.Unknown() {
		return 0, false
	}
	limit, err := d.Account.MaxKeyLifetime(ctx)
	if err != nil {
		diag.Add(diags, summary, "Finding out how long the account lets access keys live", err)
	}
	return limit, err == nil && limit > 0
}

// RefuseMarker refuses a tag that this provider would take for the sign of an unfinished creation. A tag that the state has
// already is left alone: it may be such a sign.
func RefuseMarker(tag types.String, state *Key) (diags diag.Diagnostics) {
	if !key.IsMarker(tag.ValueString()) || state != nil && state.Tag.Equal(tag) {
		return nil
	}
	diags.AddAttributeError(AtTag, "Tag is reserved", fmt.Sprintf("`tag` is %s. A tag that begins with %q marks a key whose creation was not finished: "+
		"every run would name the key as one to be removed.\n\nWrite another tag.", text.Quote(tag.ValueString()), key.MarkerPrefix))
	return diags
}

// Refreshed reports whether the refresh of a state has read its key, as base.Refreshed does. Of a key that is gone, what is
// needed to plan the owner's next one is remembered.
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

// remembered reports whether a key of the configured owner with the configured expiry was found gone or expired in this
// run, and whether one was found gone that was sealed to the configured recipients.
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
