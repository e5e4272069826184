package domain

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Identity is what distinguishes an object from another one of the same name in another account or of another owner. It
// is recorded when an object is created or imported, and compared before a missing object is considered gone. An
// empty member is unknown and is not compared.
type Identity struct {
	AccountID string // the account that has the object (ReadAccounts)
	UserID    string // the user that owns an access key; "" also for a key of the caller
	// Signer is the id of the access key that signed the calls when a key of the caller was seen last, or SignerLogin.
	Signer string
}

// SignerLogin is Identity.Signer of an object that was seen last with a login and a password.
const SignerLogin = "login"

// Account returns the caller's account; *account.Service implements it.
type Account interface {
	// ID returns the account's id, "" when the caller may not read it. One call per process.
	ID(ctx context.Context) (string, error)
	// KnownID is ID without a call: "" as long as the id was not read.
	KnownID() string
}

// BelieveGone returns gone when the caller's account is the one that is recorded for the object, or none is. Otherwise it
// returns an *IdentityMismatchError, or why the account could not be read.
func BelieveGone(ctx context.Context, account Account, gone *GoneError, recorded Identity) error {
	if recorded.AccountID == "" {
		return gone
	}
	current, err := account.ID(ctx)
	if err != nil {
		return fmt.Errorf("%w, and whether this is its account could not be determined: %w", errors.New(gone.missing()), err)
	}
	if current != recorded.AccountID {
		return &IdentityMismatchError{Kind: gone.Kind, ID: gone.ID, Recorded: recorded, Current: Identity{AccountID: current}}
	}
	return gone
}

// IdentityMismatchError says that an object was not found, and that the place where it was looked for is not the one in
// which it was created: another account, another user of the same name, or another caller. The object may exist.
type IdentityMismatchError struct {
	Kind     Kind
	ID       string
	Recorded Identity // of the object
	Current  Identity // where it was looked for; an empty member could not be determined
	// RecordedName and CurrentName are the names that the users of both identities have now, where they are known.
	RecordedName, CurrentName string
	Err                       error // why Current could not be determined in full; nil when it was
}

func (e *IdentityMismatchError) Error() string {
	s := fmt.Sprintf("%s %s belongs to %s and was looked for in %s", e.Kind, e.ID,
		place(e.Recorded, e.RecordedName), place(e.Current, e.CurrentName))
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *IdentityMismatchError) Unwrap() error { return e.Err }

// IsMismatch reports whether err is an *IdentityMismatchError.
func IsMismatch(err error) bool {
	var mismatch *IdentityMismatchError
	return errors.As(err, &mismatch)
}

func place(i Identity, userName string) string {
	var parts []string
	for _, p := range []struct{ what, value string }{
		{"account", i.AccountID}, {"user id", i.UserID}, {"user", userName}, {"signer", i.Signer},
	} {
		if p.value != "" {
			parts = append(parts, p.what+" "+p.value)
		}
	}
	if len(parts) == 0 {
		return "an unknown account"
	}
	return strings.Join(parts, ", ")
}
