package policydoc

import "encoding/json"

// ForAPI is the form in which a document is sent: the text itself when it follows the official grammar, and otherwise its
// canonical form. The grammar has lists only, and whether the API accepts a single string or a single statement in the
// place of one is not known (A45): the canonical form is right in either case.
func ForAPI(text string) string {
	var grammar struct {
		Statement []struct{ Action, NotAction, Resource []string }
	}
	if json.Unmarshal([]byte(text), &grammar) == nil {
		return text
	}
	doc, err := decode(text)
	if err != nil {
		return text
	}
	return doc.JSON()
}
