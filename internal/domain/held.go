package domain

import (
	"fmt"
	"strings"
)

// HeldError says that an object was not deleted, because other objects belong to it.
type HeldError struct {
	Kind           Kind   // KindUser or KindUserGroup
	Name           string // of the object
	KeyIDs         []string
	Groups         []string // names of the groups of a user
	Users          []string // names of the members of a group
	PolicyORNs     []string // of linked managed policies
	InlinePolicies []string // names
	Err            error    // of the API; nil if no call was made
}

func (e *HeldError) Error() string {
	text := fmt.Sprintf("%s %s still has %s", e.Kind, e.Name, e.What())
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *HeldError) Unwrap() error { return e.Err }

// What lists what the object still has: "access keys AK1, AK2; memberships in groups ops". "" = nothing.
func (e *HeldError) What() string {
	var parts []string
	for _, part := range []struct {
		what string
		ids  []string
	}{
		{"access keys ", e.KeyIDs}, {"memberships in groups ", e.Groups}, {"members ", e.Users},
		{"linked policies ", e.PolicyORNs}, {"inline policies ", e.InlinePolicies},
	} {
		if len(part.ids) > 0 {
			parts = append(parts, part.what+strings.Join(part.ids, ", "))
		}
	}
	return strings.Join(parts, "; ")
}
