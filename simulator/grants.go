package simulator

import (
	"fmt"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/policy"
)

// Grant gives EIM users the right to actions on every resource. It acts like an inline policy, but no action returns or changes
// it.
type Grant struct {
	// User is the current name of a user, or "*" for every user.
	User string `json:"user"`
	// Actions are actions or patterns, as in policies: "api:ReadAccessKeys", "api:Read*", "*".
	Actions []string `json:"actions"`
}

// ParseGrant parses USER=ACTION[,ACTION].
func ParseGrant(text string) (Grant, error) {
	// Names of users can contain '=' and ','; actions cannot contain '='.
	at := strings.LastIndex(text, "=")
	if at < 0 {
		return Grant{}, fmt.Errorf("grant %q: give USER=ACTION[,ACTION], such as app=api:Read*", text)
	}
	grant := Grant{User: text[:at], Actions: strings.Split(text[at+1:], ",")}
	return grant, grant.check()
}

func (g Grant) check() error {
	if g.User == "" || len(g.Actions) == 0 {
		return fmt.Errorf("a grant needs a user and at least one action")
	}
	for _, action := range g.Actions {
		if action != "*" && !strings.HasPrefix(action, "api:") {
			return fmt.Errorf("grant to %s: the action %q is neither \"*\" nor begins with \"api:\"", g.User, action)
		}
	}
	return nil
}

// source returns the grant as a policy.
func (g Grant) source() policy.Source {
	return policy.Source{
		Name:     "grant to " + g.User,
		Document: policy.Document{Statements: []policy.Statement{{Actions: g.Actions, Resources: []string{"*"}}}},
	}
}
