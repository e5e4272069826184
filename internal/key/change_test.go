package key

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// An expiry has passed by the API's clock, but not by the clock of this machine.
func TestRevoke_clocksDiffer(t *testing.T) {
	f := &apitest.Fake{}
	soon := time.Now().Add(2 * time.Minute)
	key := keyOf("bob", f.Add("bob", "", &soon))
	f.Before = func(c apitest.Call) error {
		if c.Action == "UpdateAccessKey" && !c.Update.ExpirationDate.After(soon) {
			return apitest.Refusal(400, "4047")
		}
		return nil
	}
	if err := service(f).Revoke(bg, bob, key); err != nil || len(f.Keys) != 0 {
		t.Errorf("%v, keys %v, calls %v", err, f.Keys, f.Actions())
	}
}

// TestRevoke_clockOfRefusal: the API's clock is two hours ahead, which only the refusal of the first update shows. The
// expiry of the second one counts from the API's clock.
func TestRevoke_clockOfRefusal(t *testing.T) {
	const ahead = 2 * time.Hour
	f := &apitest.Fake{}
	expires := time.Now().Add(time.Hour)
	key := keyOf("bob", f.Add("bob", "", &expires))
	accepted := 0
	f.Before = func(c apitest.Call) error {
		f.Ahead = ahead
		if c.Action != "UpdateAccessKey" {
			return nil
		}
		if !c.Update.ExpirationDate.After(time.Now().Add(ahead)) {
			return apitest.Refusal(400, "4047")
		}
		accepted++
		return nil
	}
	if err := service(f).Revoke(bg, bob, key); err != nil || len(f.Keys) != 0 || accepted != 1 {
		t.Errorf("%v, keys %v, calls %v", err, f.Keys, f.Actions())
	}
}

// A key that cannot be deactivated may still be deleted. If both are refused, both refusals are returned.
func TestRevoke_refused(t *testing.T) {
	f := &apitest.Fake{Before: apitest.On("UpdateAccessKey", 0, apitest.Refusal(409, "6004"))}
	key := keyOf("bob", f.Add("bob", "", nil))
	if err := service(f).Revoke(bg, bob, key); err != nil || len(f.Keys) != 0 {
		t.Errorf("%v, keys %v", err, f.Keys)
	}
	f = &apitest.Fake{Before: func(c apitest.Call) error {
		switch c.Action {
		case "UpdateAccessKey":
			return apitest.Refusal(409, "6004")
		case "DeleteAccessKey":
			return apitest.Refusal(409, "6003")
		}
		return nil
	}}
	key = keyOf("bob", f.Add("bob", "", nil))
	err := service(f).Revoke(bg, bob, key)
	var inert *NotDeletedError
	if !api.IsConflict(err) || errors.As(err, &inert) {
		t.Errorf("%v", err)
	}
	for _, refused := range []error{apitest.Refusal(403, "4"), apitest.Refusal(400, "4120"), apitest.Refusal(401, "1")} {
		f = &apitest.Fake{Before: apitest.On("UpdateAccessKey", 0, refused)}
		key = keyOf("bob", f.Add("bob", "", nil))
		if err := service(f).Revoke(bg, bob, key); err == nil || len(f.Calls) != 1 {
			t.Errorf("%v: calls %v", err, f.Actions())
		}
	}
}

// A call is not repeated after a refusal that counts for the lock-out, or for a missing right.
func TestUpdate_refused(t *testing.T) {
	for _, refused := range []error{apitest.Refusal(400, "4120"), apitest.Refusal(401, "1"), apitest.Refusal(403, "4")} {
		f := &apitest.Fake{Before: apitest.On("UpdateAccessKey", 0, refused)}
		key := keyOf("", f.Add("", "", nil))
		_, err := service(f).Update(bg, key, Spec{State: Inactive, Tag: "x"})
		if want := []string{"ReadAccessKeys", "UpdateAccessKey"}; !errors.Is(err, refused) || !slices.Equal(f.Actions(), want) {
			t.Errorf("%v, calls %v", err, f.Actions())
		}
	}
}

// If another client shortened the expiry, a change of another attribute does not extend it again.
func TestUpdate_expiryShortened(t *testing.T) {
	soon, later, latest := time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), time.Now().Add(3*time.Hour)
	for name, c := range map[string]struct {
		known, now, want *time.Time
		refused          bool
	}{
		"set":                 {nil, &soon, nil, true},
		"earlier":             {&later, &soon, &later, true},
		"unchanged":           {&later, &later, &later, false},
		"removed":             {&later, nil, &later, false},
		"later":               {&later, &latest, &later, false},
		"planned another one": {&later, &soon, &latest, false},
		"planned to remove":   {&later, &soon, nil, false},
	} {
		for _, state := range []State{"", Active, Inactive} {
			f := &apitest.Fake{}
			have := keyOf("bob", f.Add("bob", "", c.now))
			have.Expires = c.known
			_, err := service(f).Update(bg, have, Spec{Owner: bob, State: state, Expires: c.want, Tag: "x"})
			var shortened *ExpiryShortenedError
			if errors.As(err, &shortened) != c.refused || (err != nil) != c.refused || slices.Contains(f.Actions(), "UpdateAccessKey") == c.refused {
				t.Errorf("%s, state %q: %v, calls %v", name, state, err, f.Actions())
			}
		}
	}
}

// An API before 1.40.1 can neither change a tag nor clear an expiry. A refused value does not identify such an API.
func TestUpdate_unsupported(t *testing.T) {
	for name, want := range map[string]Spec{"tag": {State: Active, Tag: "y", Expires: from(day)}, "no tag": {State: Active, Expires: from(day)}, "no expiry": {State: Active, Tag: "x"}} {
		f := &apitest.Fake{Before: noTags("4045")}
		key := keyOf("", f.Add("", "x", from(day)))
		_, err := service(f).Update(bg, key, want)
		if e := apitest.As[*UnsupportedError](t, err); e.KeyID != key.ID {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := &apitest.Fake{Before: apitest.On("UpdateAccessKey", 0, apitest.Refusal(400, "4047"))}
	key := keyOf("", f.Add("", "", nil))
	var old *UnsupportedError
	if _, err := service(f).Update(bg, key, Spec{State: "ODD", Tag: "y"}); !api.IsInvalid(err) || errors.As(err, &old) {
		t.Errorf("%v", err)
	}
}

// If the API refuses a tag, the error is about this tag. All other attributes are changed, and other tags still work.
func TestUpdate_tagRefused(t *testing.T) {
	for _, code := range []string{"4106", "4047", "4045"} {
		for _, has := range []string{"", "old"} {
			f := &apitest.Fake{Before: refusesTag(code)}
			key := keyOf("", f.Add("", has, nil))
			s := service(f)
			got, err := s.Update(bg, key, Spec{State: Inactive, Tag: "bad"})
			if refused := apitest.As[*TagError](t, err); refused.KeyID != key.ID || api.As(err).Code() != code {
				t.Errorf("%s: %v", code, err)
			}
			if got.ID != key.ID || got.State != Inactive || got.Tag != has {
				t.Errorf("%s: %v is %s with the tag %q", code, got, got.State, got.Tag)
			}
			if got, err := s.Update(bg, got, Spec{State: Active, Tag: "good"}); err != nil || got.Tag != "good" {
				t.Errorf("%s: the next tag: %v", code, err)
			}
		}
	}
}

// An account with a maximum lifetime refuses to clear an expiry. That does not identify an old API.
func TestUpdate_clearingRefused(t *testing.T) {
	at := time.Now().Add(time.Hour)
	f := &apitest.Fake{}
	f.Before = func(c apitest.Call) error {
		if c.Update.ClearExpirationDate {
			return apitest.Refusal(400, "4047")
		}
		return nil
	}
	f.Answer = func(_ apitest.Call, key *api.AccessKey) { key.ExpirationDate = &at } // an API that keeps an omitted expiry (A1)
	key := keyOf("", f.Add("", "x", &at))
	got, err := service(f).Update(bg, key, Spec{State: Active, Tag: "x"})
	var old *UnsupportedError
	if !api.IsInvalid(err) || errors.As(err, &old) || got.Expires == nil {
		t.Errorf("%v, expires %s", err, date(got.Expires))
	}
}

func TestExpireWithin(t *testing.T) {
	for name, c := range map[string]struct {
		has  *time.Time
		want time.Duration
	}{"no expiry": {nil, day}, "a later one": {from(9 * day), day}, "an earlier one": {from(time.Hour), time.Hour}} {
		f := &apitest.Fake{}
		key := f.Add("bob", "mine", c.has)
		f.Keys[0].State = "INACTIVE"
		got, err := service(f).ExpireWithin(bg, bob, Key{ID: key.ID}, day)
		if err != nil || got.Expires == nil || time.Until(*got.Expires).Round(time.Minute) != c.want || got.Tag != "mine" || got.State != Inactive {
			t.Errorf("%s: %v, %+v", name, err, got)
		}
	}
}

// A key is deactivated even if its tag is refused.
func TestDeactivate_tagRefused(t *testing.T) {
	f := &apitest.Fake{}
	key := keyOf("bob", f.Add("bob", "mine", nil))
	f.Before = func(c apitest.Call) error {
		if c.Update.Tag != nil {
			return apitest.Refusal(400, "4045")
		}
		return nil
	}
	off, err := service(f).Deactivate(bg, bob, key)
	if err != nil || off.State != Inactive || off.Tag != "mine" || f.Keys[0].State != "INACTIVE" {
		t.Errorf("%+v, %v; the API has %+v", off, err, f.Keys[0])
	}
}

// No call is made for the caller's own key, for a key that is about to expire, and for the key that signs. A failure is
// returned, and Revoke does the rest.
func TestDeactivate_calls(t *testing.T) {
	f := &apitest.Fake{Signer: "SIGNER"}
	s := service(f)
	own, expired := Key{ID: "OWN", State: Active}, Key{ID: "OLD", UserName: "bob", State: Active, Expires: ptr(s.Now())}
	for _, c := range []struct {
		owner Owner
		key   Key
	}{{Owner{}, own}, {bob, expired}} {
		if now, err := s.Deactivate(bg, c.owner, c.key); err != nil || now != c.key {
			t.Errorf("%v: %+v, %v", c.key, now, err)
		}
	}
	_, err := s.Deactivate(bg, bob, Key{ID: "SIGNER", State: Active})
	apitest.Has[*OwnKeyError](t, err)
	if calls := f.Actions(); len(calls) > 0 {
		t.Errorf("calls %v", calls)
	}
	key := keyOf("bob", f.Add("bob", "mine", nil))
	f.Before = func(apitest.Call) error { return apitest.Refusal(403, "4") }
	if now, err := s.Deactivate(bg, bob, key); !api.IsForbidden(err) || now != key || !slices.Equal(f.Actions(), []string{"UpdateAccessKey"}) {
		t.Errorf("%+v, %v after %v", now, err, f.Actions())
	}
}

// TestExpireWithin_clockNotProved: headers that are ten years ahead do not make an expiry later; headers that are behind make it earlier.
func TestExpireWithin_clockNotProved(t *testing.T) {
	for ahead, want := range map[time.Duration]time.Duration{10 * year: day, -time.Hour: day - time.Hour} {
		f := &apitest.Fake{Ahead: ahead, Unproven: true}
		key := keyOf("bob", f.Add("bob", "", nil))
		got, err := service(f).ExpireWithin(bg, bob, key, day)
		if err != nil || got.Expires == nil || time.Until(*got.Expires).Round(time.Minute) != want {
			t.Errorf("ahead %s: %v, %v", ahead, got.Expires, err)
		}
	}
}

// TestRevoke_clockNotProved: the expiry of a key that has expired is moved ahead by minutes of this machine's clock. Only if
// the API refuses that date, its own clock is ahead.
func TestRevoke_clockNotProved(t *testing.T) {
	for _, ahead := range []bool{false, true} {
		f := &apitest.Fake{Ahead: 2 * time.Hour, Unproven: true}
		past := time.Now().Add(-time.Hour)
		key := keyOf("bob", f.Add("bob", "", &past))
		var sent []time.Duration
		f.Before = func(c apitest.Call) error {
			if c.Action != "UpdateAccessKey" {
				return nil
			}
			sent = append(sent, time.Until(*c.Update.ExpirationDate).Round(time.Hour))
			if ahead && c.Update.ExpirationDate.Before(time.Now().Add(f.Ahead)) {
				return apitest.Refusal(400, "4047")
			}
			return nil
		}
		want := []time.Duration{0}
		if ahead {
			want = append(want, 2*time.Hour)
		}
		if err := service(f).Revoke(bg, bob, key); err != nil || len(f.Keys) != 0 || !slices.Equal(sent, want) {
			t.Errorf("%v, keys %v, expiries %v from now, want %v", err, f.Keys, sent, want)
		}
	}
}
