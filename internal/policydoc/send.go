package policydoc

import "encoding/json"

// ForAPI returns a document as it is sent: the text itself if it follows the official grammar, or else its canonical form.
// The grammar has lists only. It is not known whether the API also accepts a single string or a single statement (A45), so
// the canonical form has lists.
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
