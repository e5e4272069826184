// Package ledger keeps, on the disk of this machine, which new keys would be lost if this process were killed: ids, owners
// and dates, never a secret. A process that ends in good order removes what it wrote. What is found of one that is dead by
// then is what nobody else may know of: between the call that takes a key's marker off and the moment in which a state is
// saved, no API and no state tells of the key.
//
// A process writes one file, with a lock beside it that the system lets go when the process is gone, however it went. What
// was written outlives the process, not the machine: nobody waits for the disk, which would take as long as the calls do.
package ledger

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
)

const (
	// suffix of the files; their locks have another.
	suffix     = ".jsonl"
	lockSuffix = ".lock"
	// old is the age at which a file is of no use: by then its keys were removed in some other way, or nobody will.
	old = 90 * 24 * time.Hour
)

// Ledger is that of one process. It is safe for concurrent use. A nil one remembers nothing.
type Ledger struct {
	dir string
	say func(error)

	once sync.Once
	mu   sync.Mutex
	own  *page             // nil until there is a key
	left map[string]*entry // what dead processes left, by key; nil until it was looked for
}

// page is the file of a process.
type page struct {
	path    string
	lock    *flock.Flock
	file    *os.File // open for appending
	entries map[string]*entry
}

// entry is what is known of a key. A later line of a file adds to an earlier one.
type entry struct {
	Scope    string     `json:"scope,omitempty"` // the account: ids and names mean nothing in another
	ID       string     `json:"access_key_id"`
	UserName string     `json:"user_name,omitempty"`
	Created  *time.Time `json:"creation_date,omitempty"`
	Expires  *time.Time `json:"expiration_date,omitempty"`
	Handed   bool       `json:"handed,omitempty"`
	Settled  bool       `json:"settled,omitempty"`

	path string // of the file it was read from
}

// In returns the ledger that is kept in a folder, which is made when there is something to keep. say is told what keeps it
// from being kept: keys can be made without it.
func In(dir string, say func(error)) *Ledger { return &Ledger{dir: dir, say: say} }

// Of is the part of it that belongs to an account.
func (l *Ledger) Of(scope string) credential.Ledger {
	if l == nil {
		return nil
	}
	return part{l, scope}
}

type part struct {
	*Ledger
	scope string
}

// Made notes a new key.
func (p part) Made(key credential.Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(entry{Scope: p.scope, ID: key.ID, UserName: key.UserName, Created: &key.Created, Expires: key.Expires})
}

// Left are the account's keys that dead processes left.
func (p part) Left() map[string]credential.Left {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.look()
	if len(p.left) == 0 {
		return nil
	}
	keys := map[string]credential.Left{}
	for id, e := range p.left {
		if e.Scope == p.scope {
			key := credential.Key{ID: id, UserName: e.UserName, State: credential.Active, Expires: e.Expires}
			if e.Created != nil {
				key.Created = *e.Created
			}
			keys[id] = credential.Left{Key: key, Handed: e.Handed}
		}
	}
	return keys
}

// Handed notes that a key is given to the CLI.
func (l *Ledger) Handed(id string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.has(id) {
		l.add(entry{ID: id, Handed: true})
	}
}

// has reports whether a key is one of this process.
func (l *Ledger) has(id string) bool { return l.own != nil && l.own.entries[id] != nil }

// Close ends the ledger of a process that ends in good order: what it handed over was taken, but for the keys named. Those
// stay, and so do new keys that it neither handed over nor removed.
func (l *Ledger) Close(lost ...string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.own == nil {
		return
	}
	for id, e := range l.own.entries {
		if e.Handed && !slices.Contains(lost, id) {
			l.add(entry{ID: id, Settled: true})
		}
	}
	l.own.tidy()
	l.own = nil
}

// add notes in the process's own file.
func (l *Ledger) add(e entry) {
	if l.own == nil {
		own, err := begin(l.dir)
		if err != nil {
			l.tell(err)
			return
		}
		l.own = own
	}
	l.tell(l.own.note(e))
}

// tell says what keeps the ledger from being kept: once, because it will for every key.
func (l *Ledger) tell(err error) {
	if err != nil {
		l.once.Do(func() {
			l.say(fmt.Errorf("new access keys of this run are not noted on this machine, in case that it is killed: %w", err))
		})
	}
}

// Settled forgets a key, of this process or of a dead one.
func (l *Ledger) Settled(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.has(id) {
		l.add(entry{ID: id, Settled: true})
	}
	e := l.left[id]
	if e == nil {
		return
	}
	delete(l.left, id)
	dead, err := open(e.path)
	if err != nil || dead == nil {
		return // another process is at it, or was
	}
	l.tell(dead.note(entry{ID: id, Settled: true}))
	dead.tidy()
}

// look reads, once, what dead processes left.
func (l *Ledger) look() {
	if l.left != nil {
		return
	}
	l.left = map[string]*entry{}
	files, err := filepath.Glob(filepath.Join(l.dir, "*"+suffix))
	if err != nil || l.dir == "" {
		return
	}
	for _, path := range files {
		dead, err := open(path)
		if dead == nil {
			l.tell(err)
			continue
		}
		maps.Copy(l.left, dead.entries)
		dead.tidy()
	}
}

// begin makes the file of this process. The lock is taken before the file is there, so that nobody takes it for a dead one's.
func begin(dir string) (*page, error) {
	if dir == "" {
		return nil, errors.New("there is no folder for it, because neither HOME nor a cache folder is known")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, uuid.NewString()+suffix)
	p := &page{path: path, lock: flock.New(lockOf(path), flock.SetPermissions(0o600)), entries: map[string]*entry{}}
	if err := p.lock.Lock(); err != nil {
		return nil, err
	}
	return p, nil
}

// open reads the file of a dead process and holds its lock; nil if the process lives, or the file is gone.
func open(path string) (*page, error) {
	lock := flock.New(lockOf(path), flock.SetPermissions(0o600))
	if got, err := lock.TryLock(); err != nil || !got {
		return nil, err
	}
	p := &page{path: path, lock: lock, entries: map[string]*entry{}}
	text, err := os.ReadFile(path)
	if err != nil {
		p.tidy()
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		return nil, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) == nil { // the last line may be torn
			p.add(e)
		}
	}
	if written, err := os.Stat(path); err == nil && time.Since(written.ModTime()) > old {
		clear(p.entries)
	}
	return p, nil
}

func lockOf(path string) string { return strings.TrimSuffix(path, suffix) + lockSuffix }

func (p *page) add(e entry) {
	if e.Settled {
		delete(p.entries, e.ID)
		return
	}
	known := cmp.Or(p.entries[e.ID], &entry{})
	if known.ID == "" {
		*known = e
	}
	known.Handed = known.Handed || e.Handed
	known.path = p.path
	p.entries[e.ID] = known
}

// tidy lets the file go, and removes it when nothing is left in it. What cannot be removed is looked at again.
func (p *page) tidy() {
	if p.file != nil {
		_ = p.file.Close() // each line was written whole, or that it was not has been told
	}
	if len(p.entries) == 0 {
		_ = os.Remove(p.path)
		_ = p.lock.Unlock()
		_ = os.Remove(lockOf(p.path))
		return
	}
	_ = p.lock.Unlock()
}

// note adds an entry, and a line to the file.
func (p *page) note(e entry) error {
	p.add(e)
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if p.file == nil {
		if p.file, err = os.OpenFile(p.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
			return err
		}
	}
	_, err = p.file.Write(append(line, '\n'))
	return err
}
