package credential

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// freshFor is how long reads may use a shared read: longer than a plan of thousands of owners takes, so that each
	// is asked for once in it.
	freshFor = 30 * time.Minute
	// sureFor is how old the name of an owner given by its id may be when a key is made for it.
	sureFor = 5 * time.Minute
	// justNow is how old a name may be when a user is deleted by it: the name could be another user's by then. As long
	// as a call may wait for its turn at the default pace, and long enough for many deletions to share one list.
	justNow = 5 * time.Second
	// loadLimit bounds a shared read, which no single caller's context ends.
	loadLimit = 10 * time.Minute
)

// shared keeps one read a key for the whole process: callers that come while it is under way wait for it, later ones
// use its result, until it is too old or dropped. Failures are handed to those who waited and not kept.
type shared[V any] struct {
	now     func() time.Time
	mu      sync.Mutex
	entries map[string]*entry[V]
}

type entry[V any] struct {
	done  chan struct{} // closed when value and err are set
	ended bool
	at    time.Time
	value V
	err   error
	// writes came while the read was under way, which may have missed them.
	writes []func(V) V
}

func newShared[V any](now func() time.Time) *shared[V] {
	return &shared[V]{now: now, entries: map[string]*entry[V]{}}
}

// get returns the value of key, from load when there is none that is younger than age. The caller must not change what
// it points to. load runs on a context that the end of ctx does not cut, because others may wait for it.
func (s *shared[V]) get(ctx context.Context, key string, age time.Duration, load func(context.Context) (V, error)) (V, error) {
	s.mu.Lock()
	e := s.entries[key]
	if e == nil || (e.ended && s.now().Sub(e.at) >= age) {
		e = &entry[V]{done: make(chan struct{})}
		s.entries[key] = e
		go s.load(context.WithoutCancel(ctx), key, e, load)
	}
	s.mu.Unlock()
	select {
	case <-e.done:
		return e.value, e.err
	case <-ctx.Done():
		var none V
		return none, fmt.Errorf("the read was not finished in the time given: %w", ctx.Err())
	}
}

func (s *shared[V]) load(ctx context.Context, key string, e *entry[V], load func(context.Context) (V, error)) {
	ctx, cancel := context.WithTimeout(ctx, loadLimit)
	defer cancel()
	at := s.now() // the value is as old as its question
	value, err := load(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		for _, write := range e.writes {
			value = write(value)
		}
	}
	e.value, e.err, e.at, e.ended, e.writes = value, err, at, true, nil
	if err != nil && s.entries[key] == e {
		delete(s.entries, key)
	}
	close(e.done)
}

// peek returns the value that get would use without a load.
func (s *shared[V]) peek(key string, age time.Duration) (value V, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[key]; e != nil && e.ended && s.now().Sub(e.at) < age {
		return e.value, true
	}
	return value, false
}

// change replaces the value of key by what fn makes of it, which must not touch the old one: the answer of a write says
// what a new read would. A read under way may have missed the write or not: fn, which comes to the same when it is done
// twice, is done to its result as well.
func (s *shared[V]) change(key string, fn func(V) V) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := s.entries[key]; {
	case e == nil:
	case !e.ended:
		e.writes = append(e.writes, fn)
	default:
		s.entries[key] = &entry[V]{done: e.done, ended: true, at: e.at, value: fn(e.value)}
	}
}

// put makes value what key has now.
func (s *shared[V]) put(key string, value V) {
	done := make(chan struct{})
	close(done)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries[key] = &entry[V]{done: done, ended: true, at: s.now(), value: value}
}

// drop forgets key. A read under way goes on for those who wait for it, and is not used again.
func (s *shared[V]) drop(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.entries, key)
}
