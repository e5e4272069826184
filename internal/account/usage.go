package account

import (
	"context"
	"errors"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// LogKept is how long the API keeps a call in its log (official).
const LogKept = 32 * 24 * time.Hour

// UsageQuery selects what Usage reads of the log.
type UsageQuery struct {
	Back  time.Duration // how far back
	Pages int           // the largest number of pages of 1000 calls
	Keys  []string      // only of these keys; nil = of every key
	// Places counts the places of calls, Calls their actions and clients.
	Places, Calls bool
	// Place returns what an address is counted as, for example its network; nil = the address.
	Place func(address string) string
}

// Usage is what the account's log says of its access keys.
type Usage struct {
	Readable    bool // false = the caller may not read the log
	From, Until time.Time
	Whole       bool  // whether all of the period was read; if not, From is later than asked
	Ended       error // what ended the reading after a part of the period; nil = nothing, or the limit of pages
	Keys        map[string]Use
}

// The log is read in slices of time, the newest first, because the API lists the oldest call of each slice first. If the
// reading ends early, what was read still reaches up to now and has the last use of each key. A quiet account costs one
// call per slice, five for the whole log: the last hour, the 6 hours before, the 36 hours before that, 9 days, and the rest.
const (
	firstSlice  = time.Hour
	sliceGrowth = 6
	// plannedShare is the share of the remaining pages that a slice is planned to take. It leaves a reserve for busier
	// hours.
	plannedShare = 0.8
)

// FewestPages is the number of calls that reading all of a quiet account's log costs.
const FewestPages = 5

// clockSlack is how far the newest slice reaches beyond now: Date headers have the API's clock in whole seconds only, and
// the log also has the calls of this process.
const clockSlack = 2 * time.Second

// Usage reads the log from q.Back ago until now (ReadApiLogs). It counts the calls and does not keep them, so its memory
// does not grow with their number. The result is not cached. An error of the API after a part of the period is in
// Usage.Ended.
//
// The API's clock is known after the first answer. If that is the first page of the log and shows that the machine's clock
// is wrong, the reading begins again.
func (s *Service) Usage(ctx context.Context, q UsageQuery) (Usage, error) {
	before := s.api.Clock()
	u, err := s.usage(ctx, q, func() bool {
		clock := s.api.Clock()
		return clock.Now().Sub(clock.Machine) != before.Now().Sub(before.Machine)
	})
	if errors.Is(err, errClock) {
		return s.usage(ctx, q, nil)
	}
	return u, err
}

// errClock ends a reading of the log whose first page shows that the machine's clock is wrong.
var errClock = errors.New("the API's clock differs from the one that the log was asked for by")

func (s *Service) usage(ctx context.Context, q UsageQuery, wrongClock func() bool) (Usage, error) {
	until := s.api.Clock().Now()
	u := Usage{Readable: true, From: until, Until: until, Keys: map[string]Use{}}
	oldest := until.Add(-q.Back)
	for length, pages := firstSlice, q.Pages; u.From.After(oldest) && pages > 0; {
		part := slice{query: q, from: u.From.Add(-length), to: u.From}
		if part.from.Before(oldest) {
			part.from = oldest
		}
		if part.to.Equal(until) {
			part.to = until.Add(clockSlack)
			part.wrongClock = wrongClock
		} else {
			part.to = part.to.Add(-time.Millisecond) // a slice includes both bounds
		}
		err := part.read(ctx, s.api, pages)
		switch {
		case err == nil:
		case domain.IsNotPermitted(err):
			return Usage{}, nil
		case ctx.Err() != nil || u.From.Equal(until):
			return Usage{}, err
		default:
			u.Ended = err
			return u, nil
		}
		if !part.whole {
			return u, nil
		}
		u.add(part)
		pages -= part.pages
		next := sliceGrowth * length
		if part.pages > 1 {
			next = min(next, time.Duration(float64(length)*plannedShare*float64(pages)/float64(part.pages)))
		}
		length = next
	}
	u.Whole = !u.From.After(oldest)
	return u, nil
}

func (u *Usage) add(s slice) {
	u.From = s.from
	for id, use := range s.keys {
		u.Keys[id] = u.Keys[id].Plus(*use)
	}
}

// slice is a part of the log.
type slice struct {
	query    UsageQuery
	from, to time.Time
	whole    bool
	pages    int
	// wrongClock is called after the first page; nil = the clock is right.
	wrongClock func() bool
	keys       map[string]*Use
}

// read reads the slice to its end, or until limit pages were read.
func (s *slice) read(ctx context.Context, a API, limit int) error {
	s.keys = map[string]*Use{}
	q := api.LogQuery{After: s.from, Before: s.to, AccessKeyIDs: s.query.Keys, Addresses: s.query.Places, Calls: s.query.Calls}
	for token := ""; s.pages < limit; {
		page, err := a.ReadAPILogs(ctx, q, token)
		if err != nil {
			return err
		}
		s.pages++
		if s.pages == 1 && s.wrongClock != nil && s.wrongClock() {
			return errClock
		}
		for _, call := range page.Calls {
			use := s.keys[call.AccessKeyID]
			if use == nil {
				use = &Use{}
				s.keys[call.AccessKeyID] = use
			}
			use.count(call, s.query)
		}
		if page.Next == "" {
			s.whole = true
			return nil
		}
		token = page.Next
	}
	return nil
}
