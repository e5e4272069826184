package api

import (
	"net/http"
	"sync"
	"time"
)

const (
	// Tolerated is the largest difference between a signature's date and the API's clock (official). The answer to a larger
	// one is assumption A20.
	Tolerated = 5 * time.Minute
	// unmeasurable is the largest clock difference that a Date header cannot show, because it has whole seconds.
	unmeasurable = 2 * time.Second
)

// Clock is a reading of this machine's clock and of the API's.
type Clock struct {
	Machine time.Time // this machine's clock
	// API is the API's clock by the Date headers of its answers; Machine before the first one, and while the two differ by
	// less than such a header can show, 2 seconds.
	API time.Time
	// Proven says that the API has accepted a signature dated by API, which is then right to within Tolerated. Otherwise, as
	// with a login, a gateway may have written the headers.
	Proven bool
}

// Now returns the API's time, which decides which keys have expired, and from which new expiries are counted. If it is not
// proven, Now returns the earlier time of the two clocks: by the later one a key could be valid for years longer than
// intended, or count as expired and be revoked.
func (c Clock) Now() time.Time {
	if !c.Proven && c.API.After(c.Machine) {
		return c.Machine
	}
	return c.API
}

// Local converts a time by the clock of Now to this machine's clock.
func (c Clock) Local(at time.Time) time.Time { return at.Add(c.Machine.Sub(c.Now())) }

// Off returns how far the API's clock is ahead of this machine's, or 0 if the difference is not more than Tolerated.
func (c Clock) Off() time.Duration {
	if off := c.API.Sub(c.Machine); off.Abs() > Tolerated {
		return off
	}
	return 0
}

// Clock reads both clocks.
func (c *Client) Clock() Clock {
	c.clock.mu.Lock()
	defer c.clock.mu.Unlock()
	now := c.now()
	return Clock{Machine: now, API: now.Add(c.clock.offset), Proven: c.clock.proven}
}

// clock is the API's clock: the machine's clock and an offset that the API's answers show.
type clock struct {
	machine func() time.Time

	mu      sync.Mutex
	offset  time.Duration
	warned  bool
	proven  bool          // the API has accepted a signature
	proof   time.Duration // the offset by which it was dated
	refuted int           // how many dates were refused
}

// api returns the API's time. Before the first answer it is the machine's time.
func (c *clock) api() time.Time { return c.machine().Add(c.ahead()) }

// ahead returns how far the API's clock is ahead of the machine's; negative if it is behind.
func (c *clock) ahead() time.Duration { return c.read().ahead }

// reading is the state of the clock that dates a signature.
type reading struct {
	ahead   time.Duration
	refuted int
}

func (c *clock) read() reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	return reading{c.offset, c.refuted}
}

// prove records that the API accepted a signature dated by r, unless a date was refused in the meantime.
func (c *clock) prove(r reading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.refuted == c.refuted {
		c.proven, c.proof = true, r.ahead
	}
}

// refute records that the API refused the date of a signature. An earlier proof no longer counts.
func (c *clock) refute() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proven, c.refuted = false, c.refuted+1
}

// measure returns how far the API's clock is ahead of the machine's, by the Date header of the answer to a request that took
// from start to end. slack is the largest error of that; ok is false without a usable header.
func measure(header http.Header, start, end time.Time) (ahead, slack time.Duration, ok bool) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0, 0, false
	}
	took := max(0, end.Sub(start))
	// The header has whole seconds: it is half a second early on average.
	return date.Add(time.Second / 2).Sub(start.Add(took / 2)), unmeasurable + took/2, true
}

// learn adopts a measured difference. It does not if the current one agrees with it, or if an accepted signature proves that the
// measured one is wrong: a proxy may write its own date. changed says that the difference was adopted. far says that it is larger
// than Tolerated, and the first one that is.
func (c *clock) learn(ahead, slack time.Duration) (changed, far bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if (ahead-c.offset).Abs() <= slack || c.proven && (ahead-c.proof).Abs() > Tolerated+slack {
		return false, false
	}
	if c.offset = ahead; ahead.Abs() <= slack {
		c.offset = 0
	}
	far = c.offset.Abs() > Tolerated && !c.warned
	c.warned = c.warned || far
	return true, far
}
