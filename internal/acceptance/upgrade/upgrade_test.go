// Package upgrade_test tests the states of earlier versions. Each folder of testdata is for one released version. It has a
// configuration, the state that the version wrote for it, and the data file of that version's simulator, as SQL.
// scripts/release/upgrade-fixture.sh makes them with binaries that are built from the commit in fixture.json.
//
// The objects of a state must exist at the API under their ids. Therefore the current simulator opens the data file of the earlier
// one, which also tests that it can. Its clock starts at the time at which the fixture was made, so that no key is due that was not
// due then.
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

// fixture is the content of fixture.json.
type fixture struct {
	Version string    `json:"version"`
	MadeAt  time.Time `json:"made_at"`
}

// each runs a test for every version, in a workspace with the state of that version.
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

// restore makes the data file of a simulator from its SQL.
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

// A state of an earlier version has an empty plan, which changes nothing at the API.
func TestUpgrade_plansEmpty(t *testing.T) {
	each(t, func(t *testing.T, w *acctest.CLI, s *acctest.Workspace) {
		before := w.Keys()
		s.EmptyPlan()
		if after := w.Keys(); !reflect.DeepEqual(before, after) {
			t.Errorf("the plan changed keys at the API:\n%+v\n%+v", before, after)
		}
	})
}

// A refresh writes the state in the current form, which also has an empty plan.
func TestUpgrade_refreshesAndPlansEmpty(t *testing.T) {
	each(t, func(_ *testing.T, _ *acctest.CLI, s *acctest.Workspace) {
		s.Must("apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color")
		s.EmptyPlan()
	})
}

// The current version can change and destroy the objects of an earlier version.
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
