package simulator

import (
	"sync/atomic"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// clock is the injected clock plus the offset it was moved by.
type clock struct {
	base  func() time.Time
	moved atomic.Pointer[store.Clock]
}

func (c *clock) now() time.Time { return c.base().Add(c.moved.Load().Offset) }
func (c *clock) strict() bool   { return c.moved.Load().Strict }

// clocks are the times that a client may have: the simulated time and, unless the clock was moved strictly, the time of the
// injected clock.
func (s *Simulator) clocks() []time.Time {
	if s.clock.strict() {
		return []time.Time{s.Now()}
	}
	return []time.Time{s.Now(), s.clock.base()}
}

// Now returns the simulated time.
func (s *Simulator) Now() time.Time { return s.clock.now() }

// Advance moves the simulated time forward. Keys expire by it, and the Date header of
// answers shows it. Signatures dated with the real time are still accepted. The offset is
// stored.
func (s *Simulator) Advance(by time.Duration) error { return s.MoveClock(by, false) }

// MoveClock is Advance with a strict mode, in which only signatures dated with the moved
// clock are accepted.
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
