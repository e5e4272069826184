package store

import (
	"database/sql"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// reopened calls check with the view of a store, and again after the file was closed and opened.
func reopened(t *testing.T, s *Store, check func(t *testing.T, v *View)) {
	t.Helper()
	s.Read(func(v *View) { check(t, v) })
	path := s.path(t)
	if path == "" {
		return
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path).Read(func(v *View) { check(t, v) })
}

func at(seconds int) time.Time { return date.Add(time.Duration(seconds) * time.Second) }

func names[T any](list []T, name func(T) string) string {
	out := ""
	for _, item := range list {
		out += name(item) + " "
	}
	return out
}

func userName(u User) string     { return u.Name }
func groupName(g Group) string   { return g.Name }
func policyName(p Policy) string { return p.Name }

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

func TestStore_groupsAndMembers(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		group := Group{ID: "ug-1", Name: "g", Path: "/a/", Created: at(1), Modified: at(2)}
		s.mustUpdate(t, func(c *Change) {
			c.PutGroup(Group{ID: "ug-2", Name: "later", Path: "/", Created: at(5), Modified: at(5)})
			c.PutGroup(group)
			for i, name := range []string{"second", "first", "gone"} {
				c.PutUser(User{ID: "U" + name, Name: name, Created: at(9 - i)})
				c.AddMember("ug-1", "U"+name)
			}
			c.AddMember("ug-2", "Ufirst")
			c.AddMember("ug-2", "Ufirst")
			c.RemoveMember("ug-1", "Ugone")
			c.RemoveMember("ug-1", "Unone")
		})
		reopened(t, s, func(t *testing.T, v *View) {
			got, ok := v.GroupNamed("g")
			equal(t, "group", got, group)
			equal(t, "found", ok, true)
			equal(t, "groups", names(v.Groups(), groupName), "g later ")
			equal(t, "members", names(v.Members("ug-1"), userName), "first second ")
			equal(t, "groups of first", names(v.GroupsOf("Ufirst"), groupName), "g later ")
			equal(t, "groups of gone", names(v.GroupsOf("Ugone"), groupName), "")
			equal(t, "membership", []bool{v.IsMember("ug-1", "Ufirst"), v.IsMember("ug-1", "Ugone")}, []bool{true, false})
		})
	})
}

func TestStore_renamedAndDeletedGroup(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		s.mustUpdate(t, func(c *Change) { c.PutGroup(Group{ID: "ug-1", Name: "old"}) })
		s.mustUpdate(t, func(c *Change) { c.PutGroup(Group{ID: "ug-1", Name: "new"}) })
		s.mustUpdate(t, func(c *Change) { c.PutGroup(Group{ID: "ug-2", Name: "old"}) })
		s.mustUpdate(t, func(c *Change) { c.DeleteGroup("ug-1") })
		reopened(t, s, func(t *testing.T, v *View) {
			old, _ := v.GroupNamed("old")
			_, renamed := v.GroupNamed("new")
			equal(t, "groups", []any{old.ID, renamed, len(v.Groups())}, []any{"ug-2", false, 1})
		})
	})
}

func TestStore_policiesAndLinks(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		policy := Policy{
			ID: "P1", Name: "p", Path: "/x/", Description: "d", Default: 2, Last: 3, Created: at(1), Modified: at(2),
			Versions: []PolicyVersion{{Number: 2, Document: `{"a": 1}`, Created: at(1)}, {Number: 3, Document: "b", Created: at(2)}},
		}
		s.mustUpdate(t, func(c *Change) {
			c.PutPolicy(policy)
			c.PutPolicy(Policy{ID: "P2", Name: "p", OWS: true, Created: at(9)})
			c.DeletePolicy("P2")
			c.PutPolicy(Policy{ID: "P0", Name: "own", OWS: true, Created: at(0), Modified: at(0), Versions: []PolicyVersion{{Number: 1}}})
			c.PutUser(User{ID: "U1", Name: "u"})
			c.PutGroup(Group{ID: "ug-1", Name: "g"})
			c.Link("U1", "P1")
			c.Link("U1", "P0")
			c.Link("ug-1", "P1")
			c.Link("ug-1", "P0")
			c.Unlink("ug-1", "P0")
			c.Unlink("ug-1", "none")
		})
		reopened(t, s, func(t *testing.T, v *View) {
			got, _ := v.PolicyNamed("p")
			equal(t, "policy", got, policy)
			_, own := v.PolicyNamed("own")
			equal(t, "OUTSCALE's own policy by name", own, false)
			version, found := got.Version(3)
			_, gone := got.Version(1)
			equal(t, "version", []any{version.Document, found, gone}, []any{"b", true, false})
			equal(t, "policies", names(v.Policies(), policyName), "own p ")
			equal(t, "policies of the user", names(v.PoliciesOf("U1"), policyName), "own p ")
			equal(t, "policies of the group", names(v.PoliciesOf("ug-1"), policyName), "p ")
			equal(t, "users of p", names(v.LinkedUsers("P1"), userName), "u ")
			equal(t, "groups of p", names(v.LinkedGroups("P1"), groupName), "g ")
			equal(t, "counts", []int{v.CountLinks("P1"), v.CountLinks("P0"), v.CountLinks("none")}, []int{2, 1, 0})
			equal(t, "linked", []bool{v.IsLinked("U1", "P0"), v.IsLinked("ug-1", "P0")}, []bool{true, false})
		})
	})
}

func TestStore_inlinePolicies(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		policy := InlinePolicy{OwnerID: "U1", Name: "a/b", Document: `{"x": "y"}`, Created: at(2)}
		s.mustUpdate(t, func(c *Change) {
			c.PutInlinePolicy(InlinePolicy{OwnerID: "U1", Name: "a/b", Document: "old", Created: at(2)})
			c.PutInlinePolicy(policy)
			c.PutInlinePolicy(InlinePolicy{OwnerID: "U1", Name: "first", Created: at(1)})
			c.PutInlinePolicy(InlinePolicy{OwnerID: "ug-1", Name: "a/b", Document: "of the group", Created: at(1)})
			c.PutInlinePolicy(InlinePolicy{OwnerID: "U1", Name: "gone", Created: at(1)})
			c.DeleteInlinePolicy("U1", "gone")
			c.DeleteInlinePolicy("U2", "none")
		})
		reopened(t, s, func(t *testing.T, v *View) {
			got, _ := v.InlinePolicy("U1", "a/b")
			equal(t, "policy", got, policy)
			equal(t, "of the user", names(v.InlinePolicies("U1"), func(p InlinePolicy) string { return p.Name }), "first a/b ")
			equal(t, "of the group", names(v.InlinePolicies("ug-1"), func(p InlinePolicy) string { return p.Document }), "of the group ")
			equal(t, "of nobody", len(v.InlinePolicies("U2")), 0)
		})
	})
}

func TestStore_accessRulesAndCAs(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		rule := AccessRule{ID: "aar-2", Description: "d", IPRanges: []string{"192.0.2.0/24"}, CAIDs: []string{"ca-1"}, CNs: []string{"x"}, Created: at(2)}
		ca := CA{ID: "ca-1", Description: "d", PEM: "pem", Fingerprint: "f", Created: at(1)}
		s.mustUpdate(t, func(c *Change) {
			c.PutRule(rule)
			c.PutRule(AccessRule{ID: "aar-1", Created: at(1)})
			c.PutRule(AccessRule{ID: "aar-3", Created: at(3)})
			c.DeleteRule("aar-3")
			c.PutCA(ca)
			c.PutCA(CA{ID: "ca-2", Created: at(2)})
			c.DeleteCA("ca-2")
		})
		reopened(t, s, func(t *testing.T, v *View) {
			gotRule, _ := v.Rule("aar-2")
			equal(t, "rule", gotRule, rule)
			equal(t, "rules", names(v.Rules(), func(r AccessRule) string { return r.ID }), "aar-1 aar-2 ")
			equal(t, "number of rules", v.CountRules(), 2)
			gotCA, _ := v.CA("ca-1")
			equal(t, "CA", gotCA, ca)
			equal(t, "CAs", names(v.CAs(), func(c CA) string { return c.ID }), "ca-1 ")
		})
	})
}

func TestChange_clearRemovesEveryKind(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		s.mustUpdate(t, func(c *Change) {
			c.PutKey(key("K", "U1", 0))
			c.PutUser(User{ID: "U1", Name: "u"})
			c.PutGroup(Group{ID: "ug-1", Name: "g"})
			c.PutPolicy(Policy{ID: "P1", Name: "p"})
			c.AddMember("ug-1", "U1")
			c.Link("U1", "P1")
			c.PutInlinePolicy(InlinePolicy{OwnerID: "U1", Name: "i"})
			c.PutRule(AccessRule{ID: "aar-1"})
			c.PutCA(CA{ID: "ca-1"})
		})
		s.mustUpdate(t, func(c *Change) { c.Clear() })
		reopened(t, s, func(t *testing.T, v *View) {
			equal(t, "objects", *v, *newView())
		})
	})
}

// layout1 is the layout of the first version, with two users and two keys.
var layout1 = []string{
	`CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,
	`CREATE TABLE access_keys (id TEXT PRIMARY KEY, owner_id TEXT NOT NULL, secret TEXT NOT NULL, state TEXT NOT NULL,
		tag TEXT, created INTEGER NOT NULL, modified INTEGER NOT NULL, expires INTEGER)`,
	`CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, path TEXT NOT NULL, email TEXT NOT NULL,
		created INTEGER NOT NULL, modified INTEGER NOT NULL)`,
	`CREATE TABLE requests (last INTEGER PRIMARY KEY, batch TEXT NOT NULL)`,
	`INSERT INTO meta VALUES ('schema', '1'), ('account', '{"ID":"123456789012","Email":"e","RootKeyID":"ROOT"}'), ('policy', '{"MaxSeconds":7}')`,
	`INSERT INTO users VALUES ('U1', 'bob', '/a/', 'b@example.com', 1767323045678, 1767323045679)`,
	`INSERT INTO access_keys VALUES ('ROOT', '', 's1', 'ACTIVE', NULL, 1767323045678, 1767323045678, NULL)`,
	`INSERT INTO access_keys VALUES ('K1', 'U1', 's"2', 'INACTIVE', '', 1767323045678, 1767323045999, 1767326645001)`,
}

func TestOpen_layout1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range layout1 {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	reopened(t, open(t, path), func(t *testing.T, v *View) {
		empty := ""
		user, _ := v.UserNamed("bob")
		equal(t, "user", user, User{ID: "U1", Name: "bob", Path: "/a/", Email: "b@example.com", Created: date, Modified: date.Add(time.Millisecond)})
		root, _ := v.Key("ROOT")
		equal(t, "root key", root, Key{ID: "ROOT", Secret: "s1", State: "ACTIVE", Created: date, Modified: date})
		key, _ := v.Key("K1")
		equal(t, "key", key, Key{
			ID: "K1", OwnerID: "U1", Secret: `s"2`, State: "INACTIVE", Tag: &empty, Created: date,
			Modified: date.Add(321 * time.Millisecond), Expires: date.Add(time.Hour - 677*time.Millisecond),
		})
		equal(t, "account", []any{v.Account().ID, v.AccessPolicy().MaxSeconds}, []any{"123456789012", int64(7)})
	})
}

func TestOpen_unknownKind(t *testing.T) {
	path := places["file"](t)
	s := open(t, path)
	s.mustUpdate(t, func(c *Change) { put(c, "robot", "R1", pair{}, func(*View, pair) {}) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, 1, 1<<20); err == nil {
		t.Error("Open accepts a file with an object of an unknown kind")
	}
}
