package account

import (
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Count is a number of logged calls, and when the first and the last of them were made.
type Count struct {
	Calls   int       `json:"calls"`
	Refused int       `json:"refused"` // of Calls, those answered with 401 or 403: a right was missing, or the address was refused (A46)
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
}

// Use counts the calls that one key signed, also refused ones.
type Use struct {
	Count
	Actions map[ActionDay]Count // nil unless UsageQuery.Calls
	Clients map[string]Count    // by user agent; nil unless UsageQuery.Calls
	Places  map[string]Count    // by UsageQuery.Place; nil unless UsageQuery.Places
}

// ActionDay is an action on one day.
type ActionDay struct {
	Action string // for example ReadUsers
	Day    string // in UTC, as 2006-01-02
}

// Others counts the further places or clients of a key that has more than maxDistinct.
const Others = "(others)"

// maxDistinct is the largest number of clients, and of places, of a key. Whoever has the key can choose both.
const maxDistinct = 256

// Plus returns the sum of both counts.
func (c Count) Plus(other Count) Count {
	if c.Calls == 0 || (other.Calls > 0 && other.First.Before(c.First)) {
		c.First = other.First
	}
	if other.Last.After(c.Last) {
		c.Last = other.Last
	}
	c.Calls += other.Calls
	c.Refused += other.Refused
	return c
}

// Plus returns the sum of both uses. It can change the maps of u.
func (u Use) Plus(other Use) Use {
	u.Count = u.Count.Plus(other.Count)
	for at, n := range other.Actions {
		add(&u.Actions, at, n)
	}
	for client, n := range other.Clients {
		addBounded(&u.Clients, client, n)
	}
	for place, n := range other.Places {
		addBounded(&u.Places, place, n)
	}
	return u
}

func (u *Use) count(call api.Call, q UsageQuery) {
	one := Count{Calls: 1, First: call.At, Last: call.At}
	if call.Refused {
		one.Refused = 1
	}
	u.Count = u.Count.Plus(one)
	if q.Calls {
		add(&u.Actions, ActionDay{call.Action, call.At.UTC().Format(time.DateOnly)}, one)
		addBounded(&u.Clients, call.Client, one)
	}
	if q.Places && call.Address != "" {
		place := call.Address
		if q.Place != nil {
			place = q.Place(place)
		}
		addBounded(&u.Places, place, one)
	}
}

// ByAction returns the count of each action.
func (u Use) ByAction() map[string]Count {
	all := map[string]Count{}
	for at, n := range u.Actions {
		all[at.Action] = all[at.Action].Plus(n)
	}
	return all
}

func add[K comparable](counts *map[K]Count, key K, n Count) {
	if *counts == nil {
		*counts = map[K]Count{}
	}
	(*counts)[key] = (*counts)[key].Plus(n)
}

func addBounded(counts *map[string]Count, key string, n Count) {
	if _, known := (*counts)[key]; !known && len(*counts) >= maxDistinct {
		key = Others
	}
	add(counts, key, n)
}
