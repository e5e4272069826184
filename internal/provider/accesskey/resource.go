// Package accesskey is the access key in Terraform: the resource outscale_access_key, and the data sources that look
// keys up. What happens at the API, and in which order, is decided in internal/credential.
package accesskey

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
)

// Resource is outscale_access_key. API actions: CreateAccessKey, ReadAccessKeys, UpdateAccessKey, DeleteAccessKey, and
// ReadUsers where the owner is named by its id or has to be found.
type Resource struct {
	session *session.Session
}

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
)

// How long each verb may take when the timeouts block says nothing.
const (
	createTimeout = 10 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 10 * time.Minute
	deleteTimeout = 10 * time.Minute
)

// Summaries of the errors, stable so that they can be searched for.
const (
	notCreated  = "Access key not created"
	notRead     = "Access key not read"
	notPlanned  = "Access key not planned"
	notUpdated  = "Access key not updated"
	notDeleted  = "Access key not deleted"
	notImported = "Access key not imported"
	isGone      = "Access key is gone"
	switchedOff = "Access key was switched off by an earlier run"
)

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_key"
}

// Configure takes the session.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.session = session.From(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig refuses what no plan can make good.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(keyFields.Get(ctx, req.Config.Schema, req.Config.Raw, &config)...)
	resp.Diagnostics.Append(refuseTwoOwners(config)...)
	resp.Diagnostics.Append(refuseRecipients(config.SealTo)...)
}

// ModifyPlan plans creations and changes; nothing is to be said about a destruction.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.session == nil {
		return
	}
	var config model
	resp.Diagnostics.Append(keyFields.Get(ctx, req.Config.Schema, req.Config.Raw, &config)...)
	var state *model
	if !req.State.Raw.IsNull() {
		state = &model{}
		resp.Diagnostics.Append(keyFields.Get(ctx, req.State.Schema, req.State.Raw, state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	v := decide(config, state, r.session.Now(), func(id, name string) bool {
		return r.sameOwner(ctx, id, name, &resp.Diagnostics)
	}, r.session.SeenExpiry)
	if state == nil && r.session.SealedKeyWasGone(fingerprints(config.SealTo)) {
		v.diags = warned(v.diags, notSealable, noMore)
	}
	resp.Diagnostics.Append(v.diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.judgeLimits(ctx, v, state, &resp.Diagnostics)
	resp.RequiresReplace.Append(v.replace...)
	resp.Diagnostics.Append(keyFields.Put(ctx, resp.Plan.Schema, &resp.Plan.Raw, v.plan)...)
}

// sameOwner asks the API whether id is the user of that name. While the account is undecided it cannot be asked: then
// the owner is taken to be the same, because a key must not be replaced on a guess.
func (r *Resource) sameOwner(ctx context.Context, id, name string, diags *diag.Diagnostics) bool {
	if r.session.Undecided() {
		return true
	}
	user, err := r.session.Keeper.ReadUser(ctx, id)
	if _, gone := diagnose.Gone(err); gone {
		return false
	}
	if err != nil {
		diagnose.Add(diags, notPlanned, "Finding out whether the user with id "+id+" is "+name, err)
		return true
	}
	return user.Name == name
}

// Create makes the key. The state, with the secret, is saved whenever a key exists, also when it is not as asked: the
// API shows the secret only once. What the secret is to be sealed to is tried before there is one.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(keyFields.Get(ctx, req.Plan.Schema, req.Plan.Raw, &plan)...)
	resp.Diagnostics.Append(keyFields.Get(ctx, req.Config.Schema, req.Config.Raw, &config)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := r.session.Begin(&resp.Diagnostics, notCreated)
	if !ok {
		return
	}
	defer done()
	to, diags := triedRecipients(plan.SealTo, r.session.Now)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer r.session.WarnClock(&resp.Diagnostics)
	warn(&resp.Diagnostics, r.session.Keeper.Leftovers(plan.owner()))
	key, notices, err := r.session.Keeper.Create(ctx, plan.wish(config))
	if key.ID != "" {
		r.session.Hand(plan.owner(), key)
		made, exists := plan.created(key, r.session.Now(), err == nil), true
		if !plan.SealTo.IsNull() {
			made, exists = r.keepSealed(ctx, made, key, to, &resp.Diagnostics)
		}
		if exists {
			resp.Diagnostics.Append(keyFields.Put(ctx, resp.State.Schema, &resp.State.Raw, made)...)
		}
	}
	warn(&resp.Diagnostics, notices)
	if err != nil {
		addFailure(&resp.Diagnostics, notCreated, "Creating an access key for "+plan.ownerText(), err)
	}
}

// Read refreshes the state, and forgets a key that is proved gone.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(keyFields.Get(ctx, req.State.Schema, req.State.Raw, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.session.Undecided() {
		r.session.WarnNotRefreshed(&resp.Diagnostics)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer r.session.WarnClock(&resp.Diagnostics)
	key, err := r.read(ctx, state)
	if reason, gone := diagnose.Gone(err); gone {
		resp.Diagnostics.AddWarning(isGone, "The "+state.text()+" is no longer at the API: it is planned again if the configuration still has it.\n\n"+reason)
		if at, dated := state.ExpirationDate.Meaning(); dated {
			r.session.NoteExpiry(at)
		}
		if !state.SealedTo.IsNull() {
			r.session.SealedKeyGone(texts(state.SealedTo))
		}
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		diagnose.Add(&resp.Diagnostics, notRead, "Reading "+state.text(), err)
		return
	}
	warn(&resp.Diagnostics, r.session.Keeper.Leftovers(state.owner()))
	if key.Unfinished() && key.State == credential.Inactive && state.State.ValueString() != string(credential.Inactive) {
		resp.Diagnostics.AddWarning(switchedOff+": "+key.ID, "The "+state.text()+" was switched off by a run that was cut off: it could not know that the state has the key. "+
			"The next apply gives back the tag; what `state` leaves out stays as it is.\n\nWrite `state = \"ACTIVE\"` to use the key again, or replace it (`-replace=ADDRESS`).")
	}
	resp.Diagnostics.Append(keyFields.Put(ctx, resp.State.Schema, &resp.State.Raw, state.read(key, r.session.Now()))...)
}

// read reads the key of a state, and remembers an expiry that has passed.
func (r *Resource) read(ctx context.Context, state model) (credential.Key, error) {
	key, err := r.session.Keeper.Read(ctx, state.owner(), state.ID.ValueString())
	if err == nil && key.Expired(r.session.Now()) {
		r.session.NoteExpiry(*key.Expires)
	}
	return key, err
}

// Update changes state, expiry and tag in place, and seals a secret that is in the state in clear. When none of the
// first three changes there is no call.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config model
	resp.Diagnostics.Append(keyFields.Get(ctx, req.Plan.Schema, req.Plan.Raw, &plan)...)
	resp.Diagnostics.Append(keyFields.Get(ctx, req.State.Schema, req.State.Raw, &state)...)
	resp.Diagnostics.Append(keyFields.Get(ctx, req.Config.Schema, req.Config.Raw, &config)...)
	timeout, diags := plan.Timeouts.Update(ctx, updateTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan, diags = plan.sealInPlace(state, r.session.Now)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	if !changesKey(plan, state) {
		resp.Diagnostics.Append(keyFields.Put(ctx, resp.State.Schema, &resp.State.Raw, plan)...)
		return
	}
	done, ok := r.session.Begin(&resp.Diagnostics, notUpdated)
	if !ok {
		return
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	key, err := r.session.Keeper.Update(ctx, state.have(), plan.wish(config))
	if key.ID != "" {
		resp.Diagnostics.Append(keyFields.Put(ctx, resp.State.Schema, &resp.State.Raw, plan.updated(key, r.session.Now(), err == nil))...)
	}
	if err != nil {
		addFailure(&resp.Diagnostics, notUpdated, "Changing "+state.text(), err)
	}
}

// Delete revokes the key; one that is already gone is what was wanted.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(keyFields.Get(ctx, req.State.Schema, req.State.Raw, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, deleteTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := r.session.Begin(&resp.Diagnostics, notDeleted)
	if !ok {
		return
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := r.session.Keeper.Revoke(ctx, state.owner(), state.have()); err != nil {
		diagnose.Add(&resp.Diagnostics, notDeleted, "Deleting "+state.text(), err)
	}
}

func warn(diags *diag.Diagnostics, notices []credential.Notice) {
	for _, n := range notices {
		diags.AddWarning(n.Summary, n.Detail)
	}
}
