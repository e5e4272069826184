//go:build unix

package orphan

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"
)

// TestJournal_refusedFolder: a folder that other users can read or write is not used, and the log says so.
func TestJournal_refusedFolder(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(dir string) error
		root    bool
		logged  string
	}{
		"readable by the group": {func(dir string) error { return os.Chmod(dir, 0o750) }, false, "its mode is 0750"},
		"open to all":           {func(dir string) error { return os.Chmod(dir, 0o777) }, false, "its mode is 0777"},
		"another owner":         {func(dir string) error { return os.Chown(dir, 4711, -1) }, true, "it belongs to user 4711"},
		"link to such a one": {func(dir string) error {
			if err := os.Rename(dir, dir+"-real"); err != nil {
				return err
			}
			if err := os.Chmod(dir+"-real", 0o755); err != nil {
				return err
			}
			return os.Symlink(dir+"-real", dir)
		}, false, "its mode is 0755"},
		"FIFO": {func(dir string) error {
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
			return syscall.Mkfifo(dir, 0o600)
		}, false, "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.root && os.Geteuid() != 0 {
				t.Skip("only root can give a folder away")
			}
			dir := folderOf(t)
			write(t, dir, record(t, nil))
			must(t, c.prepare(dir))
			p := newProcess(t, dir)
			if got := p.orphans(listed("K")); len(got) > 0 {
				t.Errorf("it was read: %v", got)
			}
			p.create("NEW")
			if len(p.logged) != 2 || !strings.Contains(p.logged[0], c.logged) || !strings.Contains(p.logged[1], c.logged) {
				t.Errorf("logged %q", p.logged)
			}
			found, err := os.ReadDir(dir)
			if err == nil && len(found) != 1 {
				t.Errorf("it was written: %v", found)
			}
		})
	}
}

// TestJournal_specialFiles: a FIFO, a link, a device or a folder among the files neither blocks nor is followed.
func TestJournal_specialFiles(t *testing.T) {
	dir := folderOf(t)
	outside := write(t, t.TempDir(), record(t, of("LINKED")))
	known := write(t, dir, record(t, of("GOOD")))
	path := func(suffix string) string { return filepath.Join(dir, uuid.NewString()+suffix) }
	must(t, syscall.Mkfifo(path(fileSuffix), 0o600))
	must(t, syscall.Mkfifo(path(lockSuffix), 0o600))
	must(t, syscall.Mkfifo(strings.TrimSuffix(known, fileSuffix)+lockSuffix, 0o600))
	must(t, syscall.Mkfifo(filepath.Join(dir, "compact"+lockSuffix), 0o600))
	must(t, os.Symlink(outside, path(fileSuffix)))
	must(t, os.Symlink("/dev/zero", path(fileSuffix)))
	must(t, os.Symlink(path(fileSuffix), path(fileSuffix)))
	must(t, os.Mkdir(path(fileSuffix), 0o700))
	p := newSilentProcess(t, dir)
	expect(t, "orphans", p.orphans(list("GOOD", "LINKED")...), unconfirmed("GOOD"))
	p.create("NEW")
	p.Referenced("GOOD")
	p.die()
	expect(t, "orphans", newProcess(t, dir).orphans(list("GOOD", "NEW")...), unconfirmed("NEW"))
}

// TestJournal_linkedLock: a lock that is a link does not create a file elsewhere.
func TestJournal_linkedLock(t *testing.T) {
	dir := folderOf(t)
	outside := filepath.Join(t.TempDir(), "outside")
	write(t, dir, record(t, of("GONE"))+record(t, func(e *Entry) { of("GONE")(e); e.Status = Retired }))
	must(t, os.Symlink(outside, filepath.Join(dir, "compact"+lockSuffix)))
	p := newProcess(t, dir)
	p.orphans()
	if _, err := os.Lstat(outside); err == nil {
		t.Error("a file was made outside of the folder")
	}
	if len(p.logged) != 1 || !strings.Contains(p.logged[0], "was not compacted") {
		t.Errorf("logged %q", p.logged)
	}
}

// TestFolder_readSpecialFile: a file that becomes a FIFO or a link after it was listed neither blocks nor is followed.
func TestFolder_readSpecialFile(t *testing.T) {
	dir := folderOf(t)
	outside := write(t, t.TempDir(), record(t, of("LINKED")))
	must(t, os.MkdirAll(dir, 0o700))
	must(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	must(t, os.Symlink(outside, filepath.Join(dir, "link")))
	f, err := openFolder(dir, false)
	must(t, err)
	defer f.close()
	for _, name := range []string{"fifo", "link"} {
		if c, _, err := f.read(name, maxBytes); err == nil || len(c.records) > 0 {
			t.Errorf("%s was read: %v", name, c)
		}
	}
}
