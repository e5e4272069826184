package report

import (
	"fmt"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/review"
)

// scale maps times to places on the time line.
type scale struct{ from, now, to time.Time }

const (
	month = 30 * 24 * time.Hour
	// ahead is the largest part of the time line for the future, so that one key that expires in 2099 does not compress the
	// others.
	ahead = 0.4
)

func newScale(a Account) scale {
	s := scale{from: a.Now.Add(-month), now: a.Now, to: a.Now}
	for _, k := range a.Keys {
		if k.Key.Created.Before(s.from) {
			s.from = k.Key.Created
		}
		if e := k.Key.Expires; e != nil && e.After(s.to) {
			s.to = *e
		}
	}
	past := float64(a.Now.Sub(s.from))
	if last := a.Now.Add(time.Duration(past * ahead / (1 - ahead))); s.to.After(last) {
		s.to = last
	}
	if first := a.Now.Add(time.Duration(past / 10)); s.to.Before(first) {
		s.to = first
	}
	return s
}

// share returns the position of a time, from 0 to 100.
func (s scale) share(t time.Time) float64 {
	part := 100 * float64(t.Sub(s.from)) / float64(s.to.Sub(s.from))
	return min(max(part, 0), 100)
}

func (s scale) at(t time.Time) string { return percent(s.share(t)) }

func percent(part float64) string { return fmt.Sprintf("%.2f%%", part) }

// bar is the time line of a key.
type bar struct {
	From, Width string // from its creation to its expiry, or to now for a key that never expires
	Open        bool   // it never expires
	Past        bool   // it has expired
	Now         string
	Used        string // the last use, "" = none or unknown
}

// minWidth makes a key that lives for an hour visible.
const minWidth = 0.5

func (s scale) bar(f review.Facts) bar {
	end := s.now
	if f.Key.Expires != nil {
		end = *f.Key.Expires
	}
	from := min(s.share(f.Key.Created), 100-minWidth)
	b := bar{
		From: percent(from), Width: percent(max(s.share(end)-from, minWidth)), Now: s.at(s.now),
		Open: f.Key.Expires == nil, Past: f.Key.Expired(f.Now),
	}
	if f.UseKnown && !f.LastUse.IsZero() {
		b.Used = s.at(f.LastUse)
	}
	return b
}

// tick is a date on the axis.
type tick struct{ At, Label string }

// maxTicks is the largest number of dates on the axis.
const maxTicks = 6

// ticks returns dates at equal distances: first days of months, or every seventh or fourteenth day if the time line is short.
func (s scale) ticks() []tick {
	var all []tick
	for _, step := range []step{{days: 7}, {days: 14}, {months: 1}, {months: 2}, {months: 3}, {months: 6}, {months: 12}, {months: 24}, {months: 60}, {months: 120}} {
		all = s.every(step)
		if len(all) <= maxTicks {
			break
		}
	}
	return all
}

type step struct{ months, days int }

// edge is the percentage of the axis at each end that is too narrow for a label.
const edge = 4

func (s scale) every(step step) []tick {
	layout, first := "Jan 2006", time.Date(s.from.UTC().Year()/10*10, 1, 1, 0, 0, 0, 0, time.UTC)
	switch {
	case step.months >= 12:
		layout = "2006"
	case step.days > 0:
		layout, first = "2 Jan", s.from.UTC().Truncate(24*time.Hour)
	}
	var all []tick
	for t := first; t.Before(s.to); t = t.AddDate(0, step.months, step.days) {
		if part := s.share(t); t.After(s.from) && part > edge && part < 100-edge {
			all = append(all, tick{At: percent(part), Label: t.Format(layout)})
		}
	}
	return all
}
