package keyattr

import (
	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// WarnUnseen warns that the report lacks access keys of the account, because the caller cannot list them. done is what was
// done with the others, such as "audited".
func WarnUnseen(report account.Report, done string, diags *diag.Diagnostics) {
	switch {
	case !report.Users:
		diags.AddWarning("Access keys of users not "+done, "The caller may not list the users of the account, so only its own access keys are included.\n\n"+
			"Grant it the action `api:ReadUsers` in a policy.")
	case !report.Root:
		diags.AddWarning("Access keys of the root account not "+done, "The caller is a user of the account, and the API lists the root account's access keys only to the root account.\n\n"+
			"Configure the provider with a key of the root account to include them.")
	}
}
