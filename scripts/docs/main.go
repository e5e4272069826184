// Command docs renders docs/ from the provider's schema, templates/ and examples/.
//
// tfplugindocs alone asks a registry or the terraform on PATH for the schema, so the features in a page depend on the version of
// that CLI. This command asks the built provider through the pinned OpenTofu instead, and adds the list resources and actions,
// which OpenTofu does not know. So the pages are the same on every machine and need no network. It then checks the pages
// against the rules of the registries.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// address is the provider's source address as the pinned OpenTofu reports it.
const address = "registry.opentofu.org/outscale-access/outscale"

func main() {
	tofu := flag.String("tofu", "", "path of the OpenTofu binary")
	tfplugindocs := flag.String("tfplugindocs", "", "path of the tfplugindocs binary")
	provider := flag.String("provider", "", "path of the built provider")
	out := flag.String("out", "docs", "folder to write, relative to the project's root")
	flag.Parse()
	if err := run(context.Background(), *tofu, *tfplugindocs, *provider, *out); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, tofu, tfplugindocs, provider, out string) error {
	work, err := os.MkdirTemp("", "outscale-docs-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()

	schema, err := readSchema(ctx, tofu, provider, work)
	if err != nil {
		return err
	}
	schemaFile := filepath.Join(work, "schema.json")
	if err := os.WriteFile(schemaFile, schema, 0o600); err != nil {
		return err
	}
	if err := clear(out); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, tfplugindocs, "generate",
		"--provider-name", "outscale",
		"--rendered-provider-name", "OUTSCALE",
		"--providers-schema", schemaFile,
		"--rendered-website-dir", out)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("tfplugindocs generate: %w\n%s", err, output)
	}
	return validate(ctx, tfplugindocs, schemaFile)
}

// published has the generated pages, which a registry shows. The command does not touch anything else in docs/.
var published = []string{
	"index.md", "actions", "data-sources", "ephemeral-resources", "functions", "guides", "list-resources", "resources",
}

// clear removes the pages, so that no page of a removed resource stays.
func clear(out string) error {
	for _, entry := range published {
		if err := os.RemoveAll(filepath.Join(out, entry)); err != nil {
			return err
		}
	}
	return nil
}

// validate checks the pages of docs/ against the rules of the registries: folders, sizes, headers, and exactly one page for
// each type in the schema.
func validate(ctx context.Context, tfplugindocs, schemaFile string) error {
	cmd := exec.CommandContext(ctx, tfplugindocs, "validate",
		"--provider-dir", ".", "--provider-name", "outscale", "--providers-schema", schemaFile)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("tfplugindocs validate: %w\n%s", err, output)
	}
	return nil
}

// readSchema reads the schema of the built provider, under the short name that tfplugindocs expects.
func readSchema(ctx context.Context, tofu, provider, work string) ([]byte, error) {
	tofu, err := filepath.Abs(tofu)
	if err != nil {
		return nil, err
	}
	// dev_overrides needs a folder with a binary of the plain name.
	binary, err := filepath.Abs(provider)
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf("provider_installation {\n  dev_overrides { %q = %q }\n  direct {}\n}\n",
		address, filepath.ToSlash(filepath.Dir(binary)))
	files := map[string]string{
		"cli.tfrc": config,
		"main.tf":  fmt.Sprintf("terraform {\n  required_providers {\n    outscale = { source = %q }\n  }\n}\n", address),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	cmd := exec.CommandContext(ctx, tofu, "providers", "schema", "-json")
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(work, "cli.tfrc"), "CHECKPOINT_DISABLE=1")
	output, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return nil, fmt.Errorf("reading the provider's schema: %w\n%s", err, exit.Stderr)
		}
		return nil, fmt.Errorf("reading the provider's schema: %w", err)
	}
	return renameProvider(ctx, output)
}

// renameProvider also completes the schema of the provider.
func renameProvider(ctx context.Context, schema []byte) ([]byte, error) {
	var document struct {
		FormatVersion string                     `json:"format_version"`
		Schemas       map[string]json.RawMessage `json:"provider_schemas"`
	}
	if err := json.Unmarshal(schema, &document); err != nil {
		return nil, fmt.Errorf("the provider's schema: %w", err)
	}
	ours, found := document.Schemas[address]
	if !found {
		return nil, fmt.Errorf("the schema lists no %s", address)
	}
	ours, err := withTerraformOnly(ctx, ours)
	if err != nil {
		return nil, err
	}
	document.Schemas = map[string]json.RawMessage{"outscale": ours}
	return json.Marshal(document)
}
