// Package store stores the objects of a simulated account and the record of its calls.
//
// Reads are from memory. Changes are also in SQLite: a change is committed and synchronised with the disk before it becomes visible,
// so that no answer shows a change that a crash can undo. The records of calls are written without waiting for the disk: they survive
// the end of the process, but a power failure can lose the newest ones.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	// The driver registers itself as "sqlite". It is pure Go and needs no C compiler.
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Memory is the path of a store that is not written to a file.
const Memory = ":memory:"

const schemaVersion = "2"

// ErrClosed is returned by every write after Close.
var ErrClosed = errors.New("the store is closed")

// Store is one data file or one database in memory. It is safe for concurrent use. Two stores in memory share nothing. A file can be
// open in one store only.
type Store struct {
	db   *sql.DB
	conn *sql.Conn

	// writeLock serialises all use of conn.
	writeLock sync.Mutex
	closed    bool

	viewLock sync.RWMutex
	view     *View

	records *records
}

// Open opens a data file, or a store in memory if path is Memory or "". It creates a missing file with mode 0600. keep is the largest
// number of records of calls in memory, and keepBytes their largest total size in bytes.
func Open(path string, keep, keepBytes int) (*Store, error) {
	name := Memory
	if path != "" && path != Memory {
		if err := prepareFile(path); err != nil {
			return nil, err
		}
		var err error
		if name, err = fileName(path); err != nil {
			return nil, err
		}
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("data file %s: %w", path, err)
	}
	// One connection only: it has the lock on the file, and a database in memory belongs to its connection.
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("data file %s: %w", path, err), db.Close())
	}
	s := &Store{db: db, conn: conn, view: newView(), records: newRecords(keep, keepBytes)}
	if err := s.load(); err != nil {
		var failed *sqlite.Error
		if errors.As(err, &failed) && failed.Code()&0xff == sqlite3.SQLITE_BUSY {
			err = errors.New("it is in use by another simulator")
		}
		return nil, errors.Join(fmt.Errorf("data file %s: %w", path, err), conn.Close(), db.Close())
	}
	return s, nil
}

// Close writes the pending records and closes the file. A second Close does nothing.
func (s *Store) Close() error {
	s.writeLock.Lock()
	defer s.writeLock.Unlock()
	if s.closed {
		return nil
	}
	err := s.flush()
	s.closed = true
	return errors.Join(err, s.conn.Close(), s.db.Close())
}

// prepareFile creates the file, and makes it readable by its owner only, because it has secrets. SQLite gives its other files the
// same mode.
func prepareFile(path string) error {
	file, err := os.OpenFile(filepath.Clean(path), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("data file: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("data file: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return fmt.Errorf("data file: %w", err)
	}
	return nil
}

// fileName returns a path as a URI, because in a plain path a '?' would begin the options of the driver.
func fileName(path string) (string, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("data file %s: %w", path, err)
	}
	full = filepath.ToSlash(full)
	if !strings.HasPrefix(full, "/") {
		full = "/" + full // a drive letter
	}
	return (&url.URL{Scheme: "file", Path: full}).String(), nil
}

var opening = []string{
	// A second simulator on the same file would not see the changes of the first. The locking mode must be set before the journal
	// mode, which depends on it.
	`PRAGMA locking_mode = EXCLUSIVE`,
	`PRAGMA journal_mode = WAL`,
	`PRAGMA synchronous = FULL`,
	`CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS objects (
		kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID`,
	`CREATE TABLE IF NOT EXISTS requests (last INTEGER PRIMARY KEY, batch TEXT NOT NULL)`,
	`INSERT OR IGNORE INTO meta (name, value) VALUES ('schema', '` + schemaVersion + `')`,
}

func (s *Store) load() error {
	for _, statement := range opening {
		if _, err := s.conn.ExecContext(context.Background(), statement); err != nil {
			return err
		}
	}
	for _, load := range []func() error{s.upgrade, s.loadMeta, s.loadObjects, s.loadRecords} {
		if err := load(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) loadMeta() error {
	return s.query(`SELECT name, value FROM meta`, func(rows *sql.Rows) error {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		switch name {
		case "schema":
			if value != schemaVersion {
				return fmt.Errorf("it has layout %q; this simulator reads layout %q", value, schemaVersion)
			}
			return nil
		case "account":
			return json.Unmarshal([]byte(value), &s.view.account)
		case "policy":
			return json.Unmarshal([]byte(value), &s.view.accessPolicy)
		case "clock":
			return json.Unmarshal([]byte(value), &s.view.clock)
		}
		return nil
	})
}

func (s *Store) loadObjects() error {
	return s.query(`SELECT kind, id, body FROM objects`, func(rows *sql.Rows) error {
		var kind, id, body string
		if err := rows.Scan(&kind, &id, &body); err != nil {
			return err
		}
		load, known := loaders[kind]
		if !known {
			return fmt.Errorf("it has an object of an unknown kind, %q", kind)
		}
		if err := load(s.view, []byte(body)); err != nil {
			return fmt.Errorf("the %s %s: %w", kind, id, err)
		}
		return nil
	})
}

func (s *Store) query(query string, each func(*sql.Rows) error, args ...any) (err error) {
	rows, err := s.conn.QueryContext(context.Background(), query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
