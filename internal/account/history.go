package account

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// History has the actions of users, from readings of the log at different times. It goes further back than the log, and has
// keys that were deleted since. It holds no secret: ids of keys, names of users and actions, days, counts.
type History struct {
	AccountID string                  `json:"account_id,omitempty"` // "" = unknown
	Users     map[string]*UserHistory `json:"users"`                // by name
}

// UserHistory is the history of one user.
type UserHistory struct {
	Read []Period `json:"read"` // the periods that were read of the log, in order, without overlap
	// Keys has the counts by id of the key, action and day.
	Keys map[string]map[string]map[string]Count `json:"access_keys"`
}

// Period is a time from its begin to its end.
type Period struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// historyVersion is the version of the file's form.
const historyVersion = 1

// maxHistory is the largest file that is read.
const maxHistory = 256 << 20

type historyFile struct {
	Version int `json:"version"`
	History
}

// ReadHistory reads what Write wrote. Any other content is an error, so that such a file is not overwritten.
func ReadHistory(r io.Reader) (History, error) {
	var file historyFile
	decoder := json.NewDecoder(io.LimitReader(r, maxHistory))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return History{}, fmt.Errorf("it is not a file of collected calls: %w", err)
	}
	if file.Version != historyVersion {
		return History{}, fmt.Errorf("it has version %d, and this program reads version %d", file.Version, historyVersion)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return History{}, errors.New("it is not a file of collected calls: there is more after the JSON object")
	}
	for name, user := range file.Users {
		if err := user.check(); err != nil {
			return History{}, fmt.Errorf("it is not a file of collected calls: user %q: %w", name, err)
		}
	}
	return file.History, nil
}

// check returns an error for values that Write never writes.
func (h *UserHistory) check() error {
	if h == nil {
		return errors.New("it has no members")
	}
	for _, p := range h.Read {
		if p.Until.Before(p.From) {
			return fmt.Errorf("the period from %s ends before it begins", p.From)
		}
	}
	for id, actions := range h.Keys {
		for action, days := range actions {
			for day, n := range days {
				if _, err := time.Parse(time.DateOnly, day); err != nil || n.Calls < 1 || n.Refused < 0 || n.Refused > n.Calls || n.Last.Before(n.First) {
					return fmt.Errorf("key %q, action %q, day %q: the counts are not possible", id, action, day)
				}
			}
		}
	}
	return nil
}

// Write writes the history as JSON.
func (h History) Write(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	return encoder.Encode(historyFile{historyVersion, h})
}

// Add adds what the log has of a user's keys. It counts no call twice: of two readings of a day, it keeps the one with more
// calls, because a reading can begin or end within the day.
func (h *History) Add(userName string, keys []string, u Usage) {
	if h.Users == nil {
		h.Users = map[string]*UserHistory{}
	}
	user := h.Users[userName]
	if user == nil {
		user = &UserHistory{Keys: map[string]map[string]map[string]Count{}}
		h.Users[userName] = user
	}
	if user.Keys == nil {
		user.Keys = map[string]map[string]map[string]Count{}
	}
	for _, id := range keys {
		for at, n := range u.Keys[id].Actions {
			if user.Keys[id] == nil {
				user.Keys[id] = map[string]map[string]Count{}
			}
			if user.Keys[id][at.Action] == nil {
				user.Keys[id][at.Action] = map[string]Count{}
			}
			days := user.Keys[id][at.Action]
			days[at.Day] = larger(days[at.Day], n)
		}
	}
	user.Read = append(user.Read, Period{u.From, u.Until})
	user.Read = joined(user.Read)
}

// larger returns the count with more calls, with the first and the last call of both.
func larger(x, y Count) Count {
	both := x.Plus(y)
	if x.Calls > y.Calls {
		both.Calls, both.Refused = x.Calls, x.Refused
	} else {
		both.Calls, both.Refused = y.Calls, y.Refused
	}
	return both
}

// joined returns the periods in order, with those that overlap or touch joined.
func joined(periods []Period) []Period {
	slices.SortFunc(periods, func(x, y Period) int { return x.From.Compare(y.From) })
	var all []Period
	for _, p := range periods {
		if n := len(all); n > 0 && !p.From.After(all[n-1].Until) {
			if p.Until.After(all[n-1].Until) {
				all[n-1].Until = p.Until
			}
			continue
		}
		all = append(all, p)
	}
	return all
}

// Since returns what a user's keys did since the day of a moment, and which periods since then were read.
func (h History) Since(userName string, from time.Time) (Use, []Period) {
	var use Use
	user := h.Users[userName]
	if user == nil {
		return use, nil
	}
	first := from.UTC().Format(time.DateOnly)
	for _, actions := range user.Keys {
		for action, days := range actions {
			for day, n := range days {
				if day >= first {
					use.Count = use.Count.Plus(n)
					add(&use.Actions, ActionDay{action, day}, n)
				}
			}
		}
	}
	var known []Period
	for _, p := range user.Read {
		if p.Until.After(from) {
			known = append(known, p)
		}
	}
	return use, known
}

// KeyIDs returns the ids of a user's keys that signed a call.
func (h History) KeyIDs(userName string) []string {
	if h.Users[userName] == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(h.Users[userName].Keys))
}
