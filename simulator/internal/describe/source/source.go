// Package source finds and reads the official description of the OUTSCALE API: the file api.yaml in the Go module of the
// official SDK, in the module cache. It is read there and never copied.
//
// The file patch.yaml in the same folder changes the Go types of the SDK only, not the requests that the API accepts. It is not read.
//
// The package is for the generator of package describe and for tests only, because it runs the go command.
package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Module is the Go module that has the description.
const Module = "github.com/outscale/osc-sdk-go/v3"

// Path returns the path of the description, which it gets from the go command. It returns an error if the module is not in the module
// cache.
func Path(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", Module)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("finding the module %s: %w: %s", Module, err, strings.TrimSpace(stderr.String()))
	}
	dir := strings.TrimSpace(string(out))
	if dir == "" {
		return "", errors.New("the module " + Module + " is not in the module cache: run go mod download")
	}
	return filepath.Join(dir, "pkg", "osc", "api.yaml"), nil
}

// Load reads the description.
func Load(ctx context.Context) (*openapi3.T, error) {
	path, err := Path(ctx)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the API description: %w", err)
	}
	return doc, nil
}
