package orphan

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// TestJournal_fileContent: the file has ids and names, and no secret, e-mail address or login. Only the user can read it.
func TestJournal_fileContent(t *testing.T) {
	dir := folderOf(t)
	p := newSilentProcess(t, dir)
	r := p.journal.Recorder("https://login:password@api.example.com:8443/api/v1?token=hidden#part")
	r.Intend(key.Intent{Marker: marker("A"), UserName: "alice@example.com", UserID: "ID-ALICE", AccountID: "123456789012", Time: start})
	r.Created(marker("A"), key.Key{ID: "A", UserName: "alice@example.com", Secret: "THE-SECRET"})
	p.create("B")
	var all strings.Builder
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		must(t, err)
		info, err := d.Info()
		must(t, err)
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		} else {
			text, err := os.ReadFile(path)
			must(t, err)
			all.Write(text)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	}))
	for _, hidden := range []string{"THE-SECRET", "alice", "example.com?", "login", "password", "hidden", "part"} {
		if strings.Contains(all.String(), hidden) {
			t.Errorf("on the disk: %s\n%s", hidden, all.String())
		}
	}
	var first Entry
	must(t, json.Unmarshal([]byte(strings.SplitN(all.String(), "\n", 2)[0]), &first))
	if first.Endpoint != "https://api.example.com:8443/api/v1" || first.UserID != "ID-ALICE" || first.AccountID != "123456789012" ||
		first.Host == "" || first.PID != os.Getpid() || !first.Time.Equal(start) || first.Marker != marker("A") || first.Status != Intended {
		t.Errorf("the first record is %+v", first)
	}
}

// TestJournal_withoutKeys: a process that creates no key writes nothing and creates no folder.
func TestJournal_withoutKeys(t *testing.T) {
	dir := folderOf(t)
	p := newSilentProcess(t, dir)
	p.Referenced("K")
	p.Gone("K")
	p.Discarded(marker("K"))
	p.Listed("123456789012", key.Owner{}, nil, later)
	p.orphans(listed("K"))
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

// TestBegin_fails: a file that cannot be created leaves no lock.
func TestBegin_fails(t *testing.T) {
	dir := folderOf(t)
	must(t, os.MkdirAll(filepath.Join(dir, "own"+fileSuffix), 0o700))
	must(t, os.Chmod(dir, 0o700))
	if own, err := begin(dir, "own"+fileSuffix); own != nil || err == nil {
		t.Errorf("%v, %v", own, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}

// TestJournal_withoutFolder: without a folder the journal has the entries of this process only.
func TestJournal_withoutFolder(t *testing.T) {
	p := newSilentProcess(t, "")
	p.create("K")
	marked := listed("LEFT")
	marked.Tag = marker("LEFT")
	expect(t, "orphans", p.orphans(listed("K"), marked), []string{fmt.Sprintf("LEFT %d", Unfinished)})
	if got := p.journal.others(); len(got) > 0 {
		t.Errorf("others: %v", got)
	}
}
