package policydoc

import (
	"encoding/json"
	"reflect"
	"slices"
)

// Equivalent reports whether two documents mean the same: white space, the order of members, of statements, of actions
// and of resources, repeated actions, and a single string in place of a list of one make no difference. Documents that
// are not in the known form are compared as JSON, and texts that are not JSON as texts. A document in which a member occurs
// twice equals only the same text.
func Equivalent(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := decode(a)
	y, errY := decode(b)
	if errX == nil && errY == nil {
		return slices.Equal(x.normal(), y.normal())
	}
	var u, v any
	if json.Unmarshal([]byte(a), &u) != nil || json.Unmarshal([]byte(b), &v) != nil {
		return false
	}
	for _, text := range []string{a, b} {
		if _, found := repeatedMember(text); found {
			return false
		}
	}
	return reflect.DeepEqual(u, v)
}

// normal returns the statements as sorted texts. Documents with the same meaning have the same texts.
func (d Document) normal() []string {
	var statements []string
	for _, s := range d.Statements {
		s.Action, s.NotAction, s.Resource = sorted(s.Action), sorted(s.NotAction), sorted(s.Resource)
		statements = append(statements, Document{Statements: []Statement{s}}.JSON())
	}
	return sorted(statements)
}

// sorted returns the items in order, each once.
func sorted(items []string) []string {
	items = slices.Clone(items)
	slices.Sort(items)
	return slices.Compact(items)
}
