package accesskey

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
)

// importForms says what an import takes.
const importForms = "Give the id of the key (`ABCDEFGHIJ0123456789`): your own keys are looked at first, then every user's. " +
	"Or the name of the owner and the id (`alice/ABCDEFGHIJ0123456789`)."

var (
	keyID    = regexp.MustCompile(`^[A-Za-z0-9]+$`)
	userName = regexp.MustCompile(`^[A-Za-z0-9+=,.@_-]{1,64}$`)
)

// ImportState takes ACCESS_KEY_ID or USER_NAME/ACCESS_KEY_ID. It only reads.
//
// The owner's id is saved beside its name, so that the next plan is empty whichever of the two the configuration says.
// A caller that may not read users imports without the id.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	owner, id, err := parseImportID(req.ID)
	if err != nil {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%q cannot be imported: %v.\n\n%s", req.ID, err, importForms))
		return
	}
	if !r.session.Ready(&resp.Diagnostics, notImported) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	key, found := r.findForImport(ctx, owner, id, &resp.Diagnostics)
	if !found {
		return
	}
	set := func(name, value string) {
		if value != "" {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
		}
	}
	set("id", key.ID)
	set("access_key_id", key.ID)
	set("user_name", key.UserName)
	if key.UserName == "" {
		return
	}
	if user, err := r.session.Keeper.FindUser(ctx, key.UserName); err == nil {
		set("user_id", user.ID)
	}
}

func (r *Resource) findForImport(ctx context.Context, owner, id string, diags *diag.Diagnostics) (credential.Key, bool) {
	var key credential.Key
	var err error
	tried := fmt.Sprintf("Looking for access key %s among your own keys and every user's", id)
	if owner == "" {
		key, err = r.session.Keeper.Find(ctx, id)
	} else {
		tried = fmt.Sprintf("Looking for access key %s of user %s", id, owner)
		key, err = r.session.Keeper.Read(ctx, credential.Owner{UserName: owner}, id)
	}
	if err != nil {
		d := diagnose.Error(notImported, tried, err)
		if _, gone := diagnose.Gone(err); gone {
			d = diag.NewErrorDiagnostic(d.Summary(), d.Detail()+"\n\n"+importForms)
		}
		diags.Append(d)
	}
	return key, err == nil
}

func parseImportID(text string) (owner, id string, err error) {
	id = text
	if before, after, both := strings.Cut(text, "/"); both {
		owner, id = before, after
		if !userName.MatchString(owner) {
			return "", "", fmt.Errorf("%q is not the name of a user", owner)
		}
	}
	if !keyID.MatchString(id) {
		return "", "", fmt.Errorf("%q is not the id of an access key", id)
	}
	return owner, id, nil
}
