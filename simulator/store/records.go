package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// flushAt is the number of waiting records at which a call writes them.
const flushAt = 256

// records are the recorded calls: the newest ones in memory, and those not yet written.
type records struct {
	lock sync.Mutex
	// kept holds the newest records from index start on; those before are dropped.
	kept    []Record
	start   int
	bytes   int
	keep    int // at most so many records, of keepBytes bytes together
	last    int64
	counts  map[string]int
	waiting []Record

	keepBytes int
}

func newRecords(keep, keepBytes int) *records {
	return &records{keep: max(keep, 1), keepBytes: keepBytes, counts: map[string]int{}}
}

func (r *records) add(rec Record) {
	r.kept = append(r.kept, rec)
	r.bytes += rec.bytes()
	for len(r.kept)-r.start > r.keep || r.bytes > r.keepBytes && len(r.kept)-r.start > 1 {
		r.bytes -= r.kept[r.start].bytes()
		r.kept[r.start] = Record{}
		r.start++
	}
	if r.start > len(r.kept)/2 {
		r.kept = append(make([]Record, 0, 2*(len(r.kept)-r.start)), r.kept[r.start:]...)
		r.start = 0
	}
	r.last = rec.Seq
	r.counts[rec.Action]++
}

// oldest returns the number of the newest record that is dropped.
func (r *records) oldest() int64 {
	if len(r.kept) == r.start {
		return r.last
	}
	return r.kept[r.start].Seq - 1
}

// bytes returns the approximate size of the record in memory.
func (rec *Record) bytes() int {
	const fixed = 400
	return fixed + len(rec.Body) + len(rec.Header) + len(rec.UserAgent) + len(rec.Reason)
}

// Append records one call and numbers it. With now, the operating system has the record when
// Append returns; without, it is written by the next Flush or with the next batch.
func (s *Store) Append(rec Record, now bool) error {
	r := s.records
	r.lock.Lock()
	rec.Seq = r.last + 1
	r.add(rec)
	r.waiting = append(r.waiting, rec)
	full := len(r.waiting) >= flushAt
	r.lock.Unlock()
	if now || full {
		return s.Flush()
	}
	return nil
}

// Flush writes the waiting records. They survive the end of the process, but not a power
// failure.
func (s *Store) Flush() error {
	s.writeLock.Lock()
	defer s.writeLock.Unlock()
	return s.flush()
}

func (s *Store) flush() (err error) {
	r := s.records
	r.lock.Lock()
	waiting := r.waiting
	r.waiting = nil
	oldest := r.oldest()
	r.lock.Unlock()
	if len(waiting) == 0 || s.closed {
		return nil
	}
	// The package comment says why this does not wait for the disk. The mode cannot be
	// changed inside a transaction, and is restored before the next change begins.
	if err := s.exec(`PRAGMA synchronous = NORMAL`); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.exec(`PRAGMA synchronous = FULL`)) }()
	// A batch is one row, because a row costs more than a record.
	batch, err := json.Marshal(waiting)
	if err != nil {
		return fmt.Errorf("store: records of calls: %w", err)
	}
	return s.transaction(func(tx *sql.Tx) error {
		last := waiting[len(waiting)-1].Seq
		if _, err := tx.Exec(`INSERT INTO requests (last, batch) VALUES (?,?)`, last, string(batch)); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM requests WHERE last <= ?`, oldest)
		return err
	})
}

func (s *Store) exec(statement string) error {
	_, err := s.conn.ExecContext(context.Background(), statement)
	return err
}

// Scan calls visit with the kept records, oldest first. visit must not call the store.
func (s *Store) Scan(visit func(*Record)) {
	r := s.records
	r.lock.Lock()
	defer r.lock.Unlock()
	for i := r.start; i < len(r.kept); i++ {
		visit(&r.kept[i])
	}
}

// Counts returns the number of calls by action since the last Change.Clear, including those
// no longer kept; after a restart it starts from those that were kept.
func (s *Store) Counts() map[string]int {
	r := s.records
	r.lock.Lock()
	defer r.lock.Unlock()
	out := make(map[string]int, len(r.counts))
	for action, n := range r.counts {
		out[action] = n
	}
	return out
}

// clear drops every record in memory; Change.Clear empties the table.
func (r *records) clear() {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.kept, r.start, r.bytes, r.waiting, r.counts, r.last = nil, 0, 0, nil, map[string]int{}, 0
}

func (s *Store) loadRecords() error {
	return s.query(`SELECT batch FROM requests ORDER BY last`, func(rows *sql.Rows) error {
		var text string
		var batch []Record
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &batch); err != nil {
			return err
		}
		for _, rec := range batch {
			s.records.add(rec)
		}
		return nil
	})
}
