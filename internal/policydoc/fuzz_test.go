package policydoc

import "testing"

// FuzzParse reads any text as a policy document: what is one has a canonical form that means the same and is its own
// canonical form, and the judgements of it agree with each other.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"Statement":[]}`, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
		`{"Statement":[{"Sid":"a","Effect":"Deny","NotAction":["api:Read*","api:*Key*s"],"Resource":["*"]}]}`,
		`{"Statement":[{"Effect":"Allow","Action":["api:CreateAccessKey","api:CreateAccessKey"],"Resource":["*"]},{"Effect":"Deny","Action":"api:*","Resource":"*"}]}`,
		`{"Statement":[{"effect":"Allow"}]}`, `{"Statement":[{"Effect":"Allow","Action":"` + "\u2028<&>" + `","Resource":"*"}]}`, `{"Statement":1,"Statement":[]}`,
	} {
		f.Add(text, "api:CreateAccessKey")
	}
	f.Fuzz(func(t *testing.T, text, action string) {
		if !Equivalent(text, text) {
			t.Errorf("%q does not mean what it means", text)
		}
		doc, err := Parse(text)
		if err != nil {
			if err.Error() == "" {
				t.Errorf("%q is refused without a reason", text)
			}
			return
		}
		canonical := doc.JSON()
		again, err := Parse(canonical)
		if err != nil {
			t.Fatalf("%q has the canonical form %q: %v", text, canonical, err)
		}
		if again.JSON() != canonical {
			t.Errorf("the canonical form of %q is not its own: %q", canonical, again.JSON())
		}
		if !Equivalent(text, canonical) || !Equivalent(canonical, text) {
			t.Errorf("%q and its canonical form %q are not equivalent", text, canonical)
		}
		docs := []Document{doc}
		if Allows(docs, action) != Allows([]Document{again}, action) {
			t.Errorf("%q and its canonical form do not allow the same", text)
		}
		if IsAdmin(doc) && len(Wildcards(doc)) == 0 {
			t.Errorf("%q gives every right without a wildcard", text)
		}
		_ = Escalations(doc)
	})
}
