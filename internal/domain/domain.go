// Package domain has the common types of the domain's services (internal/key, internal/user, internal/account,
// internal/rotation): options, the API's clock, the identity of an object, and errors. It depends on neither Terraform nor
// HTTP, and has no texts for end users.
package domain

import (
	"context"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const (
	// DefaultReadTTL is how long a shared read is used: longer than a run over thousands of owners takes, so that each
	// owner is read once in it.
	DefaultReadTTL = 30 * time.Minute
	// DefaultNameTTL is how long the name of an object that is addressed by its id is used for a write.
	DefaultNameTTL = 5 * time.Minute
)

// Options are the options of every service of the domain. Each member is optional.
type Options struct {
	Now     func() time.Time                                 // the machine's clock; nil = time.Now
	Wait    func(ctx context.Context, d time.Duration) error // pauses for d or until ctx ends; nil = a timer
	Log     api.Log                                          // nil = silent
	ReadTTL time.Duration                                    // age up to which a shared read is used; 0 = DefaultReadTTL
	NameTTL time.Duration                                    // age up to which a name is used for a write; 0 = DefaultNameTTL
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
	if o.ReadTTL == 0 {
		o.ReadTTL = DefaultReadTTL
	}
	if o.NameTTL == 0 {
		o.NameTTL = DefaultNameTTL
	}
	return o
}

// Info writes a line at INFO level.
func (o Options) Info(ctx context.Context, msg string, fields map[string]any) {
	o.Log(ctx, api.LevelInfo, msg, fields)
}

// Pause waits for d and logs before why action has to wait. It returns ctx's error when ctx ends first.
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

// Clock is the API's clock: it decides what has expired, and new expiries count from it.
type Clock struct {
	Machine func() time.Time     // this machine's clock
	Offset  func() time.Duration // how far the API's clock is ahead of it; 0 while that is unknown
	Proven  func() bool          // the API has accepted a signature that is dated by the offset; nil = always
}

// Now returns the time by the API's clock, as far as known from its answers. With a login, which has no date, a proxy may have
// written the offset: then Now is the earlier of the two clocks. With the later one a key could live for years longer than
// intended, or count as expired and be revoked.
func (c Clock) Now() time.Time { return c.Machine().Add(c.ahead()) }

// ahead returns the offset that Now uses.
func (c Clock) ahead() time.Duration {
	if !c.IsProven() {
		return min(c.Offset(), 0)
	}
	return c.Offset()
}

// IsProven reports whether the API has accepted a signature dated by Now.
func (c Clock) IsProven() bool { return c.Proven == nil || c.Proven() }

// API returns the time by the API's clock, even if it is not proven. Do not use it for a time that must not be too late.
func (c Clock) API() time.Time { return c.Machine().Add(c.Offset()) }

// Off is how far the API's clock is ahead of this machine's when that is more than the API tolerates, and 0 otherwise.
func (c Clock) Off() time.Duration {
	if off := c.Offset(); off.Abs() > api.Tolerated {
		return off
	}
	return 0
}

// Local converts a moment by the clock of Now to this machine's clock.
func (c Clock) Local(at time.Time) time.Time { return at.Add(-c.ahead()) }
