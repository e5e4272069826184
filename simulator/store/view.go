package store

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// View is the state of the account between two changes. It is valid only inside the function
// that received it.
type View struct {
	account Account
	policy  Policy
	clock   Clock
	keys    map[string]Key
	byOwner map[string]map[string]struct{}
	users   map[string]User
	byName  map[string]string
}

func newView() *View {
	return &View{
		keys:    map[string]Key{},
		byOwner: map[string]map[string]struct{}{},
		users:   map[string]User{},
		byName:  map[string]string{},
	}
}

// Account returns the account; its ID is "" before the first Put.
func (v *View) Account() Account { return v.account }

// Policy returns the API access policy.
func (v *View) Policy() Policy { return v.policy }

// Clock returns the persisted offset of the clock.
func (v *View) Clock() Clock { return v.clock }

// Key returns one access key.
func (v *View) Key(id string) (Key, bool) {
	k, ok := v.keys[id]
	return k, ok
}

// OwnerKeys returns the keys of one owner ("" = root) by creation date, then id (A28).
func (v *View) OwnerKeys(ownerID string) []Key {
	ids := v.byOwner[ownerID]
	out := make([]Key, 0, len(ids))
	for id := range ids {
		out = append(out, v.keys[id])
	}
	sortKeys(out)
	return out
}

// CountKeys returns how many keys an owner has, in any state.
func (v *View) CountKeys(ownerID string) int { return len(v.byOwner[ownerID]) }

// Keys returns every key of the account by creation date, then id.
func (v *View) Keys() []Key {
	out := make([]Key, 0, len(v.keys))
	for _, k := range v.keys {
		out = append(out, k)
	}
	sortKeys(out)
	return out
}

// User returns one user by id.
func (v *View) User(id string) (User, bool) {
	u, ok := v.users[id]
	return u, ok
}

// UserNamed returns one user by name; names are unique in the account.
func (v *View) UserNamed(name string) (User, bool) {
	return v.User(v.byName[name])
}

// Users returns every user by creation date, then id.
func (v *View) Users() []User {
	out := make([]User, 0, len(v.users))
	for _, u := range v.users {
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b User) int { return byDate(a.Created, b.Created, a.ID, b.ID) })
	return out
}

func sortKeys(keys []Key) {
	slices.SortFunc(keys, func(a, b Key) int { return byDate(a.Created, b.Created, a.ID, b.ID) })
}

func byDate(a, b time.Time, idA, idB string) int {
	return cmp.Or(a.Compare(b), strings.Compare(idA, idB))
}

func (v *View) putKey(k Key) {
	v.deleteKey(k.ID)
	v.keys[k.ID] = k
	if v.byOwner[k.OwnerID] == nil {
		v.byOwner[k.OwnerID] = map[string]struct{}{}
	}
	v.byOwner[k.OwnerID][k.ID] = struct{}{}
}

func (v *View) deleteKey(id string) {
	k, ok := v.keys[id]
	if !ok {
		return
	}
	delete(v.keys, id)
	delete(v.byOwner[k.OwnerID], id)
	if len(v.byOwner[k.OwnerID]) == 0 {
		delete(v.byOwner, k.OwnerID)
	}
}

func (v *View) putUser(u User) {
	v.deleteUser(u.ID)
	v.users[u.ID] = u
	v.byName[u.Name] = u.ID
}

func (v *View) deleteUser(id string) {
	u, ok := v.users[id]
	if !ok {
		return
	}
	delete(v.users, id)
	delete(v.byName, u.Name)
}
