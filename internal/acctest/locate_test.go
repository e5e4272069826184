package acctest

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// fake makes a program that says it is this version of that product.
func fake(t *testing.T, path, says string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Fatal("this test makes shell scripts: run it on unix")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho '"+says+"'\n"), 0o700); err != nil { //nolint:gosec // a program must be executable
		t.Fatal(err)
	}
}

// TestLocate_firstUsableCLI: named, then a recent terraform on PATH, then OpenTofu of the module, then an error
// that says what to run.
func TestLocate_firstUsableCLI(t *testing.T) {
	module, bin := t.TempDir(), t.TempDir()
	t.Setenv("PATH", bin+string(os.PathListSeparator)+"/bin"+string(os.PathListSeparator)+"/usr/bin")
	terraform, tofu, other := filepath.Join(bin, "terraform"), filepath.Join(module, "bin", "tools", "tofu"), filepath.Join(module, "other")

	fake(t, terraform, "Terraform v1.9.8")
	if _, err := locate("", module); err == nil || !strings.Contains(err.Error(), "make bin/tools/tofu") {
		t.Errorf("an old terraform alone: %v", err)
	}
	fake(t, tofu, "OpenTofu v1.12.6")
	if got, err := locate("", module); err != nil || got != (cli{path: tofu, tofu: true}) {
		t.Errorf("an old terraform and a tofu: %+v, %v", got, err)
	}
	fake(t, terraform, "Terraform v1.11.4")
	if got, err := locate("", module); err != nil || got != (cli{path: terraform}) {
		t.Errorf("a recent terraform: %+v, %v", got, err)
	}
	fake(t, other, "OpenTofu v1.12.6")
	if got, err := locate(other, module); err != nil || got != (cli{path: other, tofu: true}) {
		t.Errorf("a named tofu: %+v, %v", got, err)
	}
	fake(t, other, "something else")
	if _, err := locate(other, module); err == nil {
		t.Error("a named program that is no CLI is taken")
	}
}
