// Package isodate is the attribute type of an ISO 8601 date or date-time. It keeps the text of the user and compares instants.
//
// [Parse] reads configurations. It is strict, so that a mistake is reported at plan time. [Instant] reads states, which another
// provider may have written. It accepts every known form of a date in answers of the API (docs/dev/reference.md).
package isodate

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Allowed describes the texts that Parse accepts, for error messages and schema descriptions.
const Allowed = "a date (`2028-01-01`, which means midnight UTC at the start of that day) or a date and time " +
	"(`2028-01-01T12:30:00Z`, `2028-01-01T12:30:00.000Z`, `2028-01-01T12:30:00+02:00`), with at most three digits of a second; " +
	"a time without an offset is UTC"

// layout is the form of a date that no user wrote, for example after an import.
const layout = "2006-01-02T15:04:05.000Z"

var (
	shape = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?:(T)(\d{2}:\d{2})(:\d{2})?(\.\d+)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$`)
)

// Parse reads a date or a date-time of a configuration. The error is a sentence that says what is wrong, without [Allowed].
func Parse(text string) (time.Time, error) {
	part := shape.FindStringSubmatch(text)
	if part == nil {
		return time.Time{}, wrongShape(text)
	}
	day, hour, second, fraction, offset := part[1], part[3], part[4], part[5], part[6]
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return time.Time{}, fmt.Errorf("there is no day %s in the calendar", day)
	}
	if hour == "" {
		return time.Parse(time.DateOnly, day)
	}
	if second == "" {
		if fraction != "" {
			return time.Time{}, fmt.Errorf("a fraction needs seconds before it")
		}
		second = ":00"
	}
	// GOTCHA: digits below the millisecond are refused even if they are zeros, because the API keeps only milliseconds.
	if len(fraction) > len(".000") {
		return time.Time{}, fmt.Errorf("a second has at most three digits after the point, here it has %d", len(fraction)-1)
	}
	location, err := parseOffset(offset)
	if err != nil {
		return time.Time{}, err
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05", day+"T"+hour+second+fraction, location)
	if err != nil {
		return time.Time{}, fmt.Errorf("there is no time of day %s%s", hour, second)
	}
	at = at.UTC()
	if at.Year() < 0 || at.Year() > 9999 {
		return time.Time{}, fmt.Errorf("in UTC this is in the year %d, and years have four digits", at.Year())
	}
	return at, nil
}

// wrongShape names the mistake in texts that people write.
func wrongShape(text string) error {
	switch {
	case regexp.MustCompile(`^\d{4}$`).MatchString(text):
		return fmt.Errorf("a year alone is not a date")
	case regexp.MustCompile(`^\d{4}-\d{2}$`).MatchString(text):
		return fmt.Errorf("a month alone is not a date")
	case strings.TrimSpace(text) != text:
		return fmt.Errorf("there is white space around the date")
	}
	return fmt.Errorf("this is neither a date nor a date and time")
}

// parseOffset reads "", Z, +hh, +hhmm and +hh:mm. Without an offset a date is UTC, as everywhere in the API.
func parseOffset(text string) (*time.Location, error) {
	if text == "" || text == "Z" {
		return time.UTC, nil
	}
	digits := strings.ReplaceAll(text[1:], ":", "")
	if len(digits) == len("hh") {
		digits += "00"
	}
	offset, err := time.Parse("1504", digits)
	if err != nil {
		return nil, fmt.Errorf("there is no offset %s", text)
	}
	seconds := (offset.Hour()*60 + offset.Minute()) * 60
	if text[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds), nil
}

// Instant reads a date of a state; false if it cannot. In addition to the forms of [Parse] it accepts a space in place of the T, and any
// number of digits of a second, of which it ignores those below the millisecond.
func Instant(text string) (time.Time, bool) {
	if len(text) > len(time.DateOnly) && text[len(time.DateOnly)] == ' ' {
		text = text[:len(time.DateOnly)] + "T" + text[len(time.DateOnly)+1:]
	}
	if dot := strings.IndexByte(text, '.'); dot >= 0 {
		end := dot + 1
		for end < len(text) && text[end] >= '0' && text[end] <= '9' {
			end++
		}
		text = text[:min(end, dot+len(".000"))] + text[end:]
	}
	at, err := Parse(text)
	return at, err == nil
}

// Format returns an instant as text, in UTC with milliseconds.
func Format(at time.Time) string {
	return at.UTC().Format(layout)
}
