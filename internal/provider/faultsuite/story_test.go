package faultsuite

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// The expiries that the stories ask for. The simulator's clock stays before them.
const (
	dateA = "2040-01-01"
	dateB = "2041-02-03"
)

// patient is how long the verbs of a story wait, unless it is about that.
const patient = "60s"

// story is one workspace with users and keys of every form, and what happens to it.
type story struct {
	t     *testing.T
	w     *World
	s     *Workspace
	rnd   *rand.Rand
	pair  Pair
	at    func() admin.Snapshot // what is at the API
	set   func([]simulator.Fault) error
	size  int    // keys of each form
	users int    // who own them
	roots int    // keys of the caller
	old   bool   // the API is one before 1.40.1, which does not change tags
	soon  string // the expiry in place of dateA, in a story in which keys expire
	gone  bool   // the keys that chapter 2 takes away are taken away
	pace  string // an argument of the provider block

	patience string // of each verb
	haste    string // what patience is while calls go wrong, "" for the usual

	killed  bool            // the provider, or a CLI that would have saved, was killed in this story
	pending bool            // and nothing was read since
	closing map[string]bool // the keys that had been finished then, and are in no state

	mu       sync.Mutex
	immortal []string        // seen at a moment of the story
	redated  map[string]bool // the keys whose expiry somebody else changed, and no run has mended since
}

// tell begins a story in a world.
func tell(t *testing.T, size int, opts ...func(*simulator.Options)) *story {
	t.Helper()
	seeded := func(o *simulator.Options) { o.Seed = seed() ^ ofCase(t) }
	return tellIn(t, New(t, append([]func(*simulator.Options){seeded}, opts...)...), size)
}

func tellIn(t *testing.T, w *World, size int) *story {
	t.Helper()
	st := &story{t: t, w: w, rnd: draw(t), pair: AgePair(t), size: size, roots: 1, at: w.Simulator.State, set: w.Simulator.SetFaults, closing: map[string]bool{}, redated: map[string]bool{}, patience: patient}
	// Four forms of keys, and room for what is being replaced or cleaned up: an owner has ten keys at most (A4).
	st.users = max(2, (4*size+5)/6)
	st.s = w.Workspace(st.config(1))
	st.watch(nil)
	return st
}

// watch looks at every key after every call, and lets also see the call too.
func (st *story) watch(also func(action string)) {
	st.w.OnCall(func(action string) {
		if !strings.HasPrefix(action, "Read") {
			for _, key := range st.at().AccessKeys {
				if key.UserName != "" && key.ExpirationDate == nil {
					st.mu.Lock()
					if !st.redated[key.AccessKeyID] {
						st.immortal = append(st.immortal, fmt.Sprintf("key %s never expires after a call of %s", key.AccessKeyID, action))
					}
					st.mu.Unlock()
				}
			}
		}
		if also != nil {
			also(action)
		}
	})
}

// config is the configuration of a chapter: 1 makes everything, 2 changes everything that can change and takes some keys
// away. Keys of users always have an expiry, so that one without is one that lost it.
func (st *story) config(chapter int) string {
	first := chapter == 1
	pick := func(a, b string) string {
		if first {
			return a
		}
		return b
	}
	timeouts := fmt.Sprintf("timeouts {\n    create = %[1]q\n    read = %[1]q\n    update = %[1]q\n    delete = %[1]q\n  }", st.patience)
	retag := pick("one", "two")
	if st.old {
		retag = "one"
	}
	user := fmt.Sprintf("user_id = outscale_user.u[count.index %% %d].user_id", st.users)
	date := func(d string) string {
		if d == dateA {
			d = cmp.Or(st.soon, dateA)
		}
		return fmt.Sprintf("expiration_date = %q", d)
	}
	var b strings.Builder
	if st.pace != "" {
		fmt.Fprintf(&b, "provider \"outscale\" {\n  requests_per_second = %s\n}\n", st.pace)
	}
	b.WriteString(Block("outscale_user", "u", fmt.Sprintf("count = %d", st.users), `user_name = "user-${count.index}"`, fmt.Sprintf("path = %q", pick("/", "/moved/")), timeouts))
	many := func(name string, count int, arguments ...string) {
		b.WriteString(Block("outscale_access_key", name, append([]string{fmt.Sprintf("count = %d", count)}, append(arguments, timeouts)...)...))
	}
	many("dated", st.size, user, date(pick(dateA, dateB)))
	many("named", st.size, fmt.Sprintf("user_name = outscale_user.u[count.index %% %d].user_name", st.users), date(dateA),
		fmt.Sprintf("state = %q", pick("INACTIVE", "ACTIVE")), fmt.Sprintf("tag = %q", retag))
	many("sealed", st.size, user, date(dateB), fmt.Sprintf("seal_to = [%q]", st.pair.Public), fmt.Sprintf("state = %q", pick("ACTIVE", "INACTIVE")))
	many("passing", map[bool]int{true: st.size, false: 0}[first && !st.gone], user, date(dateA))
	many("root", st.roots, fmt.Sprintf("state = %q", pick("ACTIVE", "INACTIVE")), `tag = "root"`)
	return b.String()
}

// older says whether the API is one before 1.40.1.
func (st *story) older(old bool) {
	st.old = old
	st.turn(1)
}

// turn writes the configuration of a chapter.
func (st *story) turn(chapter int) { st.s.Write(st.config(chapter)) }

var (
	apply   = []string{"apply", "-auto-approve", "-input=false", "-no-color"}
	destroy = []string{"destroy", "-auto-approve", "-input=false", "-no-color"}
)

func (st *story) fault(list ...simulator.Fault) { st.w.Must(st.set(list)) }

// state is the state file, which is not there before the first write.
func (st *story) state() []stateKey {
	st.t.Helper()
	raw, err := os.ReadFile(filepath.Join(st.s.Dir, "terraform.tfstate"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		st.t.Fatal(err)
	}
	keys, err := keysIn(raw)
	st.w.Must(err)
	return keys
}

func (st *story) facts() facts {
	st.t.Helper()
	now := st.at()
	dates := []time.Time{}
	if st.soon != "" {
		at, err := time.Parse(time.RFC3339, st.soon)
		st.w.Must(err)
		dates = append(dates, at)
	}
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		st.w.Must(err)
		return at
	}
	return facts{
		keys:  slices.DeleteFunc(now.AccessKeys, func(k admin.AccessKey) bool { return k.AccessKeyID == st.w.RootAccessKey }),
		users: now.Users, state: st.state(), said: st.s.Printed(), opens: st.pair.Private,
		dates: append(dates, day(dateA), day(dateB)), now: now.Time, killed: st.killed, pending: st.pending, closing: st.closing, redated: st.redated,
	}
}

// verdict lets the judge speak.
func (st *story) verdict(moment string) {
	st.t.Helper()
	wrong := judge(st.facts())
	st.mu.Lock()
	wrong = append(wrong, st.immortal...)
	st.immortal = nil
	st.mu.Unlock()
	st.report(moment, wrong)
}

func (st *story) report(moment string, wrong []string) {
	st.t.Helper()
	for _, w := range wrong {
		st.t.Errorf("seed %d, %s: %s", seed(), moment, w)
	}
}

// settle is the end of the trouble: a further apply, and nothing is left to do.
func (st *story) settle() {
	st.t.Helper()
	st.fault()
	st.further()
	st.pending = false
	st.mended()
	st.verdict("after a further apply")
	st.report("after a further apply", converged(st.facts()))
}

// mended ends the excuse for keys that somebody else gave another expiry.
func (st *story) mended() {
	st.mu.Lock()
	defer st.mu.Unlock()
	clear(st.redated)
}

// toBeReplaced is the error about a key whose marker an API before 1.40.1 never takes off: the first creation of a run cannot
// know what API it is, and the call that finds out may be cut off.
var toBeReplaced = regexp.MustCompile(`with (outscale_access_key\.\S+), .*The tag of access key .* was not changed to .*` + "`-replace=ADDRESS`")

func (st *story) further() {
	st.t.Helper()
	r := st.s.Run(apply...)
	if r.Code != 0 && strings.Contains(r.Output, "terraform import ADDRESS NAME") {
		st.importUsers(r.Output)
		r = st.s.Run(apply...)
	}
	if at := toBeReplaced.FindStringSubmatch(r.Output); r.Code != 0 && st.old && at != nil {
		r = st.s.Run(append(slices.Clone(apply), "-replace="+at[1])...) // as the message says
	}
	if r.Code != 0 {
		st.t.Fatalf("seed %d: a further apply ended with %d:\n%s", seed(), r.Code, tail(r.Output))
	}
	if r := st.s.Plan(); r.Code != 0 {
		st.t.Fatalf("seed %d: the plan after a further apply is not empty (exit code %d):\n%s", seed(), r.Code, tail(r.Output))
	}
}

// end destroys everything. What was reported and is not this state's is removed as the report says.
func (st *story) end() {
	st.t.Helper()
	st.fault()
	st.verdict("before the destroy")
	st.removeReported()
	r := st.s.Run(destroy...)
	if r.Code != 0 && strings.Contains(r.Output, "add `-refresh=false`") {
		r = st.s.Run(append(slices.Clone(destroy), "-refresh=false")...) // as the message says
	}
	if r.Code != 0 {
		st.t.Fatalf("seed %d: the destroy ended with %d:\n%s", seed(), r.Code, tail(r.Output))
	}
	for _, key := range st.facts().keys {
		st.t.Errorf("seed %d: after the destroy key %s of %q is left (%s, tag %q)", seed(), key.AccessKeyID, key.UserName, key.State, Tag(key))
	}
	for _, user := range st.facts().users {
		st.t.Errorf("seed %d: after the destroy user %s is left", seed(), user.UserName)
	}
}

// tail is what an output says from its first error on, or its end.
func tail(text string) string {
	if at := strings.Index(text, "Error:"); at >= 0 {
		text = text[at:]
	}
	return text[max(0, len(text)-3000):]
}
