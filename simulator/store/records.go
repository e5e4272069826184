package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// flushAt is how many records may wait before a call writes them itself.
const flushAt = 256

// maxKept is how much the kept records may hold together, in bytes: calls with large
// bodies push older ones out before their number does.
const maxKept = 64 << 20

// records is the record of calls: the newest ones in memory, and those not yet written.
type records struct {
	lock sync.Mutex
	// kept holds the newest records from start on; what is before is given up.
	kept    []Record
	start   int
	bytes   int
	keep    int
	last    int64
	counts  map[string]int
	waiting []Record
}

func newRecords(keep int) *records {
	return &records{keep: max(keep, 1), counts: map[string]int{}}
}

func (r *records) add(rec Record) {
	r.kept = append(r.kept, rec)
	r.bytes += rec.bytes()
	for len(r.kept)-r.start > r.keep || r.bytes > maxKept && len(r.kept)-r.start > 1 {
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

// oldest is the number of the last record that is given up.
func (r *records) oldest() int64 {
	if len(r.kept) == r.start {
		return r.last
	}
	return r.kept[r.start].Seq - 1
}

// bytes is about what the record costs in memory.
func (rec *Record) bytes() int {
	const fixed = 400
	return fixed + len(rec.Body) + len(rec.Header) + len(rec.UserAgent) + len(rec.Reason)
}

// Append records one call and numbers it. With now the record has reached the operating
// system when Append returns; without, it follows at the next Flush, or with the next
// batch.
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

// Flush writes the waiting records. They survive the end of the process, not yet a power
// cut.
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
	// No wait for the disk: see the package's comment. The mode cannot be changed inside
	// a transaction, and it is set back before the next change can begin.
	if err := s.exec(`PRAGMA synchronous = NORMAL`); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.exec(`PRAGMA synchronous = FULL`)) }()
	// A batch is one row: reads come by thousands, and a row costs more than a record.
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

// Scan calls see with the kept records, oldest first. see must not call the store.
func (s *Store) Scan(see func(*Record)) {
	r := s.records
	r.lock.Lock()
	defer r.lock.Unlock()
	for i := r.start; i < len(r.kept); i++ {
		see(&r.kept[i])
	}
}

// Counts returns the number of calls by action since the last Change.Clear, also of those
// no longer kept; after a restart it begins with those that were kept.
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

// clear forgets every record; Change.Clear empties the table.
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
