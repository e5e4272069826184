package credential

import (
	"errors"
	"fmt"
	"strings"
)

// GoneError says that the API no longer has the object: proved by a read for the right owner, never guessed from a
// failed call.
type GoneError struct {
	What   string // "access key" or "user"
	ID     string // the key's id, or the user's id or name
	Owner  Owner  // of the key
	Reason string // one sentence for the user: what was looked at, and what was not there
}

// What can be gone.
const (
	goneKey  = "access key"
	goneUser = "user"
)

// OwnerIsGone reports that err proves the owner gone, and every key of the owner with it.
func OwnerIsGone(err error) bool {
	var gone *GoneError
	return errors.As(err, &gone) && gone.What == goneUser
}

func (e *GoneError) Error() string { return fmt.Sprintf("%s %s is gone: %s", e.What, e.ID, e.Reason) }

// OwnKeyError is a refusal of ours: the change would switch off or delete the key that signs the calls.
type OwnKeyError struct {
	ID     string
	Action string // "delete" or "deactivate"
}

func (e *OwnKeyError) Error() string {
	return fmt.Sprintf("access key %s signs the calls of this run and is not %s by it", e.ID,
		map[string]string{"delete": "deleted", "deactivate": "deactivated"}[e.Action])
}

// QuotaError says that the owner, or the account, cannot have one more key.
type QuotaError struct {
	Owner  Owner
	KeyIDs []string // the keys that fill the quota; empty when they could not be listed
	Err    error
}

func (e *QuotaError) Error() string {
	return fmt.Sprintf("no more access keys for %s (has %s): %v", e.Owner, orNone(e.KeyIDs), e.Err)
}

func (e *QuotaError) Unwrap() error { return e.Err }

// UserKeysError says that a user was not deleted because it still has access keys.
type UserKeysError struct {
	User   User
	KeyIDs []string
	Err    error
}

func (e *UserKeysError) Error() string {
	return fmt.Sprintf("user %s still has access keys (%s): %v", e.User.Name, orNone(e.KeyIDs), e.Err)
}

func (e *UserKeysError) Unwrap() error { return e.Err }

// UnfinishedError says that a key exists but is not as it was asked to be.
type UnfinishedError struct {
	KeyID string
	What  []string // each a short sentence: what is, and what was asked
	Err   error    // the call that failed, nil when every call succeeded and the answer still differed
}

func (e *UnfinishedError) Error() string {
	s := fmt.Sprintf("access key %s is not as asked: %s", e.KeyID, strings.Join(e.What, "; "))
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *UnfinishedError) Unwrap() error { return e.Err }

// AmbiguousError says that the answer to an action was lost.
type AmbiguousError struct {
	Action string
	Owner  Owner
	Marker string   // the tag to look for; "" when the API cannot store one
	KeyIDs []string // keys made by lost calls that are still there
	Clean  bool     // nothing was left behind: looked up, and what was found was revoked
	Err    error
}

func (e *AmbiguousError) Error() string {
	switch {
	case e.Clean:
		return fmt.Sprintf("%s: the answer was lost, and nothing is left of it: %v", e.Action, e.Err)
	case len(e.KeyIDs) > 0:
		return fmt.Sprintf("%s: the answer was lost and left %s behind: %v", e.Action, strings.Join(e.KeyIDs, ", "), e.Err)
	case e.Marker != "":
		return fmt.Sprintf("%s: the answer was lost, and it is not known whether a key tagged %s exists: %v", e.Action, e.Marker, e.Err)
	}
	return fmt.Sprintf("%s: the answer was lost, and it is not known whether it was executed: %v", e.Action, e.Err)
}

func (e *AmbiguousError) Unwrap() error { return e.Err }

// UnsupportedError says that the region's API is too old for what was asked (before 1.40.1).
type UnsupportedError struct {
	What string // what cannot be done, a short sentence
	Err  error
}

func (e *UnsupportedError) Error() string {
	if e.Err == nil {
		return e.What
	}
	return fmt.Sprintf("%s: %v", e.What, e.Err)
}

func (e *UnsupportedError) Unwrap() error { return e.Err }

// TagError says that the API does not take a tag.
type TagError struct {
	Tag   string
	KeyID string // the key that keeps the tag it had; "" = there is none, or a new one
	Err   error  // the refusal
}

func (e *TagError) Error() string { return fmt.Sprintf("the tag %q was refused: %v", e.Tag, e.Err) }

func (e *TagError) Unwrap() error { return e.Err }

func orNone(ids []string) string {
	if len(ids) == 0 {
		return "none that could be listed"
	}
	return strings.Join(ids, ", ")
}
