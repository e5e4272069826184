package auth

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const secret = "0123456789ABCDEFGHIJ0123456789ABCDEFGHIJ"

func store(folder string) *RefusalStore {
	return NewRefusalStore(folder, "https://x/api/v1", "AK", secret, false)
}

func TestRefusalStore_keepsForAMinute(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	now := time.Now()
	want := Refusal{At: now.Round(0).UTC(), Action: "ReadUsers", StatusCode: 401, Code: "1", Type: "AccessDenied", RequestID: "r"}
	if _, found := store(folder).Lookup(now); found {
		t.Fatal("a refusal out of nothing")
	}
	if err := store(folder).Record(want); err != nil {
		t.Fatal(err)
	}
	if got, found := store(folder).Lookup(now.Add(RefusalTTL - time.Second)); !found || got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for what, m := range map[string]*RefusalStore{
		"another secret": NewRefusalStore(folder, "https://x/api/v1", "AK", "another", false), "another id": NewRefusalStore(folder, "https://x/api/v1", "BK", secret, false),
		"another endpoint": NewRefusalStore(folder, "https://y/api/v1", "AK", secret, false), "nobody": nil, "no folder": NewRefusalStore("", "", "", "", false),
	} {
		if _, found := m.Lookup(now); found {
			t.Errorf("%s was not refused", what)
		}
	}
	for what, at := range map[string]time.Time{"later": now.Add(RefusalTTL), "before": now.Add(-time.Second)} {
		if _, found := store(folder).Lookup(at); found {
			t.Errorf("remembered %s", what)
		}
	}
}

// Only the user can read the file. It has no part of the credential, and is removed later.
func TestRefusalStore_file(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	for i := range 5 {
		m := NewRefusalStore(folder, "https://x/api/v1", "AKID", secret+string(rune('a'+i)), i == 0)
		if err := m.Record(Refusal{At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		m.Lock(t.Context())()
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 10 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v", entry.Name(), info.Mode())
		}
		data, _ := os.ReadFile(filepath.Join(folder, entry.Name()))
		if all := entry.Name() + string(data); strings.Contains(all, "AKID") || strings.Contains(all, secret) {
			t.Errorf("%s has a part of the credential: %s", entry.Name(), data)
		}
		old := time.Now().Add(-2 * RefusalTTL)
		if err := os.Chtimes(filepath.Join(folder, entry.Name()), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "else"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store(folder).Record(Refusal{At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 2 {
		t.Errorf("%d files are left, want the new one and that of somebody else", len(entries))
	}
}

// Invalid files, links and pipes are ignored.
func TestRefusalStore_invalidFiles(t *testing.T) {
	now := time.Now()
	good := filepath.Join(t.TempDir(), "elsewhere")
	if err := store(good).Record(Refusal{At: now}); err != nil {
		t.Fatal(err)
	}
	for name, make := range map[string]func(path string) error{
		"a pipe":      mkfifo,
		"a folder":    func(path string) error { return os.Mkdir(path, 0o700) },
		"a link":      func(path string) error { return os.Symlink(filepath.Join(good, store(good).name), path) },
		"nothing":     func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"no JSON":     func(path string) error { return os.WriteFile(path, []byte("{"), 0o600) },
		"a long one":  func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("x"), 1<<20), 0o600) },
		"no rights":   func(path string) error { return os.WriteFile(path, []byte(`{"At":"2026-01-01T00:00:00Z"}`), 0) },
		"a long time": func(path string) error { return os.WriteFile(path, []byte(`{"At":"9999-01-01T00:00:00Z"}`), 0o600) },
	} {
		folder := filepath.Join(t.TempDir(), "state")
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		m := store(folder)
		for _, suffix := range []string{"", ".lock"} {
			if err := make(filepath.Join(folder, m.name+suffix)); err != nil {
				t.Skip(err)
			}
		}
		if _, found := m.Lookup(now); found {
			t.Errorf("%s passes for a refusal", name)
		}
		m.Lock(t.Context())()
		if err := m.Record(Refusal{At: now}); err == nil {
			if _, found := m.Lookup(now); !found {
				t.Errorf("%s: a recorded refusal is not found", name)
			}
		} else if name != "a folder" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A folder that others can write to is neither read nor written.
func TestRefusalStore_folderOfOthers(t *testing.T) {
	root := t.TempDir()
	shared := filepath.Join(root, "shared")
	if err := store(shared).Record(Refusal{At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(root, "link")
	if err := os.Symlink(shared, link); err != nil {
		t.Skip(err)
	}
	if err := os.Chmod(shared, 0o777); err != nil { //nolint:gosec // that is the point
		t.Fatal(err)
	}
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{shared, link, file} {
		if _, found := store(folder).Lookup(time.Now()); found {
			t.Errorf("%s is believed", folder)
		}
		if store(folder).Record(Refusal{At: time.Now()}) == nil {
			t.Errorf("%s is written to", folder)
		}
		store(folder).Lock(t.Context())()
	}
}

// One process at a time tests the credential. The others wait for it, with a limit for all waits together.
func TestRefusalStore_lock(t *testing.T) {
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o700); err != nil { //nolint:gosec // of a folder
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		first, second := store(folder), store(folder)
		unlock := first.Lock(t.Context())
		begun := time.Now()
		go func() { time.Sleep(time.Second); unlock() }()
		done := second.Lock(t.Context())
		if waited := time.Since(begun); waited < time.Second || waited > 2*time.Second {
			t.Errorf("waited %v for the first", waited)
		}
		third := store(folder)
		done()
		third.Lock(t.Context())()
		time.Sleep(2 * lockLimit) // the limit is for the time in which it waits
		done = second.Lock(t.Context())
		begun = time.Now()
		for range 3 {
			third.Lock(t.Context())()
		}
		if waited := time.Since(begun); waited < lockLimit-time.Second || waited > lockLimit+time.Second {
			t.Errorf("waited %v for one that does not end", waited)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		store(folder).Lock(ended)()
		done()
	})
}
