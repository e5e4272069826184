package simulator

import (
	"fmt"
	"strings"
)

// Grant gives EIM users the right to actions. It stands in for policies, which are not
// simulated: without a grant a user may do nothing.
type Grant struct {
	// User is the user's present name, or "*" for every user.
	User string `json:"user"`
	// Actions are like those of policies: "api:ReadAccessKeys", "api:Read*", "*".
	Actions []string `json:"actions"`
}

// ParseGrant reads USER=ACTION[,ACTION].
func ParseGrant(text string) (Grant, error) {
	// User names may hold '=' and ',', actions may not hold '='.
	at := strings.LastIndex(text, "=")
	if at < 0 {
		return Grant{}, fmt.Errorf("grant %q: want USER=ACTION[,ACTION]", text)
	}
	grant := Grant{User: text[:at], Actions: strings.Split(text[at+1:], ",")}
	return grant, grant.check()
}

func (g Grant) check() error {
	if g.User == "" || len(g.Actions) == 0 {
		return fmt.Errorf("grant: want a user and at least one action")
	}
	for _, action := range g.Actions {
		if action != "*" && !strings.HasPrefix(action, "api:") {
			return fmt.Errorf("grant to %s: the action %q is neither \"*\" nor begins with \"api:\"", g.User, action)
		}
	}
	return nil
}

// authorize checks the rights: root is unrestricted, a user has what was granted (A24:
// for its own keys too).
func (s *Simulator) authorize(c *call) *problem {
	if c.caller == nil || c.caller.user == nil {
		return nil
	}
	for _, grant := range s.opts.Grants {
		if grant.User != "*" && grant.User != c.caller.user.Name {
			continue
		}
		for _, pattern := range grant.Actions {
			if matches(pattern, "api:"+c.action.Name) {
				return nil
			}
		}
	}
	return forbidden()
}

// matches compares a text with a pattern in which '*' stands for any text.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
