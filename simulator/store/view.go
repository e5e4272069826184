package store

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// View is the state of the account between two changes. It is valid only in the function that receives it. Lists are sorted by
// creation date, then id (A28).
type View struct {
	account      Account
	accessPolicy AccessPolicy
	clock        Clock

	keys     map[string]Key
	users    map[string]User
	groups   map[string]Group
	policies map[string]Policy
	rules    map[string]AccessRule
	cas      map[string]CA
	// inline holds inline policies by owner, then name.
	inline map[string]map[string]InlinePolicy

	// The indexes hold ids by name.
	userNames, groupNames, policyNames map[string]string
	// owned are the keys of each owner, members the users of each group, links the managed policies of each user and group.
	owned, members, links relation
}

func newView() *View {
	return &View{
		keys: map[string]Key{}, users: map[string]User{}, groups: map[string]Group{}, policies: map[string]Policy{},
		rules: map[string]AccessRule{}, cas: map[string]CA{}, inline: map[string]map[string]InlinePolicy{},
		userNames: map[string]string{}, groupNames: map[string]string{}, policyNames: map[string]string{},
		owned: newRelation(), members: newRelation(), links: newRelation(),
	}
}

// Account returns the account. Its ID is "" before the first PutAccount.
func (v *View) Account() Account { return v.account }

// AccessPolicy returns the API access policy.
func (v *View) AccessPolicy() AccessPolicy { return v.accessPolicy }

// Clock returns the stored offset of the clock.
func (v *View) Clock() Clock { return v.clock }

// Key returns one access key.
func (v *View) Key(id string) (Key, bool) {
	k, ok := v.keys[id]
	return k, ok
}

// Keys returns every key of the account.
func (v *View) Keys() []Key { return sortedValues(maps.Values(v.keys), keyOrder) }

// OwnerKeys returns the keys of one owner. ownerID is the id of a user, or "" for the root account.
func (v *View) OwnerKeys(ownerID string) []Key {
	return sortedValues(lookup(v.owned.of(ownerID), v.keys), keyOrder)
}

// CountKeys returns the number of keys of one owner, in any state.
func (v *View) CountKeys(ownerID string) int { return len(v.owned.forward[ownerID]) }

// User returns one user by id.
func (v *View) User(id string) (User, bool) {
	u, ok := v.users[id]
	return u, ok
}

// UserNamed returns one user by name. Names are unique in the account.
func (v *View) UserNamed(name string) (User, bool) { return v.User(v.userNames[name]) }

// Users returns every user.
func (v *View) Users() []User { return sortedValues(maps.Values(v.users), userOrder) }

// Group returns one group by id.
func (v *View) Group(id string) (Group, bool) {
	g, ok := v.groups[id]
	return g, ok
}

// GroupNamed returns one group by name. Names are unique in the account.
func (v *View) GroupNamed(name string) (Group, bool) { return v.Group(v.groupNames[name]) }

// Groups returns every group.
func (v *View) Groups() []Group { return sortedValues(maps.Values(v.groups), groupOrder) }

// Members returns the users of a group.
func (v *View) Members(groupID string) []User {
	return sortedValues(lookup(v.members.of(groupID), v.users), userOrder)
}

// GroupsOf returns the groups of a user.
func (v *View) GroupsOf(userID string) []Group {
	return sortedValues(lookup(v.members.with(userID), v.groups), groupOrder)
}

// IsMember reports whether a user is in a group.
func (v *View) IsMember(groupID, userID string) bool { return v.members.has(groupID, userID) }

// Rule returns one API access rule by id.
func (v *View) Rule(id string) (AccessRule, bool) {
	r, ok := v.rules[id]
	return r, ok
}

// Rules returns every API access rule.
func (v *View) Rules() []AccessRule {
	return sortedValues(maps.Values(v.rules), func(r AccessRule) (time.Time, string) { return r.Created, r.ID })
}

// EachRule calls use with each API access rule, in no particular order, until it returns false.
func (v *View) EachRule(use func(AccessRule) bool) {
	for _, rule := range v.rules {
		if !use(rule) {
			return
		}
	}
}

// CountRules returns how many API access rules there are.
func (v *View) CountRules() int { return len(v.rules) }

// CA returns one certificate authority by id.
func (v *View) CA(id string) (CA, bool) {
	ca, ok := v.cas[id]
	return ca, ok
}

// CAs returns every certificate authority.
func (v *View) CAs() []CA {
	return sortedValues(maps.Values(v.cas), func(ca CA) (time.Time, string) { return ca.Created, ca.ID })
}

func keyOrder(k Key) (time.Time, string)     { return k.Created, k.ID }
func userOrder(u User) (time.Time, string)   { return u.Created, u.ID }
func groupOrder(g Group) (time.Time, string) { return g.Created, g.ID }

// sortedValues returns values sorted by the date, then the id, that order returns.
func sortedValues[T any](values iter.Seq[T], order func(T) (time.Time, string)) []T {
	return slices.SortedFunc(values, func(a, b T) int {
		dateA, idA := order(a)
		dateB, idB := order(b)
		return cmp.Or(dateA.Compare(dateB), strings.Compare(idA, idB))
	})
}

// lookup returns the objects with the ids.
func lookup[T any](ids map[string]struct{}, objects map[string]T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for id := range ids {
			if object, ok := objects[id]; ok && !yield(object) {
				return
			}
		}
	}
}
