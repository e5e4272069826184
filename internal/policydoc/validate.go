package policydoc

import (
	"fmt"
	"regexp"
	"slices"
)

// Error says what is wrong with a document.
type Error struct {
	Where   string // "statement 2", or "" for the document as a whole
	Problem string // a verb phrase, for example "has no `Effect`"
}

func (e *Error) Error() string {
	if e.Where == "" {
		return "the policy document " + e.Problem
	}
	return e.Where + " of the policy document " + e.Problem
}

// at returns the name of a statement, counted from 1.
func at(i int) string { return fmt.Sprintf("statement %d", i+1) }

// actionForm is "*" or "service:Call", with wildcards.
var actionForm = regexp.MustCompile(`^(\*|[A-Za-z0-9*_-]+:[A-Za-z0-9*_-]+)$`)

// Validate checks a document against the form that the user guide describes. Errors: *Error.
func (d Document) Validate() error {
	if len(d.Statements) == 0 {
		return &Error{Problem: "has no statement"}
	}
	seen := map[string]int{}
	for i, s := range d.Statements {
		if err := s.validate(at(i)); err != nil {
			return err
		}
		if first, found := seen[s.SID]; found && s.SID != "" {
			return &Error{Where: at(i), Problem: fmt.Sprintf("has the same `Sid` as statement %d: %q", first+1, s.SID)}
		}
		seen[s.SID] = i
	}
	return checkSize(d.JSON())
}

// checkSize returns an error for a text that is too long for the API.
func checkSize(text string) error {
	if size := Size(text); size > MaxSize {
		return &Error{Problem: fmt.Sprintf("has %d characters without white space, and the API takes at most %d", size, MaxSize)}
	}
	return nil
}

func (s Statement) validate(where string) error {
	switch {
	case s.Effect == "":
		return &Error{Where: where, Problem: "has no `Effect`: write \"Allow\" or \"Deny\""}
	case s.Effect != Allow && s.Effect != Deny:
		return &Error{Where: where, Problem: fmt.Sprintf("has the `Effect` %q: write \"Allow\" or \"Deny\"", s.Effect)}
	case len(s.Action) > 0 && len(s.NotAction) > 0:
		return &Error{Where: where, Problem: "has both `Action` and `NotAction`: write one of them"}
	case len(s.Action) == 0 && len(s.NotAction) == 0:
		return &Error{Where: where, Problem: "names no action: write `Action` or `NotAction`"}
	case len(s.Resource) == 0:
		return &Error{Where: where, Problem: "has no `Resource`: write [\"*\"]"}
	case slices.Contains(s.Resource, ""):
		return &Error{Where: where, Problem: "has an empty `Resource`"}
	}
	for _, action := range slices.Concat(s.Action, s.NotAction) {
		if !actionForm.MatchString(action) {
			return &Error{Where: where, Problem: fmt.Sprintf("names the action %q: write \"service:Call\", for example \"api:ReadAccessKeys\"", action)}
		}
	}
	return nil
}
