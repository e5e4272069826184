package keyattr

import (
	"context"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// Facts is what the plan of a key depends on in addition to configuration and state.
type Facts struct {
	Now        time.Time  // by the API's clock, or by this machine's before the first answer
	Recipients Recipients // of seal_to in the configuration
	OwnerID    string     // the recorded id of the user that owns the key; "" if it is not recorded, or for a key of the caller
	IsReplaced bool       // the same run replaces the user that the configuration names by `user_name`, or that owns the key
	SameUser   bool       // the result of sameUser; true if no look-up was needed
	HadExpiry  bool       // the refresh found that a key of this owner with this expiry has expired or no longer exists
	WasSealed  bool       // the refresh found that a key of this owner, sealed to these recipients, no longer exists
}

// CollectFacts returns the facts for a plan. state is nil for a new key. recorded is the identity in the private state.
func CollectFacts(ctx context.Context, d *providerdata.Data, config Key, state *Key, recorded key.Identity, diags *diag.Diagnostics) Facts {
	f := Facts{Recipients: ParseRecipients(config.SealTo), OwnerID: recorded.UserID, SameUser: true}
	if state == nil {
		f.HadExpiry, f.WasSealed = remembered(&d.Memory, config, f.Recipients)
	} else {
		identified := state.withOwnerID(f.OwnerID)
		state = &identified
		f.IsReplaced = config.UserID.IsUnknown() && d.Memory.ReplacesUser(state.UserName.ValueString())
	}
	f.IsReplaced = f.IsReplaced || config.UserID.IsNull() && d.Memory.ReplacesUser(config.UserName.ValueString())
	if id, name, needed := OwnerLookup(config, state); needed {
		renamedTo, _ := d.Memory.Renamed.Load("user" + id)
		f.SameUser = isSet(config.UserName) && renamedTo == name || sameUser(ctx, d, id, name, diags)
	}
	if state == nil && isSet(config.UserID) {
		refuseMissingOwner(ctx, d, config, diags)
	}
	f.Now = d.Now()
	return f
}

// Validate returns what is wrong with a configuration, without its state.
func Validate(config Key) diag.Diagnostics {
	diags := ParseRecipients(config.SealTo).Refused
	diags.Append(RefuseMarker(config.Tag, nil)...)
	return diags
}

// Refuse returns the errors in a configuration, and the warning about an empty name. It does not refuse values of the state.
// state is nil for a new key.
func Refuse(config Key, state *Key, f Facts) (diags diag.Diagnostics) {
	diags.Append(refuseTwoOwners(config, f.SameUser)...)
	diags.Append(warnEmptyName(config, state)...)
	diags.Append(f.Recipients.Refused...)
	diags.Append(RefuseMarker(config.Tag, state)...)
	return diags
}
