// Package simulator is a local OUTSCALE API for identity and access: access keys, EIM users, user groups, policies, API access
// rules, certificate authorities, and the account with its quotas and its log. It verifies signatures, enforces rights, expiry
// and limits, and injects faults.
//
// In a Go test, package simtest starts a simulator and stops it when the test ends:
//
//	sim := simtest.Start(t)
//	client := newClient(sim.Endpoint, sim.RootAccessKey, sim.RootSecretKey) // the client under test
//	...
//	for _, request := range sim.Simulator.Requests() {
//		...
//	}
//
// In a program, [New] creates a simulator and [Simulator.Start] listens; [Simulator.Handler] serves the API in another server.
// Simulators share nothing: a process can run any number of them.
//
// A test controls a simulator with these methods, which the admin port offers to other programs:
//
//   - [Simulator.State] returns every object, and [Simulator.Requests] every call, with its caller and its result.
//   - [Simulator.SetFaults] makes calls fail, or makes answers slow, broken or lost.
//   - [Simulator.Advance] moves the clock, so that access keys expire.
//   - [Simulator.Denials] explains which statement refused a call, or which one is missing.
//   - [Simulator.Reset] returns to the initial state. Options.Objects are the objects of that state; [ReadSnapshot] reads them.
//
// Each behaviour is measured on the real API, or official text, or assumed. README.md lists the source of each. Assumptions have
// numbers, A1 to A47; docs/dev/assumptions.md lists them. For those with more than one plausible answer, [Assumptions] selects
// one, so that a client can be tested with each.
//
// An action of the API that the simulator does not serve is answered with status 501. Calls are throttled only by a fault. All
// regions are the same account.
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
	opts   Options
	store  *store.Store
	clock  clock
	locks  lockouts
	keys   signingKeys
	faults *faults.Injector

	documents documents
	history   rightsHistory

	// generatedSecret is the secret of the root access key if New generated it.
	generatedSecret string

	// idsLock guards ids, which Reset replaces.
	idsLock sync.RWMutex
	ids     *ids

	closeOnce sync.Once
	stop      chan struct{}
	stopped   chan struct{}
}

// flushInterval is the longest time before the record of a read is written.
const flushInterval = 200 * time.Millisecond

// New opens the data file, or creates it, and returns a simulator of its account. The caller must call Close.
func New(opts Options) (*Simulator, error) {
	opts = opts.withDefaults()
	if err := opts.check(); err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	data, err := store.Open(opts.DataFile, opts.Limits.Requests, opts.Limits.RequestBytes)
	if err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	s := &Simulator{opts: opts, store: data, stop: make(chan struct{}), stopped: make(chan struct{})}
	s.clock.base = opts.Now
	s.clock.moved.Store(&store.Clock{})
	s.faults = faults.New(opts.Seed, s.Now)
	if err := data.Update(s.loadAccount); err != nil {
		return nil, errors.Join(fmt.Errorf("simulator: %w", err), data.Close())
	}
	data.Read(func(v *store.View) { s.recordRights(v, time.Time{}) })
	go s.flushRecords()
	return s, nil
}

// loadAccount creates the account in an empty store, or loads the stored one.
func (s *Simulator) loadAccount(v *store.View, change *store.Change) error {
	account := v.Account()
	moved := v.Clock()
	s.clock.moved.Store(&moved)
	if account.ID == "" {
		return s.createAccount(change, s.opts.RootAccessKey, s.opts.RootSecretKey)
	}
	if s.opts.Objects != nil {
		s.opts.Log.Info("the data already has an account: no objects are loaded", "data", s.opts.DataFile)
	}
	if err := s.checkRootKey(v); err != nil {
		return err
	}
	account.Starts++
	if account.GivenEmail != s.opts.AccountEmail {
		account.Email, account.GivenEmail = s.opts.AccountEmail, s.opts.AccountEmail
	}
	change.PutAccount(account)
	s.startIDs(account.Starts)
	s.addDefaults(v, change)
	return nil
}

// addDefaults adds the default API access rule and OUTSCALE's own policies. Data of an older simulator lacks them.
func (s *Simulator) addDefaults(v *store.View, change *store.Change) {
	if v.CountRules() == 0 {
		change.PutRule(s.defaultRule())
	}
	putOWSPolicies(change)
}

// createAccount adds the account, its root access key and the objects of the options to an empty store. It generates the key if
// keyID is "". It returns an error if an object cannot be loaded.
func (s *Simulator) createAccount(change *store.Change, keyID, secret string) error {
	source := s.startIDs(1)
	account := store.Account{
		ID: source.account(), CustomerID: source.customer(), Email: s.opts.AccountEmail, GivenEmail: s.opts.AccountEmail, Starts: 1,
	}
	if keyID == "" {
		keyID, secret = source.accessKey(), source.secretKey()
		s.generatedSecret = secret
	}
	account.RootKeyID, account.RootSecret = keyID, secret
	now := millis(s.Now())
	root := store.Key{ID: keyID, Secret: secret, State: stateActive, Created: now, Modified: now}
	if s.opts.Objects != nil {
		if err := s.load(change, &account, root); err != nil {
			return fmt.Errorf("the objects cannot be loaded: %w", err)
		}
	} else {
		change.PutKey(root)
		change.PutRule(s.defaultRule())
	}
	change.PutAccount(account)
	putOWSPolicies(change)
	return nil
}

func (s *Simulator) checkRootKey(v *store.View) error {
	want := s.opts.RootAccessKey
	if want == "" {
		return nil
	}
	account := v.Account()
	if want != account.RootKeyID {
		return fmt.Errorf("data file %s: it was created with the root access key %s, not %s: use that key, or another file",
			s.opts.DataFile, account.RootKeyID, want)
	}
	if account.RootSecret != s.opts.RootSecretKey {
		return fmt.Errorf("data file %s: it has another secret for the root access key %s", s.opts.DataFile, want)
	}
	return nil
}

func (s *Simulator) startIDs(start uint64) *ids {
	source := newIDs(s.opts.Seed, start)
	s.idsLock.Lock()
	defer s.idsLock.Unlock()
	s.ids = source
	return source
}

func (s *Simulator) idSource() *ids {
	s.idsLock.RLock()
	defer s.idsLock.RUnlock()
	return s.ids
}

// RootAccessKey returns the id of the access key the account was created with.
func (s *Simulator) RootAccessKey() string {
	var id string
	s.store.Read(func(v *store.View) { id = v.Account().RootKeyID })
	return id
}

// GeneratedSecret returns the secret of the root access key if New generated it, and "" if the options or the data file have it.
func (s *Simulator) GeneratedSecret() string { return s.generatedSecret }

// Reset returns to the initial state: an account with the same root access key and the objects of the options, without records,
// faults and lock-outs, at the time of the injected clock. If the options have a seed, the ids start again too.
func (s *Simulator) Reset() error {
	if err := s.faults.Set(nil); err != nil {
		return err
	}
	s.locks.reset()
	return s.store.Update(func(v *store.View, change *store.Change) error {
		account := v.Account()
		change.Clear()
		s.clock.moved.Store(&store.Clock{}) // before createAccount, which dates the root key
		if err := s.createAccount(change, account.RootKeyID, account.RootSecret); err != nil {
			return err
		}
		change.Then(func(v *store.View) {
			s.history.clear()
			s.recordRights(v, time.Time{})
		})
		return nil
	})
}

// Close writes the pending records and closes the data. Later changes fail.
func (s *Simulator) Close() error {
	s.closeOnce.Do(func() { close(s.stop) })
	<-s.stopped
	return s.store.Close()
}

// flushRecords writes the pending records every flushInterval until Close.
func (s *Simulator) flushRecords() {
	defer close(s.stopped)
	tick := time.NewTicker(flushInterval)
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
