// Package domain has what the services of the domain (internal/key, internal/user, internal/account and others) share:
// options, the API's clock, the identity of an object, the creation of an object whose answer may be lost, and errors. It
// does not depend on Terraform or HTTP, and has no texts for end users.
package domain

import (
	"context"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const (
	// ReadTTL is how long a shared read is used. It is longer than a run with thousands of owners takes, so that a run
	// reads each owner once.
	ReadTTL = 30 * time.Minute
	// NameTTL is how long the name of an object that is identified by its id is used for a write.
	NameTTL = 5 * time.Minute
)

// Options are the options of every service of the domain. Each member is optional.
type Options struct {
	Now  func() time.Time                                 // the machine's clock; nil = time.Now
	Wait func(ctx context.Context, d time.Duration) error // pauses for d or until ctx ends; nil = a timer
	Log  api.Log                                          // nil = no log
}

// WithDefaults returns o with every member set.
func (o Options) WithDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Log == nil {
		o.Log = func(context.Context, api.Level, string, map[string]any) {}
	}
	return o
}

// Info writes a line at INFO level.
func (o Options) Info(ctx context.Context, msg string, fields map[string]any) {
	o.Log(ctx, api.LevelInfo, msg, fields)
}

// Pause logs why action has to wait, and waits for d. It returns the error of ctx if ctx ends before.
func (o Options) Pause(ctx context.Context, d time.Duration, action, reason string) error {
	if d <= 0 {
		return ctx.Err()
	}
	o.Info(ctx, "waiting", map[string]any{"action": action, "reason": reason, "wait_ms": d.Milliseconds()})
	return o.Wait(ctx, d)
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Clock is the API's clock. It decides which keys have expired, and new expiries are counted from it.
type Clock struct {
	Machine func() time.Time     // this machine's clock
	Offset  func() time.Duration // how far the API's clock is ahead of this machine's; 0 while that is unknown
	Proven  func() bool          // whether the API has accepted a signature dated with the offset; nil = it has
}

// Now returns the time by the API's clock, as far as it is known from answers. Calls with a login have no signature, so a
// proxy could have written the date of an answer. Then Now returns the earlier of the two clocks. By the later one a key
// could be valid for years longer than intended, or count as expired and be revoked.
func (c Clock) Now() time.Time { return c.Machine().Add(c.ahead()) }

// ahead returns the offset that Now uses.
func (c Clock) ahead() time.Duration {
	if !c.IsProven() {
		return min(c.Offset(), 0)
	}
	return c.Offset()
}

// IsProven reports whether the API has accepted a signature dated with Now.
func (c Clock) IsProven() bool { return c.Proven == nil || c.Proven() }

// API returns the time by the API's clock, even if it is not proven. Do not use it where a time in the future does harm.
func (c Clock) API() time.Time { return c.Machine().Add(c.Offset()) }

// Off returns how far the API's clock is ahead of this machine's, or 0 if the difference is not more than the API tolerates.
func (c Clock) Off() time.Duration {
	if off := c.Offset(); off.Abs() > api.Tolerated {
		return off
	}
	return 0
}

// Local converts a time by the clock of Now to this machine's clock.
func (c Clock) Local(at time.Time) time.Time { return at.Add(-c.ahead()) }
