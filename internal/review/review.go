// Package review checks access keys against rules: which keys need attention, why, and what to do. It makes no calls: the
// caller collects the facts.
package review

import (
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
)

// Facts are the known facts about a key. If a fact is not known, its Known member is false and the rules about it find nothing.
type Facts struct {
	Key  key.Key
	Now  time.Time // by the API's clock
	Root bool      // the key belongs to the root account

	MaxLifetime time.Duration // the account's maximum lifetime of keys, 0 = no maximum, or unknown

	RightsKnown bool
	Documents   []policydoc.Document // all policies of the owner: linked, inline, and those of its groups

	UseKnown bool
	UseSince time.Time // the log was read from this time on
	LastUse  time.Time // zero = no use since UseSince
	Networks []string  // the networks of Network from which the key was used

	StatesKnown bool
	InState     bool // one of the given states has the key
}

// Severity orders findings.
type Severity int

// The severities. None is that of a key without findings.
const (
	None Severity = iota
	Low
	Medium
	High
)

func (s Severity) String() string { return [...]string{"none", "low", "medium", "high"}[s] }

// Finding is a finding of a rule about one key.
type Finding struct {
	Rule   Rule
	Reason string // one sentence about this key
}

// Review applies the rules to a key, in the order of Rules.
func (c Config) Review(f Facts) []Finding {
	var found []Finding
	for _, rule := range rules {
		settings := c.Rules[rule.ID]
		if settings.Off {
			continue
		}
		if reason := rule.check(f, settings); reason != "" {
			found = append(found, Finding{Rule: rule, Reason: reason})
		}
	}
	return found
}

// Worst returns the highest severity of the findings.
func Worst(findings []Finding) Severity {
	var worst Severity
	for _, f := range findings {
		worst = max(worst, f.Rule.Severity)
	}
	return worst
}

// Rights returns the rights of a key in one word: "root", "admin" (every action), "escalation" (the owner can give itself more
// rights), "limited", "none", or "unknown".
func Rights(f Facts) string {
	switch {
	case f.Root:
		return "root"
	case !f.RightsKnown:
		return "unknown"
	case policydoc.IsAdmin(f.Documents...):
		return "admin"
	case len(policydoc.Escalations(f.Documents...)) > 0:
		return "escalation"
	}
	for _, doc := range f.Documents {
		for _, s := range doc.Statements {
			if s.Effect == policydoc.Allow {
				return "limited"
			}
		}
	}
	return "none"
}
