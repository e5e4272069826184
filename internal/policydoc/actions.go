package policydoc

import (
	_ "embed"
	"slices"
	"strings"
)

// actionsText has one action per line, from the API's official description (1.42.0). TestActions compares them.
//
//go:embed actions.txt
var actionsText string

// Actions returns the actions of the OUTSCALE API as policies name them, sorted, for example "api:ReadUsers".
func Actions() []string {
	names := strings.Fields(actionsText)
	for i, name := range names {
		names[i] = "api:" + name
	}
	return names
}

// Unused says what documents allow beyond what was used.
type Unused struct {
	Actions  []string // actions of the OUTSCALE API that are allowed and not used, sorted
	Patterns []string // allowed patterns that reach other services too, in order of first use; see Wildcards for "all but"
	Missing  []string // used, and not allowed, sorted
}

// Beyond compares what documents allow together with the actions that were used.
func Beyond(docs []Document, used []string) Unused {
	var u Unused
	for _, action := range Actions() {
		if Allows(docs, action) && !slices.Contains(used, action) {
			u.Actions = append(u.Actions, action)
		}
	}
	for _, action := range used {
		if !Allows(docs, action) {
			u.Missing = append(u.Missing, action)
		}
	}
	for _, pattern := range AllowedPatterns(docs...) {
		if service, _, named := strings.Cut(pattern, ":"); !named || service != "api" {
			u.Patterns = append(u.Patterns, pattern)
		}
	}
	slices.Sort(u.Missing)
	return u
}

// AllowedPatterns returns the patterns that statements allow, in order of first use. A statement with NotAction is "all but
// " and its patterns.
func AllowedPatterns(docs ...Document) []string {
	var found []string
	for _, doc := range docs {
		for _, s := range doc.Statements {
			patterns := s.Action
			if len(s.NotAction) > 0 {
				patterns = []string{allBut + strings.Join(s.NotAction, ", ")}
			}
			for _, pattern := range patterns {
				if s.Effect == Allow && !slices.Contains(found, pattern) {
					found = append(found, pattern)
				}
			}
		}
	}
	return found
}

const allBut = "all but "

// Least returns the smallest document that allows the actions. A pattern replaces the actions that it covers; a pattern
// that covers none is left out.
func Least(actions, patterns []string) Document {
	var allowed []string
	for _, action := range actions {
		i := slices.IndexFunc(patterns, func(pattern string) bool { return Match(pattern, action) })
		if i >= 0 {
			action = patterns[i]
		}
		allowed = append(allowed, action)
	}
	return Document{Statements: []Statement{{Effect: Allow, Action: sorted(allowed), Resource: []string{"*"}}}}
}

// CoveredBy reports whether a pattern of AllowedPatterns covers an action.
func CoveredBy(pattern, action string) bool {
	if but, found := strings.CutPrefix(pattern, allBut); found {
		return Statement{NotAction: strings.Split(but, ", ")}.Covers(action)
	}
	return Match(pattern, action)
}
