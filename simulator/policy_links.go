package simulator

import (
	"slices"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// entity returns the id of the user or the group that an action links a policy to.
type entity func(s *Simulator, c *call, v *store.View) (string, *problem)

func userEntity(s *Simulator, c *call, v *store.View) (string, *problem) {
	user, refused := s.addressedUser(c, v, "")
	return user.ID, refused
}

func groupEntity(s *Simulator, c *call, v *store.View) (string, *problem) {
	group, refused := s.addressedGroup(c, v, "")
	return group.ID, refused
}

// linkPolicy serves LinkPolicy and LinkManagedPolicyToUserGroup. To link a policy again has no effect (A36).
func linkPolicy(to entity) func(*Simulator, *call) (fields, *problem) {
	return func(s *Simulator, c *call) (fields, *problem) {
		return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
			p, refused := c.addressedPolicy(v)
			if refused != nil {
				return nil, refused
			}
			id, refused := to(s, c, v)
			if refused != nil {
				return nil, refused
			}
			change.Link(id, p.ID)
			return nil, nil
		})
	}
}

// unlinkPolicy serves UnlinkPolicy and UnlinkManagedPolicyFromUserGroup. The error for a policy that is not linked is that for an
// unknown policy (A36).
func unlinkPolicy(from entity) func(*Simulator, *call) (fields, *problem) {
	return func(s *Simulator, c *call) (fields, *problem) {
		return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
			p, refused := c.addressedPolicy(v)
			if refused != nil {
				return nil, refused
			}
			id, refused := from(s, c, v)
			if refused != nil {
				return nil, refused
			}
			if !v.IsLinked(id, p.ID) {
				orn, _ := c.text("PolicyOrn")
				return nil, unknownObject("policy", orn).withReason("the policy is not linked")
			}
			change.Unlink(id, p.ID)
			return nil, nil
		})
	}
}

func linkedPolicyFields(account string) func(store.Policy) fields {
	return func(p store.Policy) fields {
		return fields{
			"PolicyId": p.ID, "PolicyName": p.Name, "Orn": policyORN(account, p),
			"CreationDate": printDate(p.Created), "LastModificationDate": printDate(p.Modified),
		}
	}
}

// readLinkedPolicies serves ReadLinkedPolicies.
func (s *Simulator) readLinkedPolicies(c *call) (fields, *problem) {
	page, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	prefix, _ := c.object("Filters")["PathPrefix"].(string)
	return s.read(func(v *store.View) (fields, *problem) {
		user, refused := s.addressedUser(c, v, "")
		if refused != nil {
			return nil, refused
		}
		policies := selected(v.PoliciesOf(user.ID), func(p store.Policy) bool { return strings.HasPrefix(p.Path, prefix) })
		return pagedFields(page, "Policies", policies, linkedPolicyFields(v.Account().ID)), nil
	})
}

// readManagedPoliciesLinkedToUserGroup serves ReadManagedPoliciesLinkedToUserGroup. Its filters apply to the group (official text):
// if they do not match the group, the list is empty.
func (s *Simulator) readManagedPoliciesLinkedToUserGroup(c *call) (fields, *problem) {
	page, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	matches := groupFilter(c)
	return s.read(func(v *store.View) (fields, *problem) {
		group, refused := s.addressedGroup(c, v, "")
		if refused != nil {
			return nil, refused
		}
		var policies []store.Policy
		if matches(group) {
			policies = v.PoliciesOf(group.ID)
		}
		return pagedFields(page, "Policies", policies, linkedPolicyFields(v.Account().ID)), nil
	})
}

// The values of EntitiesType. In the simulator no policy is linked to an account.
const (
	entityAccount = "ACCOUNT"
	entityUser    = "USER"
	entityGroup   = "GROUP"
)

// linkedEntity is a user or a group that a policy is linked to.
type linkedEntity struct{ kind, id, name, orn string }

func entityFields(e linkedEntity) fields { return fields{"Id": e.id, "Name": e.name, "Orn": e.orn} }

// readEntitiesLinkedToPolicy serves ReadEntitiesLinkedToPolicy. It pages through the users and then the groups. ItemsCount is the
// number of entities of all pages (S5).
func (s *Simulator) readEntitiesLinkedToPolicy(c *call) (fields, *problem) {
	page, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	kinds := c.texts("EntitiesType")
	for _, kind := range kinds {
		if !oneOf(kind, entityAccount, entityUser, entityGroup) {
			return nil, badValue("EntitiesType", "want ACCOUNT, USER or GROUP")
		}
	}
	return s.read(func(v *store.View) (fields, *problem) {
		p, refused := c.addressedPolicy(v)
		if refused != nil {
			return nil, refused
		}
		all := selected(linkedEntities(v, p), func(e linkedEntity) bool { return len(kinds) == 0 || slices.Contains(kinds, e.kind) })
		items, more := pageOf(all, page)
		of := func(kind string) []fields {
			return listFields(selected(slices.Clone(items), func(e linkedEntity) bool { return e.kind == kind }), entityFields)
		}
		out := page.fields()
		out["HasMoreItems"], out["ItemsCount"] = more, len(all)
		out["Users"], out["Groups"], out["Accounts"] = of(entityUser), of(entityGroup), []fields{}
		return fields{"PolicyEntities": out}, nil
	})
}

func linkedEntities(v *store.View, p store.Policy) []linkedEntity {
	account := v.Account().ID
	var list []linkedEntity
	for _, u := range v.LinkedUsers(p.ID) {
		list = append(list, linkedEntity{entityUser, u.ID, u.Name, userORN(account, u)})
	}
	for _, g := range v.LinkedGroups(p.ID) {
		list = append(list, linkedEntity{entityGroup, g.ID, g.Name, groupORN(account, g)})
	}
	return list
}
