package policydoc

import (
	"slices"
	"strings"
)

// Allows reports whether the documents together allow an action, for example "api:ReadAccessKeys", on some resource: a
// statement allows it, and no statement denies it on every resource. It follows the rules of the user guide, for a review
// of rights. The API can decide differently.
func Allows(docs []Document, action string) bool {
	allowed := false
	for _, doc := range docs {
		for _, s := range doc.Statements {
			if !s.Covers(action) {
				continue
			}
			if s.Effect == Deny && slices.Contains(s.Resource, "*") {
				return false
			}
			allowed = allowed || s.Effect == Allow
		}
	}
	return allowed
}

// Covers reports whether the statement applies to an action.
func (s Statement) Covers(action string) bool {
	matches := func(pattern string) bool { return Match(pattern, action) }
	if len(s.NotAction) > 0 {
		return !slices.ContainsFunc(s.NotAction, matches)
	}
	return slices.ContainsFunc(s.Action, matches)
}

// Match reports whether an action matches a pattern in which each "*" stands for any number of characters, or none.
func Match(pattern, action string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == action
	}
	rest, found := strings.CutPrefix(action, parts[0])
	if !found {
		return false
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return len(rest) >= len(last) && strings.HasSuffix(rest, last)
}

// escalationActions are the actions with which a user can give rights to itself or to a key that it controls.
var escalationActions = []string{
	"api:AddUserToUserGroup",
	"api:CreateAccessKey",
	"api:CreatePolicy",
	"api:CreatePolicyVersion",
	"api:LinkManagedPolicyToUserGroup",
	"api:LinkPolicy",
	"api:PutUserGroupPolicy",
	"api:PutUserPolicy",
	"api:SetDefaultPolicyVersion",
	"api:UpdateAccessKey",
	"api:UpdateApiAccessPolicy",
}

// Escalations returns the escalation actions that the documents together allow.
func Escalations(docs ...Document) []string {
	var found []string
	for _, action := range escalationActions {
		if Allows(docs, action) {
			found = append(found, action)
		}
	}
	return found
}

// Wildcards returns the allowed patterns that cover a whole service or everything, in order of first use: "*", "api:*", and
// "all but ..." for a statement with NotAction.
func Wildcards(docs ...Document) []string {
	var found []string
	for _, pattern := range AllowedPatterns(docs...) {
		_, call, _ := strings.Cut(pattern, ":")
		if pattern == "*" || strings.Trim(call, "*") == "" || strings.HasPrefix(pattern, allBut) {
			found = append(found, pattern)
		}
	}
	return found
}

// IsAdmin reports whether the documents together allow every action. It tests an action that no service has.
func IsAdmin(docs ...Document) bool {
	return Allows(docs, "any-service:AnyCall")
}
