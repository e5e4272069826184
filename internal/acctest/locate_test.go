package acctest

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// fake makes a program that prints the version of a CLI.
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

// TestIdentify_versions: identify accepts recent versions of both CLIs, and no other program.
func TestIdentify_versions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cli")
	for says, want := range map[string]cli{
		"OpenTofu v1.12.6": {path, true, 12}, "Terraform v1.11.4": {path, false, 11}, "Terraform v2.0.0": {path, false, math.MaxInt},
		"Terraform v1.9.8": {}, "something else": {},
	} {
		fake(t, path, says)
		if got, err := identify(path); got != want || (err == nil) != (want != cli{}) {
			t.Errorf("%s: %+v, %v", says, got, err)
		}
	}
	if _, err := identify(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("a program that does not exist is accepted")
	}
}
