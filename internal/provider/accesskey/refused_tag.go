package accesskey

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
)

var atTag = path.Root("tag")

// addFailure is diagnose.Add, and points to `tag` where that is what the API refused: its own words need not name it.
func addFailure(diags *diag.Diagnostics, summary, tried string, err error) {
	failed := diagnose.Error(summary, tried, err)
	var refused *credential.TagError
	if !errors.As(err, &refused) {
		diags.Append(failed)
		return
	}
	said := fmt.Sprintf("What was refused is `tag`, which is %q.", refused.Tag)
	var unfinished *credential.UnfinishedError
	switch {
	case errors.As(err, &unfinished): // said already: the key exists
	case refused.KeyID == "":
		said += " The key that had been made was removed again: nothing of it is left."
	default:
		said += fmt.Sprintf(" Access key %s keeps the tag that it has; what else was to be changed is changed.", refused.KeyID)
	}
	diags.AddAttributeError(atTag, failed.Summary(), failed.Detail()+"\n\n"+said+" Write another `tag`, or leave it out.")
}
