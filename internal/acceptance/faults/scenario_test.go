package faults

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// The expiries in the configurations are later than the simulator's clock in every scenario.
const (
	dateA = "2040-01-01"
	dateB = "2041-02-03"
)

// defaultTimeout is the timeout of every operation of a scenario that is not about timeouts.
const defaultTimeout = "60s"

// afterMinAge is the time by which the clock moves before a run that must name the keys of an interrupted run. A run
// ignores journal entries that are younger than 5 minutes.
const afterMinAge = 6 * time.Minute

// scenario is one workspace with users and keys of every form.
type scenario struct {
	t          *testing.T
	cli        *acctest.CLI
	workspace  *acctest.Workspace
	rnd        *rand.Rand
	pair       acctest.Pair
	snapshot   func() admin.Snapshot // the objects at the API
	setFaults  func([]simulator.Fault) error
	advance    func(time.Duration) error
	perForm    int    // number of keys of each form
	users      int    // number of users that own these keys
	callerKeys int    // number of keys of the caller
	soon       string // replaces dateA in a scenario in which keys expire
	removed    bool   // revision 1 lacks the keys that revision 2 removes
	rate       string // requests_per_second of the provider block; "" means that it is not set

	timeout      string // of each operation
	shortTimeout string // the timeout while calls fail; "" means defaultTimeout

	credentialRefused bool            // the API refuses a valid credential while calls fail
	interrupted       bool            // a run of this scenario was interrupted
	pending           bool            // no run followed that could name the keys of the interrupted run
	unsaved           map[string]bool // the keys that an interrupted run had finished and that no state has
	marked            map[string]bool // the keys that had their marker after an earlier run

	mu            sync.Mutex
	withoutExpiry []string        // messages about keys of users that were without an expiry
	redated       map[string]bool // the keys whose expiry another client changed since the last converge
}

// newScenario starts a scenario in a new account.
func newScenario(t *testing.T, perForm int, opts ...func(*simulator.Options)) *scenario {
	t.Helper()
	seeded := func(o *simulator.Options) { o.Seed = seed() ^ hashOfName(t) }
	cli := acctest.NewCLI(t, append([]func(*simulator.Options){seeded}, opts...)...)
	sc := newScenarioIn(t, cli, perForm)
	sc.snapshot, sc.setFaults, sc.advance = cli.Simulator.State, cli.Simulator.SetFaults, func(by time.Duration) error { return cli.Simulator.MoveClock(by, true) }
	sc.watch(nil)
	return sc
}

// newScenarioIn starts a scenario without a snapshot, setFaults and advance, which the caller sets.
func newScenarioIn(t *testing.T, cli *acctest.CLI, perForm int) *scenario {
	t.Helper()
	sc := &scenario{
		t: t, cli: cli, rnd: random(t), pair: acctest.AgePair(t), perForm: perForm, callerKeys: 1, timeout: defaultTimeout,
		unsaved: map[string]bool{}, marked: map[string]bool{}, redated: map[string]bool{},
		// There are four forms of keys of users. Each user has at most six of them: an owner can have ten keys (A4), and
		// replacements and unfinished keys count too.
		users: max(2, (4*perForm+5)/6),
	}
	sc.workspace = cli.Workspace(sc.config(1))
	return sc
}

// watch checks after every call that every user's key has an expiry, and then calls also.
func (sc *scenario) watch(also func(action string)) {
	sc.cli.OnCall(func(action string) {
		if !strings.HasPrefix(action, "Read") {
			for _, key := range sc.snapshot().AccessKeys {
				if key.UserName != "" && key.ExpirationDate == nil {
					sc.mu.Lock()
					if !sc.redated[key.AccessKeyID] {
						sc.withoutExpiry = append(sc.withoutExpiry, fmt.Sprintf("key %s has no expiry after a call of %s", key.AccessKeyID, action))
					}
					sc.mu.Unlock()
				}
			}
		}
		if also != nil {
			also(action)
		}
	})
}

// config returns a revision of the configuration: 1 creates everything, 2 changes every attribute that can change and
// removes some keys. Every user's key is configured with an expiry, so a key without one has lost it.
func (sc *scenario) config(revision int) string {
	pick := func(first, second string) string {
		if revision == 1 {
			return first
		}
		return second
	}
	timeouts := fmt.Sprintf("timeouts {\n    create = %[1]q\n    read = %[1]q\n    update = %[1]q\n    delete = %[1]q\n  }", sc.timeout)
	user := fmt.Sprintf("user_id = outscale_user.u[count.index %% %d].user_id", sc.users)
	date := func(d string) string {
		if d == dateA {
			d = cmp.Or(sc.soon, dateA)
		}
		return fmt.Sprintf("expiration_date = %q", d)
	}
	var b strings.Builder
	if sc.rate != "" {
		fmt.Fprintf(&b, "provider \"outscale\" {\n  requests_per_second = %s\n}\n", sc.rate)
	}
	b.WriteString(acctest.Block("outscale_user", "u", fmt.Sprintf("count = %d", sc.users), `user_name = "user-${count.index}"`, fmt.Sprintf("path = %q", pick("/", "/moved/")), timeouts))
	keys := func(name string, count int, arguments ...string) {
		b.WriteString(acctest.Block("outscale_access_key", name, append([]string{fmt.Sprintf("count = %d", count)}, append(arguments, timeouts)...)...))
	}
	keys("dated", sc.perForm, user, date(pick(dateA, dateB)))
	keys("named", sc.perForm, fmt.Sprintf("user_name = outscale_user.u[count.index %% %d].user_name", sc.users), date(dateA),
		fmt.Sprintf("state = %q", pick("INACTIVE", "ACTIVE")), fmt.Sprintf("tag = %q", pick("one", "two")))
	keys("sealed", sc.perForm, user, date(dateB), fmt.Sprintf("seal_to = [%q]", sc.pair.Public), fmt.Sprintf("state = %q", pick("ACTIVE", "INACTIVE")))
	keys("removed", map[bool]int{true: sc.perForm, false: 0}[revision == 1 && !sc.removed], user, date(dateA))
	keys("caller", sc.callerKeys, fmt.Sprintf("state = %q", pick("ACTIVE", "INACTIVE")), `tag = "caller"`)
	return b.String()
}

// configure writes a revision of the configuration.
func (sc *scenario) configure(revision int) { sc.workspace.Write(sc.config(revision)) }

var (
	apply   = []string{"apply", "-auto-approve", "-input=false", "-no-color"}
	destroy = []string{"destroy", "-auto-approve", "-input=false", "-no-color"}
)

// fault sets the faults. Without any, it also removes the file by which the machine remembers a refused credential for a
// minute.
func (sc *scenario) fault(list ...simulator.Fault) {
	sc.t.Helper()
	sc.cli.NoError(sc.setFaults(list))
	if len(list) > 0 || !sc.credentialRefused {
		return
	}
	remembered, err := filepath.Glob(filepath.Join(filepath.Dir(sc.workspace.Dir), ".cache", "*", "refused", "refused-*"))
	sc.cli.NoError(err)
	for _, file := range remembered {
		sc.cli.NoError(os.Remove(file))
	}
}

func (sc *scenario) statePath() string { return filepath.Join(sc.workspace.Dir, "terraform.tfstate") }

// readState returns the contents of the state file, or nil before the CLI has created it.
func (sc *scenario) readState() []byte {
	sc.t.Helper()
	raw, err := os.ReadFile(sc.statePath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	sc.cli.NoError(err)
	return raw
}

// state returns the keys in the state file.
func (sc *scenario) state() []stateKey {
	sc.t.Helper()
	keys, err := keysIn(sc.readState())
	sc.cli.NoError(err)
	return keys
}

func (sc *scenario) observe() observation {
	sc.t.Helper()
	now := sc.snapshot()
	dates := []time.Time{}
	if sc.soon != "" {
		at, err := time.Parse(time.RFC3339, sc.soon)
		sc.cli.NoError(err)
		dates = append(dates, at)
	}
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		sc.cli.NoError(err)
		return at
	}
	return observation{
		keys:  slices.DeleteFunc(now.AccessKeys, func(k admin.AccessKey) bool { return k.AccessKeyID == sc.cli.RootAccessKey }),
		users: now.Users, state: sc.state(), output: sc.workspace.Printed(), privateKey: sc.pair.Private,
		dates: append(dates, day(dateA), day(dateB)), now: now.Time,
		credentialRefused: sc.credentialRefused, late: sc.shortTimeout != "", interrupted: sc.interrupted, pending: sc.pending,
		unsaved: sc.unsaved, marked: sc.marked, redated: sc.redated,
	}
}

// check fails the test if something is wrong at a moment of the scenario.
func (sc *scenario) check(moment string) {
	sc.t.Helper()
	now := sc.observe()
	found := violations(now)
	for _, k := range now.keys {
		if key.IsMarker(acctest.Tag(k)) {
			sc.marked[k.AccessKeyID] = true
		}
	}
	sc.mu.Lock()
	found = append(found, sc.withoutExpiry...)
	sc.withoutExpiry = nil
	sc.mu.Unlock()
	sc.report(moment, found)
}

func (sc *scenario) report(moment string, found []string) {
	sc.t.Helper()
	for _, violation := range found {
		sc.t.Errorf("seed %d, %s: %s", seed(), moment, violation)
	}
}

// converge ends the faults, applies again, and checks that a plan is then empty. The apply must name the keys that an
// interrupted run left.
func (sc *scenario) converge() {
	sc.t.Helper()
	sc.fault()
	if sc.pending {
		sc.cli.NoError(sc.advance(afterMinAge))
	}
	sc.applyAgain()
	sc.pending = false
	sc.mu.Lock()
	clear(sc.redated)
	sc.mu.Unlock()
	sc.check("after a further apply")
	sc.report("after a further apply", notConverged(sc.observe()))
}

func (sc *scenario) applyAgain() {
	sc.t.Helper()
	r := sc.workspace.Run(apply...)
	if r.Code != 0 && strings.Contains(r.Output, "terraform import ADDRESS NAME") {
		sc.importUsers(r.Output)
		r = sc.workspace.Run(apply...)
	}
	if r.Code != 0 {
		sc.t.Fatalf("seed %d: a further apply ended with %d:\n%s", seed(), r.Code, tail(r.Output))
	}
	if r := sc.workspace.Plan(); r.Code != 0 {
		sc.t.Fatalf("seed %d: the plan after a further apply is not empty (exit code %d):\n%s", seed(), r.Code, tail(r.Output))
	}
}

// end removes the keys that were named and are in no state, as the messages say, and then destroys everything.
func (sc *scenario) end() {
	sc.t.Helper()
	sc.fault()
	sc.check("before the destroy")
	sc.removeNamed()
	r := sc.workspace.Run(destroy...)
	if r.Code != 0 && strings.Contains(r.Output, "add `-refresh=false`") {
		r = sc.workspace.Run(append(slices.Clone(destroy), "-refresh=false")...) // as the message says
	}
	if r.Code != 0 {
		sc.t.Fatalf("seed %d: the destroy ended with %d:\n%s", seed(), r.Code, tail(r.Output))
	}
	for _, key := range sc.observe().keys {
		sc.t.Errorf("seed %d: key %s of %q still exists after the destroy (%s, tag %q)", seed(), key.AccessKeyID, key.UserName, key.State, acctest.Tag(key))
	}
	for _, user := range sc.observe().users {
		sc.t.Errorf("seed %d: user %s still exists after the destroy", seed(), user.UserName)
	}
}

// tail returns the last 3,000 characters of an output, from its first error on.
func tail(text string) string {
	if at := strings.Index(text, "Error:"); at >= 0 {
		text = text[at:]
	}
	return text[max(0, len(text)-3000):]
}
