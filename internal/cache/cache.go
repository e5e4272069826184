// Package cache shares reads between callers: per name there is one call at a time, and none while the last result is young
// enough.
package cache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// loadLimit is the time limit of a load whose caller has none.
const loadLimit = 10 * time.Minute

// Reads keeps the last result of a read per name. Callers wait for a read that is under way. A failure is returned to the
// callers that waited for it, and is not kept, except as KeepErrors says. Results that are older than the TTL are removed. Reads
// is safe for concurrent use.
type Reads[V any] struct {
	now     func() time.Time
	ttl     time.Duration
	mu      sync.Mutex
	entries map[string]*entry[V]
	swept   time.Time // when expired entries were removed last

	errTTL time.Duration    // how long failures that keep accepts are kept
	keep   func(error) bool // nil = no failure is kept
}

type entry[V any] struct {
	done  chan struct{} // closed when value and err are set
	until time.Time     // when the time limit of the read ends
	ended bool
	at    time.Time
	value V
	err   error
	// changes are those of Change while the read was under way: its answer may not have them.
	changes []func(V) V
}

// New returns an empty cache that uses the clock now. Results are used until they are as old as ttl.
func New[V any](now func() time.Time, ttl time.Duration) *Reads[V] {
	return &Reads[V]{now: now, ttl: ttl, entries: map[string]*entry[V]{}, swept: now()}
}

// KeepErrors makes the cache keep failures that keep accepts, until they are as old as ttl. It never keeps the end of a time
// limit.
func (r *Reads[V]) KeepErrors(ttl time.Duration, keep func(error) bool) *Reads[V] {
	r.errTTL, r.keep = ttl, keep
	return r
}

// Get returns the value of name. It calls load if there is no value that is younger than the TTL. The caller must not modify
// what the value points to. The context of load is not cancelled with ctx, because other callers may wait for the value, but it
// has the time limit of ctx: so load knows which waits are too long for the caller. A caller whose limit ends later calls load
// again if that limit ends.
func (r *Reads[V]) Get(ctx context.Context, name string, load func(context.Context) (V, error)) (V, error) {
	return r.GetWithin(ctx, name, r.ttl, load)
}

// GetWithin is Get for a value that must be younger than age.
func (r *Reads[V]) GetWithin(ctx context.Context, name string, age time.Duration, load func(context.Context) (V, error)) (V, error) {
	for {
		e := r.entry(ctx, name, age, load)
		select {
		case <-e.done:
			if errors.Is(e.err, context.DeadlineExceeded) && outlasts(ctx, e.until) {
				continue
			}
			return e.value, e.err
		case <-ctx.Done():
			var none V
			return none, fmt.Errorf("the read was not finished: %w", timelimit.Err(ctx))
		}
	}
}

// outlasts reports whether ctx has not ended and has a time limit that ends after until.
func outlasts(ctx context.Context, until time.Time) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() == nil && ok && deadline.After(until)
}

// entry returns the entry of name. It begins a read if there is no value that is younger than age.
func (r *Reads[V]) entry(ctx context.Context, name string, age time.Duration, load func(context.Context) (V, error)) *entry[V] {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.entries[name]
	if e == nil || (e.ended && r.old(e, age)) {
		r.sweep()
		e = &entry[V]{done: make(chan struct{})}
		r.entries[name] = e
		detached, cancel := timelimit.Detach(ctx, loadLimit)
		e.until, _ = detached.Deadline()
		go func() { defer cancel(); r.load(detached, name, e, load) }()
	}
	return e
}

func (r *Reads[V]) load(ctx context.Context, name string, e *entry[V], load func(context.Context) (V, error)) {
	at := r.now() // the age counts from the request
	value, err := load(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		for _, change := range e.changes {
			value = change(value)
		}
	}
	e.value, e.err, e.at, e.ended, e.changes = value, err, at, true, nil
	if err != nil && r.entries[name] == e && !r.keeps(err) {
		delete(r.entries, name)
	}
	close(e.done)
}

// keeps reports whether a failure is kept. The end of a time limit is not, because the next caller may have more time.
func (r *Reads[V]) keeps(err error) bool {
	return r.keep != nil && r.keep(err) && !errors.Is(err, context.DeadlineExceeded)
}

// Peek returns the value of name if there is one that is younger than age and than the TTL. It never loads.
func (r *Reads[V]) Peek(name string, age time.Duration) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.entries[name]; e != nil && e.ended && e.err == nil && !r.old(e, age) {
		return e.value, true
	}
	return value, false
}

// Find returns a value that is younger than the TTL and that match accepts. It never loads.
func (r *Reads[V]) Find(match func(V) bool) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.entries {
		if e.ended && e.err == nil && !r.old(e, r.ttl) && match(e.value) {
			return e.value, true
		}
	}
	return value, false
}

// Change replaces the value of name by the result of fn. It is for a write whose answer says what a new read would return. fn
// must not modify its argument. It must be idempotent, because Change also applies it to the result of a read under way, which
// may already have the write.
func (r *Reads[V]) Change(name string, fn func(V) V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e := r.entries[name]; {
	case e == nil:
	case !e.ended:
		e.changes = append(e.changes, fn)
	case e.err != nil:
		delete(r.entries, name)
	default:
		r.entries[name] = &entry[V]{done: e.done, ended: true, at: e.at, value: fn(e.value)}
	}
}

// Put sets the value of name.
func (r *Reads[V]) Put(name string, value V) {
	done := make(chan struct{})
	close(done)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweep()
	r.entries[name] = &entry[V]{done: done, ended: true, at: r.now(), value: value}
}

// Drop removes the value of name. The result of a read under way is returned only to those who wait for it.
func (r *Reads[V]) Drop(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.entries, name)
}

func (r *Reads[V]) old(e *entry[V], age time.Duration) bool {
	if e.err != nil {
		age = r.errTTL
	}
	return r.now().Sub(e.at) >= min(age, r.ttl)
}

// sweep removes the values that are too old to be used, at most once per TTL.
func (r *Reads[V]) sweep() {
	if r.now().Sub(r.swept) < r.ttl {
		return
	}
	r.swept = r.now()
	for name, e := range r.entries {
		if e.ended && r.old(e, r.ttl) {
			delete(r.entries, name)
		}
	}
}
