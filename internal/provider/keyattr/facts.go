package keyattr

import (
	"context"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// Facts is what the plan of a key has to know besides configuration and state.
type Facts struct {
	Now        time.Time  // by the API's clock, as far as known: before the first answer it is this machine's
	Recipients Recipients // of the configuration's seal_to
	SameUser   bool       // the result of sameUser, true where no look-up was needed
	HadExpiry  bool       // a key of the owner with the configuration's expiry was found gone or expired in this run
	WasSealed  bool       // a key of the owner that was sealed to these recipients was found gone in this run
}

// CollectFacts finds them out. state is nil for a key that is to be created.
func CollectFacts(ctx context.Context, d *providerdata.Data, config Key, state *Key, diags *diag.Diagnostics) Facts {
	f := Facts{Recipients: ParseRecipients(config.SealTo), SameUser: true}
	if state == nil {
		f.HadExpiry, f.WasSealed = remembered(&d.Memory, config, f.Recipients)
	}
	if id, name, needed := OwnerLookup(config, state); needed {
		f.SameUser = sameUser(ctx, d, id, name, diags)
	}
	f.Now = d.Now()
	return f
}

// Validate returns what is wrong with a configuration, whatever the state has.
func Validate(config Key) diag.Diagnostics {
	diags := ParseRecipients(config.SealTo).Refused
	diags.Append(RefuseMarker(config.Tag, nil)...)
	return diags
}

// Refuse returns what no plan of a key can correct, and the warning about an empty name. A value that the state has is not
// refused. state is nil for a key that is to be created.
func Refuse(config Key, state *Key, f Facts) (diags diag.Diagnostics) {
	diags.Append(refuseTwoOwners(config, state, f.SameUser)...)
	diags.Append(warnEmptyName(config, state)...)
	diags.Append(f.Recipients.Refused...)
	diags.Append(RefuseMarker(config.Tag, state)...)
	return diags
}
