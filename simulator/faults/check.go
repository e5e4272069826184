package faults

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The longest durations of a rule.
const (
	maxLatency    = time.Minute
	maxRetryAfter = time.Hour
)

// check sets the defaults of a rule. Its error says what is wrong and how to correct it.
func (f *Fault) check() error {
	if !slices.Contains(Kinds(), f.Kind) {
		return fmt.Errorf("unknown kind %q: want one of %s", f.Kind, strings.Join(Kinds(), ", "))
	}
	if err := f.unusedField(); err != nil {
		return err
	}
	if (f.Kind == Latency || f.Kind == Stall) && (f.Latency <= 0 || time.Duration(f.Latency) > maxLatency) {
		return fmt.Errorf("latency must be over 0 and at most %s for the kind %s: give a text such as \"20ms\"", maxLatency, f.Kind)
	}
	if f.RetryAfter < 0 || time.Duration(f.RetryAfter) > maxRetryAfter {
		return fmt.Errorf("retry_after must be over 0 and at most %s: give a text such as \"2s\", or remove it to send none", maxRetryAfter)
	}
	if f.Probability < 0 || f.Probability > 1 || f.Times < 0 || f.Rate < 0 || f.Latency < 0 {
		return fmt.Errorf("probability must be from 0 to 1; times, rate and latency cannot be negative")
	}
	f.fill()
	if f.Status != 0 && (f.Status < 400 || f.Status > 599) {
		return fmt.Errorf("status must be from 400 to 599, not %d", f.Status)
	}
	if _, err := strconv.Atoi(f.Code); f.Code != "" && err != nil {
		return fmt.Errorf("code must be a number in quotes, not %q", f.Code)
	}
	return nil
}

// lenientKinds are the kinds that accept a status, a code and a latency without using them, so that a rule with all three is valid
// for each.
var lenientKinds = []string{Latency, DropBefore, DropAfter, Status, Throttle}

// unusedField returns an error for a field that has no effect for the rule's kind.
func (f *Fault) unusedField() error {
	for _, field := range []struct {
		name    string
		given   bool
		kinds   []string
		lenient bool
	}{
		{"status", f.Status != 0, []string{Status, StatusAfter, Throttle}, true},
		{"code", f.Code != "", []string{Status, StatusAfter, Throttle}, true},
		{"latency", f.Latency != 0, []string{Latency, Stall}, true},
		{"rate", f.Rate != 0, []string{Throttle}, false},
		{"retry_after", f.RetryAfter != 0, []string{Throttle}, false},
	} {
		if !field.given || slices.Contains(field.kinds, f.Kind) || field.lenient && slices.Contains(lenientKinds, f.Kind) {
			continue
		}
		return fmt.Errorf("%s has no effect for the kind %s: remove it, or choose the kind %s",
			field.name, f.Kind, strings.Join(field.kinds, " or "))
	}
	return nil
}

// fill sets the defaults of status and code (A40).
func (f *Fault) fill() {
	switch f.Kind {
	case Status, StatusAfter:
		if f.Status == 0 {
			f.Status = http.StatusInternalServerError
		}
		if f.Code == "" {
			f.Code = "0"
		}
	case Throttle:
		if f.Code == "" {
			f.Code = "24"
		}
		if f.Status == 0 {
			f.Status = map[string]int{"6": http.StatusServiceUnavailable, "4120": http.StatusBadRequest}[f.Code]
		}
		if f.Status == 0 {
			f.Status = http.StatusTooManyRequests
		}
	}
}
