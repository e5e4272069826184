package orphan

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/gofrs/flock"
)

// Journal keeps, on the disk of this machine, the entries of keys that were created here and may exist without a state: see
// the package comment. It is safe for concurrent use. It logs errors, and an error does not prevent the creation of a key.
//
// The folder must belong to the user and have mode 0700, or it is not used. Each process appends to its own file, with mode
// 0600, which is created with the first record. The files are not synced: a record survives the end of the process, but
// perhaps not a crash of the machine.
type Journal struct {
	path string
	log  func(error)
	host host

	mu         sync.Mutex
	loaded     bool
	entries    map[string]Entry  // by marker
	markers    map[string]string // by the id of the key
	ownMarkers map[string]bool   // the markers of this process
	referenced map[string]bool   // the ids of keys that the CLI asked this process for
	own        *ownFile          // nil before the first record
	failed     bool              // a failed write was logged
	checked    bool              // CheckWritable has reported its result

	noFolder error // why path is "", nil if the journal is not wanted
}

// ownFile is the file of this process.
type ownFile struct {
	name string
	file *os.File
	lock *flock.Flock // held until the process ends
	torn bool         // the last record may be incomplete
}

// NewJournal returns the journal in a folder, which is created with the first record. log receives errors. NewJournal does no
// I/O: the journal reads the files of other processes once, at its first use. With "" as the path, nothing is read or written.
func NewJournal(path string, log func(error)) *Journal {
	return &Journal{path: path, log: log, host: thisHost(),
		entries: map[string]Entry{}, markers: map[string]string{}, ownMarkers: map[string]bool{}, referenced: map[string]bool{}}
}

// NoFolder records why the journal has no folder, for CheckWritable.
func (j *Journal) NoFolder(why error) { j.noFolder = why }

// Close closes the file of this process. It does not change entries.
func (j *Journal) Close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.own == nil {
		return
	}
	_ = j.own.file.Close() // failed writes were already logged
	_ = j.own.lock.Unlock()
	j.own = nil
}

// load reads the files of other processes of this machine, once.
func (j *Journal) load() {
	if j.loaded {
		return
	}
	j.loaded = true
	if j.path == "" {
		return
	}
	f, err := openFolder(j.path, false)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		j.log(fmt.Errorf("the journal of access keys was not read: %w", err))
		return
	}
	defer f.close()
	files, whole := j.readAll(f, j.log)
	for _, c := range files {
		for _, record := range c.records {
			record.Running = c.running && !record.Time.IsZero() // a record without a time is of a process that did not make the entry
			j.entries[record.Marker] = j.entries[record.Marker].merge(record)
		}
	}
	if err := f.compact(files, j.entries, whole); err != nil {
		j.log(fmt.Errorf("the journal of access keys was not compacted: %w", err))
	}
	maps.DeleteFunc(j.entries, func(_ string, e Entry) bool { return e.obsolete() || !j.host.made(e) })
	for marker, e := range j.entries {
		if e.KeyID != "" {
			j.markers[e.KeyID] = marker
		}
	}
}

// refresh reads the records that other processes have added, since load, to the entries that this process knows.
func (j *Journal) refresh() {
	if j.path == "" {
		return
	}
	f, err := openFolder(j.path, false)
	if err != nil {
		return // reported by load or by the first record
	}
	defer f.close()
	files, _ := j.readAll(f, func(error) {})
	for _, c := range files {
		for _, record := range c.records {
			if e, known := j.entries[record.Marker]; known && record.Status > e.Status {
				e.Status = record.Status
				j.entries[record.Marker] = e
			}
		}
	}
}

// readAll reads the files within the limits, the newest first. whole reports whether everything was read.
func (j *Journal) readAll(f folder, log func(error)) (files []journalFile, whole bool) {
	names, err := f.names()
	if err != nil {
		log(fmt.Errorf("the journal of access keys was not read: %w", err))
		return nil, false
	}
	whole = len(names) < maxFiles
	var failed []error
	left := int64(maxBytes)
	for _, name := range names {
		if left <= 0 {
			whole = false
			break
		}
		c, size, err := f.read(name, left)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another process has compacted it
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
			whole = false
			continue
		}
		left -= size
		c.running = f.running(name)
		c.keep = c.keep || slices.ContainsFunc(c.records, func(e Entry) bool { return !j.host.made(e) })
		files = append(files, c)
	}
	if len(failed) > 0 {
		log(fmt.Errorf("some files of the journal of access keys in folder %s were not read: %w", j.path,
			errors.Join(failed[:min(len(failed), 10)]...)))
	}
	if left <= 0 {
		log(fmt.Errorf("the journal of access keys has more than %d MiB, and older parts are ignored; if no state is missing, "+
			"delete folder %s", maxBytes>>20, j.path))
	}
	return files, whole
}

// add creates or updates an entry, and appends the record to the file of this process.
func (j *Journal) add(e Entry) {
	j.entries[e.Marker] = j.entries[e.Marker].merge(e)
	if e.KeyID != "" {
		j.markers[e.KeyID] = e.Marker
	}
	if j.path == "" {
		return
	}
	e.Host, e.BootID = j.host.name, j.host.bootID
	if err := j.write(e); err != nil && !j.failed {
		j.failed = true
		j.log(fmt.Errorf("new access keys are not written to the journal on this machine, so the next run cannot name them if this "+
			"run is interrupted: %w", err))
	}
}

// write appends a record.
func (j *Journal) write(e Entry) error {
	line, err := e.record()
	if err != nil {
		return err
	}
	if j.own == nil {
		if j.own, err = begin(j.path, newName()); err != nil {
			return err
		}
	}
	if j.own.torn {
		line = append([]byte{'\n'}, line...)
	}
	_, err = j.own.file.Write(line)
	j.own.torn = err != nil
	return err
}

// CheckWritable returns the reason if the next creation cannot be written to the journal. It returns an error only once per
// process.
func (r *Recorder) CheckWritable() error {
	j := r.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.checked || j.own != nil {
		return nil
	}
	j.checked = true
	if j.path == "" {
		return j.noFolder
	}
	f, err := openFolder(j.path, true)
	if err != nil {
		return err
	}
	defer f.close()
	name := newName() + ".check" // the suffix keeps other processes from reading it
	file, err := f.create(name)
	if err != nil {
		return fmt.Errorf("folder %s: %w", j.path, err)
	}
	_ = file.Close()
	return f.root.Remove(name)
}

// begin creates the file of this process. It takes the lock first: otherwise another process could take this one for ended. On
// a file system without locks other processes cannot tell, and the error of TryLock does not matter.
func begin(path, name string) (*ownFile, error) {
	f, err := openFolder(path, true)
	if err != nil {
		return nil, err
	}
	defer f.close()
	own := &ownFile{name: name, lock: f.lock(name, os.O_CREATE)}
	_, _ = own.lock.TryLock()
	if own.file, err = f.create(name); err != nil {
		f.removeLock(own.lock)
		return nil, err
	}
	return own, nil
}

// others returns the names of the files of other running processes that the same CLI started.
func (j *Journal) others() (names []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.path == "" {
		return nil
	}
	f, err := openFolder(j.path, false)
	if err != nil {
		return nil
	}
	defer f.close()
	found, err := f.names()
	if err != nil {
		return nil
	}
	for _, name := range found {
		if j.own != nil && name == j.own.name || !f.running(name) {
			continue
		}
		c, _, err := f.read(name, maxBytes)
		if err == nil && slices.ContainsFunc(c.records, j.host.sameCLI) {
			names = append(names, name)
		}
	}
	return names
}
