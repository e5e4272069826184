package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config turns rules off and sets their limits. In the zero value every rule is on with its default limit.
type Config struct {
	Rules map[string]Settings `json:"rules"` // by id of the rule
}

// Settings are the settings of one rule.
type Settings struct {
	Off bool  `json:"off,omitempty"`
	Max Limit `json:"max,omitzero"`
}

// Limit is a number of days ("90d"), a duration as Go writes it ("12h"), or a count (3).
type Limit struct {
	Set      bool
	Duration time.Duration
	Count    int
}

func (s Settings) duration(other time.Duration) time.Duration {
	if s.Max.Set {
		return s.Max.Duration
	}
	return other
}

func (s Settings) count(other int) int {
	if s.Max.Set {
		return s.Max.Count
	}
	return other
}

// ReadConfig reads a configuration as JSON, for example {"rules": {"old": {"max": "180d"}, "root-key": {"off": true}}}.
// Unknown members and rules are errors, because a misspelled rule would stay on unnoticed.
func ReadConfig(r io.Reader) (Config, error) {
	var c Config
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return Config{}, errors.New("the rules could not be read: the JSON does not end")
	} else if err != nil {
		return Config{}, fmt.Errorf("the rules could not be read: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Config{}, errors.New("the rules could not be read: text follows the JSON object")
	}
	for id, settings := range c.Rules {
		i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
		if i < 0 {
			return Config{}, fmt.Errorf("there is no rule %q: the rules are %s", id, strings.Join(ids(), ", "))
		}
		if err := settings.Max.fits(rules[i]); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}

func ids() []string {
	var all []string
	for _, r := range rules {
		all = append(all, r.ID)
	}
	return all
}

func (l Limit) fits(r Rule) error {
	switch {
	case !l.Set:
		return nil
	case r.Bound == NoBound:
		return fmt.Errorf("the rule %s has no `max`", r.ID)
	case r.Bound == Duration && l.Duration <= 0:
		return fmt.Errorf("the `max` of the rule %s is a time, for example \"90d\"", r.ID)
	case r.Bound == Count && l.Duration != 0:
		return fmt.Errorf("the `max` of the rule %s is a number, for example 3", r.ID)
	}
	return nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *Limit) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err == nil {
		d, err := ParseDuration(text)
		*l = Limit{Set: true, Duration: d}
		return err
	}
	var count int
	if err := json.Unmarshal(data, &count); err != nil || count < 0 {
		return fmt.Errorf("%s is not a limit: a limit is a time such as \"90d\", or a number such as 3", data)
	}
	*l = Limit{Set: true, Count: count}
	return nil
}

// IsZero makes omitzero omit a limit that is not set.
func (l Limit) IsZero() bool { return !l.Set }

// maxDays is the longest time that ParseDuration accepts: a hundred years.
const maxDays = 36500

// ParseDuration parses a number of days such as "90d", or a duration of time.ParseDuration. The result is more than 0 and at most
// a hundred years.
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if number, found := strings.CutSuffix(text, "d"); found {
		var n int
		if n, err = strconv.Atoi(number); err == nil {
			d = time.Duration(min(n, maxDays+1)) * day
		}
	}
	switch {
	case err != nil || d <= 0:
		return 0, fmt.Errorf("%q is not a time such as 90d, 12h or 30m", text)
	case d > maxDays*day:
		return 0, fmt.Errorf("%q is more than %dd", text, maxDays)
	}
	return d, nil
}
