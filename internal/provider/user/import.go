package user

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

// ImportState imports the id or the name of a user. The state gets no `policy` blocks, even if policies are linked: other
// resources may manage the links, and a configuration without blocks would unlink the policies of the state. "#policy" after
// the id asks for the blocks.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, blocks, ok := blockset.CutImport(req.ID, policyblock.Name)
	if !ok || !keyattr.UserName.MatchString(id) {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s is neither the id nor the name of a user. Give one of them: `ABCDEFGHIJKLMNOPQRSTUVWXYZ12345` or `alice`. "+
			"If the configuration has `policy` blocks, give `alice#policy`.", text.Quote(req.ID)))
		return
	}
	found, ok := principal.User.FindForImport(ctx, &r.Configured, notImported, id, &resp.Diagnostics)
	if !ok {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), found.ID)...)
	base.WriteIdentity(resp.Private, found.Identity, &resp.Diagnostics)
	blockset.BeginImport(ctx, resp.Private, blocks, &resp.Diagnostics)
}
