package user_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// officialUser is a state that the official provider (1.8.0) left after `state replace-provider`: with its policy
// block, empty, and the API's own form of dates.
const officialUser = `{"version":4,"terraform_version":"1.11.4","serial":3,"lineage":"5f0e4f4c-60f1-4a1a-8a5b-1d2c8c6b6f0a","outputs":{},"resources":[{
"mode":"managed","type":"outscale_user","name":"this","provider":"provider[\"PROVIDER\"]","instances":[{"schema_version":0,"sensitive_attributes":[],"attributes":{
"id":"ID","user_id":"ID","user_name":"alice","path":"/","user_email":"EMAIL","creation_date":"DATE","last_modification_date":"DATE","policy":[],"timeouts":null}}]}]}`

func TestAStateTakenOverPlansEmpty(t *testing.T) {
	for name, arguments := range map[string][]string{
		"a name":       {`user_name = "alice"`},
		"all of it":    {`user_name = "alice"`, `path = "/"`, `user_email = "alice@example.com"`},
		"with timeout": {`user_name = "alice"`, "timeouts {", "}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			user, err := w.API().CreateUser(context.Background(), api.CreateUserInput{UserName: "alice", Path: "/", Email: "alice@example.com"})
			w.Must(err)
			mark := w.Mark()
			s := w.Workspace(User("this", arguments...))
			s.File("terraform.tfstate", strings.NewReplacer("PROVIDER", s.ProviderAddress(), "ID", user.ID, "EMAIL", user.Email,
				"DATE", user.CreationDate.Format("2006-01-02T15:04:05.000-0700")).Replace(officialUser))
			if name == "with timeout" { // an empty block is a difference in the state only
				s.Plan().Contains(t, fmt.Sprintf("%d to add, 1 to change", 0))
			} else {
				s.EmptyPlan()
			}
			s.Apply()
			s.EmptyPlan()
			if writes := mark.Writes(); len(writes) != 0 {
				t.Errorf("the take-over changed something: %v", writes)
			}
		})
	}
}
