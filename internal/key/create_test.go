package key

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// An interruption while the key is created must not keep its id and secret from the caller.
func TestCreate_interrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(bg)
	f := &apitest.Fake{}
	f.After = func(c apitest.Call) error {
		if c.Action == "CreateAccessKey" {
			cancel()
		}
		return nil
	}
	made, err := service(f).Create(ctx, Spec{State: Inactive}, CreateOptions{})
	if err != nil || len(made.Warnings) > 0 || made.Key.Secret == "" || made.Key.State != Inactive || made.Key.Tag != "" {
		t.Errorf("%v %v %v", made.Key, made.Warnings, err)
	}
	if got := keyActions(f); !slices.Equal(got, []string{"CreateAccessKey", "UpdateAccessKey"}) {
		t.Errorf("calls = %v", got)
	}
	f.Calls = nil
	if _, err := service(f).Create(ctx, Spec{}, CreateOptions{}); err == nil || len(f.Calls) > 0 {
		t.Errorf("a context that has ended must make no call: %v, %v", f.Actions(), err)
	}
}

// An interruption and a lost answer together: what was created is removed, and no new key is requested.
func TestCreate_interruptedAndLost(t *testing.T) {
	ctx, cancel := context.WithCancel(bg)
	f := &apitest.Fake{}
	f.After = func(c apitest.Call) error {
		if c.Action == "CreateAccessKey" {
			cancel()
			return apitest.Cut()
		}
		return nil
	}
	_, err := service(f).Create(ctx, Spec{}, CreateOptions{})
	if lost := apitest.As[*domain.LostAnswerError](t, err); !lost.Settled() || !errors.Is(err, context.Canceled) || len(f.Keys) != 0 || f.Count("CreateAccessKey") != 1 {
		t.Errorf("error %v, keys %v, calls %v", err, f.Keys, f.Actions())
	}
}

// The caller's deadline ends the creation, not the look-up and the removal after it, and the error gives both limits.
func TestCreate_deadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 20 * time.Millisecond
		ctx, cancel := context.WithTimeout(bg, limit)
		defer cancel()
		f := &apitest.Fake{}
		f.After = func(c apitest.Call) error {
			if c.Action == "CreateAccessKey" {
				<-c.Ctx.Done() // the answer comes too late
				return &api.TransportError{Action: c.Action, Sent: true, Err: context.DeadlineExceeded}
			}
			return nil
		}
		_, err := service(f).Create(ctx, Spec{}, CreateOptions{})
		lost := apitest.As[*domain.LostAnswerError](t, err)
		if !lost.Settled() || len(f.Keys) != 0 || f.Count("CreateAccessKey") != 1 {
			t.Errorf("%v, left: %v", err, f.Keys)
		}
		if lost.Tried.Limit != limit || lost.Tried.CleanupLimit != domain.CleanupLimit {
			t.Errorf("limits %s and %s", lost.Tried.Limit, lost.Tried.CleanupLimit)
		}
		for _, c := range f.Calls {
			end, bounded := c.Ctx.Deadline()
			if left := time.Until(end); !bounded || left > domain.CleanupLimit {
				t.Errorf("%s may take %s", c.Action, left)
			}
		}
	})
}

func TestCreate_lostAndNotRemoved(t *testing.T) {
	t.Run("look-up refused", func(t *testing.T) {
		f := &apitest.Fake{Before: apitest.On("ReadAccessKeys", 0, apitest.Refusal(403, "4")), After: apitest.On("CreateAccessKey", 0, apitest.Cut())}
		_, err := service(f).Create(bg, Spec{}, CreateOptions{})
		if lost := apitest.As[*domain.LostAnswerError](t, err); !lost.Unknown || lost.Settled() || lost.Marker != firstMarker || !strings.Contains(err.Error(), firstMarker) {
			t.Errorf("error = %v", err)
		}
		if f.Count("CreateAccessKey") != 1 {
			t.Errorf("calls = %v", f.Actions())
		}
	})
	t.Run("deletion refused", func(t *testing.T) {
		f := &apitest.Fake{Before: apitest.On("DeleteAccessKey", 0, apitest.Refusal(403, "4")), After: apitest.On("CreateAccessKey", 0, apitest.Cut())}
		_, err := service(f).Create(bg, Spec{}, CreateOptions{})
		if lost := apitest.As[*domain.LostAnswerError](t, err); lost.Settled() || !slices.Equal(lost.Left, []string{f.Keys[0].ID}) {
			t.Errorf("error = %v", err)
		}
		if f.Keys[0].State != "INACTIVE" || f.Count("CreateAccessKey") != 1 {
			t.Errorf("a key that cannot be deleted must be inert: %v, calls %v", f.Keys[0].State, f.Actions())
		}
	})
	t.Run("an API that ignores the filter", func(t *testing.T) {
		f := &apitest.Fake{Unfiltered: true, Before: apitest.On("CreateAccessKey", 1, apitest.Cut())}
		other := f.Add("", "somebody's", nil)
		made, err := service(f).Create(bg, Spec{}, CreateOptions{})
		if err != nil || len(f.Keys) != 2 || f.Keys[0].ID != other.ID || f.Count("DeleteAccessKey") != 0 {
			t.Errorf("%v %v, keys %v, calls %v", made.Key, err, f.Keys, f.Actions())
		}
	})
}

// A lost request that is executed after the next one is found at the end. If that look-up fails, it is a warning, because
// the new key is valid.
func TestCreate_lateRequest(t *testing.T) {
	for name, fails := range map[string]bool{"found": false, "not looked up": true} {
		t.Run(name, func(t *testing.T) {
			f := &apitest.Fake{}
			late := false
			f.Before = func(c apitest.Call) error {
				switch {
				case c.Action == "CreateAccessKey" && c.N == 1:
					return apitest.Cut()
				case c.Action == "ReadAccessKeys" && late && fails:
					return apitest.Refusal(500, "0")
				}
				return nil
			}
			f.After = func(c apitest.Call) error {
				if c.Action == "CreateAccessKey" && c.N == 2 {
					f.Add("", firstMarker, nil) // the first request is executed only now
					late = true
				}
				return nil
			}
			r := &recorder{}
			made, err := service(f).Create(bg, Spec{Tag: "x"}, CreateOptions{Recorder: r})
			if err != nil || made.Key.Secret == "" || made.Key.Tag != "x" {
				t.Fatalf("%v, %v", made.Key, err)
			}
			if !fails {
				if len(made.Warnings) > 0 || len(f.Keys) != 1 || f.Keys[0].ID != made.Key.ID {
					t.Errorf("warnings %v, keys %v", made.Warnings, f.Keys)
				}
				return
			}
			w, is := made.Warnings[0].(*LateLookupWarning)
			if !is || len(made.Warnings) != 1 || w.KeyID != made.Key.ID || w.Marker != firstMarker || w.Err == nil || !strings.Contains(w.Warning(), firstMarker) {
				t.Errorf("warnings %v", made.Warnings)
			}
		})
	}
}

// A refusal is not repeated, because it can count towards the lock-out.
func TestCreate_refused(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
	}{{400, "4120"}, {401, "1"}, {401, "13"}, {403, "4"}, {400, "4047"}, {400, "3019"}, {409, "9002"}} {
		f := &apitest.Fake{Before: apitest.On("CreateAccessKey", 0, apitest.Refusal(c.status, c.code))}
		r := &recorder{}
		_, err := service(f).Create(bg, Spec{Tag: "x"}, CreateOptions{Recorder: r})
		if e := api.As(err); e == nil || e.Code() != c.code || len(keyActions(f)) != 1 {
			t.Errorf("%d/%s: %v, calls %v", c.status, c.code, err, f.Actions())
		}
		if want := []string{"intend " + firstMarker, "discarded " + firstMarker}; !slices.Equal(r.notes, want) {
			t.Errorf("%d/%s: recorded %v", c.status, c.code, r.notes)
		}
	}
}

func TestCreate_correctsOnce(t *testing.T) {
	wrong := func(times int) *apitest.Fake {
		return &apitest.Fake{Answer: func(c apitest.Call, k *api.AccessKey) {
			if c.N <= times {
				k.ExpirationDate = nil // an API that forgets the expiry
			}
		}}
	}
	want := Spec{State: Active, Expires: from(time.Hour), Tag: "x"}
	f := wrong(1)
	if made, err := service(f).Create(bg, want, CreateOptions{}); err != nil || len(differences(made.Key, want)) > 0 || f.Count("UpdateAccessKey") != 2 {
		t.Errorf("%v %v", made.Key, err)
	}
	f = wrong(9)
	made, err := service(f).Create(bg, want, CreateOptions{})
	if e := apitest.As[*IncompleteError](t, err); len(e.What) != 1 || e.What[0].Field != FieldExpiry || e.Err != nil || made.Key.Secret == "" || f.Count("UpdateAccessKey") != 2 {
		t.Errorf("%v %v", made.Key, err)
	}
	f = wrong(9)
	have := f.Add("", "x", want.Expires)
	_, err = service(f).Update(bg, keyOf("", have), want)
	if e := apitest.As[*IncompleteError](t, err); f.Count("UpdateAccessKey") != 2 || len(e.What) != 1 {
		t.Errorf("%v", err)
	}
}

// noTags is an API before 1.40.1: it refuses the members of an update that it does not know.
func noTags(code string) func(apitest.Call) error {
	return func(c apitest.Call) error {
		if c.Update.Tag != nil || c.Update.ClearTag || c.Update.ClearExpirationDate {
			return apitest.Refusal(400, code)
		}
		return nil
	}
}

// An API before 1.40.1 is recognised by the family of its refusal, whatever the number. Nothing is left of the key.
func TestCreate_unsupported(t *testing.T) {
	for _, code := range []string{"4045", "4104", "3019"} {
		for _, tag := range []string{"x", ""} {
			f := &apitest.Fake{Before: noTags(code)}
			made, err := service(f).Create(bg, Spec{Tag: tag}, CreateOptions{})
			if e := apitest.As[*UnsupportedError](t, err); api.As(e).Code() != code || made.Key.ID != "" || len(f.Keys) > 0 || f.Count("CreateAccessKey") != 1 {
				t.Errorf("%s: %v, keys %v", code, err, f.Keys)
			}
		}
	}
	// An API before 1.34.3 knows no tag at all.
	f := &apitest.Fake{Before: apitest.On("CreateAccessKey", 0, apitest.Refusal(400, "4045"))}
	_, err := service(f).Create(bg, Spec{}, CreateOptions{})
	if apitest.Has[*UnsupportedError](t, err); len(f.Keys) != 0 || f.Count("CreateAccessKey") != 1 {
		t.Errorf("keys %v", f.Keys)
	}
	// 4000 and 4120 can be about the key that signs, so they say nothing about this key.
	f = &apitest.Fake{Before: apitest.On("UpdateAccessKey", 0, apitest.Refusal(400, "4120"))}
	made, err := service(f).Create(bg, Spec{Tag: "x"}, CreateOptions{})
	if err != nil || len(made.Warnings) != 1 || made.Key.Secret == "" || f.Count("CreateAccessKey") != 1 {
		t.Errorf("%v %v, calls %v", made.Warnings, err, f.Actions())
	}
}

// refusesTag is an API that does not accept the tag "bad".
func refusesTag(code string) func(apitest.Call) error {
	return func(c apitest.Call) error {
		if c.Update.Tag != nil && *c.Update.Tag == "bad" {
			return apitest.Refusal(400, code)
		}
		return nil
	}
}

// If the API refuses a tag, the error is about this tag, whatever the code. The key is removed.
func TestCreate_tagRefused(t *testing.T) {
	for _, code := range []string{"4106", "4047", "4045", "3019"} {
		f := &apitest.Fake{Before: refusesTag(code)}
		s := service(f)
		made, err := s.Create(bg, Spec{State: Active, Expires: from(day), Tag: "bad"}, CreateOptions{})
		e := apitest.As[*TagError](t, err)
		if api.As(err).Code() != code || e.Tag != "bad" || e.KeyID != "" || made.Key.ID != "" || len(made.Warnings) > 0 || len(f.Keys) > 0 {
			t.Errorf("%s: %v, warnings %v, key %q, keys %v", code, err, made.Warnings, made.Key.ID, f.Keys)
		}
		if _, err := s.Create(bg, Spec{Tag: "good"}, CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		for _, c := range f.Calls {
			if c.Action == "CreateAccessKey" && !IsMarker(c.Create.Tag) {
				t.Errorf("%s: a key was requested with the tag %q", code, c.Create.Tag)
			}
		}
	}
}

// A key with a refused tag that cannot be removed is returned, with its secret and an error.
func TestCreate_tagRefusedAndNotRemoved(t *testing.T) {
	bad := refusesTag("4106")
	f := &apitest.Fake{}
	f.Before = func(c apitest.Call) error {
		if c.Action == "DeleteAccessKey" {
			return apitest.Refusal(403, "4")
		}
		return bad(c)
	}
	made, err := service(f).Create(bg, Spec{Tag: "bad"}, CreateOptions{})
	apitest.Has[*TagError](t, err)
	if e := apitest.As[*IncompleteError](t, err); e.KeyID != made.Key.ID || len(e.What) != 2 || made.Key.Secret == "" || made.Key.State != Inactive || len(made.Warnings) > 0 {
		t.Errorf("%v, warnings %v, key %q", err, made.Warnings, made.Key.ID)
	}
}

// If the finishing call is refused because of the expiry, the error is not about the tag.
func TestCreate_finishRefused(t *testing.T) {
	f := &apitest.Fake{Before: apitest.On("UpdateAccessKey", 0, apitest.Refusal(400, "4047"))}
	made, err := service(f).Create(bg, Spec{Expires: from(day), Tag: "x"}, CreateOptions{})
	if err != nil || len(made.Warnings) != 1 || !made.Key.Unfinished() || made.Key.Secret == "" || len(f.Keys) != 1 {
		t.Fatalf("%v, warnings %v, key %q, keys %v", err, made.Warnings, made.Key.ID, f.Keys)
	}
	if w, is := made.Warnings[0].(*TagPendingWarning); !is || w.Key.ID != made.Key.ID || w.Key.Secret != "" || w.Tag != "x" || w.Err == nil {
		t.Errorf("warning %+v", made.Warnings[0])
	}
}

// If the finishing call is refused for an unknown reason, the API may be too old to replace a marker, so the key is removed.
func TestCreate_finishRefusedUnknownCause(t *testing.T) {
	f := &apitest.Fake{}
	f.Before = func(c apitest.Call) error {
		switch {
		case c.Action == "UpdateAccessKey" && c.N == 1:
			return apitest.Refusal(400, "4045")
		case c.Action == "UpdateAccessKey" && c.N == 2:
			return apitest.Cut()
		}
		return nil
	}
	made, err := service(f).Create(bg, Spec{Tag: "x"}, CreateOptions{})
	if e := api.As(err); e == nil || e.Code() != "4045" || made.Key.ID != "" || len(made.Warnings) > 0 || len(f.Keys) > 0 {
		t.Errorf("%v, warnings %v, key %q, keys %v", err, made.Warnings, made.Key.ID, f.Keys)
	}
}

func TestCreate_keyVanishes(t *testing.T) {
	f := &apitest.Fake{}
	f.Before = func(c apitest.Call) error {
		if c.Action == "UpdateAccessKey" {
			f.Keys = nil // deleted by another client
		}
		return nil
	}
	made, err := service(f).Create(bg, Spec{}, CreateOptions{})
	if apitest.Has[*domain.GoneError](t, err); made.Key.ID != "" {
		t.Errorf("%v", made.Key)
	}
}

func TestKey_secretIsNotFormatted(t *testing.T) {
	key := Key{ID: "AK", Secret: "hush-hush"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, v := range []any{key, &key, []Key{key}, struct{ K Key }{key}, Created{Key: key}} {
			if s := fmt.Sprintf(verb, v); strings.Contains(s, "hush") {
				t.Errorf("%s shows %s", verb, s)
			}
		}
	}
}
