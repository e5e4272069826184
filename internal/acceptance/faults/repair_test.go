package faults

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// removeNamed deactivates and deletes the keys that are in no state and that the messages tell the user to delete. A key
// that no message named is left, so that end reports it.
func (sc *scenario) removeNamed() {
	sc.t.Helper()
	o := sc.observe()
	ctx, client := context.Background(), sc.cli.API()
	for _, key := range o.keys {
		if slices.ContainsFunc(o.state, func(k stateKey) bool { return k.ID == key.AccessKeyID }) || !named(o.output, key.AccessKeyID) {
			continue
		}
		if key.UserName != "" && key.State != "INACTIVE" {
			_, err := client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{
				ID: key.AccessKeyID, UserName: key.UserName, State: "INACTIVE", ExpirationDate: key.ExpirationDate,
			})
			sc.cli.NoError(err)
		}
		sc.cli.NoError(client.DeleteAccessKey(ctx, key.UserName, key.AccessKeyID))
	}
}

// importUsers imports the users that a run created and did not save, as the messages tell the user to do.
func (sc *scenario) importUsers(output string) {
	sc.t.Helper()
	for i := range sc.users {
		if name := fmt.Sprintf("user-%d", i); strings.Contains(output, "Creating user "+name+" failed") {
			sc.workspace.Must("import", "-input=false", "-no-color", fmt.Sprintf("outscale_user.u[%d]", i), name)
		}
	}
}
