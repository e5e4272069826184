package simulator

// Paging of the identity lists (reference, section 9; A27).
const (
	defaultPage = 100
	longestPage = 1000
	// longestList is longer than any list; the bound keeps sums of offsets small.
	longestList = 1 << 30
)

// page is the part of a list that is asked for.
type page struct {
	first, size int
	// truncated says that a larger page was asked for than there is.
	truncated bool
}

func (s *Simulator) page(c *call) (page, *problem) {
	p := page{size: defaultPage}
	if size, sent := c.number("ResultsPerPage"); sent {
		if size < 1 {
			return p, badValue("ResultsPerPage", "want 1 or more")
		}
		p.truncated = size > longestPage
		p.size = int(min(size, longestPage))
	}
	if first, sent := c.number("FirstItem"); sent {
		if s.opts.Assumptions.FirstItemOne {
			first = max(first-1, 0)
		}
		if first < 0 {
			return p, badValue("FirstItem", "it cannot be negative")
		}
		p.first = int(min(first, longestList))
	}
	return p, nil
}

// answer returns the members that say how the list was cut.
func (p page) answer() fields {
	return fields{"MaxResultsLimit": longestPage, "MaxResultsTruncated": p.truncated}
}

// cut returns the page's part of a list, and whether more follows.
func cut[T any](list []T, p page) ([]T, bool) {
	from := min(p.first, len(list))
	to := min(from+p.size, len(list))
	return list[from:to], to < len(list)
}

// pageSize reads ResultsPerPage of the actions that page with a token: 1 to 1000, 100 when
// absent.
func pageSize(c *call) (int, *problem) {
	size, sent := c.number("ResultsPerPage")
	if !sent {
		return defaultPage, nil
	}
	if size < 1 || size > longestPage {
		return 0, badValue("ResultsPerPage", "want 1 to 1000")
	}
	return int(size), nil
}

func badToken() *problem { return badValue("NextPageToken", "it is not one this API gave out") }
