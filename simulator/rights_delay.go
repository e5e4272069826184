package simulator

import (
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// rightsHistory has the rights of every user after each recent change, so that a change can act on rights with a delay (A29). It
// is in memory only: after a restart every change is in force.
type rightsHistory struct {
	lock sync.Mutex
	// entries are in the order of time. The first is in force, or has been replaced.
	entries []rightsAt
}

// rightsAt are the rights of every user, by id, from a time on.
type rightsAt struct {
	from   time.Time
	rights map[string][]policy.Source
}

// add adds the rights after a change. Its time must not be before that of the last entry.
func (h *rightsHistory) add(entry rightsAt) {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.entries = append(h.entries, entry)
}

// at returns the rights of a user that are in force at a time, and drops older ones.
func (h *rightsHistory) at(now time.Time, userID string) []policy.Source {
	h.lock.Lock()
	defer h.lock.Unlock()
	for len(h.entries) > 1 && !h.entries[1].from.After(now) {
		h.entries = h.entries[1:]
	}
	if len(h.entries) == 0 {
		return nil
	}
	return h.entries[0].rights[userID]
}

func (h *rightsHistory) clear() {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.entries = nil
}

// rightsInForce returns the documents that apply to a user now.
func (s *Simulator) rightsInForce(v *store.View, user store.User) []policy.Source {
	if s.opts.Assumptions.RightsDelay == 0 {
		return s.rights(v, user)
	}
	return s.history.at(s.Now(), user.ID)
}

// recordRights records the rights of every user for a later time. It does nothing without a delay.
func (s *Simulator) recordRights(v *store.View, from time.Time) {
	if s.opts.Assumptions.RightsDelay == 0 {
		return
	}
	entry := rightsAt{from: from, rights: map[string][]policy.Source{}}
	for _, user := range v.Users() {
		entry.rights[user.ID] = s.rights(v, user)
	}
	s.history.add(entry)
}
