package key

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// A failed look-up is repeated if the API answers with faults, but not if it does not answer.
func TestCreate_lookupRepeated(t *testing.T) {
	silent := &api.TransportError{Action: "ReadAccessKeys", Err: context.DeadlineExceeded}
	for name, c := range map[string]struct {
		err   error
		times int
		made  bool
		reads int
	}{
		"two faults":      {apitest.Refusal(502, "0"), 2, true, 3},
		"faults for good": {apitest.Refusal(502, "0"), 100, false, lookupRounds},
		"silence":         {silent, 100, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := &apitest.Fake{}
			f.Before = func(call apitest.Call) error {
				if call.Action == "ReadAccessKeys" && call.N <= c.times {
					return c.err
				}
				return nil
			}
			f.After = apitest.On("CreateAccessKey", 1, apitest.Cut())
			made, err := service(f).Create(bg, Spec{}, CreateOptions{})
			if reads := f.Count("ReadAccessKeys"); reads < c.reads || !c.made && reads != c.reads {
				t.Errorf("%d look-ups, want %d", reads, c.reads)
			}
			var lost *domain.LostAnswerError
			switch {
			case c.made && (err != nil || len(f.Keys) != 1 || f.Keys[0].ID != made.Key.ID):
				t.Errorf("%v %v, %d keys", made.Key, err, len(f.Keys))
			case !c.made && (!errors.As(err, &lost) || !lost.Unknown):
				t.Errorf("error = %v", err)
			}
		})
	}
}

// A key that no caller waits for is removed, both before and after its marker is replaced.
func TestCreate_abandoned(t *testing.T) {
	for name, after := range map[string]string{"before it is finished": "CreateAccessKey", "after": "UpdateAccessKey"} {
		t.Run(name, func(t *testing.T) {
			f := &apitest.Fake{}
			dead := false
			f.After = func(c apitest.Call) error {
				dead = dead || c.Action == after
				return nil
			}
			r := &recorder{}
			made, err := service(f).Create(bg, Spec{Tag: "x"}, CreateOptions{Recorder: r, Abandoned: func() bool { return dead }})
			if !errors.Is(err, ErrAbandoned) || made.Key.ID != "" || len(f.Keys) != 0 {
				t.Errorf("%v %v, %d keys left", made.Key, err, len(f.Keys))
			}
			if last := r.notes[len(r.notes)-1]; last != "discarded "+firstMarker {
				t.Errorf("recorded %v", r.notes)
			}
		})
	}
	f := &apitest.Fake{}
	if _, err := service(f).Create(bg, Spec{}, CreateOptions{Abandoned: func() bool { return true }}); !errors.Is(err, ErrAbandoned) || f.Count("CreateAccessKey") > 0 {
		t.Errorf("%v, calls %v", err, f.Actions())
	}
}

// A refusal with 503 and code 6, the form before 2022, means that no key was created. The creation is repeated until it is
// accepted, with a look-up each time.
func TestCreate_throttledWith503(t *testing.T) {
	f := &apitest.Fake{}
	f.Before = func(c apitest.Call) error {
		if c.Action == "CreateAccessKey" && c.N <= 3*domain.MaxAttempts {
			return apitest.Refusal(503, "6")
		}
		return nil
	}
	made, err := service(f).Create(bg, Spec{}, CreateOptions{})
	if err != nil || len(f.Keys) != 1 || f.Keys[0].ID != made.Key.ID || f.Count("ReadAccessKeys") < 3*domain.MaxAttempts {
		t.Errorf("%v, keys %v", err, f.Keys)
	}
}

// No key is requested before the credential was accepted: the client stops after a few lost answers, which may be refusals,
// and a key that was requested first could not be looked up.
func TestCreate_credentialNotAccepted(t *testing.T) {
	f := &apitest.Fake{Refused: true, Before: apitest.On("ReadAccounts", 0, apitest.Cut())}
	if made, err := service(f).Create(bg, Spec{}, CreateOptions{}); !api.IsLostAnswer(err) || made.Key.ID != "" || !slices.Equal(f.Actions(), []string{"ReadAccounts"}) {
		t.Errorf("%v, %v, calls %v", made.Key, err, f.Actions())
	}
}

// The intent is recorded before the request, with the account and the owner, and the key before its marker is replaced,
// without its secret. The marker may be the caller's.
func TestCreate_recorded(t *testing.T) {
	f := &apitest.Fake{Ahead: time.Hour, Account: "A1", Users: []api.User{{ID: "U", Name: "bob"}}}
	marker := NewMarker("mine")
	r := &recorder{}
	var atRequest, atUpdate int
	f.Before = func(c apitest.Call) error {
		switch c.Action {
		case "CreateAccessKey":
			atRequest = len(r.notes)
		case "UpdateAccessKey":
			atUpdate = len(r.notes)
		}
		return nil
	}
	s := service(f)
	made, err := s.Create(bg, Spec{Owner: bob, Tag: "x"}, CreateOptions{Marker: marker, Recorder: r})
	if err != nil || f.Calls[2].Create.Tag != marker {
		t.Fatalf("%v, calls %+v", err, f.Calls)
	}
	if want := []string{"intend " + marker, "created " + marker + " " + made.Key.ID}; !slices.Equal(r.notes, want) || atRequest != 1 || atUpdate != 2 {
		t.Errorf("recorded %v; %d before the request, %d before the update", r.notes, atRequest, atUpdate)
	}
	if got := r.intents[0]; got.UserName != "bob" || got.UserID != "U" || got.AccountID != "A1" || time.Until(got.Time) < 50*time.Minute {
		t.Errorf("intent %+v", got)
	}
	if got := made.Key.Identity; got != (Identity{AccountID: "A1", UserID: "U"}) {
		t.Errorf("identity %+v", got)
	}
	s.opts.Recorder = r
	if err := s.Revoke(bg, bob, made.Key); err != nil || r.notes[2] != "gone "+made.Key.ID {
		t.Errorf("%v, recorded %v", err, r.notes)
	}
}

// A marker in an unknown form is refused before any call.
func TestCreate_badMarker(t *testing.T) {
	f := &apitest.Fake{}
	if _, err := service(f).Create(bg, Spec{}, CreateOptions{Marker: "mine"}); err == nil || len(f.Calls) > 0 {
		t.Errorf("%v, calls %v", err, f.Actions())
	}
}

// With a login, only the actions that accept one are called.
func TestCreate_login(t *testing.T) {
	f := &apitest.Fake{Login: true}
	s := service(f)
	s.account = account{}
	for _, o := range []Owner{{}, bob} {
		made, err := s.Create(bg, Spec{Owner: o}, CreateOptions{})
		if want := (Identity{Signer: domain.SignerLogin}); err != nil || o == (Owner{}) && made.Key.Identity != want || o == bob && made.Key.Identity != (Identity{}) {
			t.Errorf("%v: %+v, %v", o, made.Key.Identity, err)
		}
	}
	if keys, err := s.ListExisting(bg, bob); err != nil || len(keys) != 1 {
		t.Errorf("%v, %v", keys, err)
	}
	if f.Count("ReadUsers") > 0 {
		t.Errorf("calls %v", f.Actions())
	}
}

// account is an account whose id cannot be read.
type account struct{}

func (account) ID(context.Context) (string, error) { return "", nil }
func (account) KnownID() string                    { return "" }

// While a lost request may still be executed, its intent is not retired.
func TestCreate_intentKept(t *testing.T) {
	for name, c := range map[string]struct {
		f    *apitest.Fake
		want bool // discarded
	}{
		"removed":         {&apitest.Fake{After: apitest.On("CreateAccessKey", 0, apitest.Cut())}, true},
		"never found":     {&apitest.Fake{Before: apitest.On("CreateAccessKey", 0, apitest.Cut())}, false},
		"not looked up":   {&apitest.Fake{After: apitest.On("CreateAccessKey", 0, apitest.Cut()), Before: apitest.On("ReadAccessKeys", 0, apitest.Refusal(403, "4"))}, false},
		"not removed":     {&apitest.Fake{After: apitest.On("CreateAccessKey", 0, apitest.Cut()), Before: apitest.On("DeleteAccessKey", 0, apitest.Refusal(403, "4"))}, false},
		"refused at last": {&apitest.Fake{After: apitest.On("CreateAccessKey", 1, apitest.Cut()), Before: apitest.On("CreateAccessKey", 2, apitest.Refusal(403, "4"))}, true},
	} {
		r := &recorder{}
		_, err := service(c.f).Create(bg, Spec{}, CreateOptions{Recorder: r})
		if got := slices.Contains(r.notes, "discarded "+firstMarker); err == nil || got != c.want {
			t.Errorf("%s: %v, recorded %v", name, err, r.notes)
		}
		var lost *domain.LostAnswerError
		if errors.As(err, &lost) && lost.Settled() != c.want {
			t.Errorf("%s: settled %v: %v", name, lost.Settled(), err)
		}
	}
}
