package simulator

import "github.com/outscale-access/terraform-provider-outscale/simulator/store"

func userFields(u store.User) fields {
	return fields{
		"UserId": u.ID, "UserName": u.Name, "Path": u.Path, "UserEmail": u.Email,
		"CreationDate": printDate(u.Created), "LastModificationDate": printDate(u.Modified),
		"OutscaleLoginAllowed": u.LoginAllowed,
	}
}

// addressedUser returns the user of the member UserName (A8). pathMember is the member with the path of the user, or "" if the
// action has none.
func (s *Simulator) addressedUser(c *call, v *store.View, pathMember string) (store.User, *problem) {
	name, _ := c.text("UserName")
	user, ok := v.UserNamed(name)
	if !ok || !s.matchesPath(c, pathMember, user.Path) {
		return user, unknownUser(name)
	}
	return user, nil
}

// matchesPath reports whether an object has the path in the request. A request without a path matches every path, or "/" only
// (A30).
func (s *Simulator) matchesPath(c *call, member, path string) bool {
	if member == "" {
		return true
	}
	wanted, sent := c.text(member)
	if !sent {
		return !s.opts.Assumptions.OmittedPathIsSlash || path == defaultPath
	}
	return wanted == path
}

// createUser serves CreateUser.
func (s *Simulator) createUser(c *call) (fields, *problem) {
	user := store.User{Path: defaultPath}
	if refused := firstProblem(c.setName(&user.Name, "UserName", maxUserName), c.setPath(&user.Path, "Path"),
		c.setEmail(&user.Email, "UserEmail")); refused != nil {
		return nil, refused
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		if _, taken := v.UserNamed(user.Name); taken {
			return nil, duplicateUser(user.Name)
		}
		if user.Email == "" {
			user.Email = v.Account().Email
		}
		user.ID = unusedID(s.idSource().user, v.User)
		user.Created = millis(s.Now())
		user.Modified = user.Created
		change.PutUser(user)
		return fields{"User": userFields(user)}, nil
	})
}

// readUsers serves ReadUsers.
func (s *Simulator) readUsers(c *call) (fields, *problem) {
	page, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	ids := stringFilter(c.object("Filters"), "UserIds")
	return s.read(func(v *store.View) (fields, *problem) {
		users := selected(v.Users(), func(u store.User) bool { return ids.matches(u.ID) })
		return pagedFields(page, "Users", users, userFields), nil
	})
}

// updateUser serves UpdateUser. The user keeps its id, and with it its keys, links and memberships (A44).
func (s *Simulator) updateUser(c *call) (fields, *problem) {
	var wanted store.User
	if refused := firstProblem(c.setName(&wanted.Name, "NewUserName", maxUserName), c.setPath(&wanted.Path, "NewPath"),
		c.setEmail(&wanted.Email, "NewUserEmail")); refused != nil {
		return nil, refused
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		user, refused := s.addressedUser(c, v, "")
		if refused != nil {
			return nil, refused
		}
		if other, taken := v.UserNamed(wanted.Name); taken && other.ID != user.ID {
			return nil, duplicateUser(wanted.Name)
		}
		replace(&user.Name, wanted.Name)
		replace(&user.Path, wanted.Path)
		replace(&user.Email, wanted.Email)
		user.Modified = millis(s.Now())
		change.PutUser(user)
		return fields{"User": userFields(user)}, nil
	})
}

// deleteUser serves DeleteUser. It refuses to delete a user with keys, memberships or links (A12). It deletes inline policies with
// the user, or refuses because of them (A13).
func (s *Simulator) deleteUser(c *call) (fields, *problem) {
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		user, refused := s.addressedUser(c, v, "")
		if refused != nil {
			return nil, refused
		}
		inline := v.InlinePolicies(user.ID)
		switch {
		case v.CountKeys(user.ID) > 0:
			return nil, inUse("The user %q still has access keys.", user.Name)
		case len(v.GroupsOf(user.ID)) > 0:
			return nil, inUse("The user %q is still in a user group.", user.Name)
		case len(v.PoliciesOf(user.ID)) > 0:
			return nil, inUse("The user %q still has linked policies.", user.Name)
		case len(inline) > 0 && s.opts.Assumptions.InlinePoliciesBlock:
			return nil, inUse("The user %q still has inline policies.", user.Name)
		}
		deleteInlinePolicies(change, inline)
		change.DeleteUser(user.ID)
		return nil, nil
	})
}

func deleteInlinePolicies(change *store.Change, policies []store.InlinePolicy) {
	for _, p := range policies {
		change.DeleteInlinePolicy(p.OwnerID, p.Name)
	}
}
