// Package rotatingkey has the resource outscale_rotating_access_key: a current key, and the previous one until it expires. It
// plans, and converts between the state and the pair; internal/rotation and internal/key make the calls.
package rotatingkey

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// Resource is outscale_rotating_access_key. API actions: those of outscale_access_key.
type Resource struct {
	base.ResourceBase
}

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithMoveState      = (*Resource)(nil)
)

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("rotating_access_key")} }

// ValidateConfig checks the rules that do not depend on the state. The schema validates each duration.
func (r *Resource) ValidateConfig(_ context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	config := codec.Decode(req.Config.Schema, req.Config.Raw, &resp.Diagnostics)
	resp.Diagnostics.Append(keyattr.Validate(config.Key)...)
	resp.Diagnostics.Append(refuseWindow(config)...)
}

// ModifyPlan plans creations, rotations and changes. A destroy needs no plan.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Data == nil {
		return
	}
	config := codec.Decode(req.Config.Schema, req.Config.Raw, &resp.Diagnostics)
	var state *model
	if !req.State.Raw.IsNull() {
		prior := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
		state = &prior
		r.reference(prior)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	d := decide(config, state, r.facts(ctx, config, state, req.Private, &resp.Diagnostics))
	resp.Diagnostics.Append(d.diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.checkLimits(ctx, d, state, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.RequiresReplace.Append(d.replace...)
	codec.Encode(resp.Plan.Schema, &resp.Plan.Raw, d.plan, &resp.Diagnostics)
}

// reference records in the journal that a state has the keys of the pair.
func (r *Resource) reference(state model) {
	r.Data.Orphans.Referenced(state.ID.ValueString())
	r.Data.Orphans.Referenced(state.PreviousAccessKeyID.ValueString())
}

// facts returns what a plan depends on besides configuration and state.
func (r *Resource) facts(ctx context.Context, config model, state *model, private base.PrivateState, diags *diag.Diagnostics) facts {
	f := facts{Facts: keyattr.CollectFacts(ctx, r.Data, config.Key, state.key(), base.ReadIdentity(private), diags)}
	if state != nil {
		f.adopted = base.ReadPrivate[bool](private, adoptedKey) || state.Lifetime.IsNull()
		f.previousOff = state.PreviousAccessKeyID.ValueString() == base.ReadPrivate[string](private, previousOffKey)
	}
	if at := base.ReadPrivate[time.Time](private, readAtKey); !at.IsZero() {
		f.Now = at
	}
	return f
}

// checkLimits compares the lifetime with the account's limit. For a new key it also names the keys of the owner that may exist
// without a state.
func (r *Resource) checkLimits(ctx context.Context, d decision, state *model, diags *diag.Diagnostics) {
	creates := state == nil || len(d.replace) > 0 || d.plan.AccessKeyID.IsUnknown()
	lifetime, known := d.plan.Lifetime.Meaning()
	if known && (creates || d.plan.ExpirationDate.IsUnknown() || !d.plan.Lifetime.Same(state.Lifetime)) {
		keyattr.RefuseLifetime(ctx, r.Data, atLifetime, lifetime, keyattr.NotPlanned, diags)
	}
	if creates && d.plan.KnownOwner() && !diags.HasError() {
		r.Data.WarnOrphans(ctx, d.plan.Owner(), diags)
	}
}

// Create creates the first key.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, keyattr.NotCreated, base.Create(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	result := r.rotate(ctx, plan, nil, key.Identity{}, &resp.Diagnostics)
	if result.exists {
		codec.Encode(resp.State.Schema, &resp.State.Raw, result.state, &resp.Diagnostics)
		r.record(resp.Private, result, &resp.Diagnostics)
	}
}

// Read refreshes the state. If the current key is gone, the resource stays in the state, and the next apply rotates. Read
// removes the resource from the state only if the owner is gone.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	r.reference(state)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, keyattr.NotRead, state.Timeouts)
	if !ok {
		return
	}
	defer end()
	identity := base.ReadIdentity(req.Private)
	current, err := r.readOne(ctx, state.Owner(), state.ID.ValueString(), identity)
	var previous key.Key
	if id := state.PreviousAccessKeyID.ValueString(); err == nil && id != "" {
		previous, err = r.readOne(ctx, state.Owner(), id, identity)
	}
	if !keyattr.Refreshed(ctx, r.Data, resp, state.Key, err) {
		return
	}
	if current.ID == "" {
		state = r.withOwnerName(ctx, state, identity)
	}
	r.Data.WarnOrphansOfKept(ctx, state.Owner(), state.ID.ValueString(), &resp.Diagnostics)
	codec.Encode(resp.State.Schema, &resp.State.Raw, state.withCurrent(current, r.Data.Now()).withPrevious(previous), &resp.Diagnostics)
	base.WritePrivate(resp.Private, readAtKey, r.Data.Now().UTC(), &resp.Diagnostics)
	previousOff := ""
	if previous.State == key.Inactive {
		previousOff = previous.ID
	}
	base.WritePrivate(resp.Private, previousOffKey, previousOff, &resp.Diagnostics)
	base.WriteIdentity(resp.Private, current.Identity, &resp.Diagnostics)
}

// readOne reads a key. It returns the zero Key for a key that is gone although its owner is not.
func (r *Resource) readOne(ctx context.Context, owner key.Owner, id string, recorded key.Identity) (key.Key, error) {
	found, err := r.Data.Keys.Read(ctx, owner, id, recorded)
	if domain.IsGone(err) && !domain.IsUserGone(err) {
		return key.Key{}, nil
	}
	return found, err
}

// withOwnerName sets the current name of an owner that is named by its id, for which the next key is planned. It is for a pair
// whose current key is gone; otherwise the read of the key returns the name.
func (r *Resource) withOwnerName(ctx context.Context, state model, identity key.Identity) model {
	if id := state.UserID.ValueString(); id != "" {
		if owner, err := r.Data.Users.Read(ctx, id, identity); err == nil {
			state.UserName = types.StringValue(owner.Name)
		}
	}
	return state
}

// Update rotates if the id of the access key is unknown in the plan. Otherwise it changes the current key and ends the previous
// one. If the provider is unknown, it still makes changes that need no call.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	config := codec.Decode(req.Config.Schema, req.Config.Raw, &resp.Diagnostics) // for the write-only secret
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.Data.Unknown() || callsAPI(plan, config, state) {
		var end func()
		var ok bool
		ctx, end, ok = r.BeginChange(ctx, &resp.Diagnostics, keyattr.NotUpdated, base.Update(plan.Timeouts))
		if !ok {
			return
		}
		defer end()
	}
	identity := base.ReadIdentity(req.Private)
	var result applied
	if plan.AccessKeyID.IsUnknown() {
		result = r.rotate(ctx, plan, &state, identity, &resp.Diagnostics)
	} else {
		result = r.change(ctx, plan, config, &state, identity, &resp.Diagnostics)
	}
	if result.exists {
		codec.Encode(resp.State.Schema, &resp.State.Raw, result.state, &resp.Diagnostics)
		r.record(resp.Private, result, &resp.Diagnostics)
	}
}

// record writes the private state after an apply.
func (r *Resource) record(private base.PrivateState, result applied, diags *diag.Diagnostics) {
	base.WritePrivate(private, readAtKey, r.Data.Now().UTC(), diags)
	base.WritePrivate(private, adoptedKey, false, diags)
	base.WriteIdentity(private, result.identity, diags)
}

// Delete revokes both keys. It succeeds if they are already gone.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, keyattr.NotDeleted, base.Delete(state.Timeouts))
	if !ok {
		return
	}
	defer end()
	if err := r.Data.Rotation.Revoke(ctx, state.Owner(), state.toPair(base.ReadIdentity(req.Private))); err != nil {
		diag.Add(&resp.Diagnostics, keyattr.NotDeleted, "Deleting "+state.Describe()+" and the one before it", err)
	}
}
