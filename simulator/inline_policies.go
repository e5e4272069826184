package simulator

import "github.com/outscale-access/terraform-provider-outscale/simulator/store"

// groupWithPathEntity is groupEntity for the actions that have UserGroupPath.
func groupWithPathEntity(s *Simulator, c *call, v *store.View) (string, *problem) {
	group, refused := s.addressedGroup(c, v, "UserGroupPath")
	return group.ID, refused
}

// putInlinePolicy serves PutUserPolicy and PutUserGroupPolicy: it creates or replaces a policy.
func putInlinePolicy(of entity) func(*Simulator, *call) (fields, *problem) {
	return func(s *Simulator, c *call) (fields, *problem) {
		created := store.InlinePolicy{Created: millis(s.Now())}
		document, refused := s.document(c, "PolicyDocument")
		if refused := firstProblem(c.setName(&created.Name, "PolicyName", maxName), refused); refused != nil {
			return nil, refused
		}
		created.Document = document
		return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
			owner, refused := of(s, c, v)
			if refused != nil {
				return nil, refused
			}
			created.OwnerID = owner
			if old, ok := v.InlinePolicy(owner, created.Name); ok {
				created.Created = old.Created
			}
			change.PutInlinePolicy(created)
			return nil, nil
		})
	}
}

// addressedInlinePolicy returns the inline policy of the member PolicyName (A10).
func (s *Simulator) addressedInlinePolicy(c *call, v *store.View, of entity) (store.InlinePolicy, *problem) {
	owner, refused := of(s, c, v)
	if refused != nil {
		return store.InlinePolicy{}, refused
	}
	name, _ := c.text("PolicyName")
	p, ok := v.InlinePolicy(owner, name)
	if !ok {
		return p, unknownObject("inline policy", name)
	}
	return p, nil
}

// deleteInlinePolicy serves DeleteUserPolicy and DeleteUserGroupPolicy.
func deleteInlinePolicy(of entity) func(*Simulator, *call) (fields, *problem) {
	return func(s *Simulator, c *call) (fields, *problem) {
		return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
			p, refused := s.addressedInlinePolicy(c, v, of)
			if refused != nil {
				return nil, refused
			}
			change.DeleteInlinePolicy(p.OwnerID, p.Name)
			return nil, nil
		})
	}
}

// readUserPolicy serves ReadUserPolicy.
func (s *Simulator) readUserPolicy(c *call) (fields, *problem) {
	return s.read(func(v *store.View) (fields, *problem) {
		p, refused := s.addressedInlinePolicy(c, v, userEntity)
		if refused != nil {
			return nil, refused
		}
		user, _ := v.User(p.OwnerID)
		return fields{"PolicyDocument": p.Document, "PolicyName": p.Name, "UserName": user.Name}, nil
	})
}

// readUserPolicies serves ReadUserPolicies: it lists names, without paging.
func (s *Simulator) readUserPolicies(c *call) (fields, *problem) {
	return s.read(func(v *store.View) (fields, *problem) {
		user, refused := s.addressedUser(c, v, "")
		if refused != nil {
			return nil, refused
		}
		names := []string{}
		for _, p := range v.InlinePolicies(user.ID) {
			names = append(names, p.Name)
		}
		return fields{"PolicyNames": names}, nil
	})
}

func inlinePolicyFields(p store.InlinePolicy) fields {
	return fields{"Name": p.Name, "Body": p.Document}
}

// readUserGroupPolicy serves ReadUserGroupPolicy.
func (s *Simulator) readUserGroupPolicy(c *call) (fields, *problem) {
	return s.read(func(v *store.View) (fields, *problem) {
		p, refused := s.addressedInlinePolicy(c, v, groupWithPathEntity)
		if refused != nil {
			return nil, refused
		}
		return fields{"Policy": inlinePolicyFields(p)}, nil
	})
}

// readUserGroupPolicies serves ReadUserGroupPolicies.
func (s *Simulator) readUserGroupPolicies(c *call) (fields, *problem) {
	page, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	return s.read(func(v *store.View) (fields, *problem) {
		group, refused := groupWithPathEntity(s, c, v)
		if refused != nil {
			return nil, refused
		}
		return pagedFields(page, "Policies", v.InlinePolicies(group), inlinePolicyFields), nil
	})
}
