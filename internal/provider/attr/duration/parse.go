// Package duration is the attribute type of a duration. It keeps the text of the user and compares lengths: `720h`, `30d` and
// `P30D` are the same.
//
// The units are weeks, days of 24 hours, hours, minutes and seconds. Months and years are refused, because their length depends
// on a date.
package duration

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Allowed describes the texts that Parse accepts, for error messages and schema descriptions.
const Allowed = "whole days, hours, minutes or seconds (`30d`, `720h`, `1d12h`, `90m`), or the same in ISO 8601 (`P30D`, `P4W`, `PT720H`, `P1DT12H`)"

// Longest is the longest duration, 100 years of 365 days: the largest maximum lifetime of keys that an account can have
// (official: the range of MaxAccessKeyExpirationSeconds).
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

// Parse reads a duration, which may be zero. The error is a sentence that says what is wrong, without [Allowed]. More than
// [Longest] is an error.
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

// parts returns the whole text and the counts of the units; nil if the text is not a duration.
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

// wrongShape names the mistake in texts that people write.
func wrongShape(text string) error {
	switch {
	case text == "":
		return errors.New("it is empty")
	case strings.TrimSpace(text) != text || strings.Contains(text, " "):
		return errors.New("it contains white space")
	case strings.HasPrefix(text, "-") || strings.HasPrefix(text, "P-") || strings.HasPrefix(text, "+"):
		return errors.New("a duration has no sign and cannot be negative")
	case bareNumber.MatchString(text):
		return fmt.Errorf("a number without a unit could be hours as well as days; write `%sh` or `%sd`", text, text)
	case shortMonth.MatchString(text):
		return errors.New("`M` could be months as well as minutes, and a month has no fixed length; write days (`30d`) or minutes (`5m`)")
	case shortYear.MatchString(text) || isoMonth.MatchString(text):
		return errors.New("a month and a year have no fixed length; write days (`30d`, `P30D`)")
	case fraction.MatchString(text):
		return errors.New("fractions are not allowed; write whole units (`36h` for one day and a half)")
	case split.MatchString(text):
		return errors.New("the smallest unit is the second")
	case parts(strings.ToLower(text)) != nil || parts(strings.ToUpper(text)) != nil:
		return errors.New("units are lower-case letters in `30d` and upper-case letters in `P30D`")
	}
	return errors.New("this is not a duration")
}
