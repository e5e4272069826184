// Package identity gives managed resources their resource identity: the account, and what names the object in it. Both CLIs
// keep it in the state in addition to the attributes, and an import can name an object by it.
package identity

import (
	"context"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// The attributes of an identity that a state does not have under the same name and meaning.
const (
	atAccount = "account_id"
	atOwner   = "user_id" // of an access key
)

// The summaries of the errors of an import, of a plan for an account that is excluded, and of a refresh.
const (
	NotImported = "Object not imported"
	NotPlanned  = "Object not planned"
	NotRead     = "Object not found, and its account is not recorded"
)

// Of returns new with an identity of `account_id` and these attributes of the resource, which name the object: they are
// never null in a state and never change. An import by identity passes their values, with slashes between, to the
// ImportState of the resource.
func Of(constructor func() resource.Resource, attributes ...string) func() resource.Resource {
	return func() resource.Resource { return &identified{Resource: constructor(), attributes: attributes} }
}

// OfMutable is Of for attributes that an update changes.
func OfMutable(constructor func() resource.Resource, attributes ...string) func() resource.Resource {
	return func() resource.Resource {
		return &identified{Resource: constructor(), attributes: attributes, mutable: true}
	}
}

// OfKey is Of for an access key: its id, and the id of its owner, with which an import reads one user's keys.
func OfKey(constructor func() resource.Resource) func() resource.Resource {
	return func() resource.Resource {
		return &identified{Resource: constructor(), attributes: []string{"access_key_id"}, owned: true}
	}
}

// OfPair is OfKey for a pair of keys. Its identity follows the current key: each rotation changes it.
func OfPair(constructor func() resource.Resource) func() resource.Resource {
	return func() resource.Resource {
		return &identified{Resource: constructor(), attributes: []string{"access_key_id"}, owned: true, mutable: true}
	}
}

// identified is a resource with an identity. It has every optional interface of the framework, because the framework looks
// for them on the outermost value.
type identified struct {
	resource.Resource
	data       *providerdata.Data // nil before the provider is configured
	attributes []string
	owned      bool // user_id is a part of the identity
	mutable    bool // the attributes may change
}

var (
	_ resource.ResourceWithConfigure        = (*identified)(nil)
	_ resource.ResourceWithConfigValidators = (*identified)(nil)
	_ resource.ResourceWithIdentity         = (*identified)(nil)
	_ resource.ResourceWithImportState      = (*identified)(nil)
	_ resource.ResourceWithModifyPlan       = (*identified)(nil)
	_ resource.ResourceWithMoveState        = (*identified)(nil)
	_ resource.ResourceWithUpgradeState     = (*identified)(nil)
	_ resource.ResourceWithValidateConfig   = (*identified)(nil)
)

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *identified) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	attributes := map[string]identityschema.Attribute{
		atAccount: identityschema.StringAttribute{
			OptionalForImport: true,
			Description:       "The id of the account that has the object. An import into another account is refused. Empty when the caller may not read it.",
		},
	}
	if r.owned {
		attributes[atOwner] = identityschema.StringAttribute{
			OptionalForImport: true,
			Description:       "The id of the EIM user that owns the key. Left out in an import, the caller's own keys are searched, then every user's. Empty for a key of the caller.",
		}
	}
	for _, name := range r.attributes {
		attributes[name] = identityschema.StringAttribute{RequiredForImport: true, Description: "`" + name + "` of the resource."}
	}
	resp.IdentitySchema = identityschema.Schema{Attributes: attributes}
}

// Metadata implements resource.Resource.
func (r *identified) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	r.Resource.Metadata(ctx, req, resp)
	resp.ResourceBehavior.MutableIdentity = r.mutable
}

// Create implements resource.Resource.
func (r *identified) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	r.Resource.Create(ctx, req, resp)
	r.identify(ctx, resp.Identity, resp.State.Raw, resp.Private, &resp.Diagnostics)
}

// Read implements resource.Resource.
//
// GOTCHA: framework 1.19.0 requires an identity of an object that is gone, too ("Missing Resource Identity After Read").
func (r *identified) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	r.Resource.Read(ctx, req, resp)
	importing, _ := req.Private.GetKey(ctx, importKey)
	switch {
	case importing != nil:
		r.endImport(ctx, req, resp)
	case r.data != nil:
		r.refuseUnproved(ctx, req, resp)
		r.data.SetRefreshed()
	}
	state := resp.State.Raw
	if state.IsNull() {
		state = req.State.Raw
	}
	r.identify(ctx, resp.Identity, state, resp.Private, &resp.Diagnostics)
}

// importKey is the member of the private state that an import sets for the refresh that follows it.
const importKey = "import"

// endImport ends the refresh that follows an import. If the object was not found, that is an error: the import names an
// object that does not exist. Without this, the CLI would report drift.
func (r *identified) endImport(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, importKey, nil)...)
	if resp.Diagnostics.HasError() || !resp.State.Raw.IsNull() {
		return
	}
	in := "the account of this run"
	if r.data != nil {
		if account := r.data.AccountID(ctx); account != "" {
			in = "account " + account + ", to which the credential of this run belongs"
		}
	}
	resp.Diagnostics = diag.WithoutGone(resp.Diagnostics)
	resp.Diagnostics.AddError(NotImported, "The object with the id "+texts(req.State.Raw)["id"]+" was not found in "+in+". Check the id and the credential.")
}

// Update implements resource.Resource. It records the identity even if the update failed. Otherwise the CLI would store an
// identity without values.
func (r *identified) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	r.Resource.Update(ctx, req, resp)
	r.identify(ctx, resp.Identity, resp.State.Raw, resp.Private, &resp.Diagnostics)
}

// Delete implements resource.Resource.
func (r *identified) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	if r.mayDelete(ctx, req, &resp.Diagnostics) {
		r.Resource.Delete(ctx, req, resp)
	}
}

// identify sets the identity in into. The naming attributes come from object. If into already has an identity, account and
// owner are kept. Otherwise they come from the private state, or the account is read once per run.
func (r *identified) identify(ctx context.Context, into *tfsdk.ResourceIdentity, object tftypes.Value, private base.PrivateState, diags *diag.Diagnostics) {
	if into == nil || object.IsNull() {
		return
	}
	parts, have := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	if !into.Raw.IsFullyNull() {
		recorded := map[string]tftypes.Value{}
		diag.AddDefect(diags, into.Raw.As(&recorded))
		maps.Copy(parts, recorded) // As returns the map of the value itself
	} else {
		r.locate(ctx, parts, private, diags)
	}
	diag.AddDefect(diags, object.As(&have))
	for _, name := range r.attributes {
		parts[name] = have[name]
	}
	set(ctx, into, parts, diags)
}

// locate sets account and owner of an object without an identity. If it read the account, it also records it in the private
// state, for the proof that an object is gone.
func (r *identified) locate(ctx context.Context, parts map[string]tftypes.Value, private base.PrivateState, diags *diag.Diagnostics) {
	known := base.ReadIdentity(private)
	if known.AccountID == "" && r.data != nil {
		if known.AccountID = r.data.AccountID(ctx); known.AccountID != "" {
			base.WriteIdentity(private, known, diags)
		}
	}
	parts[atAccount] = textOrNull(known.AccountID)
	if r.owned {
		parts[atOwner] = textOrNull(known.UserID)
	}
}

// Set writes an identity from its attributes, where "" is null. It is for lists of objects.
func Set(ctx context.Context, into *tfsdk.ResourceIdentity, attributes map[string]string, diags *diag.Diagnostics) {
	parts := map[string]tftypes.Value{}
	for name, text := range attributes {
		parts[name] = textOrNull(text)
	}
	set(ctx, into, parts, diags)
}

func set(ctx context.Context, into *tfsdk.ResourceIdentity, parts map[string]tftypes.Value, diags *diag.Diagnostics) {
	kind := into.Schema.Type().TerraformType(ctx)
	err := tftypes.ValidateValue(kind, parts)
	if diag.AddDefect(diags, err); err == nil {
		into.Raw = tftypes.NewValue(kind, parts)
	}
}

func textOrNull(text string) tftypes.Value {
	if text == "" {
		return tftypes.NewValue(tftypes.String, nil)
	}
	return tftypes.NewValue(tftypes.String, text)
}

// ImportState imports by id as the resource does, and by identity.
func (r *identified) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importer, ok := r.Resource.(resource.ResourceWithImportState)
	if !ok {
		resp.Diagnostics.AddError(NotImported, "This resource cannot be imported.")
		return
	}
	named := req.ID == "" && req.Identity != nil && !req.Identity.Raw.IsNull()
	if named {
		var ok bool
		if req.ID, ok = r.importID(ctx, req.Identity, &resp.Diagnostics); !ok {
			return
		}
	}
	importer.ImportState(ctx, req, resp)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, importKey, []byte("true"))...)
	}
	if named && !resp.Diagnostics.HasError() {
		resp.Identity.Raw = tftypes.NewValue(resp.Identity.Raw.Type(), nil)
		r.identify(ctx, resp.Identity, req.Identity.Raw, resp.Private, &resp.Diagnostics)
	}
}

// part is the text of an attribute, "" for null.
func part(ctx context.Context, from *tfsdk.ResourceIdentity, name string, diags *diag.Diagnostics) string {
	var text types.String
	diags.Append(from.GetAttribute(ctx, path.Root(name), &text)...)
	return text.ValueString()
}

// importID returns the id for ImportState of the resource. An identity of another account is an error.
func (r *identified) importID(ctx context.Context, from *tfsdk.ResourceIdentity, diags *diag.Diagnostics) (id string, ok bool) {
	account := part(ctx, from, atAccount, diags)
	if account != "" {
		if !r.data.Ready(diags, NotImported) {
			return "", false
		}
		current, err := r.data.Account.ID(ctx)
		if err != nil {
			diag.Add(diags, NotImported, "Reading the account's id", err)
			return "", false
		}
		if current != account {
			diags.Append(diag.OtherAccount(NotImported, account, current))
			return "", false
		}
	}
	var parts []string
	for _, name := range r.attributes {
		parts = append(parts, part(ctx, from, name, diags))
	}
	return strings.Join(parts, "/"), !diags.HasError()
}
