// Package key creates, reads, changes and revokes the access keys of one account. A Service does this for any front end:
// it has no Terraform types and no texts for users.
//
// The files follow the life of a key:
//
//   - create.go and recover.go: Create requests a key with a marker as its tag, and then sets the final tag. If the answer of
//     CreateAccessKey is lost, Create finds the key by its marker and removes it before it requests another one.
//   - read.go and identity.go: Read, List and Find share one call per owner. A key counts as deleted only if the API was
//     asked for the right owner in the right account.
//   - change.go: Update sends the state and the expiry with every change, because the API may drop what is left out. Revoke
//     deactivates a key before it deletes it.
//   - secret.go: CheckSecret verifies that a secret belongs to a key.
//
// A Recorder is notified of each step of a creation. Package orphan writes these steps to a journal.
package key

import (
	"fmt"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// State is the state of a key. An expired key keeps the state it had: see Key.Expired.
type State string

// The two states that the API knows.
const (
	Active   State = "ACTIVE"
	Inactive State = "INACTIVE"
)

// Identity is domain.Identity. An access key has all of its members.
type Identity = domain.Identity

// Owner identifies the owner of a key. The zero value is the caller. If UserID is set, UserName is ignored and the service
// looks up the current name of the user, so that a renamed user keeps its keys.
type Owner struct{ UserName, UserID string }

func (o Owner) String() string {
	switch {
	case o.UserID != "":
		return "user " + o.UserID
	case o.UserName != "":
		return "user " + o.UserName
	}
	return "the caller"
}

// Key is an access key and its owner.
type Key struct {
	ID       string
	UserName string // the owner's name now, "" = the caller
	State    State
	Tag      string // "" = none
	Secret   string // only from Create
	Created  time.Time
	Modified time.Time
	Expires  *time.Time // nil = never
	// Identity names the account and the owner, as far as they are known. Callers store it and pass it to Read, Update and
	// Revoke.
	Identity Identity
}

// Expired reports whether the key has expired at now. The API does not change the state of an expired key.
func (k Key) Expired(now time.Time) bool { return k.Expires != nil && !k.Expires.After(now) }

// Unfinished reports whether the tag of the key is a marker: its creation was not finished, or Deactivate was called for it.
// Nobody has the secret of such a key, unless a run is creating it now, or could not set its tag and saved it.
func (k Key) Unfinished() bool { return IsMarker(k.Tag) }

func (k Key) withoutSecret() Key {
	k.Secret = ""
	return k
}

// String names the key without its secret.
func (k Key) String() string { return "access key " + k.ID }

// GoString is String, so that no formatting verb shows the secret.
func (k Key) GoString() string { return k.String() }

// Spec is the desired state of a key.
type Spec struct {
	Owner   Owner
	State   State      // "" = unchanged
	Expires *time.Time // nil = never
	Tag     string     // "" = none
}

const (
	// MarkerPrefix begins the tag of a key whose creation is not finished.
	MarkerPrefix = "outscale-unfinished-"
	// oldMarkerPrefix was MarkerPrefix in earlier versions.
	oldMarkerPrefix = "terraform-unfinished-"
)

// IsMarker reports whether tag is a marker: the tag of a key whose creation is not finished.
func IsMarker(tag string) bool {
	return strings.HasPrefix(tag, MarkerPrefix) || strings.HasPrefix(tag, oldMarkerPrefix)
}

// NewMarker returns the marker with this id, which must be unique among all creations.
func NewMarker(id string) string { return MarkerPrefix + id }

// The fields in which a key can differ from a Spec.
const (
	FieldState  = "state"
	FieldExpiry = "expiry"
	FieldTag    = "tag"
)

// Difference is a field of a key that differs from its Spec.
type Difference struct {
	Field     string // FieldState, FieldExpiry or FieldTag
	Is, Asked string // a date in UTC, "" = never
}

func (d Difference) String() string {
	return fmt.Sprintf("its %s is %q and not %q", d.Field, d.Is, d.Asked)
}

// differences compares a key with its spec. A spec without a state accepts any state.
func differences(key Key, want Spec) []Difference {
	var what []Difference
	if want.State != "" && key.State != want.State {
		what = append(what, Difference{FieldState, string(key.State), string(want.State)})
	}
	if !sameInstant(key.Expires, want.Expires) {
		what = append(what, Difference{FieldExpiry, date(key.Expires), date(want.Expires)})
	}
	if key.Tag != want.Tag {
		what = append(what, Difference{FieldTag, key.Tag, want.Tag})
	}
	return what
}

// sameInstant compares to the millisecond, which is what the API keeps.
func sameInstant(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Truncate(time.Millisecond).Equal(b.Truncate(time.Millisecond))
}

// earlier reports whether an expiry is before another one; nil is no expiry.
func earlier(a, b *time.Time) bool {
	return a != nil && (b == nil || a.Truncate(time.Millisecond).Before(b.Truncate(time.Millisecond)))
}

func date(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
