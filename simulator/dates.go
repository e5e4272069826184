package simulator

import (
	"regexp"
	"time"
)

// outLayout is the layout of the dates of answers: milliseconds, and an offset without a colon.
const outLayout = "2006-01-02T15:04:05.000-0700"

func printDate(t time.Time) string { return t.UTC().Format(outLayout) }

// inForm matches the dates that the API accepts: a date, which means midnight UTC at the start of the day, or a date-time with or
// without a fraction (A6). An offset can have no colon, as in the dates of answers. Go's parser accepts more.
var inForm = regexp.MustCompile(`^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d))?$`)

// inLayouts are the layouts of inForm.
var inLayouts = []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05Z0700"}

// parseDate parses a date of a request. It refuses a date whose year in UTC does not have four digits, because answers cannot
// show it.
func parseDate(text string) (time.Time, bool) {
	if !inForm.MatchString(text) {
		return time.Time{}, false
	}
	for _, layout := range inLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			year := t.UTC().Year()
			return millis(t), year >= 0 && year <= 9999
		}
	}
	return time.Time{}, false
}

// millis truncates a time to the precision of the API.
func millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
