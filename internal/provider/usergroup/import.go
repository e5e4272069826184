package usergroup

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
)

// ImportState imports the id of the group, or its name. The state gets no blocks but those that are named after a "#": see the
// import of a user.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, blocks, ok := blockset.CutImport(req.ID, userBlock, policyblock.Name)
	if !ok || !keyattr.Name.MatchString(id) {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s is neither the id nor the name of a user group. Give one of them: `ug-12345678` or `ops`. "+
			"If the configuration has `user` and `policy` blocks, give `ops#user,policy`.", text.Quote(req.ID)))
		return
	}
	ctx, end, ok := r.BeginRead(ctx, &resp.Diagnostics, notImported, base.Fixed(base.ReadTimeout), 0)
	if !ok {
		return
	}
	defer end()
	found, err := r.Data.Groups.Read(ctx, id, domain.Identity{})
	if domain.IsGone(err) {
		found, err = r.Data.Groups.Find(ctx, id)
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notImported, "Looking for the user group with the id or the name "+id, err)
		return
	}
	// The account's id is worth recording, and no reason not to import.
	found.Identity.AccountID, _ = r.Data.Account.ID(ctx)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), found.ID)...)
	base.WriteIdentity(ctx, resp.Private, found.Identity, &resp.Diagnostics)
	blockset.BeginImport(ctx, resp.Private, blocks, &resp.Diagnostics)
}
