package orphan

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// FuzzParseRecord reads a line of a journal. An accepted record can be shown to users, and reads the same after it was
// written.
func FuzzParseRecord(f *testing.F) {
	for _, line := range []string{
		`{}`, `{"kind":"created","marker":"m","access_key_id":"A","time":"2030-01-02T03:04:05Z","pid":1}`, `{"kind":"later","marker":"m"}`,
		`{"kind":"intended","marker":"` + "\u202e" + `"}`, `{"kind":7,"marker":"m"}`, `{"kind":"created","marker":"m","time":"9999-12-31T23:59:59.999999999-23:59"}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		entry, err := parseRecord(line)
		if err != nil {
			return
		}
		for _, name := range []string{entry.Marker, entry.KeyID, entry.Replaces} {
			if !isName(name) {
				t.Errorf("%q passes for a name", name)
			}
		}
		written, err := entry.record()
		if err != nil {
			return // longer than what is written
		}
		again, err := parseRecord(written[:len(written)-1])
		if err != nil {
			t.Fatalf("%q is written as %q: %v", line, written, err)
		}
		if !again.Time.Equal(entry.Time) {
			t.Errorf("%q is written as %q", line, written)
		}
		if again.Time = entry.Time; again != entry {
			t.Errorf("%q is written as %q", line, written)
		}
	})
}

// FuzzJournal reads any bytes as the file of another process. The journal names only keys of the list, and gives the same
// result when it is read again after a compaction.
func FuzzJournal(f *testing.F) {
	// Only what this machine wrote counts, so the seeds name it.
	here := thisHost()
	line := func(change func(*Entry)) string {
		e := Entry{Status: Created, Marker: marker("LISTED"), KeyID: "LISTED", Endpoint: endpoint, Host: here.name, BootID: here.bootID, PID: 1 << 30, Time: start}
		change(&e)
		written, err := e.record()
		if err != nil {
			f.Fatal(err)
		}
		return string(written)
	}
	created := line(func(*Entry) {})
	f.Add([]byte(created))
	f.Add([]byte(created + "\n\n{\n" + line(func(e *Entry) { e.Status = Retired })))
	f.Add([]byte(line(func(e *Entry) { e.Marker, e.KeyID = marker("OTHER"), "OTHER" }) + created + created[:len(created)/2]))
	// A file with a settled entry is compacted.
	f.Add([]byte(created + line(func(e *Entry) { e.Status, e.Marker, e.KeyID = Retired, marker("OTHER"), "OTHER" })))
	f.Add([]byte(line(func(e *Entry) { e.Status, e.Replaces = Confirmed, "OTHER" }) + line(func(e *Entry) { e.Marker = "n" })))
	f.Add([]byte(line(func(e *Entry) { e.Status, e.KeyID = Intended, "" }) + `{"kind":"x"}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := folderOf(t)
		must(t, os.MkdirAll(dir, 0o700))
		must(t, os.WriteFile(filepath.Join(dir, "another"+fileSuffix), content, 0o600))
		first := newProcess(t, dir)
		found := first.orphans(listed("LISTED"))
		if slices.ContainsFunc(found, func(orphan string) bool { return !strings.HasPrefix(orphan, "LISTED ") }) {
			t.Errorf("asked about LISTED, it names %q", found)
		}
		first.die()
		if again := newProcess(t, dir).orphans(listed("LISTED")); !reflect.DeepEqual(found, again) {
			t.Errorf("first %q, then %q", found, again)
		}
	})
}
