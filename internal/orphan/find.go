package orphan

import (
	"cmp"
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// Kind is why a key may exist without a state.
type Kind int

const (
	// Unfinished is a key whose tag is a marker: its creation was not finished, or the Reaper deactivated it and could not
	// delete it. Nobody has its secret, unless a run is creating it now.
	Unfinished Kind = iota + 1
	// Unconfirmed is a key that a process on this machine returned to its CLI, and that no CLI has asked for since. If the run
	// saved its state, the state has the key; otherwise nobody has its secret.
	Unconfirmed
	// RolledBack is a key that replaced another one in a rotation, and the state has the replaced key again: an older state
	// was restored.
	RolledBack
)

// Orphan is a key that may exist without a state.
type Orphan struct {
	Key   key.Key // as the API lists it
	Kind  Kind
	Since time.Time // when it was created
}

// minAge is the age from which the key of an entry can be Unconfirmed. Before that, the run that made the entry may still be
// under way, even if its provider has ended.
const minAge = 5 * time.Minute

// Find returns the keys of an owner that may exist without a state, the oldest first. keys are those that the API lists.
// entries are those of the journal; a confirmed entry must be one whose replaced key the CLI has asked for. now is the time
// by the API's clock.
func Find(keys []key.Key, entries []Entry, now time.Time) []Orphan {
	byID, byMarker := map[string]Entry{}, map[string]Entry{}
	for _, e := range entries {
		if e.KeyID != "" {
			byID[e.KeyID] = e
		} else {
			byMarker[e.Marker] = e
		}
	}
	var found []Orphan
	for _, k := range keys {
		entry, known := byID[k.ID]
		if !known {
			entry = byMarker[k.Tag]
		}
		if kind := kindOf(k, entry, now); kind != 0 {
			found = append(found, Orphan{Key: k, Kind: kind, Since: k.Created})
		}
	}
	slices.SortFunc(found, func(a, b Orphan) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Key.ID, b.Key.ID))
	})
	return found
}

// kindOf returns 0 for a key that is not an orphan. entry is the entry of the key, or the zero Entry.
func kindOf(k key.Key, entry Entry, now time.Time) Kind {
	switch {
	case entry.Running || entry.Status == Retired:
		return 0
	case k.Unfinished():
		return Unfinished
	case entry.Status == Confirmed:
		return RolledBack
	case entry.Status == Created && now.Sub(entry.Time) >= minAge:
		return Unconfirmed
	}
	return 0
}
