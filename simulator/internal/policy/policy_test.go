package policy

import (
	"errors"
	"strings"
	"testing"
)

func TestParse_documents(t *testing.T) {
	const begin, end = `{"Statement":[{"Sid":"`, `","Effect":"Allow","Action":["*"],"Resource":["*"]}]}`
	long := begin + strings.Repeat("x", MaxLength-len(begin+end)) + end
	for name, document := range map[string]struct {
		text, want string // "" is valid, else a part of the error
	}{
		"allow":                {`{"Statement":[{"Effect":"Allow","Action":["api:*"],"Resource":["*"]}]}`, ""},
		"deny with Sid":        {` {"Statement" : [ {"Sid":"a","Effect":"Deny","NotAction":["api:Read*","ec2:*"],"Resource":["*"]} ] } `, ""},
		"every action":         {`{"Statement":[{"Effect":"Allow","Action":["*"],"Resource":["orn:ows:idauth::1:user/a"]}]}`, ""},
		"two statements":       {`{"Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]},{"Effect":"Deny","Action":["*:Delete*"],"Resource":["*"]}]}`, ""},
		"longest":              {long, ""},
		"longest, with spaces": {strings.ReplaceAll(long, ":", " \n\t: "), ""},
		"too long":             {strings.Replace(long, "xx", "xxx", 1), "more than 5120"},
		"too long in runes":    {strings.Replace(long, "xx", "ééé", 1), "more than 5120"},
		"empty":                {``, "is not a JSON object"},
		"no JSON":              {`Statement`, "is not a JSON object"},
		"null":                 {`null`, "is not a JSON object"},
		"list":                 {`[]`, "is not a JSON object"},
		"two objects":          {`{"Statement":[]}{}`, "is not a single JSON object"},
		"no statement":         {`{}`, "Statement is not a list"},
		"empty list":           {`{"Statement":[]}`, "Statement is not a list"},
		"statement object":     {`{"Statement":{"Effect":"Allow","Action":["*"],"Resource":["*"]}}`, "Statement is not a list"},
		"lower case":           {`{"statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}`, `unknown element "statement"`},
		"version":              {`{"Version":"2012-10-17","Statement":[]}`, `unknown element "Version"`},
		"principal":            {`{"Statement":[{"Effect":"Allow","Principal":"*","Action":["*"],"Resource":["*"]}]}`, `statement 1 has the unknown element "Principal"`},
		"lower-case element":   {`{"Statement":[{"effect":"Allow","Action":["*"],"Resource":["*"]}]}`, `unknown element "effect"`},
		"no effect":            {`{"Statement":[{"Action":["*"],"Resource":["*"]}]}`, "has no Effect"},
		"lower-case effect":    {`{"Statement":[{"Effect":"allow","Action":["*"],"Resource":["*"]}]}`, "has no Effect"},
		"second statement":     {`{"Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]},{}]}`, "statement 2 has no Effect"},
		"no action":            {`{"Statement":[{"Effect":"Allow","Resource":["*"]}]}`, "needs either Action or NotAction"},
		"both actions":         {`{"Statement":[{"Effect":"Allow","Action":["*"],"NotAction":["*"],"Resource":["*"]}]}`, "needs either Action or NotAction"},
		"action string":        {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":["*"]}]}`, "no Action that is a list"},
		"no actions":           {`{"Statement":[{"Effect":"Allow","NotAction":[],"Resource":["*"]}]}`, "no NotAction that is a list"},
		"empty action":         {`{"Statement":[{"Effect":"Allow","Action":[""],"Resource":["*"]}]}`, "no Action that is a list"},
		"action number":        {`{"Statement":[{"Effect":"Allow","Action":[1],"Resource":["*"]}]}`, "no Action that is a list"},
		"no service":           {`{"Statement":[{"Effect":"Allow","Action":["ReadUsers"],"Resource":["*"]}]}`, `the action "ReadUsers"`},
		"empty service":        {`{"Statement":[{"Effect":"Allow","Action":[":ReadUsers"],"Resource":["*"]}]}`, `the action ":ReadUsers"`},
		"empty call":           {`{"Statement":[{"Effect":"Allow","Action":["api:"],"Resource":["*"]}]}`, `the action "api:"`},
		"no resource":          {`{"Statement":[{"Effect":"Allow","Action":["*"]}]}`, "no Resource that is a list"},
		"resource string":      {`{"Statement":[{"Effect":"Allow","Action":["*"],"Resource":"*"}]}`, "no Resource that is a list"},
		"Sid null":             {`{"Statement":[{"Sid":null,"Effect":"Allow","Action":["*"],"Resource":["*"]}]}`, "Sid that is not a string"},
		"Sid number":           {`{"Statement":[{"Sid":1,"Effect":"Allow","Action":["*"],"Resource":["*"]}]}`, "Sid that is not a string"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(document.text)
			if document.want == "" && err != nil || document.want != "" && (err == nil || !strings.Contains(err.Error(), document.want)) {
				t.Errorf("got %v, want %q", err, document.want)
			}
			if errors.Is(err, ErrTooLong) != strings.HasPrefix(name, "too long") {
				t.Errorf("ErrTooLong: %v", err)
			}
		})
	}
}

// S8
func TestParse_repeatedMember(t *testing.T) {
	document, err := Parse(`{"Statement":[{"Effect":"Deny","Effect":"Allow","Action":["api:A"],"Action":["api:B"],"Resource":["*"]}]}`)
	if err != nil || document.Statements[0].Deny || document.Statements[0].Actions[0] != "api:B" {
		t.Errorf("got %+v, %v, want the last members", document, err)
	}
}

func TestParseLenient_singleValues(t *testing.T) {
	for text, valid := range map[string]bool{
		`{"Statement":{"Effect":"Allow","Action":["*"],"Resource":["*"]}}`:     true,
		`{"Statement":[{"Effect":"Allow","Action":"api:*","Resource":"*"}]}`:   true,
		`{"Statement":{"Effect":"Deny","NotAction":"api:*","Resource":"*"}}`:   true,
		`{"Statement":{"Effect":"Allow","Action":"","Resource":"*"}}`:          false,
		`{"Statement":{"Effect":"Allow","Action":"ReadUsers","Resource":"*"}}`: false,
		`{"Statement":"Allow"}`: false,
	} {
		document, err := ParseLenient(text)
		if (err == nil) != valid {
			t.Errorf("%s: %v", text, err)
		}
		if valid && (len(document.Statements) != 1 || len(document.Statements[0].Actions) != 1 || len(document.Statements[0].Resources) != 1) {
			t.Errorf("%s: %+v", text, document)
		}
		if _, err := Parse(text); err == nil {
			t.Errorf("%s is accepted without lenience", text)
		}
	}
}

// sources parses documents; each is named after its number.
func sources(t *testing.T, documents ...string) []Source {
	t.Helper()
	var list []Source
	for i, text := range documents {
		document, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, Source{Name: "policy " + string(rune('1'+i)), Document: document})
	}
	return list
}

func statement(effect, element, action, resource string) string {
	return `{"Effect":"` + effect + `","` + element + `":["` + strings.ReplaceAll(action, ",", `","`) + `"],"Resource":["` + resource + `"]}`
}

func document(statements ...string) string {
	return `{"Statement":[` + strings.Join(statements, ",") + `]}`
}

func TestEvaluate_decisions(t *testing.T) {
	const user = "orn:ows:idauth::123456789012:user/team/bob"
	allow := func(action string) string { return document(statement("Allow", "Action", action, "*")) }
	deny := func(action string) string { return document(statement("Deny", "Action", action, "*")) }
	for name, test := range map[string]struct {
		documents []string
		action    string
		resource  string
		allowed   bool
		decisive  string
	}{
		"nothing":                   {nil, "api:ReadUsers", "", false, ""},
		"allowed":                   {[]string{allow("api:ReadUsers")}, "api:ReadUsers", "", true, "policy 1, statement 1"},
		"another action":            {[]string{allow("api:ReadUsers")}, "api:CreateUser", "", false, ""},
		"one of two actions":        {[]string{allow("api:ReadUsers,api:CreateUser")}, "api:CreateUser", "", true, "policy 1, statement 1"},
		"wildcard at the end":       {[]string{allow("api:Read*")}, "api:ReadUsers", "", true, "policy 1, statement 1"},
		"wildcard in between":       {[]string{allow("api:*User*")}, "api:ReadUsers", "", true, "policy 1, statement 1"},
		"wildcard for the service":  {[]string{allow("*:ReadUsers")}, "api:ReadUsers", "", true, "policy 1, statement 1"},
		"wildcard alone":            {[]string{allow("*")}, "api:ReadUsers", "", true, "policy 1, statement 1"},
		"another service":           {[]string{allow("ec2:*,iam:*")}, "api:ReadUsers", "", false, ""},
		"case of an action":         {[]string{allow("api:readusers")}, "api:ReadUsers", "", false, ""},
		"second document":           {[]string{allow("api:X"), allow("api:ReadUsers")}, "api:ReadUsers", "", true, "policy 2, statement 1"},
		"explicit deny first":       {[]string{deny("api:ReadUsers"), allow("*")}, "api:ReadUsers", "", false, "policy 1, statement 1"},
		"explicit deny last":        {[]string{allow("*"), allow("api:Read*"), deny("api:ReadUsers")}, "api:ReadUsers", "", false, "policy 3, statement 1"},
		"deny in the same document": {[]string{document(statement("Allow", "Action", "*", "*"), statement("Deny", "Action", "api:Delete*", "*"))}, "api:DeleteUser", "", false, "policy 1, statement 2"},
		"deny of another action":    {[]string{allow("*"), deny("api:DeleteUser")}, "api:ReadUsers", "", true, "policy 1, statement 1"},
		"deny alone":                {[]string{deny("*")}, "api:ReadUsers", "", false, "policy 1, statement 1"},
		"allow of NotAction":        {[]string{document(statement("Allow", "NotAction", "api:Delete*,api:CreateUser", "*"))}, "api:ReadUsers", "", true, "policy 1, statement 1"},
		"exception of NotAction":    {[]string{document(statement("Allow", "NotAction", "api:Delete*,api:CreateUser", "*"))}, "api:CreateUser", "", false, ""},
		"deny of NotAction":         {[]string{allow("*"), document(statement("Deny", "NotAction", "api:Read*", "*"))}, "api:CreateUser", "", false, "policy 2, statement 1"},
		"not denied by NotAction":   {[]string{allow("*"), document(statement("Deny", "NotAction", "api:Read*", "*"))}, "api:ReadUsers", "", true, "policy 1, statement 1"},
		"resource":                  {[]string{document(statement("Allow", "Action", "*", user))}, "api:UpdateUser", user, true, "policy 1, statement 1"},
		"resource pattern":          {[]string{document(statement("Allow", "Action", "*", "orn:ows:idauth::*:user/team/*"))}, "api:UpdateUser", user, true, "policy 1, statement 1"},
		"other resource":            {[]string{document(statement("Allow", "Action", "*", user+"2"))}, "api:UpdateUser", user, false, ""},
		"resource for none":         {[]string{document(statement("Allow", "Action", "*", user))}, "api:ReadUsers", "", false, ""},
		"every resource":            {[]string{allow("*")}, "api:UpdateUser", user, true, "policy 1, statement 1"},
		"denied resource":           {[]string{allow("*"), document(statement("Deny", "Action", "*", user))}, "api:UpdateUser", user, false, "policy 2, statement 1"},
		"deny of other resource":    {[]string{allow("*"), document(statement("Deny", "Action", "*", user))}, "api:UpdateUser", user + "2", true, "policy 1, statement 1"},
	} {
		t.Run(name, func(t *testing.T) {
			got := Evaluate(sources(t, test.documents...), test.action, test.resource)
			if got.Allowed != test.allowed || got.Decisive() != test.decisive {
				t.Errorf("%s on %q: %v by %q, want %v by %q", test.action, test.resource, got.Allowed, got.Decisive(), test.allowed, test.decisive)
			}
		})
	}
}

func TestDecision_explanation(t *testing.T) {
	allow, deny := document(statement("Allow", "Action", "api:*", "*")), `{"Statement":[{"Sid":"No","Effect":"Deny","Action":["api:Delete*"],"Resource":["*"]}]}`
	const missing = `{"Effect":"Allow","Action":["api:DeleteUser"],"Resource":["*"]}`
	for name, test := range map[string]struct {
		documents     []string
		text, missing string
	}{
		"allowed":          {[]string{allow}, "allowed by policy 1, statement 1", ""},
		"denied by none":   {nil, "no statement matches api:DeleteUser on orn:x: what no statement allows is denied", missing},
		"denied":           {[]string{allow, deny}, `denied by policy 2, statement 1 (Sid "No"): an explicit deny overrides every allow`, ""},
		"denied and wrong": {[]string{deny}, `denied by policy 1, statement 1 (Sid "No"): an explicit deny overrides every allow`, missing},
	} {
		got := Evaluate(sources(t, test.documents...), "api:DeleteUser", "orn:x")
		if got.Explain() != test.text || got.Missing() != test.missing {
			t.Errorf("%s: %q, %q", name, got.Explain(), got.Missing())
		}
	}
	// The missing statement is enough.
	if got := Evaluate(sources(t, document(missing)), "api:DeleteUser", "orn:x"); !got.Allowed {
		t.Error("the smallest statement does not allow the call")
	}
}

func TestMatches_wildcards(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"*", "api:X", true}, {"api:*", "api:", true}, {"api:*", "apx:", false}, {"api:Read*", "api:ReadUsers", true},
		{"api:Read*s", "api:ReadUsers", true}, {"api:Read*s", "api:ReadUser", false}, {"*Users", "api:ReadUsers", true},
		{"*a*b*", "xaybz", true}, {"*a*b*", "xbya", false}, {"a*a", "a", false}, {"a*a", "aa", true}, {"**", "x", true},
		{"api:ReadUsers", "api:ReadUsers", true}, {"api:ReadUser", "api:ReadUsers", false}, {"", "", true}, {"", "x", false}, {"*b", "bab", true},
	} {
		if got := Matches(test.pattern, test.text); got != test.want {
			t.Errorf("%q, %q: %v", test.pattern, test.text, got)
		}
	}
}
