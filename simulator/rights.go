package simulator

import (
	"sync"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// authorize checks the rights of an EIM user, even for the user's own keys (A24). The root user may do everything. authorize parses
// the body first, because the resource of a call depends on it.
func (s *Simulator) authorize(c *call) *problem {
	c.parse()
	if c.caller == nil || c.caller.user == nil {
		return nil
	}
	var decision policy.Decision
	s.store.Read(func(v *store.View) {
		decision = policy.Evaluate(s.rightsInForce(v, *c.caller.user), "api:"+c.action.Name, c.resource(v))
	})
	c.record.Rights = &store.Rights{
		Action: decision.Action, Resource: decision.Resource, Allowed: decision.Allowed, Statement: decision.Decisive(),
		Reason: decision.Explain(), Missing: decision.Missing(),
	}
	if decision.Allowed {
		return nil
	}
	if s.opts.Explain {
		s.opts.Log.Warn("call denied", "caller", c.caller.name(), "request_id", c.record.RequestID, "action", decision.Action,
			"resource", decision.Resource, "reason", decision.Explain(), "missing_statement", decision.Missing())
	}
	return forbidden().withReason("%s", decision.Explain())
}

// resource returns the ORN of the object that a call is about, or "" if it is about none or several. The resource of a call about
// an access key is the key's owner. No official text says which resource a call has (simulator/README.md, S2).
func (c *call) resource(v *store.View) string {
	account := v.Account().ID
	name, _ := c.text("UserName")
	groupName, _ := c.text("UserGroupName")
	policyName, _ := c.text("PolicyName")
	policy, hasPolicy := c.text("PolicyOrn")
	path, sent := c.text("Path")
	if !sent {
		path = defaultPath
	}
	switch {
	case groupName != "":
		if group, ok := v.GroupNamed(groupName); ok {
			return groupORN(account, group)
		}
		return groupORN(account, store.Group{Path: path, Name: groupName})
	case name != "":
		if user, ok := v.UserNamed(name); ok {
			return userORN(account, user)
		}
		return userORN(account, store.User{Path: path, Name: name})
	case hasPolicy:
		return policy
	case c.action.Name == "CreatePolicy":
		return policyORN(account, store.Policy{Path: path, Name: policyName})
	case actsOnCaller[c.action.Name]:
		return userORN(account, *c.caller.user)
	}
	return ""
}

// actsOnCaller are the actions that are about the caller if the request has no user.
var actsOnCaller = map[string]bool{"CreateAccessKey": true, "ReadAccessKeys": true, "UpdateAccessKey": true, "DeleteAccessKey": true}

// rights returns the policy documents that apply to a user: its inline and linked policies, those of its groups, and the grants
// of the options.
func (s *Simulator) rights(v *store.View, user store.User) []policy.Source {
	sources := s.entityRights(v, nil, user.ID, " of the user")
	for _, group := range v.GroupsOf(user.ID) {
		sources = s.entityRights(v, sources, group.ID, " of the group "+group.Name)
	}
	for _, grant := range s.opts.Grants {
		if grant.User == "*" || grant.User == user.Name {
			sources = append(sources, grant.source())
		}
	}
	return sources
}

// entityRights adds the documents of a user or a group.
func (s *Simulator) entityRights(v *store.View, sources []policy.Source, id, owner string) []policy.Source {
	for _, p := range v.InlinePolicies(id) {
		sources = append(sources, policy.Source{Name: "inline policy " + p.Name + owner, Document: s.documents.get(p.Document)})
	}
	for _, p := range v.PoliciesOf(id) {
		version, _ := p.Version(p.Default)
		name := "policy " + p.Name + " " + versionID(p.Default) + owner
		sources = append(sources, policy.Source{Name: name, Document: s.documents.get(version.Document)})
	}
	return sources
}

// documents caches parsed policy documents by their text.
type documents struct {
	lock   sync.RWMutex
	parsed map[string]policy.Document
}

// maxDocuments is the size of the cache. A full cache is emptied.
const maxDocuments = 4096

// get returns the parsed document. The text is valid, because it was parsed before it was stored.
func (d *documents) get(text string) policy.Document {
	d.lock.RLock()
	document, ok := d.parsed[text]
	d.lock.RUnlock()
	if ok {
		return document
	}
	document, _ = policy.ParseLenient(text)
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.parsed == nil || len(d.parsed) >= maxDocuments {
		d.parsed = map[string]policy.Document{}
	}
	d.parsed[text] = document
	return document
}
