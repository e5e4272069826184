package key

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// ErrAbandoned says that Create deleted the new key, because CreateOptions.Abandoned returned true.
var ErrAbandoned = errors.New("the caller no longer waits for the access key")

// OwnKeyError says that the service refused to deactivate or delete the key that signs its calls.
type OwnKeyError struct{ ID string }

func (e *OwnKeyError) Error() string {
	return fmt.Sprintf("access key %s signs the calls of this process, which neither deactivates nor deletes it", e.ID)
}

// QuotaError says that the owner, or the account, cannot have one more key.
type QuotaError struct {
	Owner Owner
	Keys  []Key // the owner's keys; empty if they could not be listed
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
	Err   error // of the call that failed; nil if all calls succeeded and the answer still differed
}

func (e *IncompleteError) Error() string {
	s := fmt.Sprintf("access key %s is not as requested", e.KeyID)
	for _, d := range e.What {
		s += ", " + d.String()
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *IncompleteError) Unwrap() error { return e.Err }

// ExpiryShortenedError says that a key was not changed, because the change would have moved its expiry to a later time: somebody
// else made the key expire earlier after it was read.
type ExpiryShortenedError struct {
	KeyID   string
	Known   *time.Time // the expiry as last known; nil = none
	Expires time.Time  // the current one
}

func (e *ExpiryShortenedError) Error() string {
	return fmt.Sprintf("the expiry of access key %s changed from %s to %s", e.KeyID, cmp.Or(date(e.Known), "none"), date(&e.Expires))
}

// NotDeletedError says that a key was deactivated and could not be deleted.
type NotDeletedError struct {
	Key Key // INACTIVE
	Err error
}

func (e *NotDeletedError) Error() string {
	return fmt.Sprintf("%s is INACTIVE and was not deleted: %v", e.Key, e.Err)
}

func (e *NotDeletedError) Unwrap() error { return e.Err }

// ExpiredError says that a key was not changed because it has expired. The API does not accept an expiry in the past, and an
// update without an expiry could remove it.
type ExpiredError struct {
	KeyID   string
	Expired *time.Time
	Err     error // the refusal
}

func (e *ExpiredError) Error() string {
	return fmt.Sprintf("access key %s expired on %s and cannot be changed without a later expiry: %v", e.KeyID, date(e.Expired), e.Err)
}

func (e *ExpiredError) Unwrap() error { return e.Err }

// UnsupportedError says that the API is older than 1.40.1: it cannot change the tag of a key, or remove its expiry. A
// creation that fails with it leaves no key.
type UnsupportedError struct {
	KeyID string // the key of an update; "" = a creation
	Err   error  // the refusal
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("the API is older than version 1.40.1: %v", e.Err)
}

func (e *UnsupportedError) Unwrap() error { return e.Err }

// TagError says that the API refused a tag. A creation that fails with it leaves no key. An update made all other changes.
type TagError struct {
	Tag   string
	KeyID string // the key of an update, which keeps its tag; "" = a creation
	Err   error  // the refusal
}

func (e *TagError) Error() string { return fmt.Sprintf("the tag %q was refused: %v", e.Tag, e.Err) }

func (e *TagError) Unwrap() error { return e.Err }

// Warning is a problem that did not prevent an operation. The types are *TagPendingWarning, *LateLookupWarning and
// *rotation.RetirePreviousWarning.
type Warning interface {
	// Warning describes the problem in one line, for a log.
	Warning() string
}

// TagPendingWarning says that a key was created with the right state and expiry, but still has its marker as its tag. An
// Update sets the tag.
type TagPendingWarning struct {
	Key Key    // without its secret
	Tag string // the tag of the Spec
	Err error  // of the call that failed; nil if it succeeded and the answer still differed
}

// Warning implements Warning.
func (w *TagPendingWarning) Warning() string {
	return w.Key.String() + " still has its marker as its tag"
}

// LateLookupWarning says that a key was created after the answer of an earlier request was lost, and that the last look-up
// for this request failed: the API may have executed it late and created another key.
type LateLookupWarning struct {
	KeyID    string   // the key that was created
	UserName string   // its owner, "" = the caller
	Marker   string   // the tag of the other key
	Left     []string // ids of keys with this tag that could not be removed
	Err      error
}

// Warning implements Warning.
func (w *LateLookupWarning) Warning() string {
	return fmt.Sprintf("keys with the tag %s could not be looked up and removed: %v", w.Marker, w.Err)
}
