package keyattr

import (
	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// WarnUnseen warns of access keys of the account that the caller cannot list, and that are not in the report therefore. done
// is what was done with the others: "audited".
func WarnUnseen(report account.Report, done string, diags *diag.Diagnostics) {
	switch {
	case !report.Users:
		diags.AddWarning("Access keys of users not "+done, "The caller may not list the users of the account: only its own access keys are here.\n\n"+
			"Grant it the action `api:ReadUsers` in a policy.")
	case !report.Root:
		diags.AddWarning("Access keys of the root account not "+done, "The caller is a user of the account, and the API lists the root account's access keys to the root account only.\n\n"+
			"Configure the provider with a key of the root account to have them here.")
	}
}
