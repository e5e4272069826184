package domain

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Kind is a type of API object.
type Kind string

// The kinds of objects.
const (
	KindAccessKey     Kind = "access key"
	KindUser          Kind = "user"
	KindUserGroup     Kind = "user group"
	KindMembership    Kind = "membership"
	KindPolicy        Kind = "policy"
	KindPolicyVersion Kind = "policy version"
	KindPolicyLink    Kind = "policy link"
	KindInlinePolicy  Kind = "inline policy"
	KindAccessRule    Kind = "API access rule"
	KindCA            Kind = "certificate authority"
	KindAccessPolicy  Kind = "API access policy"
)

// GoneError says that an object no longer exists: a successful read, in the right account and for the right owner, did not
// return the object.
type GoneError struct {
	Kind     Kind
	ID       string // of the object; "" if it was looked up by its name
	Name     string // of the object, if it was looked up by its name
	UserName string // of an access key: the owner that was asked, "" = the caller
	Users    int    // of an access key: the number of users that were searched as well
	Of       string // of a link, a membership or an inline policy, which have no id: the user or group ("user ci")
}

func (e *GoneError) Error() string { return e.missing() }

func (e *GoneError) missing() string {
	what := e.ID
	if what == "" {
		what = e.Name
	}
	return fmt.Sprintf("%s %s was not found", e.Kind, what)
}

// IsGone reports whether err says that an object is gone.
func IsGone(err error) bool {
	var gone *GoneError
	return errors.As(err, &gone)
}

// IsUserGone reports whether err says that a user is gone. Then the user's access keys are gone too, because the API does not
// delete a user that has keys.
func IsUserGone(err error) bool {
	var gone *GoneError
	return errors.As(err, &gone) && gone.Kind == KindUser
}

// ErrLogin is returned without a call for an action that accepts no login and password, because a refusal could count towards
// a lock-out.
var ErrLogin = errors.New("the action accepts no login and password, an access key is needed")

// IsNotPermitted reports whether err says that the caller cannot use an action: the right is missing, the caller uses a login, or
// the API does not know the action.
func IsNotPermitted(err error) bool {
	return api.IsForbidden(err) || api.IsUnknownAction(err) || errors.Is(err, ErrLogin)
}

// MayBeDone reports whether the API may have executed an action that failed with err: every error but a refusal of the API.
func MayBeDone(err error) bool {
	return err != nil && (api.As(err) == nil || api.IsLostAnswer(err))
}

// LostAnswerError says that the answer to an action was lost, and what is known about its effect.
type LostAnswerError struct {
	Action  string   // the API action, e.g. "CreateAccessKey"
	Name    string   // of the owner of a key, "" = the caller; or of the new object
	Marker  string   // the tag of the new access key; "" for other objects
	Left    []string // ids of objects that requests with a lost answer created, and that could not be removed
	Unknown bool     // a look-up failed: it is not known what these requests did
	Tried   Tried
	Err     error // the failure of the last request, with the failures of look-ups and removals
}

// Settled reports whether the object of each request with a lost answer was found and removed. Otherwise the API may execute
// such a request later.
func (e *LostAnswerError) Settled() bool {
	return len(e.Left) == 0 && !e.Unknown && len(e.Tried.Removed) >= e.Tried.Lost
}

func (e *LostAnswerError) Error() string {
	known := "nothing was found of it so far"
	switch {
	case len(e.Left) > 0:
		known = "it left " + strings.Join(e.Left, ", ")
	case e.Unknown:
		known = "what it did could not be looked up"
	case e.Settled():
		known = "what it created was removed"
	}
	if e.Marker != "" && !e.Settled() {
		known += "; a key of it has the tag " + e.Marker
	}
	return fmt.Sprintf("%s: the answer was lost, and %s (%s): %v", e.Action, known, e.Tried, e.Err)
}

func (e *LostAnswerError) Unwrap() error { return e.Err }

// Tried describes the attempts of a failed creation.
type Tried struct {
	Attempts int           // requests that were sent
	Lost     int           // requests whose answer was lost
	Lookups  int           // reads that looked for the objects of these requests
	Removed  []string      // ids of the objects that were found and removed
	Took     time.Duration // from the beginning to the error, by the machine's clock
	Limit    time.Duration // the caller's time limit for requests
	// CleanupLimit is the additional time for look-ups and removals.
	CleanupLimit time.Duration
}

func (t Tried) String() string {
	return fmt.Sprintf("%s, %s lost, %s, %d removed, in %s", text.Count(t.Attempts, "request"), text.Count(t.Lost, "answer"),
		text.Count(t.Lookups, "look-up"), len(t.Removed), t.Took.Round(time.Millisecond))
}
