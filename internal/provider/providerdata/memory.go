package providerdata

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory keeps results of the refresh for the plan, in one process: a key that is gone has no state
// any more when its next one is planned. It is kept by the name or the id of the owner, "" for the caller. Its zero value
// is empty.
type Memory struct {
	mu         sync.Mutex
	expired    map[string][]time.Time // expiries of keys that were found gone or expired
	recipients map[string][]string    // fingerprints to which the secrets of keys that are gone were sealed
	planned    map[string]bool        // the planned objects: see SecondPlan
	relations  map[string]RelationUse // what the planned resources do with a relation: see PlanRelation
}

// AddExpired remembers that a key with this expiry was found gone, or expired.
func (m *Memory) AddExpired(expiry time.Time, owners ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.expired == nil {
		m.expired = map[string][]time.Time{}
	}
	for _, owner := range owners {
		m.expired[owner] = append(m.expired[owner], expiry)
	}
}

// HadExpiry reports whether a key of the owner with this expiry was found gone, or expired: a date that has passed is not
// new then.
func (m *Memory) HadExpiry(owner string, expiry time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.expired[owner], expiry.Equal)
}

// AddSealed remembers that a key whose secret was sealed to these recipients was found gone.
func (m *Memory) AddSealed(fingerprints []string, owners ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.recipients == nil {
		m.recipients = map[string][]string{}
	}
	for _, owner := range owners {
		m.recipients[owner] = append(m.recipients[owner], joined(fingerprints))
	}
}

// WasSealed reports whether a key of the owner whose secret was sealed to these recipients was found gone.
func (m *Memory) WasSealed(owner string, fingerprints []string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Contains(m.recipients[owner], joined(fingerprints))
}

// joined is the same for every order of the items.
func joined(items []string) string { return strings.Join(slices.Sorted(slices.Values(items)), " ") }

// SecondPlan reports whether this process has planned another resource of a type of which an account has one.
//
// GOTCHA: -replace plans a resource twice, but the CLIs show only the errors of the second time.
func (m *Memory) SecondPlan(typeName string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.planned == nil {
		m.planned = map[string]bool{}
	}
	second := m.planned[typeName]
	m.planned[typeName] = true
	return second
}
