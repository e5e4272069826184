package user

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/blockset"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyblock"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// ImportState takes a user's id or name. It changes nothing. The state gets no `policy` blocks, also where policies are
// linked: other resources may manage the links, and a configuration without blocks would unlink what the state has. With
// "#policy" after the id it gets them.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, blocks, ok := blockset.CutImport(req.ID, policyblock.Name)
	if !ok || !keyattr.UserName.MatchString(id) {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s is neither the id nor the name of a user. Give one of them: `ABCDEFGHIJKLMNOPQRSTUVWXYZ12345` or `alice`. "+
			"If the configuration has `policy` blocks, give `alice#policy`.", text.Quote(req.ID)))
		return
	}
	ctx, end, ok := r.BeginRead(ctx, &resp.Diagnostics, notImported, base.Fixed(base.ReadTimeout), 0)
	if !ok {
		return
	}
	defer end()
	found, err := r.find(ctx, id)
	switch {
	case domain.IsGone(err):
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("No user of this account has the id or the name %q.", id))
	case err != nil:
		diag.Add(&resp.Diagnostics, notImported, "Looking for the user with the id or the name "+id, err)
	default:
		// The account's id is worth recording, and no reason not to import.
		found.Identity.AccountID, _ = r.Data.Account.ID(ctx)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), found.ID)...)
		base.WriteIdentity(ctx, resp.Private, found.Identity, &resp.Diagnostics)
		blockset.BeginImport(ctx, resp.Private, blocks, &resp.Diagnostics)
	}
}

// find looks for an id first: a name can be given to any user, also one that looks like an id.
func (r *Resource) find(ctx context.Context, text string) (user.User, error) {
	found, err := r.Data.Users.Read(ctx, text, domain.Identity{})
	if domain.IsGone(err) {
		return r.Data.Users.Find(ctx, text)
	}
	return found, err
}
