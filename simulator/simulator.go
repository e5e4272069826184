// Package simulator is a local OUTSCALE API for identity and access: access keys, EIM
// users and what surrounds them. It verifies real signatures, keeps what it answered, and
// can be told to fail.
//
// A test starts one with package simtest; a program uses New and Handler, or Start.
// Simulators share nothing: any number can run in one process.
//
// What it does is written down in the API reference of this project as measured, official
// or assumed; assumptions carry numbers (A1 and on), and where more than one reading is
// possible Assumptions chooses.
//
// Not simulated: API access rules, client certificates and trusted sessions (the API
// access policy is kept, and its limit on the life of keys holds); policies and groups
// (Grant stands in for them); throttling (a fault, when asked for); regions (all scopes
// are one account). An action of the API that is not served says so with status 501.
package simulator

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

var (
	errBackwards = errors.New("the clock cannot be moved back")
	errTooFar    = errors.New("the clock cannot be moved that far")
)

// Simulator is one simulated account and its API.
type Simulator struct {
	opts    Options
	store   *store.Store
	clock   clock
	locks   lockouts
	derived signingKeys
	faults  *faults.Injector

	// generated is set by New only.
	generated string

	// lock guards ids, which Reset replaces.
	lock sync.RWMutex
	ids  *ids

	closing sync.Once
	stop    chan struct{}
	stopped chan struct{}
}

// flushEvery is how long the record of a read may wait before it is written.
const flushEvery = 200 * time.Millisecond

// New opens or makes the data and returns a simulator that serves it. Close it.
func New(opts Options) (*Simulator, error) {
	opts = opts.withDefaults()
	if err := opts.check(); err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	data, err := store.Open(opts.DataFile, opts.Limits.Requests)
	if err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	s := &Simulator{opts: opts, store: data, stop: make(chan struct{}), stopped: make(chan struct{})}
	s.clock.base = opts.Now
	s.clock.moved.Store(&store.Clock{})
	s.faults = faults.New(opts.Seed, s.Now)
	if err := data.Update(s.begin); err != nil {
		return nil, errors.Join(fmt.Errorf("simulator: %w", err), data.Close())
	}
	go s.writeRecords()
	return s, nil
}

// begin makes the account in an empty store, or takes up the one that is there.
func (s *Simulator) begin(v *store.View, change *store.Change) error {
	account := v.Account()
	moved := v.Clock()
	s.clock.moved.Store(&moved)
	if account.ID == "" {
		s.found(change, s.opts.RootAccessKey, s.opts.RootSecretKey)
		return nil
	}
	if err := s.checkRootKey(v); err != nil {
		return err
	}
	account.Starts++
	account.Email = s.opts.AccountEmail
	change.PutAccount(account)
	s.setIDs(account.Starts)
	return nil
}

// found puts a new account with its root access key into an empty store, a generated one
// when keyID is "".
func (s *Simulator) found(change *store.Change, keyID, secret string) {
	source := s.setIDs(1)
	account := store.Account{
		ID: source.account(), CustomerID: source.customer(), Email: s.opts.AccountEmail, Starts: 1,
	}
	if keyID == "" {
		keyID, secret = source.accessKey(), source.secretKey()
		s.generated = secret
	}
	account.RootKeyID, account.RootSecret = keyID, secret
	now := millis(s.Now())
	change.PutAccount(account)
	change.PutKey(store.Key{ID: keyID, Secret: secret, State: stateActive, Created: now, Modified: now})
}

func (s *Simulator) checkRootKey(v *store.View) error {
	want := s.opts.RootAccessKey
	if want == "" {
		return nil
	}
	account := v.Account()
	if want != account.RootKeyID {
		return fmt.Errorf("data file %s: it was begun with the root access key %s, not %s: give that one, or another file",
			s.opts.DataFile, account.RootKeyID, want)
	}
	if account.RootSecret != s.opts.RootSecretKey {
		return fmt.Errorf("data file %s: it holds another secret for the root access key %s", s.opts.DataFile, want)
	}
	return nil
}

func (s *Simulator) setIDs(start uint64) *ids {
	source := newIDs(s.opts.Seed, start)
	s.lock.Lock()
	defer s.lock.Unlock()
	s.ids = source
	return source
}

func (s *Simulator) newIDs() *ids {
	s.lock.RLock()
	defer s.lock.RUnlock()
	return s.ids
}

// RootAccessKey returns the id of the access key the account was begun with.
func (s *Simulator) RootAccessKey() string {
	var id string
	s.store.Read(func(v *store.View) { id = v.Account().RootKeyID })
	return id
}

// GeneratedSecret returns the root access key's secret if this simulator made it up, so
// that somebody can be told once; "" when it was given or already stored.
func (s *Simulator) GeneratedSecret() string { return s.generated }

// Reset goes back to the beginning: no objects but an account with the same first key, no
// records, no faults, no locks, the clock not moved. With a seed the ids start over too.
func (s *Simulator) Reset() error {
	if err := s.faults.Set(nil); err != nil {
		return err
	}
	s.locks.reset()
	return s.store.Update(func(v *store.View, change *store.Change) error {
		account := v.Account()
		change.Clear()
		s.clock.moved.Store(&store.Clock{}) // now, as the new root key is dated by it
		s.found(change, account.RootKeyID, account.RootSecret)
		return nil
	})
}

// Close writes what is still waiting and closes the data. Calls that arrive later fail.
func (s *Simulator) Close() error {
	s.closing.Do(func() { close(s.stop) })
	<-s.stopped
	return s.store.Close()
}

// writeRecords writes the records of reads now and then.
func (s *Simulator) writeRecords() {
	defer close(s.stopped)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := s.store.Flush(); err != nil {
				s.opts.Log.Error("record of calls not written", "error", err)
			}
		case <-s.stop:
			return
		}
	}
}
