package policy

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Source is a document and a description of where it comes from, such as `inline policy "p" of the user`.
type Source struct {
	Name     string
	Document Document
}

// Decision is the result of an evaluation.
type Decision struct {
	Action, Resource string
	// Allowed means that an allow matched, and no deny.
	Allowed bool
	// source, statement and sid describe the statement that decided. statement is its number, from 1, or 0 if none matched.
	source    string
	statement int
	sid       string
	// allowMatched means that an allow matched, even if a deny overrides it.
	allowMatched bool
}

// Evaluate decides whether the sources allow an action on a resource. The resource "" means a call that is not about a single
// resource: only "*" matches it.
func Evaluate(sources []Source, action, resource string) Decision {
	decision := Decision{Action: action, Resource: resource}
	denied := false
	for _, source := range sources {
		for i, statement := range source.Document.Statements {
			if !statement.matches(action, resource) {
				continue
			}
			if !statement.Deny {
				decision.allowMatched = true
			}
			if decision.statement == 0 || statement.Deny && !denied {
				decision.source, decision.statement, decision.sid = source.Name, i+1, statement.Sid
			}
			denied = denied || statement.Deny
		}
	}
	decision.Allowed = decision.allowMatched && !denied
	return decision
}

func (s Statement) matches(action, resource string) bool {
	return matchesAny(s.Actions, action) != s.NotAction && matchesAny(s.Resources, resource)
}

func matchesAny(patterns []string, text string) bool {
	for _, pattern := range patterns {
		if Matches(pattern, text) {
			return true
		}
	}
	return false
}

// Decisive describes the statement that decided: the first deny that matched, or the first allow if no deny matched. It is "" if none
// matched.
func (d Decision) Decisive() string {
	if d.statement == 0 {
		return ""
	}
	text := fmt.Sprintf("%s, statement %d", d.source, d.statement)
	if d.sid != "" {
		text += fmt.Sprintf(" (Sid %q)", d.sid)
	}
	return text
}

// Explain returns a sentence that says why the call is allowed or denied.
func (d Decision) Explain() string {
	switch {
	case d.Allowed:
		return "allowed by " + d.Decisive()
	case d.statement == 0:
		return "no statement matches " + d.call() + ": what no statement allows is denied"
	default:
		return "denied by " + d.Decisive() + ": an explicit deny overrides every allow"
	}
}

func (d Decision) call() string {
	if d.Resource == "" {
		return d.Action
	}
	return d.Action + " on " + d.Resource
}

// Missing returns the smallest statement that has to be added for the call to be allowed, as JSON. It is "" if an allow matches: the
// call is then allowed, or a deny has to be removed.
func (d Decision) Missing() string {
	if d.allowMatched {
		return ""
	}
	action, err := json.Marshal(d.Action)
	if err != nil {
		panic(err) // strings can be marshalled
	}
	return `{"Effect":"Allow","Action":[` + string(action) + `],"Resource":["*"]}`
}

// Matches reports whether a text matches a pattern in which an asterisk stands for any text, including none. Case matters.
func Matches(pattern, text string) bool {
	first, rest, wildcard := strings.Cut(pattern, "*")
	if !wildcard {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	for {
		part, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(text, part)
		}
		_, remaining, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text, rest = remaining, after
	}
}
