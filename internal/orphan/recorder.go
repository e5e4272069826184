package orphan

import (
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// Recorder writes the creations at one endpoint to a journal, and returns the orphans of an owner. It implements
// key.Recorder. Its methods make no calls of the API.
type Recorder struct {
	journal  *Journal
	endpoint string
	replaces string
}

var _ key.Recorder = (*Recorder)(nil)

// Recorder returns the recorder for an endpoint, the address of the API.
func (j *Journal) Recorder(endpoint string) *Recorder {
	return &Recorder{journal: j, endpoint: withoutSecrets(endpoint)}
}

// Replacing returns a recorder for the creation of a key that replaces this one in a rotation.
func (r *Recorder) Replacing(keyID string) *Recorder {
	return &Recorder{journal: r.journal, endpoint: r.endpoint, replaces: keyID}
}

// withoutSecrets returns an address without login, password and query.
func withoutSecrets(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// open locks the journal and loads it. The caller defers the function that it returns.
func (r *Recorder) open() (unlock func()) {
	r.journal.mu.Lock()
	r.journal.load()
	return r.journal.mu.Unlock
}

// entries returns the entries of this endpoint.
func (r *Recorder) entries() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for _, e := range r.journal.entries {
			if e.Endpoint == r.endpoint && !yield(e) {
				return
			}
		}
	}
}

// Intend writes an entry before the request of a creation.
func (r *Recorder) Intend(in key.Intent) {
	defer r.open()()
	name := in.UserName
	if strings.Contains(name, "@") {
		name = "" // may be an e-mail address, which is not written to disk
	}
	j := r.journal
	j.ownMarkers[in.Marker] = true
	j.add(j.host.stamp(Entry{
		Status: Intended, Marker: in.Marker, UserName: name, UserID: in.UserID, AccountID: in.AccountID,
		Endpoint: r.endpoint, Replaces: r.replaces, Time: in.Time.UTC().Truncate(time.Millisecond),
	}))
}

// Created writes the id of the key.
func (r *Recorder) Created(marker string, k key.Key) {
	defer r.open()()
	r.journal.raise(marker, Created, k.ID)
}

// Discarded retires the entry of a creation that left no key.
func (r *Recorder) Discarded(marker string) {
	defer r.open()()
	r.journal.raise(marker, Retired, "")
}

// Gone retires the entry of a key that no longer exists.
func (r *Recorder) Gone(keyID string) {
	defer r.open()()
	r.journal.raise(r.markerOf(keyID), Retired, "")
}

// Referenced records that the CLI asked this process for a key, and confirms the entry: a state has the key. Call it for the
// keys of a prior state (read, upgrade, plan), not for keys that a configuration names, and for all keys of a resource before
// Orphans. It does not confirm a key that this process created, because the CLI may not have saved it.
func (r *Recorder) Referenced(keyID string) {
	if keyID == "" {
		return
	}
	defer r.open()()
	r.journal.referenced[keyID] = true
	if marker := r.markerOf(keyID); !r.journal.ownMarkers[marker] {
		r.journal.raise(marker, Confirmed, "")
	}
}

// markerOf returns the marker of the entry of a key, "" if this endpoint has none.
func (r *Recorder) markerOf(keyID string) string {
	marker := r.journal.markers[keyID]
	if r.journal.entries[marker].Endpoint != r.endpoint {
		return ""
	}
	return marker
}

// raise raises the status of an entry to a higher one and, if keyID is set, records the id of the key. It does nothing if the
// journal has no entry with the marker.
func (j *Journal) raise(marker string, to Status, keyID string) {
	if e, found := j.entries[marker]; found && e.Status < to {
		j.add(Entry{Status: to, Marker: marker, KeyID: keyID})
	}
}

// Listed retires the entries of an owner whose keys are not in a list. accountID is the account that returned the list, and
// keys are all keys of owner in it. Listed retires an entry only if the account is the recorded one, because another account
// may have a user with the same name, and only if the entry is so old that no request for its key can be under way.
func (r *Recorder) Listed(accountID string, owner key.Owner, keys []key.Key, now time.Time) {
	defer r.open()()
	for e := range r.entries() {
		if e.AccountID == "" || e.AccountID != accountID || !e.ownedBy(owner) || e.Running || now.Sub(e.Time) < settledAge {
			continue
		}
		if !slices.ContainsFunc(keys, func(k key.Key) bool { return k.ID == e.KeyID || k.Tag == e.Marker }) {
			r.journal.raise(e.Marker, Retired, "")
		}
	}
}

// settledAge is the age from which Listed retires an entry. A creation ends long before.
const settledAge = time.Hour

// ownedBy reports whether owner is certain to own the key of the entry.
func (e Entry) ownedBy(owner key.Owner) bool {
	if owner.UserID != "" || e.UserID != "" {
		return owner.UserID == e.UserID
	}
	return owner.UserName != "" && owner.UserName == e.UserName
}

// mayBeOwnedBy reports whether owner may own the key of the entry. It also returns true if it cannot tell, because only the
// owner's id is known to one of the two, and only its name to the other.
func (e Entry) mayBeOwnedBy(owner key.Owner) bool {
	if owner.UserID != "" && e.UserID != "" {
		return owner.UserID == e.UserID
	}
	if owner.UserName != "" && e.UserName != "" {
		return owner.UserName == e.UserName
	}
	return owner != (key.Owner{}) || e.UserID == "" && e.UserName == ""
}

// MayHaveOrphans reports whether the journal has an entry for which Orphans could return a key of the owner. It is for
// callers that would have to list the keys first.
func (r *Recorder) MayHaveOrphans(owner key.Owner, now time.Time) bool {
	defer r.open()()
	referenced := r.journal.referenced
	for e := range r.entries() {
		suspect := e.Status == Created && now.Sub(e.Time) >= minAge || e.Status == Confirmed && referenced[e.Replaces] || e.Status == Intended
		if suspect && !e.Running && !referenced[e.KeyID] && e.mayBeOwnedBy(owner) {
			return true
		}
	}
	return false
}

// MayFollow reports whether the resource of a key may depend on the resource of another key: the same process created the
// other key first. Then the CLI may ask for the key only after it has the answer about the other key.
func (r *Recorder) MayFollow(keyID, other string) bool {
	defer r.open()()
	e, found := r.journal.entries[r.markerOf(keyID)]
	first, made := r.journal.entries[r.markerOf(other)]
	return found && made && e.Process == first.Process && !e.Time.Before(first.Time)
}

// Suspects is Orphans without reading the files of other processes again.
func (r *Recorder) Suspects(keys []key.Key, now time.Time) []Orphan {
	defer r.open()()
	return r.find(keys, now)
}

// Orphans returns the keys of an owner that may exist without a state: see Find. keys are those that the API listed. Keys that
// the CLI asked this process for, or another process of this machine, are not orphans. now is the time by the API's clock.
func (r *Recorder) Orphans(keys []key.Key, now time.Time) []Orphan {
	defer r.open()()
	found := r.find(keys, now)
	if slices.ContainsFunc(found, func(o Orphan) bool { return o.Kind != Unfinished }) {
		r.journal.refresh() // the CLI may have asked another provider process for the key
		found = r.find(keys, now)
	}
	return found
}

// find returns the orphans among keys that the CLI has not asked this process for.
func (r *Recorder) find(keys []key.Key, now time.Time) []Orphan {
	referenced := r.journal.referenced
	keys = slices.DeleteFunc(slices.Clone(keys), func(k key.Key) bool { return referenced[k.ID] })
	var entries []Entry
	for e := range r.entries() {
		if e.Status != Confirmed || referenced[e.Replaces] {
			entries = append(entries, e)
		}
	}
	return Find(keys, entries, now)
}
