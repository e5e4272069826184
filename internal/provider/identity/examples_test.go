package identity_test

import (
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestExamples_imports: every resource has an example of an import by its identity, with every attribute of it.
func TestExamples_imports(t *testing.T) {
	h := acctest.NewProtocol(t)
	for typeName, schema := range h.IdentitySchemas() {
		body := parsed(t, filepath.Join(acctest.Root(t), "examples", "resources", typeName, "import-by-identity.tf"))
		if len(body.Blocks) != 1 || body.Blocks[0].Type != "import" {
			t.Fatalf("%s: want one import block", typeName)
		}
		value, diags := body.Blocks[0].Body.Attributes["identity"].Expr.Value(nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if got, want := len(value.Type().AttributeTypes()), len(schema.IdentityAttributes); got != want {
			t.Errorf("%s: %d attributes in the example, %d in the identity", typeName, got, want)
		}
		for _, a := range schema.IdentityAttributes {
			if !value.Type().HasAttribute(a.Name) || value.GetAttr(a.Name).AsString() == "" {
				t.Errorf("%s: no %s in the example", typeName, a.Name)
			}
		}
		to := body.Blocks[0].Body.Attributes["to"].Expr.Variables()[0].RootName()
		if to != typeName {
			t.Errorf("%s: imported to %s", typeName, to)
		}
	}
}

// TestExamples_listsAndActions: their arguments exist, and the required ones are there. No CLI of these tests runs them.
func TestExamples_listsAndActions(t *testing.T) {
	h, found := acctest.NewProtocol(t), 0
	for _, folder := range []string{"actions", "list-resources"} {
		err := filepath.WalkDir(filepath.Join(acctest.Root(t), "examples", folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			for _, b := range parsed(t, path).Blocks {
				if b.Type == "resource" || b.Type == "variable" {
					continue
				}
				found++
				names := map[string]bool{}
				for name := range b.Body.Blocks[0].Body.Attributes {
					names[name] = true
				}
				for _, problem := range h.ArgumentProblems(b.Type, b.Labels[0], names) {
					t.Errorf("%s: %s", path, problem)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 7 {
		t.Errorf("%d examples", found)
	}
}

func parsed(t *testing.T, path string) *hclsyntax.Body {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCLFile(path)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return file.Body.(*hclsyntax.Body)
}
