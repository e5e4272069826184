package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Change collects the writes of one call. They become visible after they are on the disk.
type Change struct {
	steps   []step
	records *records
}

// step is one write: query writes to the database, and after the commit apply writes to the view.
type step struct {
	query string
	args  []any
	apply func(*View)
}

// PutAccount replaces the account.
func (c *Change) PutAccount(a Account) { c.meta("account", a, func(v *View) { v.account = a }) }

// PutAccessPolicy replaces the API access policy.
func (c *Change) PutAccessPolicy(p AccessPolicy) {
	c.meta("policy", p, func(v *View) { v.accessPolicy = p })
}

// PutClock replaces the clock's offset.
func (c *Change) PutClock(k Clock) { c.meta("clock", k, func(v *View) { v.clock = k }) }

// Clear removes every object and every record, in memory and in the database. The record of a call that ends at the same time is
// either removed or the first new one. Later steps of the same change apply to the empty store.
func (c *Change) Clear() {
	for _, table := range []string{"objects", "requests", "meta"} {
		c.add(`DELETE FROM `+table, nil)
	}
	c.add(`INSERT INTO meta (name, value) VALUES ('schema', ?)`, func(v *View) {
		*v = *newView()
		c.records.clear()
	}, schemaVersion)
}

// Then calls do with the changed view, after the commit and before the next update begins. do must not keep the view.
func (c *Change) Then(do func(*View)) { c.steps = append(c.steps, step{apply: do}) }

func (c *Change) meta(name string, value any, apply func(*View)) {
	c.add(`INSERT OR REPLACE INTO meta (name, value) VALUES (?,?)`, apply, name, marshal(value))
}

func (c *Change) add(query string, apply func(*View), args ...any) {
	c.steps = append(c.steps, step{query: query, args: args, apply: apply})
}

// Read calls use with the current objects. use must not keep the view.
func (s *Store) Read(use func(*View)) {
	s.viewLock.RLock()
	defer s.viewLock.RUnlock()
	use(s.view)
}

// Update calls decide with the current objects, and commits the writes that decide adds to the change. Updates run one after the
// other. If decide returns an error, Update writes nothing and returns that error. The change is on the disk (synchronous=FULL) when
// Update returns nil, and is not written if it returns an error.
func (s *Store) Update(decide func(*View, *Change) error) error {
	s.writeLock.Lock()
	defer s.writeLock.Unlock()
	change := &Change{records: s.records}
	// Reading the view here needs no viewLock: only updates change it, and writeLock serialises them.
	if err := decide(s.view, change); err != nil {
		return err
	}
	if len(change.steps) == 0 {
		return nil
	}
	if err := s.commit(change.steps); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	s.viewLock.Lock()
	defer s.viewLock.Unlock()
	for _, step := range change.steps {
		if step.apply != nil {
			step.apply(s.view)
		}
	}
	return nil
}

func (s *Store) commit(steps []step) error {
	return s.transaction(func(tx *sql.Tx) error {
		for _, step := range steps {
			if step.query == "" {
				continue
			}
			if _, err := tx.Exec(step.query, step.args...); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) transaction(work func(*sql.Tx) error) error {
	if s.closed {
		return ErrClosed
	}
	tx, err := s.conn.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	if err := work(tx); err != nil {
		// The first error is reported; a failed rollback changes nothing.
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}
