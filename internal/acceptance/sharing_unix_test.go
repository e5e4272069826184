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

// team is two people with one state in PostgreSQL. Each has a workspace and a home folder, as on two machines.
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

// newTeam makes a team with the configuration of the guide.
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

// applySlowly is an apply that makes one call at a time, so that a gate that holds a call stops the whole run.
var applySlowly = append(apply, "-parallelism=1")

// inState returns the sealed secrets of the keys in the shared state, by the keys' ids.
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

// TestAccBackend_twoRunsOnPostgres: the second of two runs is refused, or waits and then uses the state of the first. No key is lost or
// created twice, and no secret is in the database.
func TestAccBackend_twoRunsOnPostgres(t *testing.T) {
	t.Parallel()
	m := newTeam(t)
	held := m.gate.HoldAnswer("CreateAccessKey")
	first := m.mine.Start(applySlowly...)
	held.Await(t)

	// In the middle of the first run, a key exists that is in no state.
	m.ResetCalls()
	refused := m.theirs.Run(applySlowly...)
	if refused.Code != 1 || len(m.Requests()) != 0 {
		t.Errorf("the second run ended with %d, after %d calls", refused.Code, len(m.Requests()))
	}
	refused.Contains(t, "Error acquiring the state lock", "locked")
	if len(m.Issued()) != 1 {
		t.Fatalf("%d secrets were issued, want one", len(m.Issued()))
	}
	m.NoError(acctest.Absent("the database in the middle of a run", m.pg.Dump(), m.Issued()...))

	// The configuration of the second run has one more key. The run waits for the lock.
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
	m.mine.Plan().Contains(t, "0 to add, 0 to change, 1 to destroy") // the key "more", which only the configuration of the other has

	m.expectEachKeyOnce()
	// The credential of the database is not in a file either, because it was in the environment.
	m.mine.ExpectNoSecretLeft(m.RootSecretKey, m.pair.Private, m.pg.URL())
	m.theirs.ExpectNoSecretLeft(m.RootSecretKey, m.pair.Private, m.pg.URL())
	m.expectNoSecretInDump()
	m.theirs.Must("destroy", "-auto-approve", "-input=false", "-no-color")
	if left := len(m.Keys()) + len(m.Users()); left != 0 {
		t.Errorf("%d keys and users are left", left)
	}
}

// expectEachKeyOnce fails the test unless each key was created once and is at the API and in the state, with a secret that opens.
func (m *team) expectEachKeyOnce() {
	m.t.Helper()
	sealed := m.inState(m.theirs)
	if created := m.Simulator.Stats()["CreateAccessKey"]; created != len(sealed) || len(m.Keys()) != created || created != 4 {
		m.t.Errorf("%d keys were created, %d are at the API, %d in the state; want 4", created, len(m.Keys()), len(sealed))
	}
	for _, key := range m.Keys() {
		secret, err := seal.Open(sealed[key.AccessKeyID], m.pair.Private, "")
		if sum := sha256.Sum256([]byte(secret)); err != nil || hex.EncodeToString(sum[:]) != key.SecretSHA256 {
			m.t.Errorf("the secret of %s is not in the state: %v", key.AccessKeyID, err)
		}
	}
}

// expectNoSecretInDump fails the test if a dump of the database has a secret. It also checks that the dump has every key and ciphertext,
// and that the search finds the secret of a key that is not sealed in another state of the database.
func (m *team) expectNoSecretInDump() {
	m.t.Helper()
	sealed := m.inState(m.theirs)
	dump := m.pg.Dump()
	m.NoError(acctest.Absent("the dump", dump, append(m.Issued(), m.RootSecretKey, m.pair.Private)...))
	for id, ciphertext := range sealed {
		if !strings.Contains(string(dump), id) || !strings.Contains(string(dump), longestLine(ciphertext)) {
			m.t.Errorf("the dump does not have %s and its sealed secret", id)
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

// inClear is a configuration with a key that is not sealed, and with another state in the same database.
var inClear = strings.Replace(acctest.Config(acctest.Key("clear")), "terraform {", `terraform {
  backend "pg" {
    schema_name = "clear"
  }
`, 1)

// encryption is the configuration of the guide that OpenTofu reads from the environment.
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

// TestAccBackend_encryptedState: with OpenTofu's encryption not even a secret that is not sealed is in the database.
func TestAccBackend_encryptedState(t *testing.T) {
	t.Parallel()
	m := &team{CLI: acctest.NewCLI(t), t: t, pair: acctest.AgePair(t)}
	if !m.Tofu() {
		t.Skip("terraform has no encryption of states")
	}
	if guide := read(t, filepath.Join(acctest.Root(t), "templates", "guides", "sharing.md.tmpl")); !strings.Contains(guide, strings.TrimSpace(encryption)) {
		t.Error("the guide has another encryption than this test")
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

// TestAccBackend_s3ArgumentsOfGuide: the CLI accepts every argument and calls the endpoint. The test has no S3 server.
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

// longestLine returns the longest line of a ciphertext, which no other ciphertext has.
func longestLine(text string) string {
	return slices.MaxFunc(strings.Split(text, "\n"), func(a, b string) int { return len(a) - len(b) })
}

// TestAccBackend_killedRunLeavesNoLock: the lock belongs to the connection of the run. It ends with the run, even if the run is
// killed. `force-unlock` does not unlock it while the run continues.
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
		t.Errorf("force-unlock unlocked the state during a run: code %d", r.Code)
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
