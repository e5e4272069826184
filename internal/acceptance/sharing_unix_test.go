//go:build unix

package acceptance_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// team is two people with a workspace each, on two machines as far as the CLI can tell, and one state in PostgreSQL.
type team struct {
	*acctest.CLI
	t         *testing.T
	pg        *acctest.Postgres
	pair      acctest.Pair
	gate      *acctest.Gate
	mine      *acctest.Workspace
	theirs    *acctest.Workspace
	configure string
}

// newTeam shares the guide's configuration.
func newTeam(t *testing.T) *team {
	t.Helper()
	pg := acctest.StartPostgres(t)
	m := &team{CLI: acctest.NewCLI(t), t: t, pg: pg, pair: acctest.AgePair(t)}
	m.configure = read(t, filepath.Join(acctest.Root(t), "examples", "guides", "sharing", "pg.tf"))
	m.gate = m.Gate()
	m.mine, m.theirs = m.workspace(m.configure), m.workspace(m.configure)
	return m
}

func (m *team) workspace(config string) *acctest.Workspace {
	m.t.Helper()
	s := m.Workspace(config)
	s.Setenv("TF_VAR_recipient", m.pair.Public)
	s.Setenv("PG_CONN_STR", m.pg.URL())
	s.Trace()
	s.Install()
	return s
}

// applySlowly makes one call at a time, so that a gate stops the run as a whole.
var applySlowly = append(apply, "-parallelism=1")

// inState are the sealed secrets of the keys in the shared state, by the keys' ids.
func (m *team) inState(s *acctest.Workspace) map[string]string {
	m.t.Helper()
	var state struct {
		Resources []struct {
			Type      string
			Instances []struct {
				Attributes struct {
					ID     string `json:"access_key_id"`
					Sealed string `json:"sealed_secret_key"`
				}
			}
		}
	}
	m.NoError(json.Unmarshal([]byte(s.Must("state", "pull").Output), &state))
	keys := map[string]string{}
	for _, r := range state.Resources {
		for _, instance := range r.Instances {
			if r.Type == "outscale_access_key" {
				keys[instance.Attributes.ID] = instance.Attributes.Sealed
			}
		}
	}
	return keys
}

// TestAccBackend_twoRunsOnPostgres: the second of two runs is refused, or waits and then works on what the first has
// left. No key is lost or made twice, and no secret gets into the database.
func TestAccBackend_twoRunsOnPostgres(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	held := m.gate.HoldAnswer("CreateAccessKey")
	first := m.mine.Start(applySlowly...)
	held.Await(t)

	// In the middle of the first run: a key is made, and in nobody's state.
	m.ResetCalls()
	refused := m.theirs.Run(applySlowly...)
	if refused.Code != 1 || len(m.Requests()) != 0 {
		t.Errorf("the second run ended with %d, after %d calls", refused.Code, len(m.Requests()))
	}
	refused.Contains(t, "Error acquiring the state lock", "locked")
	if len(m.Issued()) != 1 {
		t.Fatalf("%d secrets are issued, want the one", len(m.Issued()))
	}
	m.NoError(acctest.Absent("the database in the middle of a run", m.pg.Dump(), m.Issued()...))

	// The colleague, one key ahead, waits for the lock.
	m.theirs.Write(m.configure + "\n" + acctest.Key("more", "seal_to = [var.recipient]"))
	second := m.theirs.Start(append(applySlowly, "-lock-timeout=2m")...)
	second.AwaitOutput("Acquiring state lock")
	if len(m.Requests()) != 0 {
		t.Errorf("a run that waits for the lock made %d calls", len(m.Requests()))
	}
	held.Release()
	for run, added := range map[*acctest.Running]string{first: "6 added, 0 changed, 0 destroyed", second: "1 added, 0 changed, 0 destroyed"} {
		r := run.Wait()
		if r.Contains(t, added); r.Code != 0 {
			t.Errorf("a run ended with %d", r.Code)
		}
	}
	m.theirs.EmptyPlan()
	m.mine.Plan().Contains(t, "0 to add, 0 to change, 1 to destroy") // what the colleague is ahead

	m.nothingLostOrDoubled()
	// The credential of the database is in no file either: it was in the environment.
	m.mine.ExpectNoSecretLeft(m.RootSecretKey, m.pair.Private, m.pg.URL())
	m.theirs.ExpectNoSecretLeft(m.RootSecretKey, m.pair.Private, m.pg.URL())
	m.dumpTellsNothing()
	m.theirs.Must("destroy", "-auto-approve", "-input=false", "-no-color")
	if left := len(m.Keys()) + len(m.Users()); left != 0 {
		t.Errorf("%d keys and users are left", left)
	}
}

// nothingLostOrDoubled: each key was made once, is at the API and in the state, and its secret opens.
func (m *team) nothingLostOrDoubled() {
	m.t.Helper()
	sealed := m.inState(m.theirs)
	if made := m.Simulator.Stats()["CreateAccessKey"]; made != len(sealed) || len(m.Keys()) != made || made != 4 {
		m.t.Errorf("%d keys were made, %d are at the API, %d in the state; want 4", made, len(m.Keys()), len(sealed))
	}
	for _, key := range m.Keys() {
		secret, err := seal.Open(sealed[key.AccessKeyID], m.pair.Private, "")
		if sum := sha256.Sum256([]byte(secret)); err != nil || hex.EncodeToString(sum[:]) != key.SecretSHA256 {
			m.t.Errorf("the secret of %s is not in the state: %v", key.AccessKeyID, err)
		}
	}
}

// dumpTellsNothing searches a dump of the database for every secret. The dump is the right one: it has every key and
// ciphertext. And the search can find: of a key that is not sealed, in another state of the database, it finds the
// secret.
func (m *team) dumpTellsNothing() {
	m.t.Helper()
	sealed := m.inState(m.theirs)
	dump := m.pg.Dump()
	m.NoError(acctest.Absent("the dump", dump, append(m.Issued(), m.RootSecretKey, m.pair.Private)...))
	for id, ciphertext := range sealed {
		if !strings.Contains(string(dump), id) || !strings.Contains(string(dump), longestLine(ciphertext)) {
			m.t.Errorf("the dump does not speak of %s and its sealed secret", id)
		}
	}
	clear := m.workspace(inClear)
	clear.Apply()
	secret := m.Issued()[len(m.Issued())-1]
	if acctest.Absent("the dump", m.pg.Dump(), secret) == nil {
		m.t.Error("a secret that is in the database is not found in the dump")
	}
	clear.Must("destroy", "-auto-approve", "-input=false", "-no-color")
}

// inClear is a key that is not sealed, with another state in the same database.
var inClear = strings.Replace(acctest.Config(acctest.Key("clear")), "terraform {", `terraform {
  backend "pg" {
    schema_name = "clear"
  }
`, 1)

// encryption is the guide's, which OpenTofu reads from the environment.
const encryption = `
key_provider "pbkdf2" "team" {
  passphrase = "a long passphrase of the team"
}

method "aes_gcm" "team" {
  keys = key_provider.pbkdf2.team
}

state {
  method   = method.aes_gcm.team
  enforced = true
}

plan {
  method   = method.aes_gcm.team
  enforced = true
}
`

// TestAccBackend_encryptedState: OpenTofu's encryption keeps even a secret that is not sealed out of the database.
func TestAccBackend_encryptedState(t *testing.T) {
	t.Parallel()
	m := &team{CLI: acctest.NewCLI(t), t: t, pair: acctest.AgePair(t)}
	if !m.Tofu() {
		t.Skip("terraform has no encryption of states")
	}
	if guide := read(t, filepath.Join(acctest.Root(t), "templates", "guides", "sharing.md.tmpl")); !strings.Contains(guide, strings.TrimSpace(encryption)) {
		t.Error("the guide shows another encryption than is tested")
	}
	m.pg = acctest.StartPostgres(t)
	s := m.Workspace(inClear)
	s.Setenv("PG_CONN_STR", m.pg.URL())
	s.Setenv("TF_ENCRYPTION", encryption)
	s.Install()
	s.Apply()
	s.EmptyPlan()
	dump := m.pg.Dump()
	m.NoError(acctest.Absent("the dump", dump, append(m.Issued(), m.OnlyKey().AccessKeyID)...))
	if len(m.Issued()) != 1 || !strings.Contains(string(dump), "encrypted_data") {
		t.Errorf("%d secrets are issued, or the dump has no encrypted state", len(m.Issued()))
	}
	s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
}

// TestAccBackend_s3ArgumentsOfGuide: both CLIs know every argument, and ask the endpoint. More cannot be tried here.
func TestAccBackend_s3ArgumentsOfGuide(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	config := read(t, filepath.Join(acctest.Root(t), "examples", "guides", "sharing", "oos.tf"))
	s := c.Workspace(strings.ReplaceAll(config, "https://oos.eu-west-2.outscale.com", "http://127.0.0.1:1"))
	s.Setenv("AWS_ACCESS_KEY_ID", "AN-ID")
	s.Setenv("AWS_SECRET_ACCESS_KEY", "A-SECRET")
	r := s.Run("init", "-input=false", "-no-color", "-backend-config=max_retries=0")
	if r.Contains(t, "127.0.0.1:1/example-terraform-states", "connection refused"); r.Code != 1 {
		t.Errorf("code %d", r.Code)
	}
}

// longestLine is a line that is in no two ciphertexts.
func longestLine(text string) string {
	return slices.MaxFunc(strings.Split(text, "\n"), func(a, b string) int { return len(a) - len(b) })
}

// TestAccBackend_killedRunLeavesNoLock: the lock belongs to the run's connection. It ends with the run, however that
// ends; and `force-unlock` does not take it from a run that lives.
func TestAccBackend_killedRunLeavesNoLock(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	m.mine.Apply()
	before := slices.Sorted(maps.Keys(m.inState(m.mine)))
	held := m.gate.HoldRequest("ReadAccessKeys")
	run := m.mine.Start(applySlowly...)
	held.Await(t)
	m.theirs.Must("force-unlock", "-force", "00000000-0000-0000-0000-000000000000").Contains(t, "successfully unlocked")
	r := m.theirs.Plan()
	if r.Contains(t, "Workspace is already locked: default"); r.Code != 1 {
		t.Errorf("force-unlock took the lock of a living run: code %d", r.Code)
	}
	run.Signal(syscall.SIGKILL)
	if code := run.Wait().Code; code != -1 {
		t.Errorf("the run was not killed: code %d", code)
	}
	held.Release()
	r = m.theirs.Run("plan", "-detailed-exitcode", "-input=false", "-no-color", "-lock-timeout=2m")
	if after := slices.Sorted(maps.Keys(m.inState(m.theirs))); r.Code != 0 || !slices.Equal(before, after) {
		t.Errorf("after a killed run: code %d, keys %v, before %v\n%s", r.Code, after, before, r.Output)
	}
	m.theirs.Must("destroy", "-auto-approve", "-input=false", "-no-color")
}
