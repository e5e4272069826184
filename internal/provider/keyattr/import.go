package keyattr

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// importForms describes the forms of an import id.
const importForms = "Use the id of the key (`ABCDEFGHIJ0123456789`), which is searched among your own keys and then among those of every user, " +
	"or the name of the owner and the id (`alice/ABCDEFGHIJ0123456789`)."

// Import reads the key that an import names, by ACCESS_KEY_ID, USER_NAME/ACCESS_KEY_ID or its identity. It sets the id and the
// owner in the state; the CLI then refreshes the rest. found is false after an error.
//
// Import sets both the id and the name of the owner, so that the next plan is empty with either in the configuration. If the
// caller may not read users, the id stays null.
func Import(ctx context.Context, b *base.Configured, req resource.ImportStateRequest, resp *resource.ImportStateResponse) (k key.Key, found bool) {
	owner, id, err := parseImportID(req.ID)
	if err != nil {
		resp.Diagnostics.AddError(NotImported, fmt.Sprintf("%s cannot be imported: %v.\n\n%s", text.Quote(req.ID), err, importForms))
		return key.Key{}, false
	}
	ctx, end, ok := b.BeginRead(ctx, &resp.Diagnostics, NotImported, base.Fixed(base.ReadTimeout))
	if !ok {
		return key.Key{}, false
	}
	defer end()
	if k, found = findForImport(ctx, b, key.Owner{UserName: owner, UserID: ownerOf(ctx, req.Identity, &resp.Diagnostics)}, id, &resp.Diagnostics); !found {
		return key.Key{}, false
	}
	k.Identity = b.Data.Keys.Identify(ctx, k)
	for name, value := range map[string]string{"id": k.ID, "access_key_id": k.ID, "user_name": k.UserName, "user_id": k.Identity.UserID} {
		if value != "" {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
		}
	}
	base.WriteIdentity(resp.Private, k.Identity, &resp.Diagnostics)
	return k, !resp.Diagnostics.HasError()
}

// ownerOf returns the id of the owner from the identity of an import, "" for an import by id.
func ownerOf(ctx context.Context, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) string {
	var owner types.String
	if identity != nil && !identity.Raw.IsNull() {
		diags.Append(identity.GetAttribute(ctx, AtUserID, &owner)...)
	}
	return owner.ValueString()
}

func findForImport(ctx context.Context, b *base.Configured, owner key.Owner, id string, diags *diag.Diagnostics) (k key.Key, found bool) {
	var err error
	tried := fmt.Sprintf("Looking for access key %s among your own keys and every user's", id)
	if owner == (key.Owner{}) {
		k, err = b.Data.Keys.Find(ctx, id)
	} else {
		tried = fmt.Sprintf("Looking for access key %s of %s", id, diag.OwnerText(owner.UserName, owner.UserID))
		k, err = b.Data.Keys.Read(ctx, owner, id, key.Identity{})
	}
	switch {
	case domain.IsGone(err):
		diag.AddWithAdvice(diags, NotImported, tried, err, "Check the id and the account: `outscale-keys list` lists the keys that the credential can read. "+importForms)
	case err != nil:
		diag.Add(diags, NotImported, tried, err)
	}
	return k, err == nil
}

func parseImportID(text string) (owner, id string, err error) {
	id = text
	if before, after, both := strings.Cut(text, "/"); both {
		owner, id = before, after
		if !UserName.MatchString(owner) {
			return "", "", fmt.Errorf("%q is not the name of a user", owner)
		}
	}
	if !ObjectID.MatchString(id) {
		return "", "", fmt.Errorf("%q is not the id of an access key", id)
	}
	return owner, id, nil
}
