// Package domain has what the services of the domain (internal/key, internal/user, internal/account and others) share:
// options, the API's clock, the identity of an object, the creation of an object whose answer may be lost, and errors. It
// does not depend on Terraform or HTTP, and has no texts for end users.
package domain

import (
	"context"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
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
		return timelimit.Err(ctx)
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
		return timelimit.Err(ctx)
	}
}

// Clock is a reading of this machine's clock and of the API's. Services use Clock.Now.
type Clock = api.Clock
