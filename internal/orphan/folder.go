package orphan

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// Limits of what a process reads from the folder. A run that creates 1,000 keys writes 0.7 MiB.
const (
	maxNames = 4096    // names read
	maxFiles = 512     // files read, the newest first
	maxBytes = 4 << 20 // bytes read, of all files together
)

const (
	fileSuffix = ".jsonl"
	lockSuffix = ".lock"
)

// folder has the files of the journal. Each process appends to its own file, and holds a lock on another file next to it until
// it ends.
type folder struct {
	root *os.Root
	path string
}

// openFolder opens the folder, unless other users can read or write it. It creates a missing folder if create is set;
// otherwise the error is fs.ErrNotExist.
func openFolder(path string, create bool) (folder, error) {
	if create {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return folder{}, err
		}
	}
	// GOTCHA: os.OpenRoot blocks on a FIFO.
	if info, err := os.Stat(path); err != nil {
		return folder{}, err
	} else if !info.IsDir() {
		return folder{}, fmt.Errorf("%s is not a directory", path)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return folder{}, err
	}
	info, err := root.Stat(".")
	if err == nil {
		err = private(info)
	}
	if err != nil {
		_ = root.Close()
		return folder{}, fmt.Errorf("folder %s is not used: %w", path, err)
	}
	return folder{root, path}, nil
}

func (f folder) close() { _ = f.root.Close() }

// names returns the names of the journal's files, the most recently written first.
func (f folder) names() ([]string, error) {
	dir, err := f.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	found, err := dir.ReadDir(maxNames)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var infos []fs.FileInfo
	for _, entry := range found {
		if !entry.Type().IsRegular() || filepath.Ext(entry.Name()) != fileSuffix {
			continue
		}
		if info, err := entry.Info(); err == nil { // on an error the file was just removed
			infos = append(infos, info)
		}
	}
	slices.SortFunc(infos, func(a, b fs.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	names := make([]string, 0, maxFiles)
	for _, info := range infos[:min(len(infos), maxFiles)] {
		names = append(names, info.Name())
	}
	return names, nil
}

// journalFile is the content of one file of the journal.
type journalFile struct {
	name    string
	records []Entry
	// keep reports whether the file must not be compacted: it was not read completely, or a later version or another machine
	// wrote to it.
	keep    bool
	running bool // its process is running
}

// read reads the last limit bytes of a file. It skips lines that are damaged or too long.
func (f folder) read(name string, limit int64) (c journalFile, size int64, err error) {
	c.name = name
	file, err := f.root.OpenFile(name, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return c, 0, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return c, 0, err
	}
	if !info.Mode().IsRegular() {
		return c, 0, errors.New("it is not a regular file")
	}
	size = info.Size()
	if size > limit {
		c.keep = true
		if _, err := file.Seek(size-limit, io.SeekStart); err != nil {
			return c, 0, err
		}
	}
	err = eachLine(io.LimitReader(file, limit), func(line []byte) {
		record, err := parseRecord(line)
		switch {
		case err != nil:
		case record.Status == 0:
			c.keep = true
		default:
			c.records = append(c.records, record)
		}
	})
	return c, min(size, limit), err
}

// eachLine calls do for each line that is not too long, including a last line without a line break.
func eachLine(r io.Reader, do func(line []byte)) error {
	lines := bufio.NewReaderSize(r, maxRecord)
	long := false
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			long = true
			continue
		}
		if !long && len(line) > 0 {
			do(line)
		}
		long = false
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// lock returns the lock of a file. The lock is on another file, because on Windows nobody can read a locked file.
func (f folder) lock(name string, flags int) *flock.Flock {
	return flock.New(filepath.Join(f.path, strings.TrimSuffix(name, fileSuffix)+lockSuffix),
		flock.SetFlag(os.O_RDWR|openFlags|flags), flock.SetPermissions(0o600))
}

// claim tries to take a shared lock of a file. If it succeeds, dead is true: the process that wrote the file has ended. The lock
// is shared, because otherwise two processes that claim the file at the same time would take each other for that process. A
// file that was merged from others has no lock, and is dead. On a file system without locks claim returns an error.
func (f folder) claim(name string) (lock *flock.Flock, dead bool, err error) {
	lock = f.lock(name, 0)
	dead, err = lock.TryRLock()
	if errors.Is(err, fs.ErrNotExist) {
		return lock, true, nil
	}
	return lock, dead, err
}

// running reports whether the process of a file is running. If that cannot be determined, it returns false.
func (f folder) running(name string) bool {
	lock, dead, err := f.claim(name)
	_ = lock.Unlock()
	return !dead && err == nil
}

// remove removes a claimed file and its lock.
func (f folder) remove(name string, lock *flock.Flock) error {
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f.removeLock(lock)
	return nil
}

// removeLock releases a lock and removes its file. On an error an empty file is left.
func (f folder) removeLock(lock *flock.Flock) {
	_ = lock.Unlock()
	_ = f.root.Remove(filepath.Base(lock.Path()))
}

// create creates a new file.
func (f folder) create(name string) (*os.File, error) {
	return f.root.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_EXCL|os.O_WRONLY|openFlags, 0o600)
}

func newName() string { return uuid.NewString() + fileSuffix }
