package faults

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// removeNamed does what the messages tell the user to do with keys that no state has: deactivate, delete. A key that was
// not named stays, so that the end of the scenario finds it.
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

// importUsers does what the provider tells to do with users that a run created and did not save.
func (sc *scenario) importUsers(output string) {
	sc.t.Helper()
	for i := range sc.users {
		if name := fmt.Sprintf("user-%d", i); strings.Contains(output, "Creating user "+name+" failed") {
			sc.s.Must("import", "-input=false", "-no-color", fmt.Sprintf("outscale_user.u[%d]", i), name)
		}
	}
}
