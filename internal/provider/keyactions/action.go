// Package keyactions is the actions on access keys: outscale_access_key_deactivate, outscale_access_key_activate,
// outscale_access_key_revoke and outscale_rotating_access_key_rotate. What happens at the API is decided in internal/key.
package keyactions

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// Action is one of the actions. API actions: ReadAccessKeys, and ReadUsers where the owner is named by its id or has to be
// found; then UpdateAccessKey, and for a revocation DeleteAccessKey.
type Action struct {
	base.ActionBase
	kind kind
}

var (
	_ action.ActionWithConfigure  = (*Action)(nil)
	_ action.ActionWithModifyPlan = (*Action)(nil)
)

// kind is what distinguishes the actions.
type kind struct {
	summary     string // of the errors, stable so that it can be searched for
	trying      string // "Deactivating"
	own         string // what is refused for the key that signs the calls, as "deactivate"; "" = nothing is
	goneIsDone  bool   // a key that is gone is success
	rotates     bool   // there is an argument rotate_before
	description string
	// apply makes the change and returns what was done, as a sentence without the key.
	apply func(ctx context.Context, d *providerdata.Data, owner key.Owner, k key.Key, m model) (string, error)
}

// NewDeactivate returns outscale_access_key_deactivate.
func NewDeactivate() action.Action {
	return &Action{base.NewAction("access_key_deactivate"), kind{
		summary: "Access key not deactivated", trying: "Deactivating", own: "deactivate", apply: setState(key.Inactive),
		description: "Deactivates an access key: nothing can be signed with it until it is activated again. Its expiry and its tag are kept. " +
			"The key that signs the calls of the provider is refused. A key that is `INACTIVE` already is left alone. " + sameCommand("deactivate"),
	}}
}

// NewActivate returns outscale_access_key_activate.
func NewActivate() action.Action {
	return &Action{base.NewAction("access_key_activate"), kind{
		summary: "Access key not activated", trying: "Activating", apply: setState(key.Active),
		description: "Activates an access key that was deactivated. Its expiry and its tag are kept. A key that is `ACTIVE` already is left alone. " + sameCommand("activate"),
	}}
}

// NewRevoke returns outscale_access_key_revoke.
func NewRevoke() action.Action {
	return &Action{base.NewAction("access_key_revoke"), kind{
		summary: "Access key not revoked", trying: "Revoking", own: "delete", goneIsDone: true,
		description: "Revokes an access key for good: it is deactivated, then deleted. The key that signs the calls of the provider is refused. " +
			"A key that is already gone is success. If a state has the key, the next plan creates another one. " + sameCommand("revoke"),
		apply: func(ctx context.Context, d *providerdata.Data, owner key.Owner, k key.Key, _ model) (string, error) {
			return "revoked", d.Keys.Revoke(ctx, owner, k)
		},
	}}
}

// NewRotate returns outscale_rotating_access_key_rotate.
func NewRotate() action.Action {
	return &Action{base.NewAction("rotating_access_key_rotate"), kind{
		summary: "Access key not due for rotation", trying: "Giving an earlier expiry to", rotates: true,
		description: "Makes the current key of an `outscale_rotating_access_key` due for its rotation: the key gets an expiry that is `rotate_before` " +
			"from now, unless it expires earlier. The next apply creates the next key, whose secret only a resource can keep. " +
			"Another value in `triggers` of the resource rotates the key in the same apply, with every CLI.",
		apply: func(ctx context.Context, d *providerdata.Data, owner key.Owner, k key.Key, m model) (string, error) {
			left, _ := m.RotateBefore.Meaning()
			changed, err := d.Keys.ExpireWithin(ctx, owner, k, left)
			if err != nil {
				return "", err
			}
			return "due for its rotation: it expires on " + isodate.Format(*changed.Expires), nil
		},
	}}
}

// sameCommand names what does the same without actions.
func sameCommand(verb string) string {
	return "The command `outscale-keys " + verb + " KEY` does the same with every CLI."
}

func setState(state key.State) func(context.Context, *providerdata.Data, key.Owner, key.Key, model) (string, error) {
	return func(ctx context.Context, d *providerdata.Data, owner key.Owner, k key.Key, _ model) (string, error) {
		if k.State == state {
			return string(state) + " already", nil
		}
		_, err := d.Keys.SetState(ctx, owner, k, state)
		return string(state) + " now", err
	}
}

// model is a configuration.
type model struct {
	AccessKeyID  types.String
	UserName     types.String
	UserID       types.String
	RotateBefore duration.Value
}

func (a *Action) model(ctx context.Context, from tfsdk.Config, diags *diag.Diagnostics) (m model) {
	diags.Append(from.GetAttribute(ctx, atID, &m.AccessKeyID)...)
	diags.Append(from.GetAttribute(ctx, keyattr.AtUserName, &m.UserName)...)
	diags.Append(from.GetAttribute(ctx, keyattr.AtUserID, &m.UserID)...)
	if a.kind.rotates {
		diags.Append(from.GetAttribute(ctx, path.Root("rotate_before"), &m.RotateBefore)...)
	}
	return m
}

var atID = path.Root("access_key_id")

// Schema implements action.Action.
func (a *Action) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: a.kind.description,
		Attributes: map[string]schema.Attribute{
			"access_key_id": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{stringvalidator.RegexMatches(keyattr.ObjectID, "must be the id of an access key")},
				MarkdownDescription: "The id of the access key.",
			},
			"user_name": schema.StringAttribute{
				Optional: true,
				Validators: []validator.String{
					stringvalidator.RegexMatches(keyattr.UserName, "must be the name of a user"),
					stringvalidator.ConflictsWith(path.MatchRoot("user_id")),
				},
				MarkdownDescription: "The name of the EIM user that owns the key. With neither this nor `user_id`, the caller's own keys are searched, then every user's.",
			},
			"user_id": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{stringvalidator.RegexMatches(keyattr.ObjectID, "must be the id of a user")},
				MarkdownDescription: "The id of the EIM user that owns the key. Conflicts with `user_name`.",
			},
		},
	}
	if a.kind.rotates {
		resp.Schema.Attributes["rotate_before"] = schema.StringAttribute{
			CustomType: duration.Type{}, Required: true,
			Validators:          []validator.String{duration.Validator(time.Minute)},
			MarkdownDescription: "How long the present key stays valid, at most the `rotate_before` of the resource: " + duration.Allowed + ".",
		}
	}
}

// ModifyPlan refuses the key that signs the calls.
func (a *Action) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	m := a.model(ctx, req.Config, &resp.Diagnostics)
	if id := m.AccessKeyID.ValueString(); a.Data != nil && a.kind.own != "" && id != "" && id == a.Data.Signer {
		diag.Add(&resp.Diagnostics, a.kind.summary, a.kind.trying+" access key "+id, &key.OwnKeyError{ID: id, Action: a.kind.own})
	}
}

// Invoke finds the key, and changes it as it is now.
func (a *Action) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	m := a.model(ctx, req.Config, &resp.Diagnostics)
	ctx, end, ok := a.BeginChange(ctx, &resp.Diagnostics, a.kind.summary, base.Fixed(base.UpdateTimeout), 0)
	if !ok {
		return
	}
	defer end()
	owner, k, err := a.find(ctx, m)
	done := "gone already"
	if err == nil {
		done, err = a.kind.apply(ctx, a.Data, owner, k, m)
	} else if domain.IsGone(err) && a.kind.goneIsDone {
		err = nil
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, a.kind.summary, a.kind.trying+" access key "+m.AccessKeyID.ValueString(), err)
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "Access key " + m.AccessKeyID.ValueString() + " is " + done + "."})
}

// find returns the key as it is now, past what was read of it earlier in this run.
func (a *Action) find(ctx context.Context, m model) (key.Owner, key.Key, error) {
	owner := key.Owner{UserName: m.UserName.ValueString(), UserID: m.UserID.ValueString()}
	have := key.Key{ID: m.AccessKeyID.ValueString(), UserName: owner.UserName}
	if owner == (key.Owner{}) {
		found, err := a.Data.Keys.Find(ctx, have.ID)
		if err != nil {
			return owner, found, err
		}
		owner, have = key.Owner{UserName: found.UserName, UserID: found.Identity.UserID}, found
	}
	now, err := a.Data.Keys.Reload(ctx, owner, have)
	return owner, now, err
}
