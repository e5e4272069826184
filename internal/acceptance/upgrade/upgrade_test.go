// Package upgrade_test plans what earlier versions left behind. Each folder of testdata has, for one released version: a
// configuration, the state that version wrote for it, and the data file of the simulator of that version, as SQL. They
// were made by scripts/release/upgrade-fixture.sh, with the binaries built from the commit in fixture.json.
//
// The objects of a state must exist at the API under their ids. Today's simulator therefore opens the data file of the
// earlier one, which also shows that it still can. Its clock goes on from the moment the fixture was made, so that what
// was not due then is not due now.
package upgrade_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // reads the data file of a simulator

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// The credential of every fixture; see upgrade-fixture.sh.
const (
	rootKey    = "ABCDEFGHIJ0123456789"
	rootSecret = "0123456789ABCDEFGHIJ0123456789ABCDEFGHIJ"
)

// keys has the key pair that fixtures seal to.
const keys = "../../seal/testdata/throwaway/age"

// fixture is what fixture.json says of a folder.
type fixture struct {
	Version string    `json:"version"`
	MadeAt  time.Time `json:"made_at"`
}

// each runs a test for every version, in a workspace that is as that version left it.
func each(t *testing.T, test func(t *testing.T, w *acctest.CLI, s *acctest.Workspace)) {
	t.Helper()
	folders, err := filepath.Glob("testdata/v*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			var made fixture
			if err := json.Unmarshal([]byte(read(t, folder, "fixture.json")), &made); err != nil {
				t.Fatal(err)
			}
			data := restore(t, read(t, folder, "simulator.sql"))
			began := time.Now()
			w := acctest.NewCLI(t, func(o *simulator.Options) {
				o.DataFile, o.RootAccessKey, o.RootSecretKey = data, rootKey, rootSecret
				o.Now = func() time.Time { return made.MadeAt.Add(time.Hour + time.Since(began)) }
			})
			s := w.Workspace(read(t, folder, "main.tf"))
			s.File("terraform.tfstate", strings.ReplaceAll(read(t, folder, "state.json"),
				"registry.terraform.io/outscale-access/outscale", s.ProviderAddress()))
			s.Setenv("TF_VAR_recipient", strings.TrimSpace(read(t, keys+".public")))
			s.Setenv("TF_VAR_private_key", read(t, keys+".private"))
			test(t, w, s)
		})
	}
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// restore makes a data file of a simulator from its SQL.
func restore(t *testing.T, statements string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "simulator.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(context.Background(), statements); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// A state of an earlier version plans empty, and the plan changes nothing at the API.
func TestUpgrade_plansEmpty(t *testing.T) {
	each(t, func(t *testing.T, w *acctest.CLI, s *acctest.Workspace) {
		before := w.Keys()
		s.EmptyPlan()
		if after := w.Keys(); !reflect.DeepEqual(before, after) {
			t.Errorf("the plan changed keys at the API:\n%+v\n%+v", before, after)
		}
	})
}

// A refresh writes the state in today's form, which plans empty as well.
func TestUpgrade_refreshesAndPlansEmpty(t *testing.T) {
	each(t, func(_ *testing.T, _ *acctest.CLI, s *acctest.Workspace) {
		s.Must("apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color")
		s.EmptyPlan()
	})
}

// Everything an earlier version made can be changed and destroyed with today's.
func TestUpgrade_changesAndDestroys(t *testing.T) {
	each(t, func(t *testing.T, w *acctest.CLI, s *acctest.Workspace) {
		s.Setenv("TF_VAR_triggers", "third")
		s.Must("apply", "-auto-approve", "-input=false", "-no-color").Contains(t, "0 added, 2 changed, 0 destroyed")
		s.EmptyPlan()
		s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
		if left := w.Keys(); len(left) > 0 {
			t.Errorf("the destroy left keys at the API: %+v", left)
		}
	})
}
