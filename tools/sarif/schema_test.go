// Package sarif checks the SARIF that outscale-keys writes against the schema of SARIF 2.1.0.
//
// The schema is OASIS's own (errata 01). The Go module github.com/owenrumney/go-sarif has it as a constant; it is read
// there and not copied.
package sarif

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif" // has the schema
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// written is an output of outscale-keys. A test of internal/keyscmd keeps it up to date.
const written = "../../docs/outscale-keys/audit.sarif"

func TestSARIF_schema(t *testing.T) {
	schema := schemaOf(t)
	data, err := os.ReadFile(written)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(schema, string(data)); err != nil {
		t.Errorf("%s: %v", written, err)
	}
	for name, change := range map[string][2]string{
		"a level that SARIF has not": {`"level": "error"`, `"level": "high"`},
		"an unknown member":          {`"ruleIndex"`, `"ruleNumber"`},
		"no message":                 {`"message"`, `"text"`},
		"a version":                  {`"version": "2.1.0"`, `"version": "2.0"`},
	} {
		changed := strings.Replace(string(data), change[0], change[1], 1)
		if changed == string(data) || validate(schema, changed) == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func validate(schema *jsonschema.Schema, text string) error {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(doc)
}

// schemaOf compiles the constant schema of the module's package for SARIF 2.1.0.
func schemaOf(t *testing.T) *jsonschema.Schema {
	t.Helper()
	out, err := exec.CommandContext(context.Background(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(strings.TrimSpace(string(out)), "pkg", "report", "v210", "sarif", "schema.go")
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var text string
	ast.Inspect(parsed, func(n ast.Node) bool {
		if value, is := n.(*ast.BasicLit); is && value.Kind == token.STRING && text == "" {
			text, err = strconv.Unquote(value.Value)
		}
		return true
	})
	if err != nil || !strings.Contains(text, "errata01/os/schemas/sarif-schema-2.1.0.json") {
		t.Fatalf("no schema in %s: %v", file, err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
