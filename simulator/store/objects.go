package store

import "encoding/json"

// The kinds of stored objects. An object is one row: its kind, its id and its JSON.
const (
	kindKey    = "access_key"
	kindUser   = "user"
	kindGroup  = "user_group"
	kindPolicy = "policy"
	kindInline = "inline_policy"
	kindMember = "member"
	kindLink   = "link"
	kindRule   = "api_access_rule"
	kindCA     = "ca"
)

// pair is the stored form of a pair of a relation.
type pair struct{ First, Second string }

// loaders add a stored object to the view, by kind.
var loaders = map[string]func(*View, []byte) error{
	kindKey:    loader((*View).putKey),
	kindUser:   loader((*View).putUser),
	kindGroup:  loader((*View).putGroup),
	kindPolicy: loader((*View).putPolicy),
	kindInline: loader((*View).putInline),
	kindMember: loader(func(v *View, p pair) { v.members.add(p.First, p.Second) }),
	kindLink:   loader(func(v *View, p pair) { v.links.add(p.First, p.Second) }),
	kindRule:   loader(func(v *View, r AccessRule) { v.rules[r.ID] = r }),
	kindCA:     loader(func(v *View, ca CA) { v.cas[ca.ID] = ca }),
}

func loader[T any](put func(*View, T)) func(*View, []byte) error {
	return func(v *View, body []byte) error {
		var object T
		if err := json.Unmarshal(body, &object); err != nil {
			return err
		}
		put(v, object)
		return nil
	}
}

func put[T any](c *Change, kind, id string, object T, apply func(*View, T)) {
	c.add(`INSERT OR REPLACE INTO objects (kind, id, body) VALUES (?,?,?)`,
		func(v *View) { apply(v, object) }, kind, id, marshal(object))
}

func remove(c *Change, kind, id string, apply func(*View)) {
	c.add(`DELETE FROM objects WHERE kind = ? AND id = ?`, apply, kind, id)
}

// marshal returns the JSON of a value of this package's types.
func marshal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // every value of these types can be marshalled
	}
	return string(text)
}

// pairID returns the id of a pair or of an inline policy. It is unique, because ids contain no slash.
func pairID(first, second string) string { return first + "/" + second }

// PutKey adds or replaces a key.
func (c *Change) PutKey(k Key) { put(c, kindKey, k.ID, k, (*View).putKey) }

// DeleteKey removes a key; an unknown id does nothing.
func (c *Change) DeleteKey(id string) { remove(c, kindKey, id, func(v *View) { v.deleteKey(id) }) }

// PutUser adds or replaces a user.
func (c *Change) PutUser(u User) { put(c, kindUser, u.ID, u, (*View).putUser) }

// DeleteUser removes a user, but nothing that belongs to it; an unknown id does nothing.
func (c *Change) DeleteUser(id string) { remove(c, kindUser, id, func(v *View) { v.deleteUser(id) }) }

// PutGroup adds or replaces a group.
func (c *Change) PutGroup(g Group) { put(c, kindGroup, g.ID, g, (*View).putGroup) }

// DeleteGroup removes a group, but nothing that belongs to it; an unknown id does nothing.
func (c *Change) DeleteGroup(id string) {
	remove(c, kindGroup, id, func(v *View) { v.deleteGroup(id) })
}

// AddMember adds a user to a group.
func (c *Change) AddMember(groupID, userID string) {
	put(c, kindMember, pairID(groupID, userID), pair{groupID, userID}, func(v *View, p pair) { v.members.add(p.First, p.Second) })
}

// RemoveMember removes a user from a group; a user that is not in it does nothing.
func (c *Change) RemoveMember(groupID, userID string) {
	remove(c, kindMember, pairID(groupID, userID), func(v *View) { v.members.remove(groupID, userID) })
}

// PutPolicy adds or replaces a managed policy.
func (c *Change) PutPolicy(p Policy) { put(c, kindPolicy, p.ID, p, (*View).putPolicy) }

// DeletePolicy removes a managed policy, but not its links; an unknown id does nothing.
func (c *Change) DeletePolicy(id string) {
	remove(c, kindPolicy, id, func(v *View) { v.deletePolicy(id) })
}

// Link links a managed policy to a user or a group.
func (c *Change) Link(entityID, policyID string) {
	put(c, kindLink, pairID(entityID, policyID), pair{entityID, policyID}, func(v *View, p pair) { v.links.add(p.First, p.Second) })
}

// Unlink removes a link; one that does not exist does nothing.
func (c *Change) Unlink(entityID, policyID string) {
	remove(c, kindLink, pairID(entityID, policyID), func(v *View) { v.links.remove(entityID, policyID) })
}

// PutInlinePolicy adds or replaces an inline policy.
func (c *Change) PutInlinePolicy(p InlinePolicy) {
	put(c, kindInline, pairID(p.OwnerID, p.Name), p, (*View).putInline)
}

// DeleteInlinePolicy removes an inline policy; an unknown one does nothing.
func (c *Change) DeleteInlinePolicy(ownerID, name string) {
	remove(c, kindInline, pairID(ownerID, name), func(v *View) { v.deleteInline(ownerID, name) })
}

// PutRule adds or replaces an API access rule.
func (c *Change) PutRule(r AccessRule) {
	put(c, kindRule, r.ID, r, func(v *View, r AccessRule) { v.rules[r.ID] = r })
}

// DeleteRule removes an API access rule; an unknown id does nothing.
func (c *Change) DeleteRule(id string) {
	remove(c, kindRule, id, func(v *View) { delete(v.rules, id) })
}

// PutCA adds or replaces a certificate authority.
func (c *Change) PutCA(ca CA) { put(c, kindCA, ca.ID, ca, func(v *View, ca CA) { v.cas[ca.ID] = ca }) }

// DeleteCA removes a certificate authority; an unknown id does nothing.
func (c *Change) DeleteCA(id string) { remove(c, kindCA, id, func(v *View) { delete(v.cas, id) }) }
