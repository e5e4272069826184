// Package duration is the type of a length of time in a configuration: kept as the user wrote it and compared by its
// length. `720h`, `30d` and `P30D` are the same.
//
// Only units of one length are read: weeks, days, hours, minutes and seconds, of which a day has 24 hours. A month or a
// year is refused, because nobody can say how long it is without a date.
package duration

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Allowed says what a configuration may contain. Error messages and schema descriptions repeat it word for word.
const Allowed = "whole days, hours, minutes or seconds (`30d`, `720h`, `1d12h`, `90m`), or the same in ISO 8601 (`P30D`, `P4W`, `PT720H`, `P1DT12H`)"

// Longest is a hundred years as the API counts them, 3,153,600,000 seconds: the most that an account's ceiling for the
// life of its keys can be (official: the range of MaxAccessKeyExpirationSeconds).
const Longest = 100 * 365 * day

const (
	day  = 24 * time.Hour
	week = 7 * day
)

var (
	short = regexp.MustCompile(`^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$`)
	iso   = regexp.MustCompile(`^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)
	units = []time.Duration{week, day, time.Hour, time.Minute, time.Second}
)

// Parse reads a duration. The error is a sentence that says what is wrong; it does not repeat what is allowed (see
// [Allowed]). Zero is read: whether it makes sense is for the argument to say. More than [Longest] is an error.
func Parse(text string) (time.Duration, error) {
	part := parts(text)
	if part == nil {
		return 0, wrongShape(text)
	}
	var sum time.Duration
	for i, digits := range part[1:] {
		if digits == "" {
			continue
		}
		count, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || count > int64((Longest-sum)/units[i]) {
			return 0, errors.New("this is more than 100 years (36500 days)")
		}
		sum += time.Duration(count) * units[i]
	}
	return sum, nil
}

// parts are the counts of the units, after the whole text; nil when it is no duration.
func parts(text string) []string {
	for _, form := range []*regexp.Regexp{short, iso} {
		if part := form.FindStringSubmatch(text); part != nil && strings.Join(part[1:], "") != "" && !strings.HasSuffix(text, "T") {
			return part
		}
	}
	return nil
}

var (
	bareNumber = regexp.MustCompile(`^\d+$`)
	shortMonth = regexp.MustCompile(`^[\dwdhms]*\d+M`)
	shortYear  = regexp.MustCompile(`\d+[yY]`)
	isoMonth   = regexp.MustCompile(`^P[^T]*\d+[MY]`)
	fraction   = regexp.MustCompile(`\d[.,]\d`)
	split      = regexp.MustCompile(`\d+(ms|us|µs|ns)$`)
)

// wrongShape names the mistake for the shapes people really write.
func wrongShape(text string) error {
	switch {
	case text == "":
		return errors.New("it is empty")
	case strings.TrimSpace(text) != text || strings.Contains(text, " "):
		return errors.New("there is white space in it")
	case strings.HasPrefix(text, "-") || strings.HasPrefix(text, "P-") || strings.HasPrefix(text, "+"):
		return errors.New("a duration has no sign, and none is negative")
	case bareNumber.MatchString(text):
		return fmt.Errorf("a number without a unit could be hours as well as days; write `%sh` or `%sd`", text, text)
	case shortMonth.MatchString(text):
		return errors.New("`M` could be months as well as minutes, and a month has no fixed length; write days (`30d`) or minutes (`5m`)")
	case shortYear.MatchString(text) || isoMonth.MatchString(text):
		return errors.New("a month and a year have no fixed length; write days (`30d`, `P30D`)")
	case fraction.MatchString(text):
		return errors.New("fractions are not read; write whole units (`36h` for one day and a half)")
	case split.MatchString(text):
		return errors.New("there is no unit below the second")
	case parts(strings.ToLower(text)) != nil || parts(strings.ToUpper(text)) != nil:
		return errors.New("units are small letters in `30d` and capital letters in `P30D`")
	}
	return errors.New("this is not a duration")
}
