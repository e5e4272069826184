// Package policy parses policy documents and evaluates rights.
//
// A document is {"Statement": [...]}. A statement has Effect ("Allow" or "Deny"), either Action or NotAction, Resource, and
// optionally Sid. Actions are "api:CreateUser" or patterns in which an asterisk stands for any text. A call is denied unless
// a statement allows it, and an explicit deny overrides every allow. All of this is official text. Resources other than "*" are
// patterns of ORNs, which no official text describes.
//
// The package does not depend on the simulator: a decision depends only on documents, an action and a resource.
package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// MaxLength is the largest number of characters of a document that are not white space (official text).
const MaxLength = 5120

// ErrTooLong is the error of Parse for a document with more than MaxLength characters that are not white space.
var ErrTooLong = fmt.Errorf("the document has more than %d characters that are not white space", MaxLength)

// Document is a parsed policy document.
type Document struct{ Statements []Statement }

// Statement is one statement of a document.
type Statement struct {
	Sid string
	// Deny means that the effect is Deny, not Allow.
	Deny bool
	// Actions are patterns of the actions of the statement or, with NotAction, of the actions that it excludes.
	Actions   []string
	NotAction bool
	// Resources are patterns of ORNs.
	Resources []string
}

// Parse parses a document. An error other than ErrTooLong says what is malformed (A34).
func Parse(text string) (Document, error) { return parse(text, false) }

// ParseLenient is Parse, but accepts a single statement in place of the list of statements, and a string in place of a list of
// one string. The official grammar has lists only.
func ParseLenient(text string) (Document, error) { return parse(text, true) }

func parse(text string, lenient bool) (Document, error) {
	if visibleLength(text) > MaxLength {
		return Document{}, ErrTooLong
	}
	members, err := object([]byte(text), "Statement")
	if err != nil {
		return Document{}, fmt.Errorf("the document %w", err)
	}
	var statements []json.RawMessage
	if lenient && bytes.HasPrefix(bytes.TrimSpace(members["Statement"]), []byte("{")) {
		statements = []json.RawMessage{members["Statement"]}
	} else if err := json.Unmarshal(members["Statement"], &statements); err != nil || len(statements) == 0 {
		return Document{}, errors.New("Statement is not a list of at least one statement")
	}
	var document Document
	for i, raw := range statements {
		statement, err := parseStatement(raw, lenient)
		if err != nil {
			return Document{}, fmt.Errorf("statement %d %w", i+1, err)
		}
		document.Statements = append(document.Statements, statement)
	}
	return document, nil
}

func visibleLength(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

func parseStatement(raw []byte, lenient bool) (Statement, error) {
	members, err := object(raw, "Sid", "Effect", "Action", "NotAction", "Resource")
	if err != nil {
		return Statement{}, err
	}
	var s Statement
	if sid, ok := members["Sid"]; ok && (json.Unmarshal(sid, &s.Sid) != nil || string(sid) == "null") {
		return s, errors.New("has a Sid that is not a string")
	}
	var effect string
	if json.Unmarshal(members["Effect"], &effect) != nil || effect != "Allow" && effect != "Deny" {
		return s, errors.New(`has no Effect "Allow" or "Deny"`)
	}
	s.Deny = effect == "Deny"
	_, hasAction := members["Action"]
	if _, s.NotAction = members["NotAction"]; hasAction == s.NotAction {
		return s, errors.New("needs either Action or NotAction")
	}
	name := "Action"
	if s.NotAction {
		name = "NotAction"
	}
	if s.Actions, err = list(members, name, lenient); err != nil {
		return s, err
	}
	for _, action := range s.Actions {
		if service, call, ok := strings.Cut(action, ":"); action != "*" && (!ok || service == "" || call == "") {
			return s, fmt.Errorf("has the action %q, which is not SERVICE:CALL", action)
		}
	}
	s.Resources, err = list(members, "Resource", lenient)
	return s, err
}

// object decodes a JSON object with no other members than the known ones. Names are case-sensitive. If a member occurs twice, the
// last one counts (S8).
func object(raw []byte, known ...string) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if err := decoder.Decode(&members); err != nil || members == nil {
		return nil, errors.New("is not a JSON object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("is not a single JSON object")
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("has the unknown element %q", name)
		}
	}
	return members, nil
}

// list returns a member that must be a list of at least one string that is not empty.
func list(members map[string]json.RawMessage, name string, lenient bool) ([]string, error) {
	var items []string
	var single string
	if lenient && json.Unmarshal(members[name], &single) == nil && single != "" {
		return []string{single}, nil
	}
	if json.Unmarshal(members[name], &items) != nil || len(items) == 0 || slices.Contains(items, "") {
		return nil, fmt.Errorf("has no %s that is a list of strings", name)
	}
	return items, nil
}
