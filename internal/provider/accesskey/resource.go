// Package accesskey has the resource outscale_access_key. It plans, and converts between the state and a key; internal/key
// makes the calls.
package accesskey

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// Resource is outscale_access_key. API actions: CreateAccessKey, ReadAccessKeys, UpdateAccessKey, DeleteAccessKey; ReadUsers
// if the owner is named by its id or must be found; ReadAccounts and ReadApiAccessPolicy before a creation.
type Resource struct {
	base.ResourceBase
}

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
)

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("access_key")} }

// ValidateConfig checks the rules that do not depend on the state.
func (r *Resource) ValidateConfig(_ context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	config := codec.Decode(req.Config.Schema, req.Config.Raw, &resp.Diagnostics)
	resp.Diagnostics.Append(keyattr.Validate(config.Key)...)
}

// ModifyPlan plans creations and changes. A destroy needs no plan.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Data == nil {
		return
	}
	config := codec.Decode(req.Config.Schema, req.Config.Raw, &resp.Diagnostics)
	var state *Model
	if !req.State.Raw.IsNull() {
		prior := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
		state = &prior
		r.Data.Orphans.Referenced(prior.ID.ValueString())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	d := decide(config, state, keyattr.CollectFacts(ctx, r.Data, config.Key, state.key(), base.ReadIdentity(req.Private), &resp.Diagnostics))
	resp.Diagnostics.Append(d.diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.checkLimits(ctx, d, state, &resp.Diagnostics)
	resp.RequiresReplace.Append(d.replace...)
	codec.Encode(resp.Plan.Schema, &resp.Plan.Raw, d.plan, &resp.Diagnostics)
}

// checkLimits compares a new expiry with the account's limit on the lifetime of keys. For a new key it also names the keys of
// the owner that may exist without a state.
func (r *Resource) checkLimits(ctx context.Context, d decision, state *Model, diags *diag.Diagnostics) {
	creates := state == nil || len(d.replace) > 0
	if creates || !d.plan.ExpirationDate.Same(state.ExpirationDate) {
		keyattr.RefuseDate(ctx, r.Data, d.plan.ExpirationDate, diags)
	}
	if creates && d.plan.KnownOwner() && !diags.HasError() {
		r.Data.WarnOrphans(ctx, d.plan.Owner(), diags)
	}
}

// Create checks that the secret can be sealed, and creates the key. If a key exists, Create saves the state with its secret
// even after an error, because the API returns the secret only once.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, keyattr.NotCreated, base.Create(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	to, refused := keyattr.ParseRecipients(plan.SealTo).Usable(r.Data.Now)
	if resp.Diagnostics.Append(refused...); refused.HasError() {
		return
	}
	r.Data.WarnOrphansOfCreation(ctx, plan.Owner(), &resp.Diagnostics)
	created, err := r.Data.Keys.Create(ctx, plan.toSpec(noState), key.CreateOptions{Abandoned: r.Data.Tracker.Abandoned})
	if created.Key.ID != "" {
		made := plan.withKey(created.Key, r.Data.Now())
		made.Key = made.WithSecret(created.Key.Secret)
		if err == nil {
			made = made.withPlanned(plan)
		}
		exists := true
		if !plan.SealTo.IsNull() {
			made.Key, exists = made.SealNew(ctx, created.Key, to, r.Data.Keys, &resp.Diagnostics)
		}
		if exists {
			codec.Encode(resp.State.Schema, &resp.State.Raw, made, &resp.Diagnostics)
			base.WriteIdentity(resp.Private, created.Key.Identity, &resp.Diagnostics)
		}
	}
	diag.AddWarnings(&resp.Diagnostics, created.Warnings)
	if err != nil {
		diag.AddKeyCreationError(&resp.Diagnostics, keyattr.NotCreated, "Creating an access key for "+plan.OwnerText(), err)
		if at, dated := plan.ExpirationDate.Meaning(); dated && !at.After(r.Data.Now()) {
			resp.Diagnostics.AddAttributeWarning(keyattr.AtExpirationDate, plan.ForNewKey(pastDate), "`expiration_date` has passed since the plan. Set a later date.")
		}
	}
}

// Read refreshes the state, and removes the key from it if the API confirms that the key no longer exists.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	r.Data.Orphans.Referenced(state.ID.ValueString())
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, keyattr.NotRead, state.Timeouts)
	if !ok {
		return
	}
	defer end()
	found, err := r.Data.Keys.Read(ctx, state.Owner(), state.ID.ValueString(), base.ReadIdentity(req.Private))
	if !keyattr.Refreshed(ctx, r.Data, resp, state.Key, err) {
		return
	}
	if found.Expired(r.Data.Now()) {
		r.Data.Memory.AddExpired(*found.Expires, state.OwnerNames()...)
	}
	r.Data.WarnOrphansOfKept(ctx, state.Owner(), state.ID.ValueString(), &resp.Diagnostics)
	codec.Encode(resp.State.Schema, &resp.State.Raw, state.withKey(found, r.Data.Now()), &resp.Diagnostics)
	base.WriteIdentity(resp.Private, found.Identity, &resp.Diagnostics)
}

// Update changes the state, the expiry and the tag in place, seals a secret that is in the state in clear, and uses the secret
// from the configuration. Without a change of the first three and without such a secret it makes no call.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	config := codec.Decode(req.Config.Schema, req.Config.Raw, &resp.Diagnostics) // for the write-only secret
	identity := base.ReadIdentity(req.Private)
	if resp.Diagnostics.HasError() {
		return
	}
	changes := changesKey(plan, state)
	if changes || plan.WaitsForSecret(config.Key, state.Key) {
		var end func()
		var ok bool
		ctx, end, ok = r.BeginChange(ctx, &resp.Diagnostics, keyattr.NotUpdated, base.Update(plan.Timeouts))
		if !ok {
			return
		}
		defer end()
	}
	plan.Key = plan.SecretInPlace(ctx, r.Data, config.Key, state.Key, identity, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !changes {
		codec.Encode(resp.State.Schema, &resp.State.Raw, plan, &resp.Diagnostics)
		return
	}
	found, err := r.Data.Keys.Update(ctx, state.ToKey(identity), plan.toSpec(state.State))
	if found.ID != "" {
		changed := plan.withKey(found, r.Data.Now())
		if err == nil {
			changed = changed.withPlanned(plan)
		}
		codec.Encode(resp.State.Schema, &resp.State.Raw, changed, &resp.Diagnostics)
		base.WriteIdentity(resp.Private, found.Identity, &resp.Diagnostics)
	}
	if err != nil {
		diag.AddKeyError(&resp.Diagnostics, keyattr.NotUpdated, "Changing "+state.Describe(), err)
	}
}

// Delete revokes the key. It succeeds if the key is already gone.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, keyattr.NotDeleted, base.Delete(state.Timeouts))
	if !ok {
		return
	}
	defer end()
	err := r.Data.Keys.Revoke(ctx, state.Owner(), state.ToKey(base.ReadIdentity(req.Private)))
	if err != nil && !domain.IsGone(err) {
		diag.Add(&resp.Diagnostics, keyattr.NotDeleted, "Deleting "+state.Describe(), err)
	}
}

// ImportState imports ACCESS_KEY_ID or USER_NAME/ACCESS_KEY_ID.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	keyattr.Import(ctx, &r.Configured, req, resp)
}
