package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Change collects the writes of one call. They become visible when they are on the disk.
type Change struct {
	steps   []step
	records *records
}

// step is one write: to the database first, and to the view after the commit.
type step struct {
	query string
	args  []any
	apply func(*View)
}

// PutKey adds or replaces a key.
func (c *Change) PutKey(k Key) {
	var expires any
	if !k.Expires.IsZero() {
		expires = k.Expires.UnixMilli()
	}
	var tag any
	if k.Tag != nil {
		tag = *k.Tag
	}
	c.add(`INSERT OR REPLACE INTO access_keys
		(id, owner_id, secret, state, tag, created, modified, expires) VALUES (?,?,?,?,?,?,?,?)`,
		func(v *View) { v.putKey(k) },
		k.ID, k.OwnerID, k.Secret, k.State, tag, k.Created.UnixMilli(), k.Modified.UnixMilli(), expires)
}

// DeleteKey removes a key; an unknown id does nothing.
func (c *Change) DeleteKey(id string) {
	c.add(`DELETE FROM access_keys WHERE id = ?`, func(v *View) { v.deleteKey(id) }, id)
}

// PutUser adds or replaces a user.
func (c *Change) PutUser(u User) {
	c.add(`INSERT OR REPLACE INTO users
		(id, name, path, email, created, modified) VALUES (?,?,?,?,?,?)`,
		func(v *View) { v.putUser(u) },
		u.ID, u.Name, u.Path, u.Email, u.Created.UnixMilli(), u.Modified.UnixMilli())
}

// DeleteUser removes a user; an unknown id does nothing.
func (c *Change) DeleteUser(id string) {
	c.add(`DELETE FROM users WHERE id = ?`, func(v *View) { v.deleteUser(id) }, id)
}

// PutAccount replaces the account.
func (c *Change) PutAccount(a Account) { c.meta("account", a, func(v *View) { v.account = a }) }

// PutPolicy replaces the API access policy.
func (c *Change) PutPolicy(p Policy) { c.meta("policy", p, func(v *View) { v.policy = p }) }

// PutClock replaces the clock's offset.
func (c *Change) PutClock(k Clock) { c.meta("clock", k, func(v *View) { v.clock = k }) }

// Clear removes every object and every record, in memory and in the database together: the
// record of a call that ends at the same time is either removed, or the first new one.
// Later steps of the same change apply to the empty store.
func (c *Change) Clear() {
	for _, table := range []string{"access_keys", "users", "requests", "meta"} {
		c.add(`DELETE FROM `+table, nil)
	}
	c.add(`INSERT INTO meta (name, value) VALUES ('schema', ?)`, func(v *View) {
		*v = *newView()
		c.records.clear()
	}, schemaVersion)
}

// Then calls do after the change is committed and before the next update begins.
func (c *Change) Then(do func()) {
	c.steps = append(c.steps, step{apply: func(*View) { do() }})
}

func (c *Change) meta(name string, value any, apply func(*View)) {
	text, err := json.Marshal(value)
	if err != nil {
		// The values are structs of this package; marshalling them cannot fail.
		panic(err)
	}
	c.add(`INSERT OR REPLACE INTO meta (name, value) VALUES (?,?)`, apply, name, string(text))
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

// Update calls decide with the current objects and commits what it added to the change.
// Updates run one after the other. An error of decide is returned unchanged, and nothing is
// written. When Update returns nil the change is on the disk (synchronous=FULL); after any
// other error it is not.
func (s *Store) Update(decide func(*View, *Change) error) error {
	s.writeLock.Lock()
	defer s.writeLock.Unlock()
	change := &Change{records: s.records}
	// Only updates change the view, and they are serialised by writeLock: reading it
	// here needs no viewLock.
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

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
