package account

import (
	"context"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// LogKept is how long the API keeps its log of calls (official).
const LogKept = 32 * 24 * time.Hour

// Usage is what the account's log says of its access keys.
type Usage struct {
	Readable    bool // false = the caller may not read the log
	From, Until time.Time
	Whole       bool // everything that was asked for was read; otherwise From is later than asked
	Keys        map[string]Use
}

// Use is what one key signed between From and Until. Refused calls count as well.
type Use struct {
	Calls int
	Last  time.Time
}

// The log is read in slices of time, the newest first, because the API lists the oldest call of each slice first: whenever
// the reading must end, what was read reaches up to now, and the last use of a key is its last. A quiet account costs one
// call per slice, five for all that is kept.
const (
	firstSlice  = time.Hour
	sliceGrowth = 6
	// plannedShare is the part of the pages left that a slice is planned to take: an account is busier at some hours.
	plannedShare = 0.8
)

// clockSlack is how far the newest slice reaches beyond now: Date headers tell the API's clock to the second only, and the
// calls of this very process are in the log too.
const clockSlack = 2 * time.Second

// Usage reads the log from back ago until now (ReadApiLogs), with at most that many pages of 1000 calls. The result is not
// shared.
func (s *Service) Usage(ctx context.Context, back time.Duration, pages int) (Usage, error) {
	until := s.clock.Now()
	u := Usage{Readable: true, From: until, Until: until, Keys: map[string]Use{}}
	oldest := until.Add(-back)
	for length := firstSlice; u.From.After(oldest) && pages > 0; {
		part := slice{from: u.From.Add(-length), to: u.From}
		if part.from.Before(oldest) {
			part.from = oldest
		}
		if part.to.Equal(until) {
			part.to = until.Add(clockSlack)
		} else {
			part.to = part.to.Add(-time.Millisecond) // both bounds are part of a slice
		}
		err := part.read(ctx, s.api, pages)
		if domain.IsClosed(err) {
			return Usage{}, nil
		} else if err != nil {
			return Usage{}, err
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
		known := u.Keys[id]
		known.Calls += use.Calls
		if use.Last.After(known.Last) {
			known.Last = use.Last
		}
		u.Keys[id] = known
	}
}

// slice is a part of the log.
type slice struct {
	from, to time.Time
	whole    bool
	pages    int
	keys     map[string]Use
}

// read reads the slice to its end, or until limit pages were read.
func (s *slice) read(ctx context.Context, a API, limit int) error {
	s.keys = map[string]Use{}
	for token := ""; s.pages < limit; {
		page, err := a.ReadAPILogs(ctx, s.from, s.to, token)
		if err != nil {
			return err
		}
		s.pages++
		for _, call := range page.Calls {
			use := s.keys[call.AccessKeyID]
			use.Calls++
			if call.At.After(use.Last) {
				use.Last = call.At
			}
			s.keys[call.AccessKeyID] = use
		}
		if page.Next == "" {
			s.whole = true
			return nil
		}
		token = page.Next
	}
	return nil
}
