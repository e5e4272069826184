package api

import (
	"net/http"
	"sync"
	"time"
)

const (
	// Tolerated is how far a signature's date may be from the API's clock (official; the answer to one that is further
	// off is A20).
	Tolerated = 5 * time.Minute
	// unmeasurable is the largest clock difference that a Date header cannot show, because it has whole seconds.
	unmeasurable = 2 * time.Second
)

// Clock is the time by both clocks.
type Clock struct {
	Machine time.Time // this machine's clock
	API     time.Time // the API's clock by the Date headers of its answers; Machine before the first one
	// Proven says that the API has accepted a signature dated by API, which is right to within Tolerated then. Otherwise,
	// as with a login, API is only what the headers say, which something between may have written: bound by both clocks
	// what must not come too late.
	Proven bool
}

// Clock is the time by both clocks.
func (c *Client) Clock() Clock {
	c.clock.mu.Lock()
	defer c.clock.mu.Unlock()
	now := c.now()
	return Clock{Machine: now, API: now.Add(c.clock.offset), Proven: c.clock.proven}
}

// Offset is how far the API's clock is ahead of this machine's, by the Date headers of its answers so far; negative when
// it is behind, 0 before the first answer and while the two agree within what such a header can tell, 2 seconds.
func (c *Client) Offset() time.Duration { return c.clock.ahead() }

// clock is the API's clock as known from its answers: the machine's clock and its offset.
type clock struct {
	machine func() time.Time

	mu      sync.Mutex
	offset  time.Duration
	warned  bool
	proven  bool          // the API has accepted a signature
	proof   time.Duration // the offset by which it was dated
	refuted int           // how often a date was refused
}

// api is the API's time. Before the first answer it is the machine's.
func (c *clock) api() time.Time { return c.machine().Add(c.ahead()) }

// ahead is how far the API's clock is ahead of the machine's; negative when it is behind.
func (c *clock) ahead() time.Duration { return c.read().ahead }

// reading is what a signature is dated by.
type reading struct {
	ahead   time.Duration
	refuted int
}

func (c *clock) read() reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	return reading{c.offset, c.refuted}
}

// prove records that the API accepted a signature dated by r. It is ignored if a date was refused meanwhile.
func (c *clock) prove(r reading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.refuted == c.refuted {
		c.proven, c.proof = true, r.ahead
	}
}

// refute records that the API refused the date of a signature, which ends an earlier proof.
func (c *clock) refute() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proven, c.refuted = false, c.refuted+1
}

// measure reads how far the API's clock is ahead of the machine's from the Date header of an answer to a request that
// took from start to end, by the machine's clock. slack is how exact that is; ok is false without a usable header.
func measure(header http.Header, start, end time.Time) (ahead, slack time.Duration, ok bool) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0, 0, false
	}
	took := max(0, end.Sub(start))
	// The header has whole seconds: it is half a second early on average.
	return date.Add(time.Second / 2).Sub(start.Add(took / 2)), unmeasurable + took/2, true
}

// learn adopts a measured difference, unless the current one agrees with it, or an accepted signature proves that it is wrong:
// a proxy may write a date of its own. changed reports that it was adopted, far that it is the first one beyond what the
// API tolerates.
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
