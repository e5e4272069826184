//go:build unix

package faultsuite

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// killProviders kills the providers of a CLI that runs.
func killProviders(w *World, r *Running) {
	for _, provider := range w.Children(r.PID()) {
		w.Must(syscall.Kill(provider, syscall.SIGKILL))
	}
}

// TestAKilledProvidersKeyIsToldOf: the provider is killed while the answer to CreateAccessKey is on its way. The key works
// and nobody has its secret: the next read of its owner says so, with its age and the commands that remove it.
func TestAKilledProvidersKeyIsToldOf(t *testing.T) {
	t.Parallel()
	for name, owned := range map[string]bool{"of a user": true, "of the caller": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			users := User("u", `user_name = "alice"`)
			arguments := []string{`expiration_date = "2040-01-01"`}
			if owned {
				arguments = append(arguments, `user_id = outscale_user.u.user_id`)
			}
			s := w.Workspace(users + Key("first", arguments...))
			s.Apply()
			first := w.OnlyKey()

			gate := w.Gate()
			held := gate.HoldAnswer("CreateAccessKey")
			s.Write(users + Key("first", arguments...) + Key("second", arguments...))
			r := s.Start(apply...)
			w.AwaitHeld(held)
			killProviders(w, r)
			if r.Wait().Code == 0 {
				t.Fatal("the provider was not killed")
			}
			held.Release()
			var left, tag string
			for _, key := range w.Keys() {
				if key.AccessKeyID != first.AccessKeyID {
					left, tag = key.AccessKeyID, Tag(key)
				}
			}
			if !strings.HasPrefix(tag, marker) {
				t.Fatalf("no key with a marker was left: %v", w.Keys())
			}
			user := ""
			if owned {
				user = " --UserName alice"
			}
			said := []string{
				"Warning: Unfinished access key found", left, tag, " old and ACTIVE",
				"oapi-cli UpdateAccessKey --AccessKeyId " + left + user + " --State INACTIVE --ExpirationDate 2040-01-01T00:00:00.000Z",
				"oapi-cli DeleteAccessKey --AccessKeyId " + left + user,
			}
			mark := w.Mark()
			next := s.Plan()
			next.Contains(t, append(said, "seconds old", "may still finish it")...)
			if n := strings.Count(next.Output, "Unfinished access key found"); n != 1 {
				t.Errorf("told %d times in a run", n)
			}
			if reads := mark.Count("ReadAccessKeys"); reads != 1 {
				t.Errorf("%d reads of keys for a plan of one owner", reads)
			}
			// Ten minutes later no run can be at it any more.
			w.Must(w.Simulator.Advance(11 * time.Minute))
			later := s.Apply()
			later.Contains(t, append(said, "11 minutes old")...)
			later.Lacks(t, "may still finish it")
			s.EmptyPlan().Contains(t, said...)
			w.Leaves(left)
		})
	}
}

// TestAKilledCLILeavesNoKey: the CLI is killed while the answer to a call that makes a key is on its way. The provider
// lives on, and nobody will take the key: it is revoked, whether it was just made or already finished.
func TestAKilledCLILeavesNoKey(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"CreateAccessKey", "UpdateAccessKey"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			s := w.Workspace(Key("this", `expiration_date = "2040-01-01"`, `state = "INACTIVE"`))
			gate := w.Gate()
			held := gate.HoldAnswer(action)
			r := s.Start(apply...)
			w.AwaitHeld(held)
			r.Signal(syscall.SIGKILL)
			r.Wait()
			if len(w.Keys()) != 1 {
				t.Fatal("no key was made: nothing is proved")
			}
			held.Release()
			w.Await("no access key is left", func() bool { return len(w.Keys()) == 0 })
		})
	}
}

// TestAKilledProvidersFinishedKeyIsRemoved: the provider is killed while the answer to the call that takes the marker off
// is on its way. Neither the API nor a state tells of that key: the next run on this machine does, and removes it.
func TestAKilledProvidersFinishedKeyIsRemoved(t *testing.T) {
	t.Parallel()
	for name, owned := range map[string]bool{"of a user": true, "of the caller": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			users := User("u", `user_name = "alice"`)
			arguments, user := []string{`expiration_date = "2040-01-01"`, `tag = "kept"`}, ""
			if owned {
				arguments, user = append(arguments, `user_id = outscale_user.u.user_id`), " --UserName alice"
			}
			s := w.Workspace(users + Key("first", arguments...))
			s.Apply()
			first := w.OnlyKey()
			noted(t, s, 0)

			gate := w.Gate()
			held := gate.HoldAnswer("UpdateAccessKey")
			s.Write(users + Key("first", arguments...) + Key("second", arguments...))
			r := s.Start(apply...)
			w.AwaitHeld(held)
			killProviders(w, r)
			if r.Wait().Code == 0 {
				t.Fatal("the provider was not killed")
			}
			held.Release()
			left := ""
			for _, key := range w.Keys() {
				if key.AccessKeyID != first.AccessKeyID && key.State == "ACTIVE" && Tag(key) == "kept" {
					left = key.AccessKeyID
				}
			}
			if left == "" {
				t.Fatalf("no finished key was left: %v", w.Keys())
			}
			noted(t, s, 1)

			mark := w.Mark()
			next := s.Plan()
			next.Contains(t, "Warning: Lost access key found", "The next apply that makes a key for this owner removes it",
				"oapi-cli UpdateAccessKey --AccessKeyId "+left+user+" --State INACTIVE --ExpirationDate 2040-01-01T00:00:00.000Z",
				"oapi-cli DeleteAccessKey --AccessKeyId "+left+user)
			if n := strings.Count(next.Output, "Lost access key found"); n != 1 {
				t.Errorf("told %d times in a run", n)
			}
			if reads := mark.Count("ReadAccessKeys"); reads != 1 {
				t.Errorf("%d reads of keys for a plan of one owner", reads)
			}
			s.Apply().Contains(t, "Warning: Lost access key removed", left)
			for _, key := range w.Keys() {
				if key.AccessKeyID == left {
					t.Errorf("it is still there: %v", key)
				}
			}
			s.EmptyPlan().Lacks(t, left)
			noted(t, s, 0)
		})
	}
}

// noted asserts how many runs have left a note of keys on the machine.
func noted(t *testing.T, s *Workspace, want int) {
	t.Helper()
	var found []string
	err := filepath.WalkDir(s.Home(), func(path string, _ fs.DirEntry, err error) error {
		if filepath.Base(filepath.Dir(path)) == "terraform-provider-outscale" && filepath.Ext(path) == ".jsonl" {
			found = append(found, path)
		}
		return err
	})
	if err != nil || len(found) != want {
		t.Errorf("notes on the machine: %v, want %d (%v)", found, want, err)
	}
}

// TestKilledWithItsCLI: provider and CLI are killed together when one key has been handed over and the next is asked for.
// Terraform has written the first into its state by then, and nothing is to be said of it. OpenTofu has not: the next run
// tells of it, and does not touch what a state may have.
func TestKilledWithItsCLI(t *testing.T) {
	t.Parallel()
	for name, owned := range map[string]bool{"of a user": true, "of the caller": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			user, owner, arguments := "", "", []string{`expiration_date = "2040-01-01"`}
			if owned {
				user, owner, arguments = User("u", `user_name = "alice"`), "alice", append(arguments, `user_id = outscale_user.u.user_id`)
			}
			s := w.Workspace(user)
			s.Apply()
			s.Write(user + Key("a", arguments...) + Key("b", append(arguments, "depends_on = [outscale_access_key.a]")...))
			gate := w.Gate()
			finishing := gate.HoldAnswer("UpdateAccessKey")
			r := s.Start(apply...)
			w.AwaitHeld(finishing)
			asking := gate.HoldRequest("CreateAccessKey")
			finishing.Release()
			w.AwaitHeld(asking)
			providers := w.Children(r.PID())
			r.Signal(syscall.SIGKILL)
			for _, provider := range providers {
				w.Must(syscall.Kill(provider, syscall.SIGKILL))
			}
			r.Wait()
			asking.Release()
			handed := w.OnlyKey().AccessKeyID
			noted(t, s, 1)

			next := s.Apply()
			if !w.Tofu() {
				next.Lacks(t, "cut-off run")
				noted(t, s, 0)
				return
			}
			next.Contains(t, "Warning: Access key of a cut-off run found", "If no state has this id", "oapi-cli DeleteAccessKey --AccessKeyId "+handed)
			if !slices.ContainsFunc(w.Keys(), func(key admin.AccessKey) bool { return key.AccessKeyID == handed && key.State == "ACTIVE" }) {
				t.Errorf("it was touched: %v", w.Keys())
			}
			// As long as it is there, whoever makes a key is told; when the user has removed it, the machine forgets it.
			s.EmptyPlan().Lacks(t, handed)
			noted(t, s, 1)
			if owned {
				_, err := w.API().UpdateAccessKey(t.Context(), api.UpdateAccessKeyInput{ID: handed, UserName: owner, State: "INACTIVE"})
				w.Must(err)
			}
			w.Must(w.API().DeleteAccessKey(t.Context(), owner, handed))
			s.Must("apply", "-auto-approve", "-input=false", "-no-color", "-replace=outscale_access_key.b").Lacks(t, handed)
			noted(t, s, 0)
		})
	}
}
