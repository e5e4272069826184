package credential

import (
	"errors"
	"testing"
)

func TestErrorTexts(t *testing.T) {
	cause := errors.New("cause")
	bob := Owner{UserName: "bob"}
	for want, err := range map[string]error{
		"access key AK is gone: why":                                                       &GoneError{What: "access key", ID: "AK", Reason: "why"},
		"access key AK signs the calls of this run and is not deleted by it":               &OwnKeyError{ID: "AK", Action: "delete"},
		"access key AK signs the calls of this run and is not deactivated by it":           &OwnKeyError{ID: "AK", Action: "deactivate"},
		"no more access keys for user bob (has A, B): cause":                               &QuotaError{Owner: bob, KeyIDs: []string{"A", "B"}, Err: cause},
		"no more access keys for the caller (has none that could be listed): cause":        &QuotaError{Err: cause},
		"user bob still has access keys (A): cause":                                        &UserKeysError{User: User{Name: "bob"}, KeyIDs: []string{"A"}, Err: cause},
		"access key AK is not as asked: this; that":                                        &UnfinishedError{KeyID: "AK", What: []string{"this", "that"}},
		"access key AK is not as asked: this: cause":                                       &UnfinishedError{KeyID: "AK", What: []string{"this"}, Err: cause},
		"X: the answer was lost, and nothing is left of it: cause":                         &AmbiguousError{Action: "X", Clean: true, Err: cause},
		"X: the answer was lost and left A, B behind: cause":                               &AmbiguousError{Action: "X", KeyIDs: []string{"A", "B"}, Marker: "m", Err: cause},
		"X: the answer was lost, and it is not known whether a key tagged m exists: cause": &AmbiguousError{Action: "X", Marker: "m", Err: cause},
		"X: the answer was lost, and it is not known whether it was executed: cause":       &AmbiguousError{Action: "X", Err: cause},
		"too old: cause": &UnsupportedError{What: "too old", Err: cause},
		"too old":        &UnsupportedError{What: "too old"},
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
	for _, err := range []error{&QuotaError{Err: cause}, &UserKeysError{Err: cause}, &UnfinishedError{Err: cause}, &AmbiguousError{Err: cause}, &UnsupportedError{Err: cause}} {
		if !errors.Is(err, cause) {
			t.Errorf("%T hides its cause", err)
		}
	}
	for want, o := range map[string]Owner{"the caller": {}, "user bob": bob, "user ID": {UserName: "bob", UserID: "ID"}} {
		if o.String() != want {
			t.Errorf("%q, want %q", o, want)
		}
	}
}
