package domain

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

var (
	bg       = context.Background()
	errCause = errors.New("cause")
)

func TestCreateContexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left := func(ctx context.Context) time.Duration {
			deadline, _ := ctx.Deadline()
			return time.Until(deadline)
		}
		work, cleanup, done := CreateContexts(bg)
		defer done()
		if left(work) != DefaultCreateTimeout || left(cleanup) != DefaultCreateTimeout+CleanupLimit {
			t.Errorf("without a deadline: %s and %s", left(work), left(cleanup))
		}
		caller, cancel := context.WithTimeout(bg, time.Second)
		work, cleanup, done = CreateContexts(caller)
		defer done()
		cancel()
		if work.Err() != nil || left(work) != time.Second || left(cleanup) != time.Second+CleanupLimit {
			t.Errorf("with a deadline, cancelled: %s and %s, %v", left(work), left(cleanup), work.Err())
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if work.Err() == nil || cleanup.Err() != nil {
			t.Errorf("at the deadline: %v, %v", work.Err(), cleanup.Err())
		}
	})
}

// account is an Account with that answer.
type account struct {
	id  string
	err error
}

func (a account) ID(context.Context) (string, error) { return a.id, a.err }
func (a account) KnownID() string                    { return a.id }

func TestReadyToCreate(t *testing.T) {
	yes, no := func() bool { return true }, func() bool { return false }
	later := func() func() bool {
		asked := false
		return func() bool { defer func() { asked = true }(); return asked }
	}
	for name, c := range map[string]struct {
		account  account
		accepted func() bool
		id       string
		fails    bool
	}{
		"read":                            {account{"A", nil}, no, "A", false},
		"not readable":                    {account{"", nil}, no, "", false},
		"failed":                          {account{"", errCause}, no, "", true},
		"failed, credential accepted":     {account{"", errCause}, yes, "", false},
		"failed, credential accepted now": {account{"", errCause}, later(), "", false},
	} {
		if id, err := ReadyToCreate(bg, c.account, c.accepted); id != c.id || (err != nil) != c.fails {
			t.Errorf("%s: %q, %v", name, id, err)
		}
	}
}

func TestConfirmGone(t *testing.T) {
	gone := &GoneError{Kind: KindUser, ID: "U"}
	for name, c := range map[string]struct {
		account  account
		recorded string
		gone     bool
		mismatch bool
	}{
		"same":             {account{"A", nil}, "A", true, false},
		"nothing recorded": {account{"", errCause}, "", true, false},
		"another":          {account{"B", nil}, "A", false, true},
		"not readable":     {account{"", nil}, "A", false, true},
		"failed":           {account{"", errCause}, "A", false, false},
	} {
		err := ConfirmGone(bg, c.account, gone, Identity{AccountID: c.recorded})
		if IsGone(err) != c.gone || IsMismatch(err) != c.mismatch || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(bg, time.Hour)
		defer cancel()
		a := NewAttempts(ctx, Options{}.WithDefaults(), "X")
		began := time.Now()
		var pauses []time.Duration
		for {
			a.Attempts++
			a.Lose(errCause)
			before := time.Now()
			if !a.Again(ctx, false) {
				break
			}
			pauses = append(pauses, time.Since(before))
		}
		if got := a.Report(); got.Attempts != MaxAttempts || got.Lost != MaxAttempts || got.Limit != time.Hour || got.Took != time.Since(began) {
			t.Errorf("%+v", got)
		}
		for i := 1; i < len(pauses); i++ {
			if pauses[i] <= pauses[i-1] {
				t.Errorf("pauses %v do not grow", pauses)
			}
		}
		cancel()
		a = NewAttempts(ctx, Options{}.WithDefaults(), "X")
		a.Lose(&api.Error{StatusCode: 503, Problems: []api.Problem{{Code: "6"}}})
		if a.Again(ctx, false) {
			t.Error("another attempt after the deadline")
		}
	})
}

func TestErrors_texts(t *testing.T) {
	tried := Tried{Attempts: 6, Lost: 2, Lookups: 3, Removed: []string{"R"}, Took: 1500 * time.Millisecond}
	const counts = "(6 requests, 2 answers lost, 3 look-ups, 1 removed, in 1.5s)"
	for want, err := range map[string]error{
		"access key AK was not found": &GoneError{Kind: KindAccessKey, ID: "AK"},
		"user bob was not found":      &GoneError{Kind: KindUser, Name: "bob"},
		"a user named bob exists, and it is not the one that was to be created":                                                     &NameTakenError{Kind: KindUser, Name: "bob", ID: "U"},
		"X: the answer was lost, and nothing was found of it so far " + counts + ": cause":                                          &LostAnswerError{Action: "X", Tried: tried, Err: errCause},
		"X: the answer was lost, and it left A, B " + counts + ": cause":                                                            &LostAnswerError{Action: "X", Tried: tried, Left: []string{"A", "B"}, Err: errCause},
		"X: the answer was lost, and what it did could not be looked up " + counts + ": cause":                                      &LostAnswerError{Action: "X", Tried: tried, Unknown: true, Err: errCause},
		"X: the answer was lost, and what it created was removed (0 requests, 0 answers lost, 0 look-ups, 0 removed, in 0s): cause": &LostAnswerError{Action: "X", Err: errCause},
		"access key AK belongs to account A, user id U, user robert and was looked for in account A, user id V, user bob": &IdentityMismatchError{
			Kind: KindAccessKey, ID: "AK", Recorded: Identity{AccountID: "A", UserID: "U"}, Current: Identity{AccountID: "A", UserID: "V"}, RecordedName: "robert", CurrentName: "bob"},
		"user U belongs to account A and was looked for in an unknown account": &IdentityMismatchError{Kind: KindUser, ID: "U", Recorded: Identity{AccountID: "A"}},
		"access key AK belongs to signer K1 and was looked for in signer login: cause": &IdentityMismatchError{
			Kind: KindAccessKey, ID: "AK", Recorded: Identity{Signer: "K1"}, Current: Identity{Signer: SignerLogin}, Err: errCause},
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
	for _, err := range []error{&LostAnswerError{Err: errCause}, &IdentityMismatchError{Err: errCause}} {
		if !errors.Is(err, errCause) {
			t.Errorf("%T hides its cause", err)
		}
	}
}

func TestMayBeDone(t *testing.T) {
	for want, errs := range map[bool][]error{
		true:  {errCause, &api.TransportError{}, &api.TransportError{Sent: true}, &api.Error{StatusCode: 503}},
		false: {nil, &api.Error{StatusCode: 403}, &api.Error{StatusCode: 409}},
	} {
		for _, err := range errs {
			if MayBeDone(err) != want {
				t.Errorf("MayBeDone(%v) = %v", err, !want)
			}
		}
	}
}
