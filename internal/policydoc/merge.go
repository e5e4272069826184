package policydoc

import "fmt"

// Merge joins documents as aws_iam_policy_document does. The statements of sources come first; a Sid may occur only once
// among them. A statement of own replaces the source statement with the same Sid; other statements of own follow. The
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

// replace replaces the statement with the same Sid by each statement of other, or appends it.
func (d *Document) replace(other Document) {
	for _, s := range other.Statements {
		if i := d.index(s.SID); i >= 0 {
			d.Statements[i] = s
			continue
		}
		d.Statements = append(d.Statements, s)
	}
}

// index returns the index of the statement with this Sid, or -1 if there is none or the Sid is empty.
func (d *Document) index(sid string) int {
	for i, s := range d.Statements {
		if sid != "" && s.SID == sid {
			return i
		}
	}
	return -1
}
