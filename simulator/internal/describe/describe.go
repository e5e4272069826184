// Package describe has facts about the actions of the OUTSCALE API from its official description: which actions exist, which
// authentication schemes they accept, and, for the actions that the simulator serves, the members of a request.
//
// The facts are in table_generated.go, which is generated from the description in the Go module of the official SDK (see package
// source). The description is of the newest version only. since.go, which is not generated, has the version that added each part.
package describe

import "slices"

//go:generate go run ./gen

// Scheme is an authentication scheme, by its name in the description.
type Scheme string

// The schemes of the description. An action without any of them takes unsigned calls.
const (
	// APIKeyAuth is a signature with an access key. In a trusted session it needs no certificate, even if API access rules require one.
	APIKeyAuth Scheme = "ApiKeyAuth"
	// APIKeyAuthSec is a signature with an access key. It always needs a certificate that API access rules require.
	APIKeyAuthSec Scheme = "ApiKeyAuthSec"
	// BasicAuth is the e-mail and password of the account.
	BasicAuth Scheme = "BasicAuth"
)

// Kind is the JSON type of a member.
type Kind string

// The JSON types that occur in the description.
const (
	String  Kind = "string"
	Boolean Kind = "boolean"
	Integer Kind = "integer"
	Number  Kind = "number"
	Array   Kind = "array"
	Object  Kind = "object"
)

// Type is the type of a value.
type Type struct {
	Kind Kind
	// Nullable means that null is a valid value too.
	Nullable bool
	// Format is the format in the description ("datetime", "int64"), or "". Check ignores it, because dates have errors of their own.
	Format string
	// Items is the type of an array's items, nil otherwise.
	Items *Type
	// Members are an object's, sorted by name.
	Members []Member
	// Closed means that an object accepts no other members.
	Closed bool
}

// Member is one member of an object.
type Member struct {
	Name     string
	Required bool
	Type     Type
}

// Action is one action of the API.
type Action struct {
	Name string
	// Schemes are the authentication schemes, sorted. None means that the action accepts unsigned calls.
	Schemes []Scheme
	// Served means that the simulator serves the action. The table has no Request of an action that is not served.
	Served bool
	// Request is the type of the body.
	Request Type
}

// Takes reports whether the action accepts the scheme.
func (a Action) Takes(scheme Scheme) bool {
	for _, s := range a.Schemes {
		if s == scheme {
			return true
		}
	}
	return false
}

// Anonymous reports whether the action accepts unsigned calls.
func (a Action) Anonymous() bool { return len(a.Schemes) == 0 }

// Lookup finds an action of the description by its exact name.
func Lookup(action string) (Action, bool) {
	a, ok := actions[action]
	return a, ok
}

// Served returns the names of the actions that the simulator serves, sorted.
func Served() []string {
	var names []string
	for name, action := range actions {
		if action.Served {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Version returns the version of the description that the table was generated from.
func Version() string { return descriptionVersion }
