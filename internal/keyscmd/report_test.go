package keyscmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	r := newRig(t)
	bobs := r.user("bob", nil)
	code, out, errOut := r.run("report")
	for _, want := range []string{"<!DOCTYPE html>", bobs.ID, r.RootAccessKey, "of account " + r.Simulator.State().Account.AccountID, "no expiration date"} {
		if code != ExitOK || !strings.Contains(out, want) {
			t.Errorf("exit code %d, no %q: %s", code, want, errOut)
		}
	}
	if strings.Contains(out, bobs.SecretKey) {
		t.Error("the page has the secret of a key")
	}
}

func TestReport_file(t *testing.T) {
	r := newRig(t)
	file := filepath.Join(t.TempDir(), "keys.html")
	code, out, errOut := r.run("report", "--file", file)
	page, err := os.ReadFile(file)
	if code != ExitOK || err != nil || out != "" || !strings.Contains(errOut, "1 access keys") || !strings.Contains(string(page), r.RootAccessKey) {
		t.Errorf("exit code %d, %v: %s%s", code, err, out, errOut)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if code, _, errOut := r.run("report", "--file", t.TempDir()); code != ExitError || !strings.Contains(errOut, "--file") {
		t.Errorf("exit code %d: %s", code, errOut)
	}
}

func TestReport_json(t *testing.T) {
	r := newRig(t)
	r.user("bob", nil)
	code, out, _ := r.run("report", "--output", "json")
	var got reportResult
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitOK {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	if !got.Complete || got.AccountID == "" || len(got.AccessKeys) != 2 || got.AccessKeys[1].Rights != "none" || len(got.AccessKeys[1].Findings) != 1 {
		t.Errorf("got %+v", got)
	}
}
