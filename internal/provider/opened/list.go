// Package opened keeps the list of the run-scoped keys that this process has opened and not yet closed, and revokes what
// is left of them when the process ends. It also remembers the keys that were made for a state, and revokes them when
// the CLI dies: it has not written what it was handed last, or anything at all.
//
// The CLIs do not close an ephemeral resource when something that uses it fails, nor after Ctrl-C (Terraform 1.11 to 1.16
// and OpenTofu 1.12 alike). What they do in every case but their own sudden death is to end the provider, and they allow
// it two seconds for that: time to revoke what they forgot.
package opened

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/ledger"
)

// Key is an access key that lives as long as the run, and what is needed to end it.
type Key struct {
	Keeper *credential.Keeper
	Owner  credential.Owner
	Key    credential.Key // without its secret
}

// Left is a key that could not be revoked.
type Left struct {
	ID      string
	State   credential.State
	Expires *time.Time // when the API ends it
	Err     error
}

func (l Left) Error() string {
	until := "it does not expire"
	if l.Expires != nil {
		until = "it expires on " + l.Expires.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("access key %s of this run is %s and was not deleted, %s: %v", l.ID, l.State, until, l.Err)
}

func (l Left) Unwrap() error { return l.Err }

// List is the keys that one process has opened. It is safe for concurrent use.
type List struct {
	// Ledger is told of the keys that were handed over; nil = nothing is.
	Ledger *ledger.Ledger

	making sync.WaitGroup // keys being made, whose id nobody knows yet
	ending sync.Mutex     // one End at a time

	mu     sync.Mutex
	keys   map[string]Key
	handed map[string]Key // the keys made for a state
	begun  int            // what is under way: of making
	ended  bool
	doomed bool        // no state takes the keys that were made for one
	cut    bool        // the user has interrupted the run
	alone  func() bool // whether the CLI is dead, nil = it is not known
}

// New returns an empty list.
func New() *List { return &List{keys: map[string]Key{}, handed: map[string]Key{}} }

// Begin announces that a key is about to be made, or another change, so that End waits for it. Call done when the key is
// on the list, or was not made. ok is false once End was called: then nothing may be made any more.
func (l *List) Begin() (done func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil, false
	}
	l.making.Add(1)
	l.begun++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.begun--
		l.making.Done()
	}, true
}

// Hand remembers a key that is handed over to be written into a state.
//
// GOTCHA: nobody says when it is written. Terraform writes a local state after each resource, OpenTofu at the end, and both
// write a remote one every 20 seconds at best.
func (l *List) Hand(k Key) {
	k.Key.Secret = ""
	l.Ledger.Handed(k.Key.ID)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.doomed {
		l.keys[k.Key.ID] = k // it was being made when the end began, which waits for it
		return
	}
	l.handed[k.Key.ID] = k
}

// Over reports that the process is ending or its CLI is dead: nobody takes what is made now.
func (l *List) Over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended || l.orphaned()
}

// Interrupt notes that the user has interrupted the run. A second interruption, of which no provider is told, ends the CLI
// without saving what it was handed: the ledger keeps that for the next run, whose reads tell what was saved.
func (l *List) Interrupt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
}

// unsure are the keys of which nobody can say whether a state has them, now that the process ends.
func (l *List) unsure() (ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		ids = slices.Collect(maps.Keys(l.handed))
	}
	return ids
}

// orphaned reports that the CLI is dead, where that is known.
func (l *List) orphaned() bool { return l.alone != nil && l.alone() }

// Put adds a key, or replaces what is known of it. The secret is not kept.
func (l *List) Put(k Key) {
	k.Key.Secret = ""
	l.Ledger.Handed(k.Key.ID)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keys[k.Key.ID] = k
}

// Get returns what is known of a key.
func (l *List) Get(id string) (Key, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k, found := l.keys[id]
	return k, found
}

// Remove takes off a key that was revoked.
func (l *List) Remove(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.keys, id)
}

// End revokes what is on the list, and then what was still being made when it was called; with them, when the CLI is
// dead or a change is under way, the keys that were made for a state. It lasts no longer than ctx, and returns what is
// left. No key is opened after it. Another End goes on with what the last one left.
func (l *List) End(ctx context.Context) []Left {
	l.ending.Lock()
	defer l.ending.Unlock()
	l.close()
	made := make(chan struct{})
	go func() {
		l.making.Wait()
		close(made)
	}()
	left := l.revoke(ctx)
	select {
	case <-made:
		return append(left, l.revoke(ctx, left...)...)
	case <-ctx.Done():
		return left
	}
}

// close lets nothing begin any more, and decides about the keys that were made for a state.
func (l *List) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	if !l.orphaned() && l.begun == 0 {
		return
	}
	// A CLI that is dead writes nothing any more, nor does one that ends its plugin in the middle of a change: it was
	// interrupted twice. In doubt no state has them: a key that one has is planned again.
	l.doomed = true
	maps.Copy(l.keys, l.handed)
	clear(l.handed)
}
