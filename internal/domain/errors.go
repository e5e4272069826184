package domain

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is a type of API object.
type Kind string

// The kinds of objects.
const (
	KindAccessKey Kind = "access key"
	KindUser      Kind = "user"
)

// Identity is what distinguishes an object from another one of the same name in another account or of another owner. It
// is recorded when an object is created or imported, and compared before a missing object is believed to be gone. An
// empty member is unknown and is not compared.
type Identity struct {
	AccountID string // the account that has the object (ReadAccounts)
	UserID    string // the user that owns an access key; "" also for a key of the caller
	// Signer is the id of the access key that signed the calls when a key of the caller was created, or SignerLogin.
	Signer string
}

// SignerLogin is Identity.Signer of an object that was created with a login and a password.
const SignerLogin = "login"

// GoneError says that the API no longer has an object. It is proof: a read for the right account and owner lacked the
// object. A failed call is never taken for it.
type GoneError struct {
	Kind     Kind
	ID       string // of the object; "" when it was looked for by its name
	Name     string // of the object, when it was looked for by its name
	UserName string // the owner among whose access keys it was looked for, "" = the caller
	Users    int    // how many users' access keys were searched as well; 0 = none
}

func (e *GoneError) Error() string {
	what := e.ID
	if what == "" {
		what = e.Name
	}
	return fmt.Sprintf("%s %s does not exist any more", e.Kind, what)
}

// IsGone reports that err proves an object gone.
func IsGone(err error) bool {
	var gone *GoneError
	return errors.As(err, &gone)
}

// IsUserGone reports that err proves a user gone, and every access key of the user with it: the API does not delete a
// user that has keys.
func IsUserGone(err error) bool {
	var gone *GoneError
	return errors.As(err, &gone) && gone.Kind == KindUser
}

// IdentityMismatchError says that an object was not found, and that the place where it was looked for is not the one in
// which it was created: another account, another user of the same name, or another caller. The object may exist.
type IdentityMismatchError struct {
	Kind     Kind
	ID       string
	Recorded Identity // of the object
	Current  Identity // where it was looked for; an empty member could not be determined
	// RecordedName and CurrentName are the names that the users of both identities have today, where they are known.
	RecordedName, CurrentName string
	Err                       error // why Current could not be determined; nil when it was
}

func (e *IdentityMismatchError) Error() string {
	s := fmt.Sprintf("%s %s was created in %s and looked for in %s", e.Kind, e.ID,
		place(e.Recorded, e.RecordedName), place(e.Current, e.CurrentName))
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *IdentityMismatchError) Unwrap() error { return e.Err }

func place(i Identity, userName string) string {
	var parts []string
	for _, p := range []struct{ what, id string }{{"account", i.AccountID}, {"user", i.UserID}, {"user", userName}, {"signer", i.Signer}} {
		if p.id != "" {
			parts = append(parts, p.what+" "+p.id)
		}
	}
	if len(parts) == 0 {
		return "an unknown account"
	}
	return strings.Join(parts, ", ")
}

// AmbiguousError says that the answer to an action was lost, and what is known of what the action may have done.
type AmbiguousError struct {
	Action   string   // the API action, e.g. "CreateAccessKey"
	UserName string   // the owner, or the user that was to be created; "" = the caller
	Marker   string   // the tag by which a key of this creation is found; "" for other objects
	Left     []string // ids of objects that lost calls created and that could not be removed
	Unknown  bool     // the look-up failed: what the lost calls did is not known
	Tried    Tried
	Err      error // the failure of the last call, with the failures of look-ups and removals
}

// Settled reports that the lost calls left nothing: each of them was found and undone, so that none can still be executed.
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
	return fmt.Sprintf("%s: the answer was lost, and %s (%s): %v", e.Action, known, e.Tried, e.Err)
}

func (e *AmbiguousError) Unwrap() error { return e.Err }

// Tried is what a creation did before it failed.
type Tried struct {
	Attempts int           // requests that were sent
	Lost     int           // requests whose answer was lost
	Lookups  int           // reads that looked for what lost requests created
	Removed  []string      // ids of what lost requests created and that was removed
	Took     time.Duration // from the first request to the error, by the machine's clock
	Limit    time.Duration // the time for requests, 0 = unknown
	// CleanupLimit is the time beyond Limit in which look-ups and removals may go on.
	CleanupLimit time.Duration
}

func (t Tried) String() string {
	return fmt.Sprintf("%d attempts, %d answers lost, %d look-ups, %d removed, in %s",
		t.Attempts, t.Lost, t.Lookups, len(t.Removed), t.Took.Round(time.Millisecond))
}
