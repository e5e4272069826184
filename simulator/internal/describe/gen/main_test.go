package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe/source"
)

// The committed table matches the description in the module cache, as in make check. It is generated twice, because the order of
// a map must not affect the file.
func TestTable_upToDate(t *testing.T) {
	doc, err := source.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../" + output)
	if err != nil {
		t.Fatal(err)
	}
	served, err := readServed("../" + servedFile)
	if err != nil || len(served) < 50 {
		t.Fatalf("%d served actions, %v", len(served), err)
	}
	for range 2 {
		want, err := table(doc, served)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, want) {
			t.Fatalf("%s is out of date: run go generate ./simulator/...", output)
		}
	}
}

// The generator fails on what it does not support.
func TestTable_refusals(t *testing.T) {
	served := []string{"CreateUser", "ReadUsers"}
	action := func(schema *openapi3.Schema) *openapi3.T {
		paths := openapi3.NewPaths()
		for _, name := range served {
			operation := &openapi3.Operation{RequestBody: &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().WithJSONSchema(schema)}}
			paths.Set("/"+name, &openapi3.PathItem{Post: operation})
		}
		return &openapi3.T{Info: &openapi3.Info{Version: "1.2"}, Paths: paths}
	}
	if _, err := table(action(openapi3.NewObjectSchema()), served); err != nil {
		t.Errorf("a plain description: %v", err)
	}
	for want, doc := range map[string]*openapi3.T{
		"plain type":             action(openapi3.NewObjectSchema().WithProperty("A", openapi3.NewOneOfSchema(openapi3.NewStringSchema()))),
		"extend the generator":   action(&openapi3.Schema{Type: &openapi3.Types{"file"}}),
		"not in the description": {Info: &openapi3.Info{}, Paths: openapi3.NewPaths()},
		"not called with POST":   {Info: &openapi3.Info{}, Paths: openapi3.NewPaths(openapi3.WithPath("/ReadVms", &openapi3.PathItem{}))},
	} {
		if _, err := table(doc, served); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
