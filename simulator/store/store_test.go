package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"
)

var date = time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)

// places are the kinds of stores; every test below runs with each.
var places = map[string]func(t *testing.T) string{
	"file":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "data.db") },
	"memory": func(*testing.T) string { return Memory },
}

func contract(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Helper()
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			s := open(t, place(t))
			test(t, s)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func open(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path, 100, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // closing twice does nothing
	return s
}

func (s *Store) mustUpdate(t *testing.T, write func(*Change)) {
	t.Helper()
	err := s.Update(func(_ *View, change *Change) error {
		write(change)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func key(id, owner string, after time.Duration) Key {
	return Key{ID: id, OwnerID: owner, Secret: "secret of " + id, State: "ACTIVE", Created: date.Add(after), Modified: date.Add(after)}
}

func TestStore_putAndReopen(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		empty, tagged := key("EMPTY", "", 0), key("TAGGED", "U1", time.Second)
		tag := ""
		tagged.Tag, tagged.Expires = &tag, date.Add(time.Hour)
		user := User{ID: "U1", Name: "bob", Path: "/a/", Email: "b@example.com", Created: date, Modified: date.Add(1)}
		account := Account{ID: "123456789012", CustomerID: "12345678", Email: "e", RootKeyID: "EMPTY", RootSecret: "x", Starts: 3}
		s.mustUpdate(t, func(c *Change) {
			c.PutKey(empty)
			c.PutKey(tagged)
			c.PutUser(user)
			c.PutAccount(account)
			c.PutAccessPolicy(AccessPolicy{MaxSeconds: 5, TrustedEnv: true})
			c.PutClock(Clock{Offset: time.Hour, Strict: true})
		})
		check := func(v *View) {
			for _, want := range []Key{empty, tagged} {
				if got, ok := v.Key(want.ID); !ok || !reflect.DeepEqual(got, want) {
					t.Errorf("key %+v, want %+v", got, want)
				}
			}
			if got, ok := v.UserNamed("bob"); !ok || got.ID != user.ID || got.Email != user.Email {
				t.Errorf("user %+v", got)
			}
			if !reflect.DeepEqual(v.Account(), account) || v.AccessPolicy() != (AccessPolicy{5, true}) || v.Clock() != (Clock{time.Hour, true}) {
				t.Errorf("%+v %+v %+v", v.Account(), v.AccessPolicy(), v.Clock())
			}
			if got := v.OwnerKeys("U1"); len(got) != 1 || got[0].ID != "TAGGED" || v.CountKeys("") != 1 || v.CountKeys("none") != 0 {
				t.Errorf("keys by owner: %v", got)
			}
		}
		s.Read(check)
		if path := s.path(t); path != "" {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			open(t, path).Read(check)
		}
	})
}

// path returns the path of the store's file, or "" for a store in memory.
func (s *Store) path(t *testing.T) string {
	t.Helper()
	var path string
	if err := s.conn.QueryRowContext(t.Context(), `SELECT file FROM pragma_database_list`).Scan(&path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStore_replaceAndDelete(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		s.mustUpdate(t, func(c *Change) {
			c.PutKey(key("K", "U1", 0))
			c.PutUser(User{ID: "U1", Name: "old"})
		})
		s.mustUpdate(t, func(c *Change) {
			c.PutKey(key("K", "U2", 0))
			c.PutUser(User{ID: "U1", Name: "new"})
		})
		s.Read(func(v *View) {
			_, old := v.UserNamed("old")
			if _, renamed := v.UserNamed("new"); old || !renamed || v.CountKeys("U1") != 0 || v.CountKeys("U2") != 1 {
				t.Error("the indexes have a replaced object")
			}
		})
		s.mustUpdate(t, func(c *Change) {
			c.DeleteKey("K")
			c.DeleteKey("none")
			c.DeleteUser("U1")
			c.DeleteUser("none")
		})
		s.Read(func(v *View) {
			if len(v.Keys())+len(v.Users()) != 0 {
				t.Error(v.Keys(), v.Users())
			}
		})
	})
}

func TestView_order(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		s.mustUpdate(t, func(c *Change) {
			for i, id := range []string{"C", "A", "B"} {
				c.PutKey(key(id, "", time.Duration(i/2)*time.Second))
				c.PutUser(User{ID: id, Name: id, Created: date.Add(time.Duration(i/2) * time.Second)})
			}
		})
		s.Read(func(v *View) {
			var keys, users string
			for _, k := range v.Keys() {
				keys += k.ID
			}
			for _, u := range v.Users() {
				users += u.ID
			}
			if keys != "ACB" || users != "ACB" {
				t.Errorf("keys %s, users %s", keys, users)
			}
		})
	})
}

func TestUpdate_refused(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		refusal := errors.New("refused")
		err := s.Update(func(_ *View, c *Change) error {
			c.PutKey(key("K", "", 0))
			c.Then(func(*View) { t.Error("called after a refusal") })
			return refusal
		})
		if !errors.Is(err, refusal) {
			t.Error(err)
		}
		// A change whose second step the database refuses changes nothing.
		err = s.Update(func(_ *View, c *Change) error {
			c.PutKey(key("K", "", 0))
			c.add(`INSERT INTO no_such_table VALUES (1)`, nil)
			return nil
		})
		if err == nil {
			t.Error("a broken change was accepted")
		}
		s.Read(func(v *View) {
			if len(v.Keys()) != 0 {
				t.Error(v.Keys())
			}
		})
		called := false
		s.mustUpdate(t, func(c *Change) { c.Then(func(*View) { called = true }) })
		if !called {
			t.Error("not called after a change")
		}
	})
}

func TestUpdate_concurrent(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				err := s.Update(func(v *View, c *Change) error {
					c.PutAccessPolicy(AccessPolicy{MaxSeconds: v.AccessPolicy().MaxSeconds + 1})
					return nil
				})
				if err != nil {
					t.Error(err)
				}
				s.Read(func(v *View) { _ = v.AccessPolicy() })
				if err := s.Append(Record{Action: "X", Body: "{}"}, true); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		s.Read(func(v *View) {
			if got := v.AccessPolicy().MaxSeconds; got != 20 {
				t.Errorf("%d of 20 changes", got)
			}
		})
	})
}

func (s *Store) actions() (out []string) {
	s.Scan(func(r *Record) { out = append(out, fmt.Sprintf("%d %s", r.Seq, r.Action)) })
	return out
}

func TestAppend_keepsNewest(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		for i := range flushAt + 50 {
			if err := s.Append(Record{Action: fmt.Sprint(i % 2), Body: "{}", Time: date}, i%10 == 0); err != nil {
				t.Fatal(err)
			}
		}
		got := s.actions()
		if len(got) != 100 || got[0] != "207 0" || got[99] != "306 1" {
			t.Errorf("%d records, from %v to %v", len(got), got[0], got[len(got)-1])
		}
		if counts := s.Counts(); counts["0"] != 153 || counts["1"] != 153 {
			t.Error(counts)
		}
		path := s.path(t)
		if path == "" {
			return
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again := open(t, path)
		if back := again.actions(); !reflect.DeepEqual(back, got) {
			t.Errorf("%d records after a restart", len(back))
		}
		if err := again.Append(Record{Action: "next"}, false); err != nil {
			t.Fatal(err)
		}
		if back := again.actions(); back[99] != "307 next" {
			t.Error(back[99])
		}
	})
}

func TestChange_clear(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		s.mustUpdate(t, func(c *Change) {
			c.PutKey(key("K", "", 0))
			c.PutAccount(Account{ID: "1"})
		})
		if err := s.Append(Record{}, true); err != nil {
			t.Fatal(err)
		}
		s.mustUpdate(t, func(c *Change) {
			c.Clear()
			c.PutAccount(Account{ID: "2"})
		})
		check := func(s *Store) {
			s.Read(func(v *View) {
				if len(v.Keys()) != 0 || v.Account().ID != "2" || len(s.actions()) != 0 {
					t.Error(v.Keys(), v.Account(), s.actions())
				}
			})
		}
		check(s)
		if path := s.path(t); path != "" {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			check(open(t, path))
		}
	})
}

func TestStore_closed(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		err := s.Update(func(_ *View, c *Change) error {
			c.DeleteKey("x")
			return nil
		})
		if !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
		if err := s.Append(Record{}, true); err != nil {
			t.Error(err)
		}
	})
}

func TestOpen_otherLayout(t *testing.T) {
	path := places["file"](t)
	s := open(t, path)
	s.mustUpdate(t, func(c *Change) { c.add(`UPDATE meta SET value = '99' WHERE name = 'schema'`, nil) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, 1, 1<<20); err == nil {
		t.Error("taken")
	}
}

func TestOpen_fileMode(t *testing.T) {
	path := places["file"](t)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
}

// Writes wait for the disk. A test can check only the setting.
func TestUpdate_synchronous(t *testing.T) {
	s := open(t, places["file"](t))
	settings := func() (journal string, synchronous int) {
		t.Helper()
		if err := s.conn.QueryRowContext(t.Context(), `PRAGMA journal_mode`).Scan(&journal); err != nil {
			t.Fatal(err)
		}
		if err := s.conn.QueryRowContext(t.Context(), `PRAGMA synchronous`).Scan(&synchronous); err != nil {
			t.Fatal(err)
		}
		return journal, synchronous
	}
	const full = 2
	if journal, synchronous := settings(); journal != "wal" || synchronous != full {
		t.Error(journal, synchronous)
	}
	if err := s.Append(Record{}, true); err != nil {
		t.Fatal(err)
	}
	if _, synchronous := settings(); synchronous != full {
		t.Errorf("synchronous is %d after a record", synchronous)
	}
}
