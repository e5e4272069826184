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
	// Remembered is how long a refusal is remembered on the machine: as long as the shortest lock-out.
	Remembered = time.Minute
	// lockLimit is how long, in all, a client waits for another process to find out whether the credential is good.
	lockLimit = 8 * time.Second
	lockPause = 20 * time.Millisecond
	// filePrefix begins the names of the files, so that old ones can be removed.
	filePrefix = "refused-"
	// maxFile is the largest part of a file that is read, maxOld the largest number of old files that are checked.
	maxFile = 4 << 10
	maxOld  = 200
)

// Refusal is a refused credential as the machine remembers it. It has no part of the credential.
type Refusal struct {
	At         time.Time
	Action     string // what was refused
	StatusCode int
	Code, Type string
	RequestID  string
}

// Memory remembers on this machine that a credential was refused, so that another process does not send it again: the
// API counts the refusals of all processes. It keeps one small file, whose name is a hash of
// the credential, for a minute. Where the folder cannot be used, nothing is remembered. A nil Memory remembers nothing.
//
// What remains: several processes whose credential works, and is switched off while each has requests in flight.
type Memory struct {
	folder string
	name   string
	late   time.Time // when waiting for other processes ends; zero = it has not begun
}

// NewMemory returns the memory of one credential of one endpoint, in a folder of this user; nil where folder is "".
// guessable reports whether a person may have chosen the secret: its hash is then slow to compute.
func NewMemory(folder, endpoint, id, secret string, guessable bool) *Memory {
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
	return &Memory{folder: folder, name: filePrefix + hex.EncodeToString(hash)}
}

// Lookup returns the refusal that is remembered at now.
func (m *Memory) Lookup(now time.Time) (Refusal, bool) {
	if m == nil || !m.usable() {
		return Refusal{}, false
	}
	data, err := readRegular(filepath.Join(m.folder, m.name))
	var r Refusal
	if err != nil || json.Unmarshal(data, &r) != nil || r.At.After(now) || now.Sub(r.At) >= Remembered {
		return Refusal{}, false
	}
	return r, true
}

// Record remembers a refusal.
func (m *Memory) Record(r Refusal) error {
	if m == nil {
		return nil
	}
	if err := os.MkdirAll(m.folder, 0o700); err != nil {
		return err
	}
	if !m.usable() {
		return errors.New("the folder may be written by others, or is none")
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
		// An existing file, link or pipe is replaced and not opened.
		err = os.Rename(file.Name(), filepath.Join(m.folder, m.name))
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// Lock waits until no other process is finding out whether the credential is good, for eight seconds in all: a process
// that waits longer goes on. Call unlock when the outcome is recorded.
func (m *Memory) Lock(ctx context.Context) (unlock func()) {
	nothing := func() {}
	if m == nil || os.MkdirAll(m.folder, 0o700) != nil || !m.usable() {
		return nothing
	}
	if m.late.IsZero() {
		m.late = time.Now().Add(lockLimit)
	}
	path := filepath.Join(m.folder, m.name+".lock")
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nothing // opening a pipe could block for ever
	}
	lock := flock.New(path)
	ctx, cancel := context.WithDeadline(ctx, m.late)
	defer cancel()
	if held, err := lock.TryLockContext(ctx, lockPause); err != nil || !held {
		return nothing
	}
	return func() { _ = lock.Close() }
}

// usable reports whether the path is a folder that only this user can write to.
func (m *Memory) usable() bool {
	info, err := os.Lstat(m.folder)
	return err == nil && info.IsDir() && (runtime.GOOS == "windows" || info.Mode().Perm()&0o022 == 0)
}

// removeOld removes the files of refusals that are no longer remembered.
func (m *Memory) removeOld(now time.Time) {
	folder, err := os.Open(m.folder)
	if err != nil {
		return
	}
	defer func() { _ = folder.Close() }()
	entries, _ := folder.ReadDir(maxOld) // after an error, the entries read so far are used
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && strings.HasPrefix(entry.Name(), filePrefix) && info.Mode().IsRegular() && now.Sub(info.ModTime()) > Remembered {
			_ = os.Remove(filepath.Join(m.folder, entry.Name()))
		}
	}
}

// readRegular reads a small file, and neither waits for a pipe nor follows a link.
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
