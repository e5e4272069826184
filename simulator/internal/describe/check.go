package describe

import (
	"encoding/json"
	"math"
	"sort"
	"strconv"
)

// Fault is the kind of a violation.
type Fault string

// The faults, in the order in which Check looks for them.
const (
	// UnknownMember is a member that the request must not have (A15).
	UnknownMember Fault = "unknown member"
	// WrongType is a value whose JSON type is not that of the description, or a null that the description does not allow (A17).
	WrongType Fault = "wrong type"
	// Missing is a required member that is absent, or an empty string (A16).
	Missing Fault = "missing"
)

// Violation is the first violation found in a request.
type Violation struct {
	Kind Fault
	// Member is the path of the member: "UserName", "Filters.AccessKeyIds[0]".
	Member string
	// Want is the described type of a member of the wrong type.
	Want Kind
}

// Check compares the body of a request with the description of the action in a version of the API. It returns the first violation, or
// nil. The body is the result of encoding/json, with or without UseNumber. The order of violations is fixed: unknown members, wrong
// types, missing members, each sorted by name.
func Check(action Action, version string, body map[string]any) *Violation {
	c := checker{action: action.Name, version: version}
	for _, look := range []func(Type, map[string]any, string) *Violation{c.unknown, c.wrong, c.missing} {
		if v := look(action.Request, body, ""); v != nil {
			return v
		}
	}
	return nil
}

type checker struct{ action, version string }

func (c checker) unknown(t Type, object map[string]any, path string) *Violation {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		here := join(path, name)
		member, ok := t.member(name)
		if !ok || !has(c.version, c.action, here) {
			if t.Closed {
				return &Violation{Kind: UnknownMember, Member: here}
			}
			continue
		}
		if v := each(member.Type, object[name], here, c.unknown); v != nil {
			return v
		}
	}
	return nil
}

func (c checker) wrong(t Type, object map[string]any, path string) *Violation {
	for _, member := range t.Members {
		here := join(path, member.Name)
		value, ok := object[member.Name]
		if !ok || !has(c.version, c.action, here) {
			continue
		}
		if v := c.wrongValue(member.Type, value, here); v != nil {
			return v
		}
	}
	return nil
}

func (c checker) wrongValue(t Type, value any, path string) *Violation {
	if value == nil {
		if t.Nullable {
			return nil
		}
		return &Violation{Kind: WrongType, Member: path, Want: t.Kind}
	}
	switch t.Kind {
	case Array:
		items, ok := value.([]any)
		if !ok {
			break
		}
		for i, item := range items {
			if v := c.wrongValue(*t.Items, item, index(path, i)); v != nil {
				return v
			}
		}
		return nil
	case Object:
		object, ok := value.(map[string]any)
		if !ok {
			break
		}
		return c.wrong(t, object, path)
	default:
		if isScalar(t.Kind, value) {
			return nil
		}
	}
	return &Violation{Kind: WrongType, Member: path, Want: t.Kind}
}

func (c checker) missing(t Type, object map[string]any, path string) *Violation {
	for _, member := range t.Members {
		here := join(path, member.Name)
		value, ok := object[member.Name]
		if requires(c.version, c.action, here, member.Required) && (!ok || value == "") {
			return &Violation{Kind: Missing, Member: here}
		}
		if v := each(member.Type, value, here, c.missing); v != nil {
			return v
		}
	}
	return nil
}

// each calls look with the value if it is an object, or with each item if it is an array.
func each(t Type, value any, path string, look func(Type, map[string]any, string) *Violation) *Violation {
	switch value := value.(type) {
	case map[string]any:
		if t.Kind == Object {
			return look(t, value, path)
		}
	case []any:
		if t.Kind == Array {
			for i, item := range value {
				if v := each(*t.Items, item, index(path, i), look); v != nil {
					return v
				}
			}
		}
	}
	return nil
}

func isScalar(kind Kind, value any) bool {
	switch value.(type) {
	case string:
		return kind == String
	case bool:
		return kind == Boolean
	case float64, json.Number:
		_, whole := Int(value)
		return kind == Number || kind == Integer && whole
	}
	return false
}

// Int returns the value of an integer member that fits in 64 bits. Like Check, it accepts 1.0 and 1e3, because JSON has no integer
// type.
func Int(value any) (int64, bool) {
	var f float64
	switch value := value.(type) {
	case float64:
		f = value
	case json.Number:
		if i, err := value.Int64(); err == nil {
			return i, true
		}
		var err error
		if f, err = value.Float64(); err != nil {
			return 0, false
		}
	default:
		return 0, false
	}
	const exact = 1 << 53 // beyond it a float64 skips integers
	if f != math.Trunc(f) || math.Abs(f) > exact {
		return 0, false
	}
	return int64(f), true
}

func (t Type) member(name string) (Member, bool) {
	i := sort.Search(len(t.Members), func(i int) bool { return t.Members[i].Name >= name })
	if i < len(t.Members) && t.Members[i].Name == name {
		return t.Members[i], true
	}
	return Member{}, false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
