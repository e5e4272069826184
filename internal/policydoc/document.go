// Package policydoc reads, checks, compares, merges and writes policy documents of OUTSCALE's identity management (EIM).
//
// A document is a list of statements. Each statement allows or denies actions, named as "service:Call" with "*" as a
// wildcard, for example "api:Read*". The form is that of the user guide; A34 is the assumption about malformed documents.
// Where the user guide has a list, Parse also accepts one string or one statement, as in the documents of other clouds.
// ForAPI writes the list, because it is not known whether the API accepts the other form (A45). The package uses neither
// Terraform nor HTTP.
package policydoc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// MaxSize is the size of the largest document that the API accepts, in characters that are not white space (official).
const MaxSize = 5120

// Effect says what a statement does to the actions that it names.
type Effect string

// The two effects. An explicit Deny wins over every Allow (official).
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// Document is a policy document.
type Document struct {
	Statements []Statement
}

// Statement allows or denies actions on resources.
type Statement struct {
	SID       string // "" = none
	Effect    Effect
	Action    []string // the actions that the statement covers; or, instead,
	NotAction []string // all actions but these
	Resource  []string // ["*"] in practice
}

// wireDocument and wireStatement have the members in the order in which they are written.
type wireDocument struct {
	Statement []wireStatement `json:"Statement"`
}

type wireStatement struct {
	SID       string `json:"Sid,omitempty"`
	Effect    Effect `json:"Effect"`
	Action    list   `json:"Action,omitempty"`
	NotAction list   `json:"NotAction,omitempty"`
	Resource  list   `json:"Resource"`
}

// list is a list of strings, which can be written as one string.
type list []string

func (l *list) UnmarshalJSON(data []byte) error {
	var one string
	if err := json.Unmarshal(data, &one); err == nil {
		*l = list{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(data, &many); err != nil {
		return fmt.Errorf("a string or a list of strings is expected")
	}
	*l = many
	return nil
}

// Parse reads a document and checks it as Validate does. Member names are case-sensitive and unknown members are refused,
// because the API would ignore or refuse them: a misspelled "Deny" must not be lost. A member that occurs twice is refused,
// because JSON parsers differ in which one they use. Errors: *Error.
func Parse(text string) (Document, error) {
	doc, err := decode(text)
	if err != nil {
		return Document{}, err
	}
	if err := doc.Validate(); err != nil {
		return Document{}, err
	}
	return doc, checkSize(ForAPI(text))
}

func decode(text string) (Document, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		return Document{}, syntaxError(text, err)
	}
	if err := onlyMembers(members, "", "Statement"); err != nil {
		return Document{}, err
	}
	raw, found := members["Statement"]
	if !found {
		return Document{}, &Error{Problem: "has no `Statement`"}
	}
	var statements []json.RawMessage
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		statements = []json.RawMessage{raw} // one statement without a list around it
	} else if err := json.Unmarshal(raw, &statements); err != nil {
		return Document{}, &Error{Problem: "has a `Statement` that is not a list of objects"}
	}
	var doc Document
	for i, raw := range statements {
		statement, err := decodeStatement(raw, i)
		if err != nil {
			return Document{}, err
		}
		doc.Statements = append(doc.Statements, statement)
	}
	if name, found := repeatedMember(text); found {
		return Document{}, repeatedError("", name)
	}
	return doc, nil
}

func decodeStatement(raw json.RawMessage, i int) (Statement, error) {
	where := at(i)
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return Statement{}, &Error{Where: where, Problem: "is not an object"}
	}
	if name, found := repeatedMember(string(raw)); found {
		return Statement{}, repeatedError(where, name)
	}
	if err := onlyMembers(members, where, "Sid", "Effect", "Action", "NotAction", "Resource"); err != nil {
		return Statement{}, err
	}
	if members["Action"] != nil && members["NotAction"] != nil {
		return Statement{}, &Error{Where: where, Problem: "has both `Action` and `NotAction`: write one of them"}
	}
	var s Statement
	for name, target := range map[string]any{
		"Sid": &s.SID, "Effect": (*string)(&s.Effect),
		"Action": (*list)(&s.Action), "NotAction": (*list)(&s.NotAction), "Resource": (*list)(&s.Resource),
	} {
		value, found := members[name]
		if !found {
			continue
		}
		if err := json.Unmarshal(value, target); err != nil || string(value) == "null" {
			return Statement{}, &Error{Where: where, Problem: fmt.Sprintf("has a `%s` that is not %s", name, expected(name))}
		}
	}
	return s, nil
}

func expected(name string) string {
	if name == "Sid" || name == "Effect" {
		return "a string"
	}
	return "a string or a list of strings"
}

// repeatedMember returns the first member name that occurs twice in one object of a valid JSON text, at any depth.
func repeatedMember(text string) (name string, found bool) {
	return repeatedInValue(json.NewDecoder(strings.NewReader(text)))
}

func repeatedInValue(decoder *json.Decoder) (name string, found bool) {
	opening, _ := decoder.Token()
	if opening != json.Delim('{') && opening != json.Delim('[') {
		return "", false
	}
	seen := map[json.Token]bool{}
	for decoder.More() {
		if opening == json.Delim('{') {
			member, _ := decoder.Token()
			if seen[member] {
				return fmt.Sprint(member), true
			}
			seen[member] = true
		}
		if name, found := repeatedInValue(decoder); found {
			return name, true
		}
	}
	_, _ = decoder.Token() // the closing bracket
	return "", false
}

func repeatedError(where, name string) error {
	return &Error{Where: where, Problem: fmt.Sprintf("has the member %q twice: JSON parsers differ in which one they use, so keep one", name)}
}

// onlyMembers returns an error for a member with another name. If only the case differs, the error has the right spelling.
func onlyMembers(members map[string]json.RawMessage, where string, names ...string) error {
	for name := range members {
		if slices.Contains(names, name) {
			continue
		}
		problem := fmt.Sprintf("has an unknown member %q", name)
		for _, right := range names {
			if strings.EqualFold(right, name) {
				problem += fmt.Sprintf(": member names are case-sensitive, write %q", right)
			}
		}
		return &Error{Where: where, Problem: problem}
	}
	return nil
}

func syntaxError(text string, err error) error {
	if strings.HasPrefix(text, "\ufeff") {
		return &Error{Problem: "begins with a byte order mark: save the file as UTF-8 without it"}
	}
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return &Error{Problem: "is not a JSON object"}
	}
	before := text[:min(int(syntax.Offset), len(text))]
	line := 1 + strings.Count(before, "\n")
	return &Error{Problem: fmt.Sprintf("is not valid JSON: %v (line %d)", err, line)}
}

// JSON returns the document in its canonical form: members in a fixed order, lists in place of single strings, no white
// space. Actions and resources keep their order. Equivalent compares documents without it.
func (d Document) JSON() string {
	wire := wireDocument{Statement: []wireStatement{}}
	for _, s := range d.Statements {
		wire.Statement = append(wire.Statement, wireStatement{SID: s.SID, Effect: s.Effect, Action: s.Action, NotAction: s.NotAction, Resource: s.Resource})
	}
	return encode(wire)
}

// encode marshals without escaping <, > and &, because the API stores a document as it is sent.
func encode(v any) string {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err) // strings and slices of strings always encode
	}
	return strings.TrimSuffix(buffer.String(), "\n")
}

// Size returns the number of characters of text that count against MaxSize: all except white space.
func Size(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}
