package orphan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// record returns a line of the journal of an ended process of this machine.
func record(t *testing.T, change func(*Entry)) string {
	t.Helper()
	e := thisHost().stamp(Entry{Status: Created, Marker: marker("K"), KeyID: "K", Endpoint: endpoint, Time: start})
	if change != nil {
		change(&e)
	}
	line, err := e.record()
	must(t, err)
	return string(line)
}

// of names the key of a record.
func of(id string) func(*Entry) { return func(e *Entry) { e.Marker, e.KeyID = marker(id), id } }

// write writes the file of an ended process.
func write(t *testing.T, dir, text string) (path string) {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o700))
	path = filepath.Join(dir, uuid.NewString()+fileSuffix)
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// TestJournal_damagedLines: lines that are damaged, too long or forged are skipped, and all others are read.
func TestJournal_damagedLines(t *testing.T) {
	for name, damaged := range map[string]string{
		"torn":               record(t, nil)[:40] + "\n",
		"empty":              "\n\n",
		"binary":             "\x00\x01\xff\xfe\n",
		"other JSON":         "[1]\n{}\nnull\n\"text\"\n{\"marker\":7}\n",
		"70 KiB":             `{"marker":"` + strings.Repeat("x", 70<<10) + "\"}\n",
		"as long as a page":  strings.Repeat("y", maxRecord) + "\n",
		"one byte too many":  strings.Repeat("y", maxRecord+1) + "\n",
		"two pages":          strings.Repeat("y", 2*maxRecord) + "\n",
		"control characters": record(t, func(e *Entry) { e.KeyID = "K\x1b[2J"; e.Marker = marker("F") }),
		"no marker":          record(t, func(e *Entry) { e.Marker = "" }),
		"a long id":          record(t, func(e *Entry) { e.KeyID = strings.Repeat("A", 200); e.Marker = marker("F") }),
	} {
		t.Run(name, func(t *testing.T) {
			dir := folderOf(t)
			write(t, dir, record(t, of("A"))+damaged+record(t, of("B"))+strings.TrimSuffix(record(t, of("C")), "\n"))
			p := newSilentProcess(t, dir)
			expect(t, "orphans", p.orphans(list("A", "B", "C")...), unconfirmed("A", "B", "C"))
			if len(p.journal.entries) != 3 {
				t.Errorf("%d entries: %v", len(p.journal.entries), p.journal.entries)
			}
		})
	}
}

// TestJournal_foreignFiles: entries of another machine, and files that another version wrote, are not used and not
// changed.
func TestJournal_foreignFiles(t *testing.T) {
	elsewhere := func(e *Entry) { e.Host, e.BootID = "another machine", "another boot" }
	settled := record(t, of("SETTLED")) + record(t, func(e *Entry) { of("SETTLED")(e); e.Status = Retired })
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"another machine": {record(t, elsewhere) + strings.ReplaceAll(settled, thisHost().name, "another machine"), nil},
		"a later version": {settled + strings.Replace(record(t, of("NEWER")), `"created"`, `"suspended"`, 1), nil},
		"and this one":    {settled + strings.Replace(record(t, of("NEWER")), `"created"`, `"suspended"`, 1) + record(t, nil), unconfirmed("K")},
		"renamed machine": {record(t, func(e *Entry) { e.Host = "renamed" }), map[bool][]string{true: unconfirmed("K")}[thisHost().bootID != ""]},
		"after a restart": {record(t, func(e *Entry) { e.BootID = "earlier" }), unconfirmed("K")},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Contains(name, "another machine") && thisHost().bootID != "" {
				c.text = strings.ReplaceAll(c.text, thisHost().bootID, "another boot")
			}
			dir := folderOf(t)
			path := write(t, dir, c.text)
			for range maxDead + 1 {
				write(t, dir, record(t, of("MORE"))) // enough to compact
			}
			expect(t, "orphans", newSilentProcess(t, dir).orphans(list("K", "NEWER")...), c.want)
			left, err := os.ReadFile(path)
			if strings.Contains(name, "another machine") || strings.Contains(name, "version") || strings.Contains(name, "this one") {
				if err != nil || string(left) != c.text {
					t.Errorf("the file was changed: %v\n%s", err, left)
				}
			} else if err == nil {
				t.Error("the file was not compacted")
			}
		})
	}
}

// TestJournal_forgedEntry: a line with the id of a key that somebody else created causes only a warning; a line with the id of another
// owner's key has no effect.
func TestJournal_forgedEntry(t *testing.T) {
	dir := folderOf(t)
	write(t, dir, record(t, of("VICTIM")))
	p := newSilentProcess(t, dir)
	expect(t, "orphans", p.orphans(listed("MINE")), nil)
	expect(t, "orphans", p.orphans(listed("VICTIM")), unconfirmed("VICTIM"))
	p.Referenced("VICTIM")
	expect(t, "after a state named it", p.orphans(listed("VICTIM")), nil)
}

// TestJournal_bounds: a process reads the newest files up to the limits, and logs that it ignores the others.
func TestJournal_bounds(t *testing.T) {
	t.Run("300,000 lines", func(t *testing.T) {
		dir := folderOf(t)
		var text bytes.Buffer
		template := record(t, of("ID"))
		for i := range 300_000 {
			text.WriteString(strings.ReplaceAll(template, "ID", fmt.Sprintf("K%d", i)))
		}
		text.WriteString(record(t, of("GONE")) + record(t, func(e *Entry) { of("GONE")(e); e.Status = Retired }))
		big := write(t, dir, text.String())
		old := time.Now().Add(-time.Hour)
		must(t, os.Chtimes(big, old, old))
		write(t, dir, record(t, of("NEW")))
		p := newProcess(t, dir)
		expect(t, "orphans", p.orphans(list("NEW", "K0", "K299999")...), unconfirmed("K299999", "NEW"))
		if n, most := len(p.journal.entries), maxBytes/len(record(t, of("K1"))); n > most {
			t.Errorf("%d entries, want %d at most", n, most)
		}
		if len(p.logged) != 1 || !strings.Contains(p.logged[0], "more than 4 MiB") || !strings.Contains(p.logged[0], dir) {
			t.Errorf("logged %q", p.logged)
		}
		if info, err := os.Stat(big); err != nil || info.Size() != int64(text.Len()) {
			t.Errorf("a file that was not read as a whole was changed: %v", err)
		}
	})
	t.Run("one line without an end", func(t *testing.T) {
		dir := folderOf(t)
		path := write(t, dir, "")
		must(t, os.Truncate(path, 1<<30))
		p := newProcess(t, dir)
		if got := p.orphans(listed("K")); len(got) > 0 {
			t.Errorf("orphans: %v", got)
		}
	})
	t.Run("many files", func(t *testing.T) {
		dir := folderOf(t)
		for i := range maxFiles + 100 {
			path := write(t, dir, record(t, of(fmt.Sprintf("K%d", i))))
			at := time.Now().Add(time.Duration(i-maxFiles) * time.Minute)
			must(t, os.Chtimes(path, at, at))
		}
		p := newSilentProcess(t, dir)
		expect(t, "orphans", p.orphans(list("K0", fmt.Sprintf("K%d", maxFiles+99))...), unconfirmed(fmt.Sprintf("K%d", maxFiles+99)))
		if len(p.journal.entries) != maxFiles {
			t.Errorf("%d entries", len(p.journal.entries))
		}
		// The next one reads what was merged and the rest.
		expect(t, "orphans", newSilentProcess(t, dir).orphans(list("K0", "K500")...), unconfirmed("K0", "K500"))
		if n := len(files(t, dir)); n > 2 {
			t.Errorf("%d files", n)
		}
	})
}

// TestJournal_evidenceBeforeBounds: a record that settles an entry is newer than the entry, and so is read before it.
func TestJournal_evidenceBeforeBounds(t *testing.T) {
	dir := folderOf(t)
	big := write(t, dir, strings.Repeat(record(t, nil), 2*maxBytes/len(record(t, nil))))
	old := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(big, old, old))
	p := newProcess(t, dir)
	p.Referenced("K")
	p.die()
	for range 3 {
		p = newProcess(t, dir)
		if got := p.orphans(listed("K")); len(got) > 0 {
			t.Errorf("orphans: %v", got)
		}
		p.create("X")
		p.Gone("X")
		p.die()
	}
}

// TestJournal_evidenceOfUnreadFile: records that settle an entry are kept while some files were not read.
func TestJournal_evidenceOfUnreadFile(t *testing.T) {
	dir := folderOf(t)
	at := func(path string, minutes int) {
		then := time.Now().Add(time.Duration(minutes) * time.Minute)
		must(t, os.Chtimes(path, then, then))
	}
	at(write(t, dir, record(t, nil)), -20)
	big := write(t, dir, strings.Repeat(record(t, of("OTHER")), 2*maxBytes/len(record(t, nil))))
	at(big, -10)
	write(t, dir, record(t, func(e *Entry) { e.Status = Confirmed }))
	newProcess(t, dir).orphans()
	must(t, os.Remove(big))
	if got := newSilentProcess(t, dir).orphans(listed("K")); len(got) > 0 {
		t.Errorf("orphans: %v", got)
	}
}

// TestJournal_readAndWriteFailures checks that a failed read is not reported as a failed write, and that one does not hide
// the other.
func TestJournal_readAndWriteFailures(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(dir, nil, 0o600))
	p := newProcess(t, dir)
	p.orphans(listed("K"))
	p.create("A", "B")
	p.orphans(listed("K"))
	if len(p.logged) != 2 || !strings.Contains(p.logged[0], "was not read") || !strings.Contains(p.logged[1], "are not written") {
		t.Errorf("logged %q", p.logged)
	}
}

// TestJournal_tornRecord: a record that was written in part does not damage the next one.
func TestJournal_tornRecord(t *testing.T) {
	dir := folderOf(t)
	p := newProcess(t, dir)
	p.create("A")
	path := filepath.Join(dir, p.journal.own.name)
	good := p.journal.own.file
	bad, err := os.Open(path) // for reading: every write fails
	must(t, err)
	defer func() { must(t, bad.Close()) }()
	p.journal.own.file = bad
	p.create("B")
	_, err = good.WriteString(`{"kind":"created","mar`) // as far as it got
	must(t, err)
	p.journal.own.file = good
	p.create("C")
	p.die()
	if len(p.logged) != 1 || !strings.Contains(p.logged[0], "are not written") {
		t.Errorf("logged %q", p.logged)
	}
	p = newSilentProcess(t, dir)
	expect(t, "orphans", p.orphans(list("A", "C")...), unconfirmed("A", "C"))
	if e := p.journal.entries[marker("C")]; !e.Time.Equal(start) {
		t.Errorf("the record after the torn one is lost: %+v", e)
	}
}

// TestEntry_size: the longest record that a creation can have is written.
func TestEntry_size(t *testing.T) {
	long := strings.Repeat("x", 128)
	e := thisHost().stamp(Entry{
		Status: Confirmed, Marker: long, KeyID: long, UserName: long, UserID: long, AccountID: long, Replaces: long,
		Endpoint: "https://" + strings.Repeat(long, 8), Time: start,
	})
	line, err := e.record()
	must(t, err)
	var back Entry
	must(t, json.Unmarshal(line, &back))
	if back.Running = true; back != e {
		t.Errorf("%+v, want %+v", back, e)
	}
	e.Endpoint = strings.Repeat(long, 32)
	if _, err := e.record(); err == nil {
		t.Error("a record that is not read is written")
	}
}
