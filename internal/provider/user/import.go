package user

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/blockset"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
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
	ctx, end, ok := r.BeginRead(ctx, &resp.Diagnostics, notImported, base.Fixed(base.ReadTimeout), 0)
	if !ok {
		return
	}
	defer end()
	found, err := principal.User.FindByNameOrID(ctx, r.Data, id)
	if err != nil {
		diag.Add(&resp.Diagnostics, notImported, "Looking for the user with the id or the name "+id, err)
		return
	}
	// The import succeeds without the account's id, which then is not recorded.
	found.Identity.AccountID, _ = r.Data.Account.ID(ctx)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), found.ID)...)
	base.WriteIdentity(ctx, resp.Private, found.Identity, &resp.Diagnostics)
	blockset.BeginImport(ctx, resp.Private, blocks, &resp.Diagnostics)
}
