package policydoc

import "fmt"

// Merge joins documents as users of aws_iam_policy_document know it. The statements of sources come first; among them a
// Sid may occur once. A statement of own replaces a source statement with the same Sid, in its place; others follow. The
// overrides are applied last, in order, in the same way. Errors: *Error.
func Merge(sources []Document, own Document, overrides []Document) (Document, error) {
	var merged Document
	seen := map[string]int{}
	for i, source := range sources {
		for _, s := range source.Statements {
			if first, found := seen[s.SID]; found && s.SID != "" {
				return Document{}, &Error{Problem: fmt.Sprintf("has the `Sid` %q in source documents %d and %d: a Sid may occur once among them", s.SID, first+1, i+1)}
			}
			seen[s.SID] = i
			merged.Statements = append(merged.Statements, s)
		}
	}
	merged.replace(own)
	for _, override := range overrides {
		merged.replace(override)
	}
	return merged, nil
}

// replace puts each statement of other in the place of the one with the same Sid, or at the end.
func (d *Document) replace(other Document) {
	for _, s := range other.Statements {
		if i := d.index(s.SID); i >= 0 {
			d.Statements[i] = s
			continue
		}
		d.Statements = append(d.Statements, s)
	}
}

// index is the place of the statement with this Sid, -1 when there is none or the Sid is empty.
func (d *Document) index(sid string) int {
	for i, s := range d.Statements {
		if sid != "" && s.SID == sid {
			return i
		}
	}
	return -1
}
