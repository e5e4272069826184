package keyscmd

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
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
	if code != ExitOK || err != nil || out != "" || !strings.Contains(errOut, " shows 1 key.") || !strings.Contains(string(page), r.RootAccessKey) {
		t.Errorf("exit code %d, %v: %s%s", code, err, out, errOut)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	before := len(r.Simulator.Requests())
	for _, bad := range []string{t.TempDir(), filepath.Join(file, "x"), filepath.Join(t.TempDir(), "no", "folder")} {
		if code, _, errOut := r.run("report", "--file", bad); code != ExitError || !strings.Contains(errOut, "--file") || len(r.Simulator.Requests()) != before {
			t.Errorf("%s: exit code %d: %s", bad, code, errOut)
		}
	}
	fresh := filepath.Join(t.TempDir(), "fresh.html")
	for _, f := range []string{file, fresh} { // a page of before is kept, and no empty one is left
		if code, _, _ := r.run("report", "--file", f, "--usage-days", "99"); code != ExitError {
			t.Errorf("exit code %d", code)
		}
	}
	if kept, err := os.ReadFile(file); err != nil || string(kept) != string(page) {
		t.Errorf("the page of before: %v", err)
	}
	if _, err := os.Stat(fresh); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty page is left: %v", err)
	}
}

func TestReport_json(t *testing.T) {
	r := newRig(t)
	r.user("bob", nil)
	code, out, _ := r.run("report", "--output", "json")
	var got keyList
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitOK {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	if !got.Complete || got.AccountID == "" || len(got.AccessKeys) != 2 || got.AccessKeys[1].Rights != "none" || len(got.AccessKeys[1].Findings) != 1 {
		t.Errorf("got %+v", got)
	}
}

// The page is written even if the id of the account cannot be read.
func TestReport_accountFails(t *testing.T) {
	r := newRig(t)
	r.Endpoint, r.status = r.front.URL+"/api/v1", http.StatusNotImplemented // a failure that the client does not repeat
	r.refuse = func(action string) bool { return action == "ReadAccounts" }
	code, out, errOut := r.run("report", "--output", "json")
	if code != ExitOK || !strings.Contains(out, r.RootAccessKey) || !strings.Contains(out, `"The id of the account is not known: `) {
		t.Errorf("exit code %d: %s%s", code, out, errOut)
	}
}
