package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// flushAt is the number of pending records at which Append writes them.
const flushAt = 256

// records has the newest records of calls, and those that are not written yet.
type records struct {
	lock sync.Mutex
	// kept has the newest records from index start on. Those before start are dropped.
	kept  []Record
	start int
	// bytes is the total size of the kept records. keep and keepBytes are the limits on their number and total size.
	bytes, keep, keepBytes int
	// last is the number of the newest record, and counts has the number of calls by action.
	last   int64
	counts map[string]int
	// pending are the records that are not written yet.
	pending []Record
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

// dropped returns the number of the newest record that is dropped.
func (r *records) dropped() int64 {
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

// Append adds the record of one call, and gives it a number. If now is true, the record survives the end of the process when Append
// returns. Otherwise the next Flush or the next full batch writes it.
func (s *Store) Append(rec Record, now bool) error {
	r := s.records
	r.lock.Lock()
	rec.Seq = r.last + 1
	r.add(rec)
	r.pending = append(r.pending, rec)
	full := len(r.pending) >= flushAt
	r.lock.Unlock()
	if now || full {
		return s.Flush()
	}
	return nil
}

// Flush writes the pending records. They then survive the end of the process, but not a power failure.
func (s *Store) Flush() error {
	s.writeLock.Lock()
	defer s.writeLock.Unlock()
	return s.flush()
}

func (s *Store) flush() (err error) {
	r := s.records
	r.lock.Lock()
	pending := r.pending
	r.pending = nil
	dropped := r.dropped()
	r.lock.Unlock()
	if len(pending) == 0 || s.closed {
		return nil
	}
	// Records do not wait for the disk (see the package comment). The mode cannot be changed inside a transaction. It is restored
	// before the next change begins.
	if err := s.exec(`PRAGMA synchronous = NORMAL`); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.exec(`PRAGMA synchronous = FULL`)) }()
	// A batch is one row, because a row costs more than a record.
	batch, err := json.Marshal(pending)
	if err != nil {
		return fmt.Errorf("store: records of calls: %w", err)
	}
	return s.transaction(func(tx *sql.Tx) error {
		last := pending[len(pending)-1].Seq
		if _, err := tx.Exec(`INSERT INTO requests (last, batch) VALUES (?,?)`, last, string(batch)); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM requests WHERE last <= ?`, dropped)
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

// Counts returns the number of calls by action since the last Change.Clear, including dropped ones. After a restart it begins with
// the number of the stored records.
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
	r.kept, r.start, r.bytes, r.pending, r.counts, r.last = nil, 0, 0, nil, map[string]int{}, 0
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
