// Package keyactions has the actions on access keys: outscale_access_key_deactivate, outscale_access_key_activate,
// outscale_access_key_revoke and outscale_rotating_access_key_rotate. internal/key makes the calls.
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

// Action is one of the actions. API actions: ReadAccessKeys, and ReadUsers if the owner is given by its id or not at all; then
// UpdateAccessKey, and for a revocation DeleteAccessKey.
type Action struct {
	base.ActionBase
	kind kind
}

var (
	_ action.ActionWithConfigure  = (*Action)(nil)
	_ action.ActionWithModifyPlan = (*Action)(nil)
)

// kind is what differs between the actions.
type kind struct {
	summary     string // of the errors, stable so that it can be searched for
	trying      string // "Deactivating"
	refusesOwn  bool   // the action refuses the key that signs the calls
	goneIsDone  bool   // a key that is gone is success
	rotates     bool   // the action has the argument rotate_before
	description string
	// apply makes the change, and returns the end of the sentence "Access key ID is ...".
	apply func(ctx context.Context, d *providerdata.Data, owner key.Owner, k key.Key, m model) (string, error)
}

// NewDeactivate returns outscale_access_key_deactivate.
func NewDeactivate() action.Action {
	return &Action{base.NewAction("access_key_deactivate"), kind{
		summary: "Access key not deactivated", trying: "Deactivating", refusesOwn: true, apply: setState(key.Inactive),
		description: "Deactivates an access key: nobody can sign calls with it until it is activated again. The key keeps its expiry and its tag. " +
			"The action refuses the key that signs the calls of the provider. It makes no change if the key is already `INACTIVE`. " + sameCommand("deactivate"),
	}}
}

// NewActivate returns outscale_access_key_activate.
func NewActivate() action.Action {
	return &Action{base.NewAction("access_key_activate"), kind{
		summary: "Access key not activated", trying: "Activating", apply: setState(key.Active),
		description: "Activates an access key that was deactivated. The key keeps its expiry and its tag. The action makes no change if the key is already `ACTIVE`. " + sameCommand("activate"),
	}}
}

// NewRevoke returns outscale_access_key_revoke.
func NewRevoke() action.Action {
	return &Action{base.NewAction("access_key_revoke"), kind{
		summary: "Access key not revoked", trying: "Revoking", refusesOwn: true, goneIsDone: true,
		description: "Revokes an access key permanently: the action deactivates the key, then deletes it. It refuses the key that signs the calls of the provider. " +
			"It succeeds if the key no longer exists. If a state has the key, the next plan creates a new one. " + sameCommand("revoke"),
		apply: func(ctx context.Context, d *providerdata.Data, owner key.Owner, k key.Key, _ model) (string, error) {
			return "revoked", d.Keys.Revoke(ctx, owner, k)
		},
	}}
}

// NewRotate returns outscale_rotating_access_key_rotate.
func NewRotate() action.Action {
	return &Action{base.NewAction("rotating_access_key_rotate"), kind{
		summary: "Access key not due for rotation", trying: "Giving an earlier expiry to", rotates: true,
		description: "Makes the current key of an `outscale_rotating_access_key` due for rotation: the key expires `rotate_before` from now, " +
			"unless it expires earlier. The next apply creates the next key, because only a resource can store its secret. " +
			"To rotate the key in the same apply, with every CLI, change a value in `triggers` of the resource.",
		apply: func(ctx context.Context, d *providerdata.Data, owner key.Owner, k key.Key, m model) (string, error) {
			left, _ := m.RotateBefore.Meaning()
			changed, err := d.Keys.ExpireWithin(ctx, owner, k, left)
			if err != nil {
				return "", err
			}
			return "due for rotation: it expires on " + isodate.Format(*changed.Expires), nil
		},
	}}
}

// sameCommand names the command that does the same without actions.
func sameCommand(verb string) string {
	return "The command `outscale-keys " + verb + " KEY` does the same with every CLI."
}

func setState(state key.State) func(context.Context, *providerdata.Data, key.Owner, key.Key, model) (string, error) {
	return func(ctx context.Context, d *providerdata.Data, owner key.Owner, k key.Key, _ model) (string, error) {
		if k.State == state {
			return "already " + string(state), nil
		}
		_, err := d.Keys.SetState(ctx, owner, k, state)
		return "now " + string(state), err
	}
}

// model is the configuration of an action.
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
				MarkdownDescription: "The name of the EIM user that owns the key. Without this and without `user_id`, the action searches the keys of the caller, then those of every user.",
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
			MarkdownDescription: "How long the current key remains valid, at most the `rotate_before` of the resource: " + duration.Allowed + ".",
		}
	}
}

// ModifyPlan refuses the key that signs the calls.
func (a *Action) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	m := a.model(ctx, req.Config, &resp.Diagnostics)
	if id := m.AccessKeyID.ValueString(); a.Data != nil && a.kind.refusesOwn && id != "" && id == a.Data.Signer {
		diag.Add(&resp.Diagnostics, a.kind.summary, a.kind.trying+" access key "+id, &key.OwnKeyError{ID: id})
	}
}

// Invoke reads the key from the API and changes it.
func (a *Action) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	m := a.model(ctx, req.Config, &resp.Diagnostics)
	ctx, end, ok := a.BeginChange(ctx, &resp.Diagnostics, a.kind.summary, base.Fixed(base.ChangeTimeout))
	if !ok {
		return
	}
	defer end()
	owner, k, err := a.find(ctx, m)
	done := "already gone"
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

// find reads the key from the API, even if this run has read it before.
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
