package store

import (
	"maps"
	"time"
)

// Policy returns one managed policy by id.
func (v *View) Policy(id string) (Policy, bool) {
	p, ok := v.policies[id]
	return p, ok
}

// PolicyNamed returns one managed policy of the account by name. Names are unique in the account; those of OUTSCALE's own
// policies do not count.
func (v *View) PolicyNamed(name string) (Policy, bool) { return v.Policy(v.policyNames[name]) }

// Policies returns every managed policy.
func (v *View) Policies() []Policy { return sortedValues(maps.Values(v.policies), policyOrder) }

// PoliciesOf returns the managed policies linked to a user or a group.
func (v *View) PoliciesOf(entityID string) []Policy {
	return sortedValues(lookup(v.links.of(entityID), v.policies), policyOrder)
}

// IsLinked reports whether a managed policy is linked to a user or a group.
func (v *View) IsLinked(entityID, policyID string) bool { return v.links.has(entityID, policyID) }

// CountLinks returns to how many users and groups a managed policy is linked.
func (v *View) CountLinks(policyID string) int { return len(v.links.backward[policyID]) }

// LinkedUsers returns the users that a managed policy is linked to.
func (v *View) LinkedUsers(policyID string) []User {
	return sortedValues(lookup(v.links.with(policyID), v.users), userOrder)
}

// LinkedGroups returns the groups that a managed policy is linked to.
func (v *View) LinkedGroups(policyID string) []Group {
	return sortedValues(lookup(v.links.with(policyID), v.groups), groupOrder)
}

// InlinePolicy returns one inline policy of a user or a group.
func (v *View) InlinePolicy(ownerID, name string) (InlinePolicy, bool) {
	p, ok := v.inline[ownerID][name]
	return p, ok
}

// InlinePolicies returns the inline policies of a user or a group.
func (v *View) InlinePolicies(ownerID string) []InlinePolicy {
	return sortedValues(maps.Values(v.inline[ownerID]), func(p InlinePolicy) (time.Time, string) { return p.Created, p.Name })
}

func policyOrder(p Policy) (time.Time, string) { return p.Created, p.ID }
