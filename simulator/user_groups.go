package simulator

import (
	"net/http"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

func groupFields(account string) func(store.Group) fields {
	return func(g store.Group) fields {
		return fields{
			"UserGroupId": g.ID, "Name": g.Name, "Path": g.Path, "Orn": groupORN(account, g),
			"CreationDate": printDate(g.Created), "LastModificationDate": printDate(g.Modified),
		}
	}
}

// groupWithUsers returns the members of an answer with a group and its users.
func groupWithUsers(v *store.View, g store.Group) fields {
	return fields{"UserGroup": groupFields(v.Account().ID)(g), "Users": listFields(v.Members(g.ID), userFields)}
}

// addressedGroup returns the group of the member UserGroupName (A9). pathMember is the member with the path of the group, or "" if
// the action has none.
func (s *Simulator) addressedGroup(c *call, v *store.View, pathMember string) (store.Group, *problem) {
	name, _ := c.text("UserGroupName")
	group, ok := v.GroupNamed(name)
	if !ok || !s.matchesPath(c, pathMember, group.Path) {
		return group, unknownGroup(name)
	}
	return group, nil
}

// createUserGroup serves CreateUserGroup.
func (s *Simulator) createUserGroup(c *call) (fields, *problem) {
	group := store.Group{Path: defaultPath}
	if refused := firstProblem(c.setName(&group.Name, "UserGroupName", maxName), c.setPath(&group.Path, "Path")); refused != nil {
		return nil, refused
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		if _, taken := v.GroupNamed(group.Name); taken {
			return nil, duplicateGroup(group.Name)
		}
		group.ID = unusedID(s.idSource().group, v.Group)
		group.Created = millis(s.Now())
		group.Modified = group.Created
		change.PutGroup(group)
		return fields{"UserGroup": groupFields(v.Account().ID)(group)}, nil
	})
}

// readUserGroup serves ReadUserGroup.
func (s *Simulator) readUserGroup(c *call) (fields, *problem) {
	return s.read(func(v *store.View) (fields, *problem) {
		group, refused := s.addressedGroup(c, v, "Path")
		if refused != nil {
			return nil, refused
		}
		return groupWithUsers(v, group), nil
	})
}

// readUserGroups serves ReadUserGroups.
func (s *Simulator) readUserGroups(c *call) (fields, *problem) {
	page, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	matches := groupFilter(c)
	return s.read(func(v *store.View) (fields, *problem) {
		return pagedFields(page, "UserGroups", selected(v.Groups(), matches), groupFields(v.Account().ID)), nil
	})
}

// groupFilter returns the condition of the filters PathPrefix and UserGroupIds.
func groupFilter(c *call) func(store.Group) bool {
	filters := c.object("Filters")
	ids := stringFilter(filters, "UserGroupIds")
	prefix, _ := filters["PathPrefix"].(string)
	return func(g store.Group) bool { return ids.matches(g.ID) && strings.HasPrefix(g.Path, prefix) }
}

// readUserGroupsPerUser serves ReadUserGroupsPerUser, which has no paging.
func (s *Simulator) readUserGroupsPerUser(c *call) (fields, *problem) {
	return s.read(func(v *store.View) (fields, *problem) {
		user, refused := s.addressedUser(c, v, "UserPath")
		if refused != nil {
			return nil, refused
		}
		return fields{"UserGroups": listFields(v.GroupsOf(user.ID), groupFields(v.Account().ID))}, nil
	})
}

// updateUserGroup serves UpdateUserGroup. The group keeps its id, and with it its members and policies (A44).
func (s *Simulator) updateUserGroup(c *call) (fields, *problem) {
	var wanted store.Group
	if s.opts.Assumptions.UpdateResetsGroupPath {
		wanted.Path = defaultPath
	}
	if refused := firstProblem(c.setName(&wanted.Name, "NewUserGroupName", maxName), c.setPath(&wanted.Path, "NewPath")); refused != nil {
		return nil, refused
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		group, refused := s.addressedGroup(c, v, "Path")
		if refused != nil {
			return nil, refused
		}
		if other, taken := v.GroupNamed(wanted.Name); taken && other.ID != group.ID {
			return nil, duplicateGroup(wanted.Name)
		}
		replace(&group.Name, wanted.Name)
		replace(&group.Path, wanted.Path)
		group.Modified = millis(s.Now())
		change.PutGroup(group)
		return groupWithUsers(v, group), nil
	})
}

// deleteUserGroup serves DeleteUserGroup. Without Force it refuses to delete a group with users or links (A12), and it deletes
// inline policies with the group, or refuses because of them (A13).
func (s *Simulator) deleteUserGroup(c *call) (fields, *problem) {
	force := c.flag("Force")
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		group, refused := s.addressedGroup(c, v, "Path")
		if refused != nil {
			return nil, refused
		}
		members, policies, inline := v.Members(group.ID), v.PoliciesOf(group.ID), v.InlinePolicies(group.ID)
		switch {
		case force:
		case len(members) > 0:
			return nil, inUse("The user group %q still has users.", group.Name)
		case len(policies) > 0:
			return nil, inUse("The user group %q still has linked policies.", group.Name)
		case len(inline) > 0 && s.opts.Assumptions.InlinePoliciesBlock:
			return nil, inUse("The user group %q still has inline policies.", group.Name)
		}
		for _, user := range members {
			change.RemoveMember(group.ID, user.ID)
		}
		for _, p := range policies {
			change.Unlink(group.ID, p.ID)
		}
		deleteInlinePolicies(change, inline)
		change.DeleteGroup(group.ID)
		return nil, nil
	})
}

// addUserToUserGroup serves AddUserToUserGroup. To add a member again has no effect (A36). The status for an unknown group is 404
// (A9).
func (s *Simulator) addUserToUserGroup(c *call) (fields, *problem) {
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		group, refused := s.addressedGroup(c, v, "UserGroupPath")
		if refused != nil {
			return nil, refused.withStatus(http.StatusNotFound)
		}
		user, refused := s.addressedUser(c, v, "UserPath")
		if refused != nil {
			return nil, refused
		}
		change.AddMember(group.ID, user.ID)
		return nil, nil
	})
}

// removeUserFromUserGroup serves RemoveUserFromUserGroup. The error for a user who is not in the group is that for an unknown user
// (A36).
func (s *Simulator) removeUserFromUserGroup(c *call) (fields, *problem) {
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		group, refused := s.addressedGroup(c, v, "UserGroupPath")
		if refused != nil {
			return nil, refused
		}
		user, refused := s.addressedUser(c, v, "UserPath")
		if refused != nil {
			return nil, refused
		}
		if !v.IsMember(group.ID, user.ID) {
			return nil, unknownUser(user.Name).withReason("the user is not in the group")
		}
		change.RemoveMember(group.ID, user.ID)
		return nil, nil
	})
}
