//go:build unix

package faults

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// owner is the owner of the keys that a test creates. All fields are empty for the caller.
type owner struct {
	config    string   // of the user
	arguments []string // of the user's keys
	flag      string   // of oapi-cli commands about the user's keys
	name      string
}

func owners() map[string]owner {
	return map[string]owner{
		"of a user":     {acctest.User("u", `user_name = "alice"`), []string{`user_id = outscale_user.u.user_id`}, " --UserName alice", "alice"},
		"of the caller": {},
	}
}

// key returns the configuration of a key of the owner, with further arguments.
func (o owner) key(name string, arguments ...string) string {
	return acctest.Key(name, append(append([]string{`expiration_date = "2040-01-01"`}, o.arguments...), arguments...)...)
}

// removal returns the commands that remove a key of the owner.
func (o owner) removal(id string) []string {
	return []string{
		"oapi-cli UpdateAccessKey --AccessKeyId " + id + o.flag + " --State INACTIVE --ExpirationDate 2040-01-01T00:00:00.000Z",
		"oapi-cli DeleteAccessKey --AccessKeyId " + id + o.flag,
	}
}

// killProviders kills the providers of a run.
func killProviders(cli *acctest.CLI, r *acctest.Running) {
	for _, provider := range cli.Children(r.PID()) {
		cli.NoError(syscall.Kill(provider, syscall.SIGKILL))
	}
}

// newKey returns the key that does not have one of these ids.
func newKey(cli *acctest.CLI, known ...string) admin.AccessKey {
	for _, k := range cli.Keys() {
		if !slices.Contains(known, k.AccessKeyID) {
			return k
		}
	}
	cli.NoError(errors.New("no key was created"))
	return admin.AccessKey{}
}

// journalFiles returns the files of the journal on the machine of a workspace.
func journalFiles(cli *acctest.CLI, s *acctest.Workspace) (found []string) {
	cli.NoError(filepath.WalkDir(s.Home(), func(path string, _ fs.DirEntry, err error) error {
		if filepath.Base(filepath.Dir(path)) == "terraform-provider-outscale" && filepath.Ext(path) == ".jsonl" {
			found = append(found, path)
		}
		return err
	}))
	return found
}

// TestOrphan_providerKilledDuringCreate: the provider is killed before it receives the answer to CreateAccessKey. The key
// works and nobody has its secret. The next run names it once, with its age and the commands that remove it.
func TestOrphan_providerKilledDuringCreate(t *testing.T) {
	t.Parallel()
	for name, o := range owners() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := acctest.NewCLI(t)
			s := cli.Workspace(o.config + o.key("first"))
			s.Apply()
			first := cli.OnlyKey().AccessKeyID
			held := cli.Gate().HoldAnswer("CreateAccessKey")
			s.Write(o.config + o.key("first") + o.key("second"))
			r := s.Start(apply...)
			held.Await(t)
			killProviders(cli, r)
			if r.Wait().Code == 0 {
				t.Fatal("the provider was not killed")
			}
			held.Release()
			orphan := newKey(cli, first)
			if !key.IsMarker(acctest.Tag(orphan)) {
				t.Fatalf("the key has no marker: %v", orphan)
			}
			id := orphan.AccessKeyID
			cli.ResetCalls()
			next := s.Plan()
			next.Contains(t, append(o.removal(id), "Warning: Unfinished access key found", acctest.Tag(orphan), " old and ACTIVE")...)
			if n := strings.Count(next.Output, "oapi-cli DeleteAccessKey --AccessKeyId "+id); n != 1 {
				t.Errorf("the run named the key %d times, want once", n)
			}
			if reads := cli.Calls("ReadAccessKeys"); reads != 1 {
				t.Errorf("%d reads of keys for a plan of one owner", reads)
			}
			cli.NoError(cli.Simulator.MoveClock(11*time.Minute, true))
			s.Apply().Contains(t, append(o.removal(id), " minutes old")...)
		})
	}
}

// TestOrphan_cliKilledDuringCreate: the CLI is killed before the provider receives the answer to a call of a creation. The
// provider then revokes the key, because it cannot return it to the CLI.
func TestOrphan_cliKilledDuringCreate(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"CreateAccessKey", "UpdateAccessKey"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			cli := acctest.NewCLI(t)
			s := cli.Workspace(acctest.Key("this", `expiration_date = "2040-01-01"`, `state = "INACTIVE"`))
			held := cli.Gate().HoldAnswer(action)
			r := s.Start(apply...)
			held.Await(t)
			r.Signal(syscall.SIGKILL)
			r.Wait()
			if len(cli.Keys()) != 1 {
				t.Fatal("no key was created")
			}
			held.Release()
			cli.Await("the provider has revoked the key", func() bool { return len(cli.Keys()) == 0 })
		})
	}
}

// TestOrphan_returnedKeyNotRevoked: the CLI is killed, or interrupted twice, when the provider has returned one key and is
// creating the next. The provider must not revoke the first key: a state may have it, and a service may use it.
func TestOrphan_returnedKeyNotRevoked(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, cli *acctest.CLI, r *acctest.Running, second *acctest.Held){
		"CLI killed": func(_ *testing.T, _ *acctest.CLI, r *acctest.Running, _ *acctest.Held) { r.Signal(syscall.SIGKILL) },
		"Ctrl-C twice": func(_ *testing.T, _ *acctest.CLI, r *acctest.Running, _ *acctest.Held) {
			r.Signal(syscall.SIGINT)
			r.AwaitOutput(interruptedOnce)
			r.Signal(syscall.SIGINT)
			r.AwaitOutput(interruptedTwice)
		},
		"both killed": func(t *testing.T, cli *acctest.CLI, r *acctest.Running, second *acctest.Held) {
			providers := cli.Children(r.PID())
			r.Signal(syscall.SIGKILL)
			for _, provider := range providers {
				cli.NoError(syscall.Kill(provider, syscall.SIGKILL))
			}
			second.AwaitClosed(t) // otherwise Release below could still let its request for the next key through
		},
	} {
		for ownerName, o := range owners() {
			t.Run(name+"/"+ownerName, func(t *testing.T) {
				t.Parallel()
				cli := acctest.NewCLI(t)
				s := cli.Workspace(o.config)
				s.Apply()
				config := o.config + o.key("a") + o.key("b", "depends_on = [outscale_access_key.a]")
				s.Write(config)
				gate := cli.Gate()
				finishing := gate.HoldAnswer("UpdateAccessKey")
				r := s.Start(apply...)
				finishing.Await(t)
				second := gate.HoldRequest("CreateAccessKey")
				finishing.Release()
				second.Await(t)
				providers := cli.Children(r.PID())
				end(t, cli, r, second)
				r.Wait()
				second.Release()
				cli.Await("the providers have ended", func() bool { return !slices.ContainsFunc(providers, isRunning) })
				returned := cli.OnlyKey()
				if returned.State != "ACTIVE" || key.IsMarker(acctest.Tag(returned)) {
					t.Fatalf("the key that was returned to the CLI: %v", returned)
				}
				inState := strings.Contains(string(stateOf(cli, s)), returned.AccessKeyID)
				t.Logf("the state has the key: %v", inState)
				cli.NoError(cli.Simulator.MoveClock(afterMinAge, true))
				next := s.Apply()
				if named(next.Output, returned.AccessKeyID) == inState {
					t.Errorf("the state has key %s: %v; the output of the next run:\n%s", returned.AccessKeyID, inState, next.Output)
				}
				if cli.Key(returned.AccessKeyID).State != "ACTIVE" {
					t.Error("the next run changed the key")
				}
				if inState {
					return
				}
				// Every run that creates a key of the owner names the key as long as it exists.
				again := append(slices.Clone(apply), "-replace=outscale_access_key.b")
				s.Must(again...).Contains(t, o.removal(returned.AccessKeyID)...)
				if o.name != "" {
					_, err := cli.API().UpdateAccessKey(t.Context(), api.UpdateAccessKeyInput{ID: returned.AccessKeyID, UserName: o.name, State: "INACTIVE"})
					cli.NoError(err)
				}
				cli.NoError(cli.API().DeleteAccessKey(t.Context(), o.name, returned.AccessKeyID))
				s.Must(again...).Lacks(t, returned.AccessKeyID)
			})
		}
	}
}

// stateOf returns the local state, or nil if a run was killed before it wrote one.
func stateOf(cli *acctest.CLI, s *acctest.Workspace) []byte {
	if found, err := filepath.Glob(filepath.Join(s.Dir, "terraform.tfstate")); err != nil || len(found) == 0 {
		cli.NoError(err)
		return nil
	}
	return s.State()
}

// TestOrphan_runEndsWithoutProvider: both CLIs stop a provider after its last resource, here while a slow resource of another
// provider is being created. Then the CLI is killed, or the backend fails, before the state is saved. Every later run that
// plans or creates a key of the owner names the key, whatever ran in between.
func TestOrphan_runEndsWithoutProvider(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ends    func(b *backend, r *acctest.Running, release func())
		between func(s *acctest.Workspace, b *backend, o owner)
	}{
		"CLI killed": {killRun, nil},
		"backend fails": {func(b *backend, r *acctest.Running, release func()) {
			b.setFailing(true)
			release()
			r.Wait()
			b.setFailing(false)
		}, nil},
		"then a plan that creates nothing": {killRun, func(s *acctest.Workspace, b *backend, o owner) {
			s.Write(b.config(o.config))
			s.EmptyPlan()
		}},
		"then a destroy": {killRun, func(s *acctest.Workspace, b *backend, o owner) {
			s.Write(b.config(o.config))
			s.Run(destroy...) // fails when the user has the key
		}},
	} {
		for ownerName, o := range owners() {
			t.Run(name+"/"+ownerName, func(t *testing.T) {
				t.Parallel()
				cli, b := acctest.NewCLI(t), newBackend(t)
				s := cli.Workspace(b.config(o.config))
				slow := newSlowResource(cli, s)
				s.Install()
				s.Apply()
				held := cli.Gate().HoldAnswer("UpdateAccessKey")
				s.Write(b.config(o.config + o.key("this") + slowConfig))
				r := s.Start(apply...)
				held.Await(t)
				release := slow.await()
				defer release()
				providers := slices.DeleteFunc(cli.Children(r.PID()), func(pid int) bool { return !isProvider(pid) })
				if len(providers) == 0 {
					t.Fatal("no provider runs")
				}
				held.Release()
				cli.Await("the provider has ended", func() bool { return !slices.ContainsFunc(providers, isRunning) })
				if !isRunning(r.PID()) {
					t.Fatal("the run ended before the test could interrupt it")
				}
				c.ends(b, r, release)
				orphan := cli.OnlyKey().AccessKeyID
				if b.has(orphan) {
					t.Fatal("the state was saved")
				}
				cli.NoError(cli.Simulator.MoveClock(afterMinAge, true))
				if c.between != nil {
					c.between(s, b, o)
				}
				s.Write(b.config(o.config + o.key("this")))
				s.Plan().Contains(t, o.removal(orphan)...)
				s.Apply().Contains(t, o.removal(orphan)...)
				if cli.Key(orphan).State != "ACTIVE" {
					t.Error("a later run changed the key")
				}
				if len(journalFiles(cli, s)) == 0 {
					t.Error("the journal was removed")
				}
				// A plan without changes names the orphan once, and no key that the state has.
				plan := s.EmptyPlan()
				plan.Contains(t, o.removal(orphan)...)
				if n := strings.Count(plan.Output, "DeleteAccessKey"); n != 1 {
					t.Errorf("the plan names %d keys, want 1", n)
				}
			})
		}
	}
}

// killRun kills the CLI of a run.
func killRun(_ *backend, r *acctest.Running, release func()) {
	r.Signal(syscall.SIGKILL)
	r.Wait()
	release()
}

// TestOrphan_olderStateRestored: the state from before a rotation is restored. No state has the current key then, and the
// next run names it.
func TestOrphan_olderStateRestored(t *testing.T) {
	t.Parallel()
	cli := acctest.NewCLI(t)
	o := owners()["of a user"]
	rotating := acctest.Block("outscale_rotating_access_key", "r", `lifetime = "720h"`, `rotate_before = "240h"`, o.arguments[0], `triggers = { n = var.n }`)
	s := cli.Workspace(o.config + rotating + "variable \"n\" {\n  default = \"1\"\n}\n")
	s.Apply()
	old := s.State()
	oldID := cli.OnlyKey().AccessKeyID
	s.Must(append(slices.Clone(apply), "-var=n=2")...)
	next := newKey(cli, oldID).AccessKeyID
	s.Must("plan", "-input=false", "-no-color", "-var=n=2").Lacks(t, next+o.flag) // the state has the key
	s.File("terraform.tfstate", string(old))
	s.Must("plan", "-input=false", "-no-color", "-var=n=3").Contains(t, "oapi-cli DeleteAccessKey --AccessKeyId "+next+o.flag)
}
