package provider_test

import (
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestGuides parses every configuration that the guides show, and applies those that need no other provider.
func TestGuides(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(Root(t), "examples", "guides", "*", "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 4 {
		t.Fatalf("found %d configurations", len(files))
	}
	needsAnother := map[string]bool{"vault.tf": true, "kubernetes.tf": true, "oos.tf": true, "pg.tf": true} // the last one's test has a database
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			if _, diags := hclparse.NewParser().ParseHCLFile(file); diags.HasErrors() {
				t.Fatal(diags)
			}
			if needsAnother[filepath.Base(file)] {
				return
			}
			w := New(t)
			s := w.Workspace(read(t, file))
			s.Setenv("TF_VAR_recipient", AgePair(t).Public)
			s.Apply()
			s.EmptyPlan()
			s.NoSecretRests(w.RootSecretKey)
			s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
			if left := len(w.Keys()) + len(w.Users()); left != 0 {
				t.Errorf("%d keys and users are left", left)
			}
		})
	}
}
