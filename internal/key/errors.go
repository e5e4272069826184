package key

import (
	"errors"
	"fmt"
	"time"
)

// ErrAbandoned says that a new key was deleted during its creation, because CreateOptions.Abandoned reported that nobody
// waits for it.
var ErrAbandoned = errors.New("nobody waits for the access key any more")

// OwnKeyError is a refusal of the service's own, before any call: the change would deactivate or delete the key that
// signs the calls.
type OwnKeyError struct {
	ID     string
	Action string // "delete" or "deactivate"
}

func (e *OwnKeyError) Error() string {
	return fmt.Sprintf("access key %s signs the calls of this process, which does not %s it", e.ID, e.Action)
}

// QuotaError says that the owner, or the account, cannot have one more key.
type QuotaError struct {
	Owner Owner
	Keys  []Key // the owner's keys; empty when they could not be listed
	Err   error
}

func (e *QuotaError) Error() string {
	return fmt.Sprintf("%s cannot have more access keys (%d were listed): %v", e.Owner, len(e.Keys), e.Err)
}

func (e *QuotaError) Unwrap() error { return e.Err }

// IncompleteError says that a key exists but differs from its spec.
type IncompleteError struct {
	KeyID string
	What  []Difference
	Err   error // the call that failed, nil when every call succeeded and the answer still differed
}

func (e *IncompleteError) Error() string {
	s := fmt.Sprintf("access key %s is not as asked", e.KeyID)
	for _, d := range e.What {
		s += ", " + d.String()
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *IncompleteError) Unwrap() error { return e.Err }

// NotDeletedError says that a key was deactivated and could not be deleted.
type NotDeletedError struct {
	Key Key // INACTIVE
	Err error
}

func (e *NotDeletedError) Error() string {
	return fmt.Sprintf("%s is INACTIVE and was not deleted: %v", e.Key, e.Err)
}

func (e *NotDeletedError) Unwrap() error { return e.Err }

// ExpiredError says that a key was not changed because it has expired: the API does not accept an expiry that has passed,
// and leaving it out could make the key immortal.
type ExpiredError struct {
	KeyID   string
	Expired *time.Time
	Err     error // the refusal
}

func (e *ExpiredError) Error() string {
	return fmt.Sprintf("access key %s expired on %s and cannot be changed without a later expiry: %v", e.KeyID, date(e.Expired), e.Err)
}

func (e *ExpiredError) Unwrap() error { return e.Err }

// UnsupportedError says that the API is older than 1.40.1: it cannot change the tag of a key, nor clear its expiry
// without changing its state. No key of a failed creation is left.
type UnsupportedError struct {
	KeyID string // the key that was to be changed; "" = a creation
	Err   error  // the refusal
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("the API is older than version 1.40.1: %v", e.Err)
}

func (e *UnsupportedError) Unwrap() error { return e.Err }

// TagError says that the API refuses a tag. No key of a failed creation is left; of a key that was to be changed,
// everything but the tag was changed.
type TagError struct {
	Tag   string
	KeyID string // the key that keeps the tag it had; "" = a creation
	Err   error  // the refusal
}

func (e *TagError) Error() string { return fmt.Sprintf("the tag %q was refused: %v", e.Tag, e.Err) }

func (e *TagError) Unwrap() error { return e.Err }

// Warning is about a successful call whose user should know more. The types are *TagPendingWarning,
// *LateLookupWarning and *rotation.RetirePreviousWarning.
type Warning interface {
	// Warning describes it in one line, for a log.
	Warning() string
}

// TagPendingWarning says that a key was created with the state and the expiry that were asked, and that its tag is still
// the marker. An Update sets the tag.
type TagPendingWarning struct {
	Key Key    // without its secret
	Tag string // the tag that was asked
	Err error  // the call that failed; nil when it succeeded and the answer still differed
}

// Warning implements Warning.
func (w *TagPendingWarning) Warning() string {
	return w.Key.String() + " still has its marker as its tag"
}

// LateLookupWarning says that a key was created, and that an earlier request of its creation, whose answer was lost, could
// not be looked up once more at the end: it may have created a key since it was looked up.
type LateLookupWarning struct {
	KeyID    string   // the key that was created
	UserName string   // its owner, "" = the caller
	Marker   string   // the tag of the key that may exist
	Left     []string // ids of keys with that tag that could not be removed
	Err      error
}

// Warning implements Warning.
func (w *LateLookupWarning) Warning() string {
	return fmt.Sprintf("keys with the tag %s could not be looked up and removed: %v", w.Marker, w.Err)
}
