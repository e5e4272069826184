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
	KindAccessKey Kind = "access key"
	KindUser      Kind = "user"
)

// GoneError says that an object no longer exists. It is returned only after a successful read, in the right account and for
// the right owner, that did not return the object.
type GoneError struct {
	Kind     Kind
	ID       string // of the object; "" when it was looked for by its name
	Name     string // of the object, when it was looked for by its name
	UserName string // the owner among whose access keys it was looked for, "" = the caller
	Users    int    // how many users' access keys were searched as well; 0 = none
	Of       string // the user or the user group of a link, a membership or an inline policy ("user ci"): none of them has an id
}

func (e *GoneError) Error() string { return e.missing() }

func (e *GoneError) missing() string {
	what := e.ID
	if what == "" {
		what = e.Name
	}
	return fmt.Sprintf("%s %s was not found", e.Kind, what)
}

// IsGone reports whether err proves that an object is gone.
func IsGone(err error) bool {
	var gone *GoneError
	return errors.As(err, &gone)
}

// IsUserGone reports whether err proves that a user is gone, and with it every access key of the user: the API does not delete
// a user that has keys.
func IsUserGone(err error) bool {
	var gone *GoneError
	return errors.As(err, &gone) && gone.Kind == KindUser
}

// ErrLogin is returned in place of a call for an action that accepts no login and password: a refusal by the API could
// count towards a lock-out.
var ErrLogin = errors.New("the action accepts no login and password, an access key is needed")

// IsClosed reports whether err says that the caller cannot use an action: the right is missing, the caller signs with a login,
// or the API does not know the action.
func IsClosed(err error) bool {
	return api.IsForbidden(err) || api.IsUnknownAction(err) || errors.Is(err, ErrLogin)
}

// AmbiguousError says that the answer to an action was lost, and what is known about its effect.
type AmbiguousError struct {
	Action  string   // the API action, e.g. "CreateAccessKey"
	Name    string   // of the owner of a key, "" = the caller; or of what was to be created
	Marker  string   // the tag by which a key of this creation is found; "" for other objects
	Left    []string // ids of objects that lost requests created and that could not be removed
	Unknown bool     // a look-up failed: what the lost requests did is not known
	Tried   Tried
	Err     error // the failure of the last request, with the failures of look-ups and removals
}

// Settled reports whether the lost requests left nothing: the object of each was found and removed. Otherwise a request that
// is still being executed may create something later.
func (e *AmbiguousError) Settled() bool {
	return len(e.Left) == 0 && !e.Unknown && len(e.Tried.Removed) >= e.Tried.Lost
}

func (e *AmbiguousError) Error() string {
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

func (e *AmbiguousError) Unwrap() error { return e.Err }

// Tried describes the attempts of a failed creation.
type Tried struct {
	Attempts int           // requests that were sent
	Lost     int           // requests whose answer was lost
	Lookups  int           // reads that looked for what lost requests created
	Removed  []string      // ids of what lost requests created and that was removed
	Took     time.Duration // from the beginning to the error, by the machine's clock
	Limit    time.Duration // the time that the caller gave for requests
	// CleanupLimit is the time beyond Limit in which look-ups and removals may go on.
	CleanupLimit time.Duration
}

func (t Tried) String() string {
	return fmt.Sprintf("%s, %s lost, %s, %d removed, in %s", text.Count(t.Attempts, "request"), text.Count(t.Lost, "answer"),
		text.Count(t.Lookups, "look-up"), len(t.Removed), t.Took.Round(time.Millisecond))
}
