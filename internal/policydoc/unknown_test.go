package policydoc

import (
	"slices"
	"testing"
)

func TestUnknownActions(t *testing.T) {
	doc := Document{Statements: []Statement{
		{Effect: Allow, Action: []string{"api:ReadAcessKeys", "api:ReadUsers", "api:Read*", "*", "oks:Reed*", "api:ReadAcessKeys"}},
		{Effect: Deny, NotAction: []string{"api:createuser", "API:ReadUsers", "api:Raed*", "api:*User*Group", "api:ListUsers", "*:Nothing"}},
	}}
	want := []Unknown{
		{"api:ReadAcessKeys", "api:ReadAccessKeys"}, {"api:createuser", "api:CreateUser"}, {"API:ReadUsers", "api:ReadUsers"},
		{"api:Raed*", ""}, {"api:ListUsers", "api:ReadUsers"},
	}
	if got := UnknownActions(doc); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "ab", 2}, {"ab", "", 2}, {"ReadUser", "readusers", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 2}, {"axb", "ab", 1}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
