package faultsuite

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// removeReported does what the reports tell the user to do with keys that no state has: switch off, delete. A key that was
// not reported stays, so that the end of the story finds it.
func (st *story) removeReported() {
	st.t.Helper()
	f := st.facts()
	ctx, client := context.Background(), st.w.API()
	for _, key := range f.keys {
		if slices.ContainsFunc(f.state, func(k stateKey) bool { return k.ID == key.AccessKeyID }) ||
			!reported(f.said, key.AccessKeyID) {
			continue
		}
		if key.UserName != "" && key.State != "INACTIVE" {
			_, err := client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{
				ID: key.AccessKeyID, UserName: key.UserName, State: "INACTIVE", ExpirationDate: key.ExpirationDate,
			})
			st.w.Must(err)
		}
		st.w.Must(client.DeleteAccessKey(ctx, key.UserName, key.AccessKeyID))
	}
}

// importUsers does what the provider tells to do with users that a run made and did not save.
func (st *story) importUsers(said string) {
	st.t.Helper()
	for i := range st.users {
		if name := fmt.Sprintf("user-%d", i); strings.Contains(said, "Creating user "+name+" failed") {
			st.s.Must("import", "-input=false", "-no-color", fmt.Sprintf("outscale_user.u[%d]", i), name)
		}
	}
}
