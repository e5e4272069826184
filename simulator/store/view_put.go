package store

// The methods below change a view and its indexes.

func (v *View) putKey(k Key) {
	v.deleteKey(k.ID)
	v.keys[k.ID] = k
	v.owned.add(k.OwnerID, k.ID)
}

func (v *View) deleteKey(id string) {
	if k, ok := v.keys[id]; ok {
		delete(v.keys, id)
		v.owned.remove(k.OwnerID, id)
	}
}

func (v *View) putUser(u User) {
	v.deleteUser(u.ID)
	v.users[u.ID] = u
	v.userNames[u.Name] = u.ID
}

func (v *View) deleteUser(id string) {
	if u, ok := v.users[id]; ok {
		delete(v.users, id)
		delete(v.userNames, u.Name)
	}
}

func (v *View) putGroup(g Group) {
	v.deleteGroup(g.ID)
	v.groups[g.ID] = g
	v.groupNames[g.Name] = g.ID
}

func (v *View) deleteGroup(id string) {
	if g, ok := v.groups[id]; ok {
		delete(v.groups, id)
		delete(v.groupNames, g.Name)
	}
}

func (v *View) putPolicy(p Policy) {
	v.deletePolicy(p.ID)
	v.policies[p.ID] = p
	if !p.OWS {
		v.policyNames[p.Name] = p.ID
	}
}

func (v *View) deletePolicy(id string) {
	if p, ok := v.policies[id]; ok {
		delete(v.policies, id)
		if !p.OWS {
			delete(v.policyNames, p.Name)
		}
	}
}

func (v *View) putInline(p InlinePolicy) {
	if v.inline[p.OwnerID] == nil {
		v.inline[p.OwnerID] = map[string]InlinePolicy{}
	}
	v.inline[p.OwnerID][p.Name] = p
}

func (v *View) deleteInline(ownerID, name string) {
	delete(v.inline[ownerID], name)
	if len(v.inline[ownerID]) == 0 {
		delete(v.inline, ownerID)
	}
}
