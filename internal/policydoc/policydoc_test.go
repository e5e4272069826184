package policydoc

import (
	"slices"
	"strings"
	"testing"
)

const readKeys = `{"Statement":[{"Sid":"read","Effect":"Allow","Action":["api:ReadAccessKeys"],"Resource":["*"]}]}`

func TestParse_canonicalForm(t *testing.T) {
	for name, text := range map[string]string{
		"canonical":          readKeys,
		"single strings":     `{"Statement": {"Resource": "*", "Action": "api:ReadAccessKeys", "Effect": "Allow", "Sid": "read"}}`,
		"white space, order": "{\n \"Statement\": [ {\"Action\":[\"api:ReadAccessKeys\"],\n\"Effect\":\"Allow\",\"Resource\":[\"*\"],\"Sid\":\"read\"} ]\n}",
	} {
		doc, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if doc.JSON() != readKeys {
			t.Errorf("%s: %s", name, doc.JSON())
		}
	}
}

func TestParse_refused(t *testing.T) {
	statement := func(members string) string { return `{"Statement":[{` + members + `}]}` }
	const allow = `"Effect":"Allow","Resource":"*"`
	for text, want := range map[string]string{
		``:                         "is not valid JSON",
		"\ufeff{}":                 "byte order mark",
		"{\n\"Statement\": [\n],}": "(line 3)",
		`[]`:                       "is not a JSON object",
		`{}`:                       "has no `Statement`",
		`{"Statement":[]}`:         "has no statement",
		`{"statement":[]}`:         `write "Statement"`,
		`{"Version":"2012-10-17","Statement":[]}`:                                                                                           `unknown member "Version"`,
		`{"Statement":["x"]}`:                                                                                                               "statement 1 of the policy document is not an object",
		statement(`"Action":"api:Read*","Resource":"*"`):                                                                                    "has no `Effect`",
		statement(`"Effect":"allow","Action":"api:Read*","Resource":"*"`):                                                                   `the ` + "`Effect`" + ` "allow"`,
		statement(`"Effect":"Allow","Resource":"*"`):                                                                                        "names no action",
		statement(`"Effect":"Allow","Action":"api:*","NotAction":"api:X","Resource":"*"`):                                                   "both `Action` and `NotAction`",
		statement(`"Effect":"Allow","Action":"api:Read*"`):                                                                                  "has no `Resource`",
		statement(`"Effect":"Allow","Action":"api:Read*","Resource":[""]`):                                                                  "an empty `Resource`",
		statement(`"Effect":"Allow","Action":"ReadAccessKeys","Resource":"*"`):                                                              `write "service:Call"`,
		statement(`"Effect":"Allow","Action":[1],"Resource":"*"`):                                                                           "`Action` that is not a string or a list of strings",
		statement(`"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"`):                                                           `unknown member "Principal"`,
		`{"Statement":[{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"}]}`: "same `Sid` as statement 1",
		statement(allow + `,"Action":"api:A","Action":"api:B"`):                                                                             `statement 1 of the policy document has the member "Action" twice`,
		statement(allow + `,"Action":"api:A","Act\u0069on":"api:B"`):                                                                        `the member "Action" twice`,
		statement(allow + `,"Action":"api:A","Effect":"Deny"`):                                                                              `the member "Effect" twice`,
		`{"Statement":[],"Statement":` + readKeys[len(`{"Statement":`):]:                                                                    `the policy document has the member "Statement" twice`,
		statement(allow + `,"Action":[],"NotAction":["api:A"]`):                                                                             "both `Action` and `NotAction`",
		statement(allow + `,"Action":null,"NotAction":["api:A"]`):                                                                           "both `Action` and `NotAction`",
		statement(allow + `,"Action":"api:A","Sid":null`):                                                                                   "`Sid` that is not a string",
		statement(allow + `,"Action":null`):                                                                                                 "`Action` that is not a string or a list of strings",
		`{"Statement":[null]}`:                                                                                                              "statement 1 of the policy document is not an object",
		statement(`"Effect":"Allow","Resource":["*"],"Action":["api:` + strings.Repeat(`\u0041`, MaxSize/6) + `"]`):                         "the API takes at most 5120", // as it is sent
		statement(`"Effect":"Allow","Resource":"*","Action":["api:` + strings.Repeat("A", MaxSize) + `"]`):                                  "the API takes at most 5120",
	} {
		_, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %v, want %q", text, err, want)
		}
	}
}

func TestEquivalent(t *testing.T) {
	two := `{"Statement":[{"Effect":"Allow","Action":["api:A","api:B"],"Resource":["*"]},{"Effect":"Deny","Action":["api:C"],"Resource":["*"]}]}`
	for name, c := range map[string]struct {
		a, b string
		want bool
	}{
		"order of statements and actions": {two, `{"Statement":[{"Resource":"*","Effect":"Deny","Action":"api:C"},{"Effect":"Allow","Action":["api:B","api:A","api:B"],"Resource":["*"]}]}`, true},
		"other effect":                    {two, strings.Replace(two, "Deny", "Allow", 1), false},
		"other action":                    {two, strings.Replace(two, "api:C", "api:D", 1), false},
		"other sid":                       {readKeys, strings.Replace(readKeys, "read", "see", 1), false},
		"unknown members as JSON":         {`{"Statement":[{"Condition":{"a":1}}]}`, `{ "Statement": [{"Condition": {"a": 1}}] }`, true},
		"unknown members differ":          {`{"Statement":[{"Condition":{"a":1}}]}`, `{"Statement":[{"Condition":{"a":2}}]}`, false},
		"a member twice":                  {`{"Statement":[],"Statement":[]}`, `{"Statement":[]}`, false},
		"an unknown member twice":         {`{"Statement":[{"Condition":{"a":1,"a":2}}]}`, `{"Statement":[{"Condition":{"a":2}}]}`, false},
		"no JSON":                         {"x", "y", false},
		"the same text":                   {"x", "x", true},
	} {
		if got := Equivalent(c.a, c.b); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func statement(sid, action string) Statement {
	return Statement{SID: sid, Effect: Allow, Action: []string{action}, Resource: []string{"*"}}
}

func TestMerge(t *testing.T) {
	doc := func(statements ...Statement) Document { return Document{Statements: statements} }
	got, err := Merge(
		[]Document{doc(statement("a", "s:1"), statement("", "s:2")), doc(statement("b", "s:3"))},
		doc(statement("a", "s:own"), statement("", "s:4")),
		[]Document{doc(statement("b", "s:first")), doc(statement("b", "s:last"), statement("c", "s:5"))})
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, s := range got.Statements {
		actions = append(actions, s.SID+"="+s.Action[0])
	}
	if want := []string{"a=s:own", "=s:2", "b=s:last", "=s:4", "c=s:5"}; !slices.Equal(actions, want) {
		t.Errorf("got %v, want %v", actions, want)
	}
	if _, err := Merge([]Document{doc(statement("a", "s:1")), doc(statement("a", "s:2"))}, Document{}, nil); err == nil || !strings.Contains(err.Error(), "source documents 1 and 2") {
		t.Errorf("the same Sid in two sources: %v", err)
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, action string
		want            bool
	}{
		{"*", "api:ReadAccessKeys", true},
		{"api:*", "api:ReadAccessKeys", true},
		{"api:Read*", "api:ReadAccessKeys", true},
		{"api:Read*Keys", "api:ReadAccessKeys", true},
		{"api:Read*Keys", "api:ReadAccessKey", false},
		{"api:*Access*Keys", "api:ReadAccessKeys", true},
		{"api:ReadAccessKeys", "api:readaccesskeys", false},
		{"ec2:*", "api:ReadAccessKeys", false},
		{"*Keys*Keys", "api:ReadAccessKeys", false},
		{"a*a", "a", false},
	} {
		if got := Match(c.pattern, c.action); got != c.want {
			t.Errorf("Match(%q, %q) = %v, want %v", c.pattern, c.action, got, c.want)
		}
	}
}

func TestAllows(t *testing.T) {
	parse := func(text string) Document {
		doc, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	all := parse(`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
	noLinks := parse(`{"Statement":[{"Effect":"Deny","Action":"api:Link*","Resource":"*"}]}`)
	denyOne := parse(`{"Statement":[{"Effect":"Deny","Action":"api:Link*","Resource":"orn:ows:idauth::1:policy/x"}]}`)
	notLinks := parse(`{"Statement":[{"Effect":"Allow","NotAction":["api:Link*"],"Resource":"*"}]}`)
	for name, c := range map[string]struct {
		docs   []Document
		action string
		want   bool
	}{
		"nothing":                    {nil, "api:ReadUsers", false},
		"everything":                 {[]Document{all}, "api:ReadUsers", true},
		"explicit deny wins":         {[]Document{noLinks, all}, "api:LinkPolicy", false},
		"deny of one resource":       {[]Document{all, denyOne}, "api:LinkPolicy", true},
		"deny without allow":         {[]Document{noLinks}, "api:ReadUsers", false},
		"not action, outside":        {[]Document{notLinks}, "api:ReadUsers", true},
		"not action, inside":         {[]Document{notLinks}, "api:LinkPolicy", false},
		"another document allows it": {[]Document{notLinks, all}, "api:LinkPolicy", true},
	} {
		if got := Allows(c.docs, c.action); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	if !IsAdmin(all) || IsAdmin(noLinks) || IsAdmin(parse(readKeys)) {
		t.Error("IsAdmin")
	}
	if got := Escalations(parse(readKeys)); len(got) != 0 {
		t.Errorf("escalations of a reader: %v", got)
	}
	if got := Escalations(all, noLinks); len(got) != len(escalationActions)-2 || slices.Contains(got, "api:LinkPolicy") {
		t.Errorf("escalations of everything but links: %v", got)
	}
	if got := Wildcards(all, notLinks, parse(`{"Statement":[{"Effect":"Allow","Action":["api:*","api:Read*"],"Resource":"*"}]}`)); !slices.Equal(got, []string{"*", "all but api:Link*", "api:*"}) {
		t.Errorf("wildcards %v", got)
	}
}

// TestForAPI: what follows the official grammar is sent byte for byte, and the rest with its lists (A45).
func TestForAPI(t *testing.T) {
	for text, want := range map[string]string{
		readKeys:         readKeys,
		" " + readKeys:   " " + readKeys,
		`{"Statement":1`: `{"Statement":1`,
		`{"Statement": {"Sid": "read", "Effect": "Allow", "Action": ["api:ReadAccessKeys"], "Resource": ["*"]}}`: readKeys,
		`{"Statement": [{"Sid": "read", "Effect": "Allow", "Action": "api:ReadAccessKeys", "Resource": ["*"]}]}`: readKeys,
		`{"Statement": [{"Sid": "read", "Effect": "Allow", "Action": ["api:ReadAccessKeys"], "Resource": "*"}]}`: readKeys,
	} {
		if got := ForAPI(text); got != want {
			t.Errorf("%s is sent as %s", text, got)
		}
	}
}
