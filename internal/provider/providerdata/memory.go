package providerdata

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
)

// Memory keeps results of the refresh for the plan of the same process: after the refresh has removed a key from the state, the
// plan of its replacement no longer has its expiry and its recipients. Keys are stored by the name or the id of their owner, ""
// for the caller. The zero value is empty.
type Memory struct {
	Renamed sync.Map // by kind and id, the planned new names of objects: see base.Rename
	// Established are the relations that this run created, or that the blocks of an object name which this run changed. The
	// destruction of another resource for the same relation, such as one that create_before_destroy replaces, leaves them.
	Established sync.Map
	users       sync.Map // by the planned name of a user that exists, whether it is replaced: see PlanUser

	mu         sync.Mutex
	expired    map[string][]time.Time  // by owner: expiries of keys that are gone or have expired
	recipients map[string][]string     // by owner: fingerprints to which the secrets of keys that are gone were sealed
	planned    map[string]bool         // by type: see SecondPlan
	relations  map[string]RelationUse  // by relation: see PlanRelation
	rules      map[string]*access.Rule // see PlanRule
}

// AddExpired records that the refresh found that a key with this expiry has expired or no longer exists.
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

// HadExpiry reports whether the refresh found that a key of the owner with this expiry has expired or no longer exists. Then a
// date in the past is not new.
func (m *Memory) HadExpiry(owner string, expiry time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.expired[owner], expiry.Equal)
}

// AddSealed records that the refresh found a key gone whose secret was sealed to these recipients.
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

// WasSealed reports whether the refresh found a key of the owner gone whose secret was sealed to these recipients.
func (m *Memory) WasSealed(owner string, fingerprints []string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Contains(m.recipients[owner], joined(fingerprints))
}

// joined returns the items, sorted and joined, so that their order does not matter.
func joined(items []string) string { return strings.Join(slices.Sorted(slices.Values(items)), " ") }

// PlanRule records the planned change of an API access rule, nil for a deletion, and returns all that this process recorded:
// a plan can delete two rules of which one would be enough for the caller.
func (m *Memory) PlanRule(id string, after *access.Rule) map[string]*access.Rule {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rules == nil {
		m.rules = map[string]*access.Rule{}
	}
	m.rules[id] = after
	return maps.Clone(m.rules)
}

// SecondPlan records a plan, and reports whether this process planned a resource of the type before. It is for types of which
// an account has one object.
//
// GOTCHA: with -replace the CLIs plan a resource twice, but show only the errors of the second plan.
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

// PlanUser records the plan of a user with this name. isNew reports that the plan has no prior state.
//
// A CLI plans a resource that is replaced twice, first with its prior state and then without one. So if a user that exists
// keeps its name, the plan of a new user with this name is the second plan of the same resource.
func (m *Memory) PlanUser(name string, isNew bool) {
	if _, exists := m.users.Load(name); exists || !isNew {
		m.users.Store(name, isNew)
	}
}

// ReplacesUser reports whether this process planned to replace the user with this name.
func (m *Memory) ReplacesUser(name string) bool {
	replaced, _ := m.users.Load(name)
	return replaced == true
}
