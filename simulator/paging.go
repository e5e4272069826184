package simulator

import "slices"

// Paging of the identity lists (A27).
const (
	defaultPage = 100
	maxPage     = 1000
	// maxList is larger than any list, and small enough that adding offsets cannot overflow.
	maxList = 1 << 30
)

// page is the requested part of a list.
type page struct {
	first, size int
	// truncated means that the requested page was larger than maxPage.
	truncated bool
}

func (s *Simulator) page(c *call) (page, *problem) {
	p := page{size: defaultPage}
	if size, sent := c.number("ResultsPerPage"); sent {
		if size < 1 {
			return p, badValue("ResultsPerPage", "want 1 or more")
		}
		p.truncated = size > maxPage
		p.size = int(min(size, maxPage))
	}
	if first, sent := c.number("FirstItem"); sent {
		if first < 0 {
			return p, badValue("FirstItem", "it cannot be negative")
		}
		if s.opts.Assumptions.FirstItemOne {
			first = max(first-1, 0)
		}
		p.first = int(min(first, maxList))
	}
	return p, nil
}

// fields returns the paging members of an answer, without HasMoreItems.
func (p page) fields() fields {
	return fields{"MaxResultsLimit": maxPage, "MaxResultsTruncated": p.truncated}
}

// pageOf returns the page's part of a list, and whether more items follow.
func pageOf[T any](list []T, p page) ([]T, bool) {
	from := min(p.first, len(list))
	to := min(from+p.size, len(list))
	return list[from:to], to < len(list)
}

// pageSize returns the ResultsPerPage of an action that pages with a token: 1 to 1000, or 100 if it is absent.
func pageSize(c *call) (int, *problem) {
	size, sent := c.number("ResultsPerPage")
	if !sent {
		return defaultPage, nil
	}
	if size < 1 || size > maxPage {
		return 0, badValue("ResultsPerPage", "want 1 to 1000")
	}
	return int(size), nil
}

func badToken() *problem { return badValue("NextPageToken", "this API did not return it") }

// pagedFields returns the members of an answer with one page of a list.
func pagedFields[T any](p page, member string, list []T, show func(T) fields) fields {
	out := p.fields()
	items, more := pageOf(list, p)
	out[member], out["HasMoreItems"] = listFields(items, show), more
	return out
}

// listFields returns the members of each item of a list.
func listFields[T any](list []T, show func(T) fields) []fields {
	out := make([]fields, 0, len(list))
	for _, item := range list {
		out = append(out, show(item))
	}
	return out
}

// selected returns the items for which keep is true. It changes the list.
func selected[T any](list []T, keep func(T) bool) []T {
	return slices.DeleteFunc(list, func(item T) bool { return !keep(item) })
}
