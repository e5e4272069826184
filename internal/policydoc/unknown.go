package policydoc

import (
	"cmp"
	"slices"
	"strings"
)

// Unknown is an action of a document that covers no action of the OUTSCALE API.
type Unknown struct {
	Action  string // as in the document, possibly with wildcards
	Closest string // the most similar item of Actions; "" for an action with wildcards
}

// UnknownActions returns the actions of the OUTSCALE API in a document that Actions does not have, in order of first use. An
// action can be misspelled, or newer than Actions. Actions of other services are not checked.
func UnknownActions(doc Document) (found []Unknown) {
	known := Actions()
	for _, s := range doc.Statements {
		for _, action := range slices.Concat(s.Action, s.NotAction) {
			service, _, _ := strings.Cut(action, ":")
			covers := func(other string) bool { return Match(action, other) }
			listed := func(u Unknown) bool { return u.Action == action }
			if !strings.EqualFold(service, "api") || slices.ContainsFunc(known, covers) || slices.ContainsFunc(found, listed) {
				continue
			}
			unknown := Unknown{Action: action}
			if !strings.Contains(action, "*") {
				unknown.Closest = slices.MinFunc(known, func(a, b string) int { return cmp.Compare(distance(action, a), distance(action, b)) })
			}
			found = append(found, unknown)
		}
	}
	return found
}

// distance returns the number of characters to insert, delete or replace to make b from a, without regard to case.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(b)+1) // row[j] is the distance from the first characters of a to the first j of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
