package credential

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

func on(action string, n int, err error) func(call) error {
	return func(c call) error {
		if c.action == action && (n == 0 || c.n == n) {
			return err
		}
		return nil
	}
}

// A Ctrl-C while the key is made must not keep its id and secret from the caller. The marker stays: a caller that is
// interrupted once more writes nothing down, and then the marker is what finds the key.
func TestCreateIsNotCut(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	f := &fake{}
	f.after = func(c call) error {
		if c.action == "CreateAccessKey" {
			cancel()
		}
		return nil
	}
	key, notices, err := f.keeper(t).Create(ctx, Wish{State: Inactive})
	if err != nil || len(notices) != 1 || key.Secret == "" || key.State != Inactive || !key.Unfinished() {
		t.Errorf("%v %v %v", key, notices, err)
	}
	if got := f.actions(); !slices.Equal(got, []string{"CreateAccessKey", "UpdateAccessKey"}) {
		t.Errorf("calls = %v", got)
	}
	f.calls = nil
	if _, _, err := f.keeper(t).Create(ctx, Wish{}); err == nil || len(f.calls) > 0 {
		t.Errorf("an ended context must make no call: %v, %v", f.actions(), err)
	}
}

// Ctrl-C and a lost answer together: what was made is removed, and no new key is asked for.
func TestCreateInterruptedAndLost(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	f := &fake{}
	f.after = func(c call) error {
		if c.action == "CreateAccessKey" {
			cancel()
			return cut()
		}
		return nil
	}
	_, _, err := f.keeper(t).Create(ctx, Wish{})
	if lost := as[*AmbiguousError](t, err); !lost.Clean || len(f.keys) != 0 || f.count("CreateAccessKey") != 1 {
		t.Errorf("error %v, keys %v, calls %v", err, f.keys, f.actions())
	}
}

// The caller's deadline ends the create, not the cleaning up after it.
func TestCreateOutOfTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	f := &fake{}
	f.after = func(c call) error {
		if c.action == "CreateAccessKey" {
			<-c.ctx.Done() // the answer comes too late
			return &api.TransportError{Action: c.action, Sent: true, Err: context.DeadlineExceeded}
		}
		return nil
	}
	_, _, err := f.keeper(t).Create(ctx, Wish{})
	if lost := as[*AmbiguousError](t, err); !lost.Clean || len(f.keys) != 0 || f.count("CreateAccessKey") != 1 {
		t.Errorf("%v, left: %v", err, f.keys)
	}
}

func TestCreateLostAndNotCleaned(t *testing.T) {
	t.Run("the look fails", func(t *testing.T) {
		f := &fake{before: on("ReadAccessKeys", 0, refusal(403, "4")), after: on("CreateAccessKey", 0, cut())}
		_, _, err := f.keeper(t).Create(context.Background(), Wish{})
		if lost := as[*AmbiguousError](t, err); lost.Clean || lost.Marker != markerPrefix+"marker-1" || !strings.Contains(err.Error(), lost.Marker) {
			t.Errorf("error = %v", err)
		}
		if f.count("CreateAccessKey") != 1 {
			t.Errorf("calls = %v", f.actions())
		}
	})
	t.Run("the delete fails", func(t *testing.T) {
		f := &fake{before: on("DeleteAccessKey", 0, refusal(403, "4")), after: on("CreateAccessKey", 0, cut())}
		_, _, err := f.keeper(t).Create(context.Background(), Wish{})
		if lost := as[*AmbiguousError](t, err); lost.Clean || !slices.Equal(lost.KeyIDs, []string{f.keys[0].ID}) {
			t.Errorf("error = %v", err)
		}
		if f.keys[0].State != "INACTIVE" || f.count("CreateAccessKey") != 1 {
			t.Errorf("what cannot be deleted must be inert: %v, calls %v", f.keys[0].State, f.actions())
		}
	})
	t.Run("an API that ignores the filter", func(t *testing.T) {
		f := &fake{unfiltered: true, before: on("CreateAccessKey", 1, cut())}
		other := f.add("", "somebody's", nil)
		key, _, err := f.keeper(t).Create(context.Background(), Wish{})
		if err != nil || len(f.keys) != 2 || f.keys[0].ID != other.ID || f.count("DeleteAccessKey") != 0 {
			t.Errorf("%v %v, keys %v, calls %v", key, err, f.keys, f.actions())
		}
	})
	t.Run("it appears late", func(t *testing.T) {
		f := &fake{}
		f.before = on("CreateAccessKey", 1, cut())
		f.after = func(c call) error {
			if c.action == "CreateAccessKey" && c.n == 2 {
				f.add("", markerPrefix+"marker-1", nil) // the first request is executed only now
			}
			return nil
		}
		key, _, err := f.keeper(t).Create(context.Background(), Wish{})
		if err != nil || len(f.keys) != 1 || f.keys[0].ID != key.ID {
			t.Errorf("%v, keys %v", err, f.keys)
		}
	})
	t.Run("an old API, another run's keys", func(t *testing.T) {
		f := &fake{}
		f.after = func(c call) error {
			if c.action != "CreateAccessKey" {
				return nil
			}
			f.add("", "", nil)
			return cut()
		}
		k := f.keeper(t)
		k.legacy.Store(true)
		_, _, err := k.Create(context.Background(), Wish{})
		if lost := as[*AmbiguousError](t, err); lost.Clean || len(lost.KeyIDs) != 2 || len(f.keys) != 2 || f.count("UpdateAccessKey") != 0 {
			t.Errorf("error %v, keys %v", err, f.keys)
		}
	})
}

// Nothing that locks the account out, and nothing definite, is asked twice.
func TestCreateDefiniteRefusals(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
	}{{400, "4120"}, {401, "1"}, {401, "13"}, {403, "4"}, {400, "4047"}, {400, "3019"}, {409, "9002"}} {
		f := &fake{before: on("CreateAccessKey", 0, refusal(c.status, c.code))}
		_, _, err := f.keeper(t).Create(context.Background(), Wish{Tag: "x"})
		if e := api.As(err); e == nil || e.Code() != c.code || len(f.calls) != 1 {
			t.Errorf("%d/%s: %v, calls %v", c.status, c.code, err, f.actions())
		}
	}
}

func TestCreateCorrects(t *testing.T) {
	wrong := func(times int) *fake {
		return &fake{answer: func(c call, k *api.AccessKey) {
			if c.n <= times {
				k.ExpirationDate = nil // an API that forgets the expiry
			}
		}}
	}
	wish := Wish{State: Active, Expires: ptr(time.Now().Add(time.Hour)), Tag: "x"}
	f := wrong(1)
	if key, _, err := f.keeper(t).Create(context.Background(), wish); err != nil || len(differences(key, wish)) > 0 || f.count("UpdateAccessKey") != 2 {
		t.Errorf("%v %v", key, err)
	}
	f = wrong(9)
	key, _, err := f.keeper(t).Create(context.Background(), wish)
	if un := as[*UnfinishedError](t, err); len(un.What) != 1 || un.Err != nil || key.Secret == "" || f.count("UpdateAccessKey") != 2 {
		t.Errorf("%v %v", key, err)
	}
	f = wrong(9)
	have := f.add("", "x", wish.Expires)
	_, err = f.keeper(t).Update(context.Background(), keyOf("", have), wish)
	if un := as[*UnfinishedError](t, err); f.count("UpdateAccessKey") != 2 || len(un.What) != 1 {
		t.Errorf("%v", err)
	}
}

// An API before 1.40.1 is recognised by the family of its refusal, whatever the number.
func TestCreateLearnsAnOldAPI(t *testing.T) {
	for _, code := range []string{"4045", "4104", "3019"} {
		f := &fake{}
		f.before = func(c call) error {
			if c.update.Tag != nil || c.update.ClearTag {
				return refusal(400, code)
			}
			return nil
		}
		k := f.keeper(t)
		for _, wish := range []Wish{{Tag: "x"}, {}, {State: Inactive, Tag: "y"}} {
			key, notices, err := k.Create(context.Background(), wish)
			wish.State = wish.stateOr(Active)
			if err != nil || len(notices) > 0 || len(differences(key, wish)) > 0 || key.Secret == "" {
				t.Errorf("%s: %v %v %v", code, notices, err, differences(key, wish))
			}
		}
		if len(f.keys) != 3 || f.count("CreateAccessKey") != 4 {
			t.Errorf("%s: keys %v, calls %v", code, f.keys, f.actions())
		}
	}
	// 4000 and 4120 can speak of the caller's key: nothing is learned from them.
	f := &fake{before: on("UpdateAccessKey", 0, refusal(400, "4120"))}
	k := f.keeper(t)
	key, notices, err := k.Create(context.Background(), Wish{Tag: "x"})
	if err != nil || len(notices) != 1 || key.Secret == "" || k.legacy.Load() || f.count("CreateAccessKey") != 1 {
		t.Errorf("%v %v, calls %v", notices, err, f.actions())
	}
}

// refusesTag is an API that does not take the tag "bad".
func refusesTag(code string) func(call) error {
	return func(c call) error {
		if c.update.Tag != nil && *c.update.Tag == "bad" {
			return refusal(400, code)
		}
		return nil
	}
}

// A tag that the API does not take is an error about this tag, whatever the code. Nothing is left of the key, and the
// keys after it are made under markers as before.
func TestCreateARefusedTag(t *testing.T) {
	for _, code := range []string{"4106", "4047", "4045", "3019"} {
		f := &fake{before: refusesTag(code)}
		k := f.keeper(t)
		key, notices, err := k.Create(context.Background(), Wish{State: Active, Expires: from(day), Tag: "bad"})
		refused := as[*TagError](t, err)
		if e := api.As(err); refused.Tag != "bad" || refused.KeyID != "" || e.Code() != code || key.ID != "" || len(notices) > 0 || len(f.keys) > 0 {
			t.Errorf("%s: %v, notices %v, key %q, keys %v", code, err, notices, key.ID, f.keys)
		}
		if k.legacy.Load() {
			t.Errorf("%s: the API is taken for an old one", code)
		}
		if _, _, err := k.Create(context.Background(), Wish{Tag: "good"}); err != nil {
			t.Fatal(err)
		}
		for _, c := range f.calls {
			if c.action == "CreateAccessKey" && !strings.HasPrefix(c.create.Tag, markerPrefix) {
				t.Errorf("%s: a key was made under the tag %q", code, c.create.Tag)
			}
		}
	}
}

// A key with a refused tag that cannot be removed is handed over, with its secret and an error.
func TestCreateARefusedTagOfAKeyThatStays(t *testing.T) {
	bad := refusesTag("4106")
	f := &fake{}
	f.before = func(c call) error {
		if c.action == "DeleteAccessKey" {
			return refusal(403, "4")
		}
		return bad(c)
	}
	key, notices, err := f.keeper(t).Create(context.Background(), Wish{Tag: "bad"})
	expect[*TagError](t, err)
	if un := as[*UnfinishedError](t, err); un.KeyID != key.ID || len(un.What) != 2 || key.Secret == "" || key.State != Inactive || len(notices) > 0 {
		t.Errorf("%v, notices %v, key %q", err, notices, key.ID)
	}
}

// An expiry that is refused when the key is finished is not the tag's fault, and nothing is learned from it.
func TestCreateFinishedTooLate(t *testing.T) {
	f := &fake{before: on("UpdateAccessKey", 0, refusal(400, "4047"))}
	k := f.keeper(t)
	key, notices, err := k.Create(context.Background(), Wish{Expires: from(day), Tag: "x"})
	if err != nil || len(notices) != 1 || !key.Unfinished() || key.Secret == "" || len(f.keys) != 1 || k.legacy.Load() {
		t.Errorf("%v, notices %v, key %q, keys %v", err, notices, key.ID, f.keys)
	}
}

// A refusal of the finishing call whose cause cannot be found out may be that of an older API, which would never take the
// marker off: the key is removed.
func TestCreateRefusedForAnUnknownCause(t *testing.T) {
	updates := 0
	f := &fake{}
	f.before = func(c call) error {
		if c.action != "UpdateAccessKey" {
			return nil
		}
		switch updates++; updates {
		case 1:
			return refusal(400, "4045")
		case 2:
			return cut()
		}
		return nil
	}
	k := f.keeper(t)
	key, notices, err := k.Create(context.Background(), Wish{Tag: "x"})
	if e := api.As(err); e == nil || e.Code() != "4045" || key.ID != "" || len(notices) > 0 || len(f.keys) > 0 || k.legacy.Load() {
		t.Errorf("%v, notices %v, key %q, keys %v", err, notices, key.ID, f.keys)
	}
}

// What one create learns about the API while another holds a key with a marker holds for that key too.
func TestCreateWhileAnotherLearns(t *testing.T) {
	f := &fake{}
	k := f.keeper(t)
	f.after = func(c call) error {
		if c.create.Tag != "" {
			k.legacy.Store(true)
		}
		return nil
	}
	key, notices, err := k.Create(context.Background(), Wish{State: Active})
	if err != nil || len(notices) > 0 || key.Tag != "" || len(f.keys) != 1 || f.keys[0].ID != key.ID {
		t.Errorf("%v %v, keys %v, calls %v", notices, err, f.keys, f.actions())
	}
}

// An API before 1.34.3 knows no tag at all.
func TestCreateWithoutTags(t *testing.T) {
	f := &fake{}
	f.before = func(c call) error {
		if c.create.Tag != "" {
			return refusal(400, "4045")
		}
		return nil
	}
	k := f.keeper(t)
	if key, _, err := k.Create(context.Background(), Wish{}); err != nil || key.Secret == "" || len(f.keys) != 1 {
		t.Errorf("%v %v", key, err)
	}
	_, _, err := k.Create(context.Background(), Wish{Tag: "x"})
	expect[*UnsupportedError](t, err)
	if len(f.keys) != 1 {
		t.Errorf("keys %v", f.keys)
	}
}

func TestCreateKeyVanishes(t *testing.T) {
	f := &fake{}
	f.before = func(c call) error {
		if c.action == "UpdateAccessKey" {
			f.keys = nil // deleted by somebody
		}
		return nil
	}
	key, _, err := f.keeper(t).Create(context.Background(), Wish{})
	if expect[*GoneError](t, err); key.ID != "" {
		t.Errorf("%v", key)
	}
}

func TestNoVerbShowsASecret(t *testing.T) {
	key := Key{ID: "AK", Secret: "hush-hush"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, v := range []any{key, &key, []Key{key}, struct{ K Key }{key}} {
			if s := fmt.Sprintf(verb, v); strings.Contains(s, "hush") {
				t.Errorf("%s shows %s", verb, s)
			}
		}
	}
}

// An API that answers, and with faults, is asked again when it could not say what became of a key; one that is silent is not.
func TestALostKeyIsLookedForAgain(t *testing.T) {
	silent := &api.TransportError{Action: "ReadAccessKeys", Err: context.DeadlineExceeded}
	for name, c := range map[string]struct {
		err   error
		times int
		clean bool
		reads int
	}{
		"two faults":      {refusal(502, "0"), 2, true, 3},
		"faults for good": {refusal(502, "0"), 100, false, cleanRounds},
		"silence":         {silent, 100, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{}
			f.before = func(call call) error {
				if call.action == "ReadAccessKeys" && call.n <= c.times {
					return c.err
				}
				return nil
			}
			f.after = on("CreateAccessKey", 1, cut())
			key, _, err := f.keeper(t).Create(context.Background(), Wish{})
			if reads := f.count("ReadAccessKeys"); reads < c.reads || !c.clean && reads != c.reads {
				t.Errorf("%d looks, want %d", reads, c.reads)
			}
			var lost *AmbiguousError
			switch {
			case c.clean && (err != nil || len(f.keys) != 1 || f.keys[0].ID != key.ID):
				t.Errorf("%v %v, %d keys", key, err, len(f.keys))
			case !c.clean && (!errors.As(err, &lost) || lost.Marker == ""):
				t.Errorf("error = %v", err)
			}
		})
	}
}
