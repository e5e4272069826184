package accesspolicy

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/number"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// ModifyPlan refuses a policy with which this provider itself does not comply, warns about a second resource for the one
// policy, and says what a destroy does.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.AddWarning(staysAsItIs, "An account always has an API access policy. A destroy only removes the policy from the state, "+
			"and both values stay as they are at the API. To remove the limits, first apply `max_access_key_expiration_seconds = 0` and `require_trusted_env = false`.")
		return
	}
	if r.Data == nil || r.Data.Unknown() {
		return
	}
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	var state model
	if !req.State.Raw.IsNull() {
		state = codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if r.Data.Memory.SecondPlan("outscale_api_access_policy") {
		resp.Diagnostics.AddWarning(several, "The account has one API access policy, and this configuration has several resources for it: each undoes what the other sets, "+
			"and the last one that is applied wins. Keep one, and remove the others from the state (`terraform state rm`).")
	}
	var refused diag.Diagnostics
	if !plan.MaxSeconds.IsUnknown() && !plan.MaxSeconds.Equal(state.MaxSeconds) && number.Int64(plan.MaxSeconds) > 0 {
		r.refuseOwnKey(ctx, &refused, plan)
	}
	if plan.TrustedEnv.ValueBool() && !state.TrustedEnv.ValueBool() && !r.Data.Access.HasCertificate() {
		refused.AddAttributeError(path.Root("require_trusted_env"), lockOut, "A trusted session needs a client certificate, and this provider has none: "+
			"it could change neither access keys, API access rules, nor this policy again.\n\nGive the provider one (`x509_cert_path` and `x509_key_path` in the `api` block)"+override)
	}
	for _, one := range refused {
		if plan.AllowLockout.ValueBool() && one.Summary() == lockOut {
			one = diag.NewWarning(lockOut, one.Detail()+"\n\n`allow_lockout` is true: the change is planned.")
		}
		resp.Diagnostics.Append(one)
	}
}

const override = ", or set `allow_lockout` to true: then the API decides."

// refuseOwnKey refuses a lifetime that the signing key exceeds. The API checks the other keys of the account.
func (r *Resource) refuseOwnKey(ctx context.Context, diags *diag.Diagnostics, plan model) {
	if r.Data.Signer == "" {
		return // a login
	}
	keys, err := r.Data.Keys.List(ctx, key.Owner{})
	if domain.IsNotPermitted(err) {
		diags.AddWarning(notChecked, "The caller may not read its own access keys (ReadAccessKeys), so it is not known whether access key "+r.Data.Signer+" exceeds the new lifetime. The API decides.")
		return
	}
	if err != nil {
		diag.Add(diags, notPlanned, "Reading access key "+r.Data.Signer+", which signs the calls of this provider", err)
		return
	}
	limit := time.Duration(number.Int64(plan.MaxSeconds)) * time.Second
	for _, k := range keys {
		if k.ID != r.Data.Signer {
			continue
		}
		has := "does not expire"
		if k.Expires != nil {
			left := k.Expires.Sub(r.Data.Now())
			if left <= limit {
				return
			}
			has = fmt.Sprintf("expires at %s, %s from now", k.Expires.UTC().Format(time.RFC3339), text.Count(int(left.Seconds()), "second"))
		}
		diags.AddAttributeError(path.Root("max_access_key_expiration_seconds"), lockOut, fmt.Sprintf("Access key %s, which signs the calls of this provider, %s. "+
			"The policy allows %s.\n\nGive that key an earlier `expiration_date` first, or write a larger value", k.ID, has, text.Count(int(number.Int64(plan.MaxSeconds)), "second"))+override)
	}
}
