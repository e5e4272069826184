// Package accesspolicy is the resource outscale_api_access_policy: the one API access policy of the account.
package accesspolicy

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/number"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// Resource is outscale_api_access_policy. API actions: ReadApiAccessPolicy, UpdateApiAccessPolicy, ReadAccounts; at plan
// ReadAccessKeys, to check whether the signing key complies.
type Resource struct {
	base.ResourceBase
}

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
)

// The summaries of the errors and warnings. They are stable, so that users can search for them.
const (
	notValid   = "API access policy not valid"
	notRead    = "API access policy not read"
	notPlanned = "API access policy not planned"
	notUpdated = "API access policy not updated"

	lockOut     = "API access policy locks the provider out"
	notChecked  = "Lock-out by the API access policy not checked"
	staysAsItIs = "API access policy stays as it is"
	several     = "Several resources for one API access policy"
)

// theID is the id of the one policy.
const theID = "api_access_policy"

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("api_access_policy")} }

type model struct {
	ID           types.String   `tfsdk:"id"`
	MaxSeconds   types.Number   `tfsdk:"max_access_key_expiration_seconds"`
	TrustedEnv   types.Bool     `tfsdk:"require_trusted_env"`
	AllowLockout types.Bool     `tfsdk:"allow_lockout"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

var codec base.Codec[model]

// values returns a text that is the same for the same policy.
func (m model) values() string { return fmt.Sprint(m.MaxSeconds, m.TrustedEnv) }

// withPolicy returns the model with the values of the API. States of the official provider have a random id, which stays.
func (m model) withPolicy(found access.Policy) model {
	if m.ID.ValueString() == "" {
		m.ID = types.StringValue(theID)
	}
	m.MaxSeconds, m.TrustedEnv = number.Of(int64(found.KeyLifetime/time.Second)), types.BoolValue(found.RequireTrustedEnv)
	return m
}

// apply sets the planned values. A value that is unknown in the plan stays as it is at the API.
func (r *Resource) apply(ctx context.Context, plan model) (model, error) {
	current, err := r.Data.Access.AccessPolicy(ctx)
	if err != nil {
		return plan, err
	}
	want := current
	if !plan.MaxSeconds.IsUnknown() {
		want.KeyLifetime = time.Duration(number.Int64(plan.MaxSeconds)) * time.Second
	}
	if !plan.TrustedEnv.IsUnknown() {
		want.RequireTrustedEnv = plan.TrustedEnv.ValueBool()
	}
	if want != current {
		current, err = r.Data.Access.SetAccessPolicy(ctx, want)
	}
	return plan.withPolicy(current), err
}

// Create changes the policy, which already exists.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notUpdated, base.Create(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	if !r.isOfAccount(ctx, resp.Private, notUpdated, &resp.Diagnostics) { // reads the account's id, which is recorded below
		return
	}
	set, err := r.apply(ctx, plan)
	if err != nil {
		diag.Add(&resp.Diagnostics, notUpdated, "Changing the API access policy", err)
		return
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, set, &resp.Diagnostics)
	base.WriteIdentity(resp.Private, r.Data.IdentityOfAccount(), &resp.Diagnostics)
}

// Read refreshes the state. Every account has a policy, so the policy of another account is an error.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.Timeouts)
	if !ok {
		return
	}
	defer end()
	if !r.isOfAccount(ctx, req.Private, notRead, &resp.Diagnostics) {
		return
	}
	found, err := r.Data.Access.AccessPolicy(ctx)
	if err != nil {
		diag.Add(&resp.Diagnostics, notRead, "Reading the API access policy", err)
		return
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, state.withPolicy(found), &resp.Diagnostics)
	base.WriteIdentity(resp.Private, r.Data.IdentityOfAccount(), &resp.Diagnostics)
}

// isOfAccount reports whether the policy of the state is that of the caller's account, and appends an error if not.
func (r *Resource) isOfAccount(ctx context.Context, private base.PrivateState, summary string, diags *diag.Diagnostics) bool {
	recorded := base.ReadIdentity(private).AccountID
	current, err := r.Data.Account.ID(ctx)
	switch {
	case err != nil:
		diag.Add(diags, summary, "Reading the account's id", err)
		return false
	case recorded != "" && current != "" && current != recorded:
		diag.Add(diags, summary, "Comparing the account", &domain.IdentityMismatchError{
			Kind: domain.KindAccessPolicy, ID: "of the state", Recorded: domain.Identity{AccountID: recorded}, Current: domain.Identity{AccountID: current},
		})
		return false
	}
	return true
}

// Update changes the policy. Other timeouts and `allow_lockout` need no call.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notUpdated, base.Update(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	if plan.values() != state.values() {
		if !r.isOfAccount(ctx, req.Private, notUpdated, &resp.Diagnostics) {
			return
		}
		var err error
		if plan, err = r.apply(ctx, plan); err != nil {
			diag.Add(&resp.Diagnostics, notUpdated, "Changing the API access policy", err)
			return
		}
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, plan, &resp.Diagnostics)
}

// Delete makes no call, as the plan says: an account always has a policy.
func (r *Resource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// ImportState accepts any id, because there is one policy.
func (r *Resource) ImportState(ctx context.Context, _ resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), theID)...)
}
