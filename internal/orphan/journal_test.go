package orphan

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

const endpoint = "https://api.eu-west-2.outscale.com/api/v1"

// start is the time of the creations in the tests. An hour later they are old enough to be orphans.
var (
	start = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	later = start.Add(2 * settledAge)
)

// process stands for a process of this machine: a journal in a folder.
type process struct {
	*Recorder
	journal *Journal
	logged  []string
}

func newProcess(t *testing.T, dir string) *process {
	t.Helper()
	p := &process{}
	p.journal = NewJournal(dir, func(err error) { p.logged = append(p.logged, err.Error()) })
	p.Recorder = p.journal.Recorder(endpoint)
	t.Cleanup(p.journal.Close)
	return p
}

// newSilentProcess is newProcess for a test in which nothing may be logged.
func newSilentProcess(t *testing.T, dir string) *process {
	t.Helper()
	p := newProcess(t, dir)
	t.Cleanup(func() {
		if len(p.logged) > 0 {
			t.Errorf("logged: %q", p.logged)
		}
	})
	return p
}

// die ends the process.
func (p *process) die() { p.journal.Close() }

func marker(id string) string { return key.NewMarker(id) }

func (p *process) recordIntent(id string) {
	p.Intend(key.Intent{Marker: marker(id), UserName: "bob", UserID: "ID-BOB", AccountID: "123456789012", Time: start})
}

func (p *process) create(ids ...string) {
	for _, id := range ids {
		p.recordIntent(id)
		p.Created(marker(id), key.Key{ID: id, UserName: "bob", Secret: "THE-SECRET"})
	}
}

// listed is a key as the API lists it, without a marker.
func listed(id string) key.Key {
	return key.Key{ID: id, UserName: "bob", State: key.Active, Created: start}
}

func list(ids ...string) (keys []key.Key) {
	for _, id := range ids {
		keys = append(keys, listed(id))
	}
	return keys
}

// orphans returns the orphans among listed keys with their kinds.
func (p *process) orphans(keys ...key.Key) (found []string) {
	for _, o := range p.Orphans(keys, later) {
		found = append(found, fmt.Sprintf("%s %d", o.Key.ID, o.Kind))
	}
	return found
}

func unconfirmed(ids ...string) (want []string) {
	for _, id := range ids {
		want = append(want, fmt.Sprintf("%s %d", id, Unconfirmed))
	}
	return want
}

func expect(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// files returns the names of the journal's files, without their locks.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range found {
		if filepath.Ext(entry.Name()) == fileSuffix {
			names = append(names, entry.Name())
		}
	}
	return names
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// folderOf is a folder as the journal makes it.
func folderOf(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "journal")
}

// TestJournal_life goes through the life of an entry: what the process that made it does, what a later one does, and what
// the one after that finds.
func TestJournal_life(t *testing.T) {
	none := func(*process) {}
	marked := listed("K")
	marked.Tag = marker("K")
	for name, c := range map[string]struct {
		first, second func(*process)
		listed        key.Key
		want          []string
	}{
		"created":                  {func(p *process) { p.create("K") }, none, listed("K"), unconfirmed("K")},
		"created, marker left":     {func(p *process) { p.create("K") }, none, marked, []string{fmt.Sprintf("K %d", Unfinished)}},
		"intended, no key":         {func(p *process) { p.recordIntent("K") }, none, listed("OTHER"), nil},
		"intended, key there":      {func(p *process) { p.recordIntent("K") }, none, marked, []string{fmt.Sprintf("K %d", Unfinished)}},
		"intended, finished":       {func(p *process) { p.recordIntent("K") }, none, listed("K"), nil}, // another run's
		"discarded":                {func(p *process) { p.create("K"); p.Discarded(marker("K")) }, none, listed("K"), nil},
		"gone at once":             {func(p *process) { p.create("K"); p.Gone("K") }, none, listed("K"), nil},
		"asked for by its process": {func(p *process) { p.create("K"); p.Referenced("K") }, none, listed("K"), unconfirmed("K")},
		"asked for later":          {func(p *process) { p.create("K") }, func(p *process) { p.Referenced("K") }, listed("K"), nil},
		"another is asked for":     {func(p *process) { p.create("K") }, func(p *process) { p.Referenced("OTHER") }, listed("K"), unconfirmed("K")},
		"gone later":               {func(p *process) { p.create("K") }, func(p *process) { p.Gone("K") }, listed("K"), nil},
		"nothing is gone":          {func(p *process) { p.recordIntent("K") }, func(p *process) { p.Gone("") }, marked, []string{fmt.Sprintf("K %d", Unfinished)}},
		"elsewhere": {func(p *process) { p.create("K") }, func(p *process) {
			other := p.journal.Recorder("https://api.us-east-2.outscale.com/api/v1")
			other.Referenced("K")
			other.Gone("K")
			bob := key.Owner{UserID: "ID-BOB", UserName: "bob"}
			if other.MayHaveOrphans(bob, later) || len(other.Orphans(list("K"), later)) > 0 {
				t.Error("another endpoint has the entry")
			}
			other.Listed("123456789012", bob, nil, later)
		}, listed("K"), unconfirmed("K")},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folderOf(t)
			first := newSilentProcess(t, dir)
			c.first(first)
			first.die()
			second := newSilentProcess(t, dir)
			c.second(second)
			second.die()
			expect(t, "orphans", newSilentProcess(t, dir).orphans(c.listed), c.want)
		})
	}
}

// TestJournal_endOfProcessKeepsEntries: an entry is not retired because its process ended or because later processes ran.
func TestJournal_endOfProcessKeepsEntries(t *testing.T) {
	dir := folderOf(t)
	p := newSilentProcess(t, dir)
	p.create("K")
	p.die()
	for range 20 {
		p = newSilentProcess(t, dir)
		expect(t, "orphans", p.orphans(listed("K")), unconfirmed("K"))
		p.create("OTHER")
		p.Gone("OTHER")
		p.die()
	}
	if n := len(files(t, dir)); n > 2 {
		t.Errorf("%d files", n)
	}
}

// TestJournal_runningProcess: keys of a process that is still running are not orphans.
func TestJournal_runningProcess(t *testing.T) {
	dir := folderOf(t)
	p := newSilentProcess(t, dir)
	p.create("K")
	marked := listed("M")
	marked.Tag = marker("M")
	p.recordIntent("M")
	if got := p.orphans(listed("K"), marked); len(got) > 0 {
		t.Errorf("its own: %v", got)
	}
	if got := newSilentProcess(t, dir).orphans(listed("K"), marked); len(got) > 0 {
		t.Errorf("of a running process: %v", got)
	}
	p.die()
	expect(t, "of a dead process", newSilentProcess(t, dir).orphans(listed("K"), marked), []string{
		fmt.Sprintf("K %d", Unconfirmed), fmt.Sprintf("M %d", Unfinished)})
}

// TestJournal_evidenceOfAnotherProvider: another process of the same run is asked for the key, after this one has read the
// journal.
func TestJournal_evidenceOfAnotherProvider(t *testing.T) {
	dir := folderOf(t)
	p := newSilentProcess(t, dir)
	p.create("A", "B")
	p.die()
	p, other := newSilentProcess(t, dir), newSilentProcess(t, dir)
	expect(t, "orphans", p.orphans(list("A", "B")...), unconfirmed("A", "B"))
	other.Referenced("A")
	expect(t, "orphans", p.orphans(list("A", "B")...), unconfirmed("B"))
}

// TestJournal_evidenceIsKept: entries stay settled, in whatever order processes read and compact the files.
func TestJournal_evidenceIsKept(t *testing.T) {
	dir := folderOf(t)
	p, q := newSilentProcess(t, dir), newSilentProcess(t, dir)
	p.create("A", "B", "C")
	q.create("D", "E")
	r := newSilentProcess(t, dir)
	r.Referenced("A") // p still runs
	r.Gone("D")
	r.die()
	newSilentProcess(t, dir).orphans() // may remove the file of r, but not what it says
	q.die()
	expect(t, "orphans", newSilentProcess(t, dir).orphans(list("A", "B", "C", "D", "E")...), unconfirmed("E"))
	p.die()
	expect(t, "orphans", newSilentProcess(t, dir).orphans(list("A", "B", "C", "D", "E")...), unconfirmed("B", "C", "E"))
	expect(t, "orphans", newSilentProcess(t, dir).orphans(list("A", "B", "C", "D", "E")...), unconfirmed("B", "C", "E"))
	r = newSilentProcess(t, dir)
	for _, id := range []string{"B", "C", "E"} {
		r.Referenced(id)
	}
	r.die()
	newSilentProcess(t, dir).orphans()
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("files that nobody needs are left: %v", left)
	}
}

// TestJournal_rolledBack: a rotation replaced OLD by NEW, and a later process is asked for OLD alone.
func TestJournal_rolledBack(t *testing.T) {
	rolledBack := []string{fmt.Sprintf("NEW %d", RolledBack)}
	for name, c := range map[string]struct {
		asked []string
		want  []string
	}{
		"an older state":  {[]string{"OLD"}, rolledBack},
		"the whole pair":  {[]string{"OLD", "NEW"}, nil},
		"the new one":     {[]string{"NEW"}, nil},
		"another state":   {[]string{"OTHER"}, nil},
		"nothing was yet": {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folderOf(t)
			p := newSilentProcess(t, dir)
			r := p.Replacing("OLD")
			r.Intend(key.Intent{Marker: marker("NEW"), UserName: "bob", Time: start})
			r.Created(marker("NEW"), key.Key{ID: "NEW"})
			p.die()
			p = newSilentProcess(t, dir)
			p.Referenced("NEW")
			p.die()
			newSilentProcess(t, dir).die() // compacts
			for range 2 {                  // a warning settles nothing
				p = newSilentProcess(t, dir)
				for _, id := range c.asked {
					p.Referenced(id)
				}
				expect(t, "orphans", p.orphans(list("OLD", "NEW")...), c.want)
				p.die()
			}
			p = newSilentProcess(t, dir)
			p.Gone("NEW")
			p.die()
			newSilentProcess(t, dir).orphans()
			if left := files(t, dir); len(left) > 0 {
				t.Errorf("after the key is gone: %v", left)
			}
		})
	}
}

// TestMayHaveOrphans: it is true only if an entry may be about a key of the owner.
func TestMayHaveOrphans(t *testing.T) {
	bob := key.Owner{UserID: "ID-BOB"}
	for name, c := range map[string]struct {
		first, second func(*process)
		owner         key.Owner
		now           time.Time
		want          bool
	}{
		"nothing":           {func(*process) {}, nil, bob, later, false},
		"created":           {func(p *process) { p.create("K") }, nil, bob, later, true},
		"intended":          {func(p *process) { p.recordIntent("K") }, nil, bob, later, true},
		"by name":           {func(p *process) { p.create("K") }, nil, key.Owner{UserName: "bob"}, later, true},
		"another name":      {func(p *process) { p.create("K") }, nil, key.Owner{UserName: "eve"}, later, false},
		"another id":        {func(p *process) { p.create("K") }, nil, key.Owner{UserID: "ID-EVE", UserName: "bob"}, later, false},
		"the caller":        {func(p *process) { p.create("K") }, nil, key.Owner{}, later, false},
		"too young":         {func(p *process) { p.create("K") }, nil, bob, start.Add(minAge - 1), false},
		"gone":              {func(p *process) { p.create("K"); p.Gone("K") }, nil, bob, later, false},
		"asked for":         {func(p *process) { p.create("K") }, func(p *process) { p.Referenced("K") }, bob, later, false},
		"of this process":   {func(*process) {}, func(p *process) { p.create("K") }, bob, later, false},
		"the caller's":      {func(p *process) { p.Intend(key.Intent{Marker: marker("K"), Time: start}) }, nil, key.Owner{}, later, true},
		"perhaps by e-mail": {func(p *process) { p.Intend(key.Intent{Marker: marker("K"), UserName: "a@b", Time: start}) }, nil, bob, later, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folderOf(t)
			p := newSilentProcess(t, dir)
			c.first(p)
			p.die()
			p = newSilentProcess(t, dir)
			if c.second != nil {
				c.second(p)
			}
			if got := p.MayHaveOrphans(c.owner, c.now); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// TestListed_anotherAccount: a list without a key proves that the key is gone only in the account of the list.
func TestListed_anotherAccount(t *testing.T) {
	bob := key.Owner{UserID: "ID-BOB", UserName: "bob"}
	for name, c := range map[string]struct {
		account string
		owner   key.Owner
		keys    []key.Key
		now     time.Time
		want    []string
	}{
		"gone":            {"123456789012", bob, nil, later, nil},
		"still there":     {"123456789012", bob, list("K"), later, unconfirmed("K")},
		"too early":       {"123456789012", bob, nil, start.Add(settledAge - time.Second), unconfirmed("K")},
		"another account": {"999999999999", bob, nil, later, unconfirmed("K")},
		"account unknown": {"", bob, nil, later, unconfirmed("K")},
		"another owner":   {"123456789012", key.Owner{UserID: "ID-EVE", UserName: "bob"}, nil, later, unconfirmed("K")},
		"the caller":      {"123456789012", key.Owner{}, nil, later, unconfirmed("K")},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folderOf(t)
			p := newSilentProcess(t, dir)
			p.create("K")
			p.die()
			p = newSilentProcess(t, dir)
			p.Listed(c.account, c.owner, c.keys, c.now)
			p.die()
			expect(t, "orphans", newSilentProcess(t, dir).orphans(listed("K")), c.want)
		})
	}
}
