package orphan

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// Recorder writes the creations at one endpoint to a journal. It implements key.Recorder. Its methods do not fail; they
// wait for the file system of the journal at most, never for the API.
type Recorder struct {
	journal  *Journal
	endpoint string
	replaces string
}

var _ key.Recorder = (*Recorder)(nil)

// Recorder returns the recorder for the creations at an endpoint, the API's address.
func (j *Journal) Recorder(endpoint string) *Recorder {
	return &Recorder{journal: j, endpoint: withoutSecrets(endpoint)}
}

// Replacing returns a recorder for a creation whose key replaces another one in a rotation.
func (r *Recorder) Replacing(keyID string) *Recorder {
	return &Recorder{journal: r.journal, endpoint: r.endpoint, replaces: keyID}
}

// withoutSecrets returns an address without a login, a password or a query.
func withoutSecrets(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// Intend writes an intent, before the request of a creation.
func (r *Recorder) Intend(in key.Intent) {
	j := r.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.load()
	name := in.UserName
	if strings.Contains(name, "@") {
		name = "" // a user may be named by an e-mail address, which is not written to disk
	}
	j.made[in.Marker] = true
	j.add(j.host.stamp(Entry{
		Status: Intended, Marker: in.Marker, UserName: name, UserID: in.UserID, AccountID: in.AccountID,
		Endpoint: r.endpoint, Replaces: r.replaces, Time: in.Time.UTC().Truncate(time.Millisecond),
	}))
}

// Created writes the id of the key.
func (r *Recorder) Created(marker string, k key.Key) {
	r.update(func(*Journal) string { return marker }, Created, k.ID)
}

// Discarded retires an intent that is known to have left nothing.
func (r *Recorder) Discarded(marker string) {
	r.update(func(*Journal) string { return marker }, Retired, "")
}

// Gone retires the entry of a key that the API proved not to exist any more.
func (r *Recorder) Gone(keyID string) {
	r.update(func(*Journal) string { return r.markerOf(keyID) }, Retired, "")
}

// Referenced confirms the entry of a key that this process was asked for by its CLI: a state has it. Call it for the
// resources of a state (read, upgrade, plan with a prior state), not for what a configuration names, and for all keys of a
// resource before Orphans is asked. A key that this process created is in no state yet, as far as anybody can tell: its
// entry stays as it is.
func (r *Recorder) Referenced(keyID string) {
	if keyID == "" {
		return
	}
	r.update(func(j *Journal) string {
		j.asked[keyID] = true
		marker := r.markerOf(keyID)
		if j.made[marker] {
			return ""
		}
		return marker
	}, Confirmed, "")
}

// markerOf returns the marker of the entry of a key, "" if there is none at this endpoint.
func (r *Recorder) markerOf(keyID string) string {
	marker := r.journal.markers[keyID]
	if r.journal.entries[marker].Endpoint != r.endpoint {
		return ""
	}
	return marker
}

// update adds a status, and perhaps the id of its key, to an entry that has not got that far. marker selects the entry, ""
// for none.
func (r *Recorder) update(marker func(*Journal) string, to Status, keyID string) {
	j := r.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.load()
	if e, found := j.entries[marker(j)]; found && e.Status < to {
		j.add(Entry{Status: to, Marker: e.Marker, KeyID: keyID})
	}
}

// Listed retires what an owner's list of keys proves to be gone. accountID is the account that was asked, and keys are all
// keys of owner. An entry is retired only if the account is known to be its own, so that the list of another account's user
// of the same name proves nothing, and if it is so old that no request for its key can be under way.
func (r *Recorder) Listed(accountID string, owner key.Owner, keys []key.Key, now time.Time) {
	j := r.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.load()
	for _, e := range j.entries {
		if e.AccountID == "" || e.AccountID != accountID || !e.ownedBy(owner) || e.Running || now.Sub(e.Time) < settledAge {
			continue
		}
		if !slices.ContainsFunc(keys, func(k key.Key) bool { return k.ID == e.KeyID || k.Tag == e.Marker }) && e.Status < Retired {
			j.add(Entry{Status: Retired, Marker: e.Marker})
		}
	}
}

// settledAge is the age of an entry from which a list that lacks its key proves that there is none: a creation and what
// follows from it last no longer.
const settledAge = time.Hour

// ownedBy reports whether the key of the entry is certainly one of the owner's.
func (e Entry) ownedBy(owner key.Owner) bool {
	if owner.UserID != "" || e.UserID != "" {
		return owner.UserID == e.UserID
	}
	return owner.UserName != "" && owner.UserName == e.UserName
}

// mayBeOwnedBy reports whether the key of the entry can be one of the owner's: one of them may be known by its id alone, the
// other by its name.
func (e Entry) mayBeOwnedBy(owner key.Owner) bool {
	if owner.UserID != "" && e.UserID != "" {
		return owner.UserID == e.UserID
	}
	if owner.UserName != "" && e.UserName != "" {
		return owner.UserName == e.UserName
	}
	return owner != (key.Owner{}) || e.UserID == "" && e.UserName == ""
}

// MayHaveOrphans reports whether the journal has an entry because of which Orphans could name a key of the owner. It makes no
// call: it is for who would have to list the keys first.
func (r *Recorder) MayHaveOrphans(owner key.Owner, now time.Time) bool {
	j := r.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.load()
	for _, e := range j.entries {
		suspect := e.Status == Created && now.Sub(e.Time) >= minAge || e.Status == Confirmed && j.asked[e.Replaces] || e.Status == Intended
		if suspect && !e.Running && !j.asked[e.KeyID] && e.mayBeOwnedBy(owner) {
			return true
		}
	}
	return false
}

// MayFollow reports whether the resource of a key may depend on that of another key: the same process made the other one
// first. A CLI does not ask for the key, then, before it has the answer about the other one.
func (r *Recorder) MayFollow(keyID, other string) bool {
	j := r.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.load()
	e, found := j.entries[r.markerOf(keyID)]
	first, made := j.entries[r.markerOf(other)]
	return found && made && e.Process == first.Process && !e.Time.Before(first.Time)
}

// Suspects is Orphans as far as this process knows: it reads no file again.
func (r *Recorder) Suspects(keys []key.Key, now time.Time) []Orphan {
	j := r.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.load()
	return j.find(keys, now)
}

// Orphans returns which keys of an owner may exist without a state, as far as this process and others that run now know: see
// Find. keys are those that the API listed. Keys that this process was asked for are none. now is the time by the API's
// clock.
func (r *Recorder) Orphans(keys []key.Key, now time.Time) []Orphan {
	j := r.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.load()
	found := j.find(keys, now)
	if slices.ContainsFunc(found, func(o Orphan) bool { return o.Kind != Unfinished }) {
		j.refresh() // the CLI may have asked another of its providers for the key
		found = j.find(keys, now)
	}
	return found
}

func (j *Journal) find(keys []key.Key, now time.Time) []Orphan {
	keys = slices.DeleteFunc(slices.Clone(keys), func(k key.Key) bool { return j.asked[k.ID] })
	entries := make([]Entry, 0, len(j.entries))
	for _, e := range j.entries {
		if e.Status == Confirmed && !j.asked[e.Replaces] {
			continue
		}
		entries = append(entries, e)
	}
	return Find(keys, entries, now)
}
