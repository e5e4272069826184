package identity

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// A state of an older version or of the official provider does not record the account. A refresh that finds the object
// records it. If a refresh does not find the object, the credential may belong to another account, so the object counts as
// gone only if something else shows that this is its account.

// refuseUnproved turns the result of a refresh that found an object gone into an error, unless it is proved.
func (r *identified) refuseUnproved(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	if resp.Diagnostics.HasError() || !foundGone(req.State.Raw, resp.State.Raw) {
		return
	}
	account, proved := r.isProved(ctx, req)
	if proved {
		return
	}
	var names []string
	have := texts(req.State.Raw)
	for _, name := range r.attributes {
		names = append(names, "`"+name+"` = "+have[name])
	}
	resp.State.Raw = req.State.Raw
	resp.Diagnostics = append(diag.WithoutGone(resp.Diagnostics), diag.Unproved(NotRead, strings.Join(names, ", "), account))
}

// mayDelete reports whether an object may be deleted, and appends an error if it may not. If the state records no account,
// mayDelete first reads the object, because no refresh has done so (-refresh=false). Otherwise the deletion of an object that
// is not there would succeed even in an account that never had it.
func (r *identified) mayDelete(ctx context.Context, req resource.DeleteRequest, diags *diag.Diagnostics) bool {
	if r.data == nil || r.data.Unknown() || base.ReadIdentity(req.Private).AccountID != "" || r.data.AccountID(ctx) == "" {
		return true
	}
	read := resource.ReadRequest{State: req.State, Private: req.Private, Identity: req.Identity, ProviderMeta: req.ProviderMeta}
	resp := resource.ReadResponse{State: req.State, Private: req.Private}
	r.Resource.Read(ctx, read, &resp)
	failed := resp.Diagnostics.HasError() // then the deletion fails as well
	r.refuseUnproved(ctx, read, &resp)
	refused := !failed && resp.Diagnostics.HasError()
	diags.Append(diag.WithoutGone(resp.Diagnostics.Warnings())...)
	if refused {
		diags.Append(resp.Diagnostics.Errors()...)
	}
	return !refused
}

// mayReplace reports whether an object may be planned, and appends an error for one that replaces an object of another account.
// A refresh has compared the account. With -refresh=false, nothing else would show this before create_before_destroy creates
// the new object. The CLIs plan a replacement a second time without the state, and pass the private data of
// the first time.
func (r *identified) mayReplace(ctx context.Context, req resource.ModifyPlanRequest, diags *diag.Diagnostics) bool {
	recorded := base.ReadIdentity(req.Private).AccountID
	if recorded == "" || !req.State.Raw.IsNull() || r.data.Refreshed() {
		return true
	}
	current := r.data.AccountID(ctx)
	if current == "" || current == recorded {
		return true
	}
	diag.Add(diags, NotPlanned, "Comparing the account", &domain.IdentityMismatchError{
		Kind: "object", ID: "to be replaced", Recorded: domain.Identity{AccountID: recorded}, Current: domain.Identity{AccountID: current},
	})
	return false
}

// foundGone reports whether a refresh took an object out of the state, or the current key out of a pair.
func foundGone(before, after tftypes.Value) bool {
	if after.IsNull() {
		return true
	}
	had, has := texts(before)["state"], texts(after)["state"]
	return had != "" && has == ""
}

// isProved reports whether the account of this run is that of an object that was not found in it. If the caller may not read
// its account, the result is accepted.
func (r *identified) isProved(ctx context.Context, req resource.ReadRequest) (account string, proved bool) {
	if base.ReadIdentity(req.Private).AccountID != "" {
		return "", true // the domain has already compared the account
	}
	account = r.data.AccountID(ctx)
	if account == "" || len(r.data.Accounts.Allowed) == 1 {
		return account, true
	}
	if req.Identity != nil && !req.Identity.Raw.IsNull() && texts(req.Identity.Raw)[atAccount] == account {
		return account, true
	}
	have := texts(req.State.Raw)
	for _, name := range []string{"orn", "policy_orn"} {
		if strings.Contains(have[name], ":"+account+":") {
			return account, true
		}
	}
	// Ids are unique: an account that has the owner is the right one.
	if id := have["user_id"]; id != "" {
		if _, err := r.data.Users.Read(ctx, id, domain.Identity{}); err == nil {
			return account, true
		}
	}
	if id := have["user_group_id"]; id != "" {
		if _, err := r.data.Groups.Read(ctx, id, domain.Identity{}); err == nil {
			return account, true
		}
	}
	return account, false
}

// texts are the known strings of an object by attribute.
func texts(object tftypes.Value) map[string]string {
	all, values := map[string]string{}, map[string]tftypes.Value{}
	if object.IsNull() || object.As(&values) != nil {
		return all
	}
	for name, value := range values {
		var text string
		if value.Type().Is(tftypes.String) && value.IsKnown() && !value.IsNull() && value.As(&text) == nil {
			all[name] = text
		}
	}
	return all
}
