//go:build unix

package faults

import (
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

// owner is whose key a test creates.
type owner struct {
	config    string   // the user's resource
	arguments []string // of the key
	flag      string   // of the commands that name it
	name      string
}

func owners() map[string]owner {
	return map[string]owner{
		"of a user":     {acctest.User("u", `user_name = "alice"`), []string{`user_id = outscale_user.u.user_id`}, " --UserName alice", "alice"},
		"of the caller": {},
	}
}

// key is the configuration of a key of the owner with these further arguments.
func (o owner) key(name string, arguments ...string) string {
	return acctest.Key(name, append(append([]string{`expiration_date = "2040-01-01"`}, o.arguments...), arguments...)...)
}

// removal are the commands that remove a key of the owner.
func (o owner) removal(id string) []string {
	return []string{
		"oapi-cli UpdateAccessKey --AccessKeyId " + id + o.flag + " --State INACTIVE --ExpirationDate 2040-01-01T00:00:00.000Z",
		"oapi-cli DeleteAccessKey --AccessKeyId " + id + o.flag,
	}
}

// killProviders kills the providers of a CLI that runs.
func killProviders(cli *acctest.CLI, r *acctest.Running) {
	for _, provider := range cli.Children(r.PID()) {
		cli.NoError(syscall.Kill(provider, syscall.SIGKILL))
	}
}

// newest is the key that is not among those with these ids.
func newest(cli *acctest.CLI, known ...string) admin.AccessKey {
	for _, k := range cli.Keys() {
		if !slices.Contains(known, k.AccessKeyID) {
			return k
		}
	}
	cli.NoError(errNoKey)
	return admin.AccessKey{}
}

var errNoKey = errorString("no key was created: nothing is proved")

type errorString string

func (e errorString) Error() string { return string(e) }

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

// TestOrphan_providerKilledDuringCreate: the provider is killed while the answer to CreateAccessKey is on its way. The key
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
			left := newest(cli, first)
			if !key.IsMarker(acctest.Tag(left)) {
				t.Fatalf("the key has no marker: %v", left)
			}
			id := left.AccessKeyID
			cli.ResetCalls()
			next := s.Plan()
			next.Contains(t, append(o.removal(id), "Warning: Unfinished access key found", acctest.Tag(left), " old and ACTIVE")...)
			if n := strings.Count(next.Output, "oapi-cli DeleteAccessKey --AccessKeyId "+id); n != 1 {
				t.Errorf("named %d times in a run", n)
			}
			if reads := cli.Calls("ReadAccessKeys"); reads != 1 {
				t.Errorf("%d reads of keys for a plan of one owner", reads)
			}
			cli.NoError(cli.Simulator.MoveClock(11*time.Minute, true))
			s.Apply().Contains(t, append(o.removal(id), " minutes old")...)
		})
	}
}

// TestOrphan_cliKilledDuringCreate: the CLI is killed while the answer to a call of a creation is on its way. The provider
// lives on and discards the creation, because nobody takes the key.
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
				t.Fatal("no key was created: nothing is proved")
			}
			held.Release()
			cli.Await("no access key is left", func() bool { return len(cli.Keys()) == 0 })
		})
	}
}

// TestOrphan_givenKeyIsNotRevoked: a key was given to the CLI, and the next one is being created, when the CLI is killed or
// interrupted twice. The provider must not revoke the first: a state may have it, and a service may use it.
func TestOrphan_givenKeyIsNotRevoked(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, cli *acctest.CLI, r *acctest.Running, next *acctest.Held){
		"CLI killed": func(_ *testing.T, _ *acctest.CLI, r *acctest.Running, _ *acctest.Held) { r.Signal(syscall.SIGKILL) },
		"Ctrl-C twice": func(_ *testing.T, _ *acctest.CLI, r *acctest.Running, _ *acctest.Held) {
			r.Signal(syscall.SIGINT)
			r.AwaitOutput(interruptedOnce)
			r.Signal(syscall.SIGINT)
			r.AwaitOutput(interruptedTwice)
		},
		"both killed": func(t *testing.T, cli *acctest.CLI, r *acctest.Running, next *acctest.Held) {
			providers := cli.Children(r.PID())
			r.Signal(syscall.SIGKILL)
			for _, provider := range providers {
				cli.NoError(syscall.Kill(provider, syscall.SIGKILL))
			}
			next.AwaitLeft(t) // else its request for another key could still be let through
		},
	} {
		for ofWhom, o := range owners() {
			t.Run(name+"/"+ofWhom, func(t *testing.T) {
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
				next := gate.HoldRequest("CreateAccessKey")
				finishing.Release()
				next.Await(t)
				providers := cli.Children(r.PID())
				end(t, cli, r, next)
				r.Wait()
				next.Release()
				cli.Await("the providers are gone", func() bool { return !slices.ContainsFunc(providers, isRunning) })
				given := cli.OnlyKey()
				if given.State != "ACTIVE" || key.IsMarker(acctest.Tag(given)) {
					t.Fatalf("the key that was given to the CLI: %v", given)
				}
				inState := strings.Contains(string(stateOf(cli, s)), given.AccessKeyID)
				t.Logf("the state has the key: %v", inState)
				cli.NoError(cli.Simulator.MoveClock(afterMinAge, true))
				after := s.Apply()
				if named(after.Output, given.AccessKeyID) == inState {
					t.Errorf("the state has key %s: %v; the next run said:\n%s", given.AccessKeyID, inState, after.Output)
				}
				if cli.Key(given.AccessKeyID).State != "ACTIVE" {
					t.Error("the next run changed the key")
				}
				if inState {
					return
				}
				// It is named as long as it is there, by whoever creates a key of its owner.
				again := append(slices.Clone(apply), "-replace=outscale_access_key.b")
				s.Must(again...).Contains(t, o.removal(given.AccessKeyID)...)
				if o.name != "" {
					_, err := cli.API().UpdateAccessKey(t.Context(), api.UpdateAccessKeyInput{ID: given.AccessKeyID, UserName: o.name, State: "INACTIVE"})
					cli.NoError(err)
				}
				cli.NoError(cli.API().DeleteAccessKey(t.Context(), o.name, given.AccessKeyID))
				s.Must(again...).Lacks(t, given.AccessKeyID)
			})
		}
	}
}

// stateOf returns the local state, which a run that was killed may not have written.
func stateOf(cli *acctest.CLI, s *acctest.Workspace) []byte {
	if found, err := filepath.Glob(filepath.Join(s.Dir, "terraform.tfstate")); err != nil || len(found) == 0 {
		cli.NoError(err)
		return nil
	}
	return s.State()
}

// TestOrphan_runWithoutProvider: both CLIs stop a provider after its last resource. The run goes on with a slow resource of
// another kind, and the CLI is killed, or the backend fails at the end, before the state was saved. Every later run that
// plans or creates a key of the owner names the key, whatever was run in between.
func TestOrphan_runWithoutProvider(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ends    func(b *backend, r *acctest.Running, release func())
		between func(s *acctest.Workspace, b *backend, o owner)
	}{
		"CLI killed": {killed, nil},
		"backend fails": {func(b *backend, r *acctest.Running, release func()) {
			b.setFailing(true)
			release()
			r.Wait()
			b.setFailing(false)
		}, nil},
		"then a plan that creates nothing": {killed, func(s *acctest.Workspace, b *backend, o owner) {
			s.Write(b.config(o.config))
			s.EmptyPlan()
		}},
		"then a destroy": {killed, func(s *acctest.Workspace, b *backend, o owner) {
			s.Write(b.config(o.config))
			s.Run(destroy...) // fails when the user has the key
		}},
	} {
		for ofWhom, o := range owners() {
			t.Run(name+"/"+ofWhom, func(t *testing.T) {
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
				cli.Await("the provider is gone", func() bool { return !slices.ContainsFunc(providers, isRunning) })
				if !isRunning(r.PID()) {
					t.Fatal("the run is over: nothing is proved")
				}
				c.ends(b, r, release)
				left := cli.OnlyKey().AccessKeyID
				if b.has(left) {
					t.Fatal("the state was saved: nothing is proved")
				}
				cli.NoError(cli.Simulator.MoveClock(afterMinAge, true))
				if c.between != nil {
					c.between(s, b, o)
				}
				s.Write(b.config(o.config + o.key("this")))
				s.Plan().Contains(t, o.removal(left)...)
				s.Apply().Contains(t, o.removal(left)...)
				if cli.Key(left).State != "ACTIVE" {
					t.Error("a later run changed the key")
				}
				if len(journalFiles(cli, s)) == 0 {
					t.Error("the journal has forgotten the key")
				}
				// A plan that only reads the kept key names the orphan once, and no key that the state has.
				kept := s.EmptyPlan()
				kept.Contains(t, o.removal(left)...)
				if n := strings.Count(kept.Output, "DeleteAccessKey"); n != 1 {
					t.Errorf("%d keys are named", n)
				}
			})
		}
	}
}

// killed kills the CLI.
func killed(_ *backend, r *acctest.Running, release func()) {
	r.Signal(syscall.SIGKILL)
	r.Wait()
	release()
}

// TestOrphan_olderStateRestored: the state of before a rotation is restored. No state has the live key, and the next run
// names it.
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
	next := newest(cli, oldID).AccessKeyID
	s.Must("plan", "-input=false", "-no-color", "-var=n=2").Lacks(t, next+o.flag) // a later process was asked for it
	s.File("terraform.tfstate", string(old))
	s.Must("plan", "-input=false", "-no-color", "-var=n=3").Contains(t, "oapi-cli DeleteAccessKey --AccessKeyId "+next+o.flag)
}
