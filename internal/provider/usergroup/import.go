package usergroup

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/blockset"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyblock"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/principal"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// ImportState imports the id or the name of a group. The state gets only the blocks that are named after a "#", as in the import
// of a user.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, blocks, ok := blockset.CutImport(req.ID, userBlock, policyblock.Name)
	if !ok || !keyattr.Name.MatchString(id) {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s is neither the id nor the name of a user group. Give one of them: `ug-12345678` or `ops`. "+
			"If the configuration has `user` and `policy` blocks, give `ops#user,policy`.", text.Quote(req.ID)))
		return
	}
	found, ok := principal.Group.FindForImport(ctx, &r.Configured, notImported, id, &resp.Diagnostics)
	if !ok {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), found.ID)...)
	base.WriteIdentity(resp.Private, found.Identity, &resp.Diagnostics)
	blockset.BeginImport(ctx, resp.Private, blocks, &resp.Diagnostics)
}
