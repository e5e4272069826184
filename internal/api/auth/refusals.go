package auth

import (
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	// RefusalTTL is how long a refusal is remembered on the machine: as long as the shortest lock-out.
	RefusalTTL = time.Minute
	// lockLimit is how long a client waits, in all, while another process tests the credential.
	lockLimit = 8 * time.Second
	lockPause = 20 * time.Millisecond
	// filePrefix is the beginning of the names of the files, by which old files are found.
	filePrefix = "refused-"
	// maxFile is the length up to which a file is read, in bytes. maxOld is the largest number of old files that are checked.
	maxFile = 4 << 10
	maxOld  = 200
)

// Refusal is the record of a refused credential. It has no part of the credential.
type Refusal struct {
	At         time.Time
	Action     string // of the refused call
	StatusCode int
	Code, Type string
	RequestID  string
}

// RefusalStore records on this machine that a credential was refused, so that other processes do not send it: the API counts the
// refusals of all processes. The record is a small file, whose name is a hash of the credential, and lasts a minute. If the
// folder cannot be used, and in a nil RefusalStore, nothing is recorded.
//
// RefusalStore does not help if a credential is switched off while several processes have requests in flight.
type RefusalStore struct {
	folder string
	name   string
	waited time.Duration // how long Lock has waited for other processes
}

// NewRefusalStore returns the store of one credential of one endpoint, in a folder of this user; nil if folder is "". guessable says
// that a person may have chosen the secret: its hash is then slow to compute.
func NewRefusalStore(folder, endpoint, id, secret string, guessable bool) *RefusalStore {
	if folder == "" {
		return nil
	}
	rounds := 1
	if guessable {
		rounds = 100_000 // about 20 ms
	}
	hash, err := pbkdf2.Key(sha256.New, secret, []byte(endpoint+"\x00"+id), rounds, 16)
	if err != nil {
		return nil
	}
	return &RefusalStore{folder: folder, name: filePrefix + hex.EncodeToString(hash)}
}

// Lookup returns the record that is valid at now.
func (m *RefusalStore) Lookup(now time.Time) (Refusal, bool) {
	if m == nil || !m.usable() {
		return Refusal{}, false
	}
	data, err := readRegular(filepath.Join(m.folder, m.name))
	var r Refusal
	if err != nil || json.Unmarshal(data, &r) != nil || r.At.After(now) || now.Sub(r.At) >= RefusalTTL {
		return Refusal{}, false
	}
	return r, true
}

// Record records a refusal.
func (m *RefusalStore) Record(r Refusal) error {
	if m == nil {
		return nil
	}
	if err := os.MkdirAll(m.folder, 0o700); err != nil {
		return err
	}
	if !m.usable() {
		return errors.New("others can write to the folder, or it is not a folder")
	}
	m.removeOld(r.At)
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(m.folder, filePrefix) // with the mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err == nil {
		// Rename replaces an existing file, link or pipe without opening it.
		err = os.Rename(file.Name(), filepath.Join(m.folder, m.name))
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// Lock takes the lock with which one process at a time tests the credential. It waits for another process, for eight seconds in
// all calls together. After that it returns without the lock. Call unlock when the outcome is recorded.
func (m *RefusalStore) Lock(ctx context.Context) (unlock func()) {
	nothing := func() {}
	if m == nil || os.MkdirAll(m.folder, 0o700) != nil || !m.usable() {
		return nothing
	}
	path := filepath.Join(m.folder, m.name+".lock")
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nothing // opening a pipe could block for ever
	}
	lock := flock.New(path)
	held, err := lock.TryLock()
	if err == nil && !held {
		begun := time.Now()
		ctx, cancel := context.WithTimeout(ctx, lockLimit-m.waited)
		defer cancel()
		held, err = lock.TryLockContext(ctx, lockPause)
		m.waited += time.Since(begun)
	}
	if err != nil || !held {
		return nothing
	}
	return func() { _ = lock.Close() }
}

// usable reports whether the folder exists and only this user can write to it.
func (m *RefusalStore) usable() bool {
	info, err := os.Lstat(m.folder)
	return err == nil && info.IsDir() && (runtime.GOOS == "windows" || info.Mode().Perm()&0o022 == 0)
}

// removeOld removes the files of old refusals.
func (m *RefusalStore) removeOld(now time.Time) {
	folder, err := os.Open(m.folder)
	if err != nil {
		return
	}
	defer func() { _ = folder.Close() }()
	entries, _ := folder.ReadDir(maxOld) // after an error, the entries read so far are used
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && strings.HasPrefix(entry.Name(), filePrefix) && info.Mode().IsRegular() && now.Sub(info.ModTime()) > RefusalTTL {
			_ = os.Remove(filepath.Join(m.folder, entry.Name()))
		}
	}
}

// readRegular reads the beginning of a file. It refuses links and pipes.
func readRegular(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrInvalid
	}
	file, err := os.Open(path) //nolint:gosec // the name is a hash
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, maxFile))
}
