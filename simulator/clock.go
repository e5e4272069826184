package simulator

import (
	"sync/atomic"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// clock is the injected clock plus an offset.
type clock struct {
	base  func() time.Time
	moved atomic.Pointer[store.Clock]
}

func (c *clock) now() time.Time { return c.base().Add(c.moved.Load().Offset) }
func (c *clock) strict() bool   { return c.moved.Load().Strict }

// clocks returns the times at which signatures and client certificates can be valid: the simulated time and, unless the clock
// was moved in strict mode, the time of the injected clock.
func (s *Simulator) clocks() []time.Time {
	if s.clock.strict() {
		return []time.Time{s.Now()}
	}
	return []time.Time{s.Now(), s.clock.base()}
}

// Now returns the simulated time.
func (s *Simulator) Now() time.Time { return s.clock.now() }

// Advance moves the simulated time forward. Keys expire at the simulated time, and the Date header of answers shows it.
// Signatures with the time of the injected clock are still accepted, so that clients need no change. The data file keeps the
// offset. It is an error to move the clock back.
func (s *Simulator) Advance(by time.Duration) error { return s.MoveClock(by, false) }

// MoveClock is Advance, and in strict mode it accepts only signatures with the simulated time.
func (s *Simulator) MoveClock(by time.Duration, strict bool) error {
	if by < 0 {
		return errBackwards
	}
	return s.store.Update(func(v *store.View, change *store.Change) error {
		moved := store.Clock{Offset: v.Clock().Offset + by, Strict: strict}
		if moved.Offset < v.Clock().Offset {
			return errTooFar
		}
		change.PutClock(moved)
		change.Then(func(*store.View) { s.clock.moved.Store(&moved) })
		return nil
	})
}
