package report

import (
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/review"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// The states that the API does not have.
const (
	stateExpired    = "expired"
	stateUnfinished = "unfinished"
)

// row is a key as the page shows it. Control characters in texts of another origin are escaped.
type row struct {
	ID, Tag, Owner                     string
	Level, LevelTitle                  string // the worst finding
	State, Rights                      string
	Created, Used, Expires             string // dates without a time
	CreatedFull, UsedFull, ExpiresFull string
	CreatedAt, UsedAt, ExpiresAt       int64 // Unix times in seconds, to sort by
	Bar                                bar
	Findings                           []finding

	states []string
}

// finding is a finding as the page shows it.
type finding struct {
	Level, LevelTitle, Title, Reason, Remedy string

	id string
}

// StateWords returns the states of the key for the filter, separated by spaces.
func (r row) StateWords() string { return strings.Join(r.states, " ") }

// RuleIDs returns the ids of the rules with findings for the filter, separated by spaces.
func (r row) RuleIDs() string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.id)
	}
	return strings.Join(all, " ")
}

// never sorts after every date, and unknown before every date.
const (
	never   int64 = 1 << 40
	unknown int64 = -1
)

func newRow(k Key, s scale) row {
	worst := review.Worst(k.Findings)
	r := row{
		ID: text.Escape(k.Key.ID), Tag: text.Escape(k.Key.Tag), Owner: text.Escape(k.Owner),
		Level: worst.String(), LevelTitle: title(worst), Rights: review.Rights(k.Facts),
		Created: day(k.Key.Created), CreatedFull: moment(k.Key.Created), CreatedAt: k.Key.Created.Unix(),
		Expires: "never", ExpiresFull: "never", ExpiresAt: never,
		Bar: s.bar(k.Facts),
	}
	if e := k.Key.Expires; e != nil {
		r.Expires, r.ExpiresFull, r.ExpiresAt = day(*e), moment(*e), e.Unix()
	}
	switch {
	case !k.UseKnown:
		r.Used, r.UsedFull, r.UsedAt = "unknown", "unknown", unknown
	case k.LastUse.IsZero():
		r.Used, r.UsedFull = "none", "none since "+moment(k.UseSince)
	default:
		r.Used, r.UsedFull, r.UsedAt = day(k.LastUse), moment(k.LastUse), k.LastUse.Unix()
	}
	r.states = []string{string(k.Key.State)}
	if k.Key.Expired(k.Now) {
		r.states = append(r.states, stateExpired)
	}
	if k.Key.Unfinished() {
		r.states = append(r.states, stateUnfinished)
	}
	r.State = strings.Join(r.states, ", ")
	for _, f := range k.Findings {
		r.Findings = append(r.Findings, finding{
			id: f.Rule.ID, Level: f.Rule.Severity.String(), LevelTitle: title(f.Rule.Severity),
			Title: f.Rule.Title, Reason: text.Escape(f.Reason), Remedy: f.Rule.Remedy,
		})
	}
	return r
}

// title returns a severity as the page shows it.
func title(s review.Severity) string {
	word := s.String()
	return strings.ToUpper(word[:1]) + word[1:]
}

func day(t time.Time) string    { return t.UTC().Format(time.DateOnly) }
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
