package domain

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Identity names the account and the owner of an object. It is recorded when an object is created or imported. If the object
// is not found later, the identity is compared before the object counts as gone, because an object with the same name may be
// in another account. An empty member is unknown and is not compared.
type Identity struct {
	AccountID string // the account that has the object (ReadAccounts)
	UserID    string // the user that owns an access key; "" for a key of the caller
	// Signer is, for a key of the caller, the id of the access key that signed the last read of it, or SignerLogin.
	Signer string
}

// SignerLogin is the Identity.Signer of calls with a login and a password.
const SignerLogin = "login"

// Account returns the caller's account; *account.Service implements it.
type Account interface {
	// ID returns the id of the account, "" if the caller may not read it. It makes one call per process.
	ID(ctx context.Context) (string, error)
	// KnownID is ID without a call: "" before the id was read.
	KnownID() string
}

// ConfirmGone returns gone if the caller's account is the recorded one, or if no account is recorded. Otherwise it returns an
// *IdentityMismatchError, or why the account could not be read.
func ConfirmGone(ctx context.Context, account Account, gone *GoneError, recorded Identity) error {
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

// IdentityMismatchError says that an object was not found, and that it was looked for in the wrong place: in another account,
// among the keys of another user with the same name, or of another caller. The object may exist.
type IdentityMismatchError struct {
	Kind     Kind
	ID       string
	Recorded Identity // of the object
	Current  Identity // where the object was looked for; an empty member is unknown
	// RecordedName and CurrentName are the current names of the users of both identities, if they are known.
	RecordedName, CurrentName string
	Err                       error // why Current is not complete; nil if it is
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
