//go:build unix

package faultsuite

import (
	"strings"
	"syscall"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/provider/acctest"
)

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
			for _, provider := range w.Children(r.PID()) {
				w.Must(syscall.Kill(provider, syscall.SIGKILL))
			}
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
