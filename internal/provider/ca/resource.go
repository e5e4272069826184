// Package ca is the resource outscale_ca: a certificate authority that API access rules can name. Package internal/access
// makes the API calls.
package ca

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Resource is outscale_ca. API actions: CreateCa, ReadCas, UpdateCa, DeleteCa.
type Resource struct {
	base.ResourceBase
}

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
)

// The summaries of the errors. They are stable, so that users can search for them.
const (
	notCreated  = "Certificate authority not created"
	notRead     = "Certificate authority not read"
	notUpdated  = "Certificate authority not updated"
	notDeleted  = "Certificate authority not deleted"
	notImported = "Certificate authority not imported"
	isGone      = "Certificate authority is gone"
)

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("ca")} }

type model struct {
	ID          types.String   `tfsdk:"id"`
	CAID        types.String   `tfsdk:"ca_id"`
	PEM         types.String   `tfsdk:"ca_pem"`
	Fingerprint types.String   `tfsdk:"ca_fingerprint"`
	Description types.String   `tfsdk:"description"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

var codec base.Codec[model]

func (m model) describe() string { return "certificate authority " + m.ID.ValueString() }

func (m model) withCA(found access.CA) model {
	m.ID, m.CAID = types.StringValue(found.ID), types.StringValue(found.ID)
	m.Description = types.StringValue(found.Description)
	if !access.SameFingerprint(m.Fingerprint.ValueString(), found.Fingerprint) {
		m.Fingerprint = types.StringValue(found.Fingerprint)
	}
	return m
}

// ModifyPlan plans a replacement if the fingerprint of the certificate changes. The text of the same certificate can
// change, and after an import the state has no text.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || req.State.Raw.IsNull() {
		return
	}
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || plan.PEM.Equal(state.PEM) {
		return
	}
	if certificate, err := parse(plan.PEM.ValueString()); err == nil && access.SameFingerprint(access.Fingerprint(certificate), state.Fingerprint.ValueString()) {
		return
	}
	resp.RequiresReplace.Append(path.Root("ca_pem"))
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("ca_fingerprint"), types.StringUnknown())...)
}

// Create uploads the certificate.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notCreated, base.Create(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	certificate, err := parse(plan.PEM.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("ca_pem"), notCreated, "T"+err.Error()[1:]+".")
		return
	}
	created, err := r.Data.Access.CreateCA(ctx, plan.PEM.ValueString(), access.Fingerprint(certificate), plan.Description.ValueString())
	if err != nil {
		diag.Add(&resp.Diagnostics, notCreated, "Uploading the certificate of "+text.Quote(certificate.Subject.CommonName), err)
		return
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, plan.withCA(created), &resp.Diagnostics)
	base.WriteIdentity(resp.Private, r.Data.IdentityOfAccount(), &resp.Diagnostics)
}

// Read refreshes the state. It removes the authority from the state if the API confirms that it no longer exists.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.Timeouts)
	if !ok {
		return
	}
	defer end()
	found, err := r.Data.Access.CA(ctx, state.ID.ValueString(), base.ReadIdentity(req.Private))
	if !base.Refreshed(ctx, resp, err, isGone, notRead, state.describe(), state.ID.ValueString()) {
		return
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, state.withCA(found), &resp.Diagnostics)
}

// Update changes the description. The text of the same certificate and other timeouts need no call.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notUpdated, base.Update(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	if !plan.Description.Equal(state.Description) {
		changed, err := r.Data.Access.UpdateCA(ctx, state.ID.ValueString(), plan.Description.ValueString())
		if err != nil {
			diag.Add(&resp.Diagnostics, notUpdated, "Changing "+state.describe(), err)
			return
		}
		plan = plan.withCA(changed)
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, plan, &resp.Diagnostics)
}

// Delete deletes the authority. It succeeds if the authority is already gone.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notDeleted, base.Delete(state.Timeouts))
	if !ok {
		return
	}
	defer end()
	err := r.Data.Access.DeleteCA(ctx, state.ID.ValueString(), base.ReadIdentity(req.Private))
	var used *access.CAInUseError
	switch {
	case errors.As(err, &used):
		diag.AddWithAdvice(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), err, "These API access rules name it: "+strings.Join(used.RuleIDs, ", ")+
			". Remove it from them first. To replace a certificate, set `create_before_destroy` in the `lifecycle` block of this resource.")
	case err != nil:
		diag.Add(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), err)
	}
}

var caID = regexp.MustCompile(`^ca-[0-9A-Za-z]+$`)

// ImportState imports the id.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !caID.MatchString(req.ID) {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s is not the id of a certificate authority. Give its id: `ca-fedcba0987654321fedcba0987654321`.", text.Quote(req.ID)))
		return
	}
	resource.ImportStatePassthroughID(ctx, path.Root("id"), req, resp)
}
