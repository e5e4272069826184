// Package cache keeps results of reads that many callers share: one call at a time per name, and none while the result is
// young enough.
package cache

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// loadLimit bounds a shared load, which no single caller's context ends.
const loadLimit = 10 * time.Minute

// Reads keeps the last result of a read per name. Callers that come while a read is under way wait for it. A failed read
// is returned to those who waited for it and is not kept, unless KeepErrors says so. A result that is older than the TTL is removed, so that the
// number of results is bounded by the names that were read in that time. Reads is safe for concurrent use.
type Reads[V any] struct {
	now     func() time.Time
	ttl     time.Duration
	mu      sync.Mutex
	entries map[string]*entry[V]
	swept   time.Time // when expired entries were removed last

	errTTL time.Duration    // how long a failure is kept that keep accepts
	keep   func(error) bool // nil = none
}

type entry[V any] struct {
	done  chan struct{} // closed when value and err are set
	ended bool
	at    time.Time
	value V
	err   error
	// changes were made by writes while the read was under way, which may have missed them.
	changes []func(V) V
}

// New returns an empty cache by the clock now. No result is used when it is as old as ttl.
func New[V any](now func() time.Time, ttl time.Duration) *Reads[V] {
	return &Reads[V]{now: now, ttl: ttl, entries: map[string]*entry[V]{}, swept: now()}
}

// KeepErrors makes the cache return a failure that keep accepts, without another call, until it is as old as ttl.
func (r *Reads[V]) KeepErrors(ttl time.Duration, keep func(error) bool) *Reads[V] {
	r.errTTL, r.keep = ttl, keep
	return r
}

// Get returns the value of name, from load when there is none that is younger than the TTL. The caller must not modify
// what it points to. load runs on a context without ctx's cancellation, because others may wait for it.
func (r *Reads[V]) Get(ctx context.Context, name string, load func(context.Context) (V, error)) (V, error) {
	return r.GetWithin(ctx, name, r.ttl, load)
}

// GetWithin is Get for a value that must be younger than age.
func (r *Reads[V]) GetWithin(ctx context.Context, name string, age time.Duration, load func(context.Context) (V, error)) (V, error) {
	r.mu.Lock()
	e := r.entries[name]
	if e == nil || (e.ended && r.old(e, age)) {
		r.sweep()
		e = &entry[V]{done: make(chan struct{})}
		r.entries[name] = e
		go r.load(context.WithoutCancel(ctx), name, e, load)
	}
	r.mu.Unlock()
	select {
	case <-e.done:
		return e.value, e.err
	case <-ctx.Done():
		var none V
		return none, fmt.Errorf("the read was not finished in the time given: %w", ctx.Err())
	}
}

func (r *Reads[V]) load(ctx context.Context, name string, e *entry[V], load func(context.Context) (V, error)) {
	ctx, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	at := r.now() // the value is as old as its request
	value, err := load(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		for _, change := range e.changes {
			value = change(value)
		}
	}
	e.value, e.err, e.at, e.ended, e.changes = value, err, at, true, nil
	if err != nil && r.entries[name] == e && (r.keep == nil || !r.keep(err)) {
		delete(r.entries, name)
	}
	close(e.done)
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

// Find returns a value that match accepts, of those that Peek would return.
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

// Change replaces the value of name by what fn returns for it: the answer of a write says what a new read would. fn must
// not modify its argument, and must be idempotent: it is applied as well to the result of a read under way, which may have
// seen the write or not.
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

// Drop forgets the value of name. A read under way goes on for those who wait for it, and is not used again.
func (r *Reads[V]) Drop(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.entries, name)
}

// Len is the number of values kept.
func (r *Reads[V]) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.entries)
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
