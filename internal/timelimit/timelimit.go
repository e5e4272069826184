// Package timelimit has contexts whose time limit is named in errors, so that a user sees which limit ended a request and how
// to change it.
package timelimit

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Limit is the time limit of a request. As an error it says that this limit ended the request, and wraps
// context.DeadlineExceeded.
type Limit struct {
	Duration time.Duration
	Remedy   string // how the user sets a longer limit; "" = the limit is fixed
}

func (l *Limit) Error() string { return fmt.Sprintf("the time limit of %s has ended", l.Duration) }

func (l *Limit) Unwrap() error { return context.DeadlineExceeded }

// limitKey is the key of the context value with the limit and its deadline.
type limitKey struct{}

type limited struct {
	limit    *Limit
	deadline time.Time
}

// With is context.WithTimeout for l.
func With(ctx context.Context, l Limit) (context.Context, context.CancelFunc) {
	ends, cancel := context.WithTimeout(ctx, l.Duration)
	deadline, _ := ends.Deadline()
	if earlier, ok := ctx.Deadline(); ok && earlier.Equal(deadline) {
		return ends, cancel // the limit of ctx ends first
	}
	return context.WithValue(ends, limitKey{}, limited{&l, deadline}), cancel
}

// Detach returns a context that is not cancelled with ctx. It has the time limit of ctx, or ends after fallback if there is none.
// It is for work that must be finished even if the caller has stopped waiting.
func Detach(ctx context.Context, fallback time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(context.WithoutCancel(ctx), deadline)
	}
	return With(context.WithoutCancel(ctx), Limit{Duration: fallback})
}

// Of returns the *Limit that decides the deadline of ctx, or context.DeadlineExceeded if With did not set the deadline.
func Of(ctx context.Context) error {
	l, ok := ctx.Value(limitKey{}).(limited)
	if deadline, _ := ctx.Deadline(); ok && deadline.Equal(l.deadline) {
		return l.limit
	}
	return context.DeadlineExceeded
}

// Err is ctx.Err, but names the time limit that has ended.
func Err(ctx context.Context) error {
	err := ctx.Err()
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Of(ctx)
	case err != nil:
		return fmt.Errorf("interrupted: %w", err)
	}
	return nil
}
