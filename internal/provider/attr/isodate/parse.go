// Package isodate is the date type of the provider: an ISO 8601 date or date-time, kept as the user wrote it and
// compared as an instant.
//
// There are two readers, because there are two writers. [Parse] reads what a person writes into a configuration and is
// strict, so that a mistake is reported at plan time. [Instant] reads what is already in a state, which may have been
// written by another provider, and takes every form the OUTSCALE API is known to print (docs/dev/reference.md).
package isodate

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Allowed says what a configuration may contain. Error messages and schema descriptions repeat it word for word.
const Allowed = "a date (`2028-01-01`, which means midnight UTC at the start of that day) or a date and time " +
	"(`2028-01-01T12:30:00Z`, `2028-01-01T12:30:00.000Z`, `2028-01-01T12:30:00+02:00`), with at most three digits of a second; " +
	"a time without an offset is UTC"

// layout is how the provider writes an instant that nobody has written before, after an import for example.
const layout = "2006-01-02T15:04:05.000Z"

var (
	shape = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?:(T)(\d{2}:\d{2})(:\d{2})?(\.\d+)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$`)
	zone  = regexp.MustCompile(`([+-])(\d{2}):?(\d{2})?$`)
)

// Parse reads a date or a date-time as it may stand in a configuration. The error is a sentence that says what is
// wrong; it does not repeat what is allowed (see [Allowed]).
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
	// GOTCHA: digits below the millisecond are refused even when they are zeros. The API keeps milliseconds, so such
	// a text promises a precision that nobody keeps.
	if len(fraction) > len(".000") {
		return time.Time{}, fmt.Errorf("a second has at most three digits after the point, here it has %d", len(fraction)-1)
	}
	location, err := parseOffset(offset)
	if err != nil {
		return time.Time{}, err
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05", day+"T"+hour+second, location)
	if err != nil {
		return time.Time{}, fmt.Errorf("there is no time of day %s%s", hour, second)
	}
	if fraction != "" {
		part, err := time.ParseDuration("0" + fraction + "s")
		if err != nil {
			return time.Time{}, fmt.Errorf("%s is not a fraction of a second", fraction)
		}
		at = at.Add(part)
	}
	at = at.UTC()
	if at.Year() < 0 || at.Year() > 9999 {
		return time.Time{}, fmt.Errorf("in UTC this is in the year %d, and years have four digits", at.Year())
	}
	return at, nil
}

// wrongShape names the mistake for the shapes people really write.
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

// parseOffset reads "", Z, +hh, +hhmm and +hh:mm. Nothing means UTC, as everywhere in the API.
func parseOffset(text string) (*time.Location, error) {
	if text == "" || text == "Z" {
		return time.UTC, nil
	}
	part := zone.FindStringSubmatch(text)
	minutes := part[3]
	if minutes == "" {
		minutes = "00"
	}
	if part[2] > "23" || minutes > "59" {
		return nil, fmt.Errorf("there is no offset %s", text)
	}
	length, err := time.ParseDuration(part[1] + part[2] + "h" + minutes + "m")
	if err != nil {
		return nil, fmt.Errorf("there is no offset %s", text)
	}
	return time.FixedZone("", int(length/time.Second)), nil
}

// Instant reads a date that is already in a state. Beside the forms of [Parse] it takes a blank in the place of the T
// and any number of digits, which it cuts to the millisecond. It reports false for what it cannot read.
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

// Format writes an instant in the form of the documentation page: UTC, with milliseconds.
func Format(at time.Time) string {
	return at.UTC().Format(layout)
}
