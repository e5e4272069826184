package simulator

import (
	"sync/atomic"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// clock is the injected clock plus what it was moved on.
type clock struct {
	base  func() time.Time
	moved atomic.Pointer[store.Clock]
}

func (c *clock) now() time.Time { return c.base().Add(c.moved.Load().Offset) }
func (c *clock) strict() bool   { return c.moved.Load().Strict }

// Now is the simulated time.
func (s *Simulator) Now() time.Time { return s.clock.now() }

// Advance moves the simulated time on. Keys expire by it, and it is what the Date header
// of answers says. Clients that sign with the time of day stay welcome. The offset
// survives a restart.
func (s *Simulator) Advance(by time.Duration) error { return s.MoveClock(by, false) }

// MoveClock is Advance with the choice to be strict: then only signatures dated by the
// moved clock are good, and a client that does not follow the Date header is refused.
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
		change.Then(func() { s.clock.moved.Store(&moved) })
		return nil
	})
}
