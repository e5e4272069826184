package credential

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// bobs is a rotation of bob's pair.
var bobs = Rotation{Owner: Owner{UserName: "bob"}, Tag: "ci", Lifetime: 30 * day, Overlap: 7 * day}

const day = 24 * time.Hour

func from(d time.Duration) *time.Time {
	t := time.Now().Add(d).Truncate(time.Second)
	return &t
}

// TestRotateOrder: the calls that change something, in their order, for each pair there can be.
func TestRotateOrder(t *testing.T) {
	made := []string{"CreateAccessKey", "UpdateAccessKey"}
	removed := []string{"UpdateAccessKey", "DeleteAccessKey"}
	for name, c := range map[string]struct {
		current, previous *time.Time // nil = no such key
		immortal          bool       // the current one
		gone              string     // "current" or "previous": known, and not there
		want              []string
		left              int // keys at the end
	}{
		"the first":                           {want: made, left: 1},
		"a live one":                          {current: from(day), want: made, left: 2},
		"a live one, and an expired before":   {current: from(day), previous: from(-day), want: slices.Concat(removed, made), left: 2},
		"a live one, and a live one before":   {current: from(9 * day), previous: from(day), want: slices.Concat(removed, made), left: 2},
		"an expired one":                      {current: from(-day), want: slices.Concat(made, removed), left: 1},
		"an expired one, and one before":      {current: from(-day), previous: from(-2 * day), want: slices.Concat(removed, made, removed), left: 1},
		"one without an expiry":               {current: from(day), immortal: true, want: append(slices.Clone(made), "UpdateAccessKey"), left: 2},
		"the current is gone":                 {current: from(day), gone: "current", want: made, left: 1},
		"the current is gone, one before":     {current: from(day), previous: from(day), gone: "current", want: made, left: 2},
		"the current is gone, a dead before":  {current: from(day), previous: from(-day), gone: "current", want: slices.Concat(made, removed), left: 1},
		"a live one, and the one before gone": {current: from(9 * day), previous: from(day), gone: "previous", want: made, left: 2},
	} {
		t.Run(name, func(t *testing.T) {
			f, have := &fake{}, Pair{}
			if c.previous != nil {
				have.Previous = keyOf("bob", f.add("bob", "old", c.previous))
			}
			if c.current != nil {
				ends := c.current
				if c.immortal {
					ends = nil
				}
				have.Current = keyOf("bob", f.add("bob", "ci", ends))
			}
			for _, gone := range map[string][]string{"current": {have.Current.ID}, "previous": {have.Previous.ID}}[c.gone] {
				f.keys = slices.DeleteFunc(f.keys, func(k fakeKey) bool { return k.ID == gone })
			}
			got, notices, err := f.keeper(t).Rotate(context.Background(), have, bobs)
			if err != nil || len(notices) > 0 || got.Current.Secret == "" || got.Current.Tag != "ci" {
				t.Fatalf("%v, notices %v, pair %v", err, notices, got)
			}
			writes := slices.DeleteFunc(f.actions(), func(a string) bool { return a == "ReadAccessKeys" })
			if !slices.Equal(writes, c.want) {
				t.Errorf("calls %v, want %v", writes, c.want)
			}
			f.holds(t, c.left, got)
		})
	}
}

// holds checks that the fake has n keys, all of them in the pair, and each with an expiry.
func (f *fake) holds(t *testing.T, n int, p Pair) {
	t.Helper()
	if len(f.keys) != n {
		t.Errorf("%d keys, want %d", len(f.keys), n)
	}
	for _, key := range f.keys {
		if (key.ID != p.Current.ID && key.ID != p.Previous.ID) || key.ExpirationDate == nil {
			t.Errorf("key %s, which expires %v, and the pair is %v", key.ID, key.ExpirationDate, p)
		}
	}
}

// TestRotateFails at each call: the current key stays as it was, or both keys are in what comes back.
func TestRotateFails(t *testing.T) {
	broken := refusal(403, "4")
	for name, c := range map[string]struct {
		action   string
		n        int
		current  time.Duration
		made     bool // all the same
		notices  int
		previous bool // is still known afterwards
		left     int
	}{
		"looking":                       {"ReadAccessKeys", 1, 9 * day, false, 0, true, 2},
		"switching the oldest off":      {"UpdateAccessKey", 1, 9 * day, false, 0, true, 2},
		"deleting the oldest":           {"DeleteAccessKey", 1, 9 * day, false, 0, true, 2},
		"creating":                      {"CreateAccessKey", 1, 9 * day, false, 0, false, 1},
		"finishing":                     {"UpdateAccessKey", 2, 9 * day, true, 1, true, 2},
		"switching the expired one off": {"UpdateAccessKey", 3, -day, true, 1, true, 2},
		"deleting the expired one":      {"DeleteAccessKey", 2, -day, true, 1, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{before: on(c.action, c.n, broken)}
			have := Pair{Previous: keyOf("bob", f.add("bob", "ci", from(-2*day))), Current: keyOf("bob", f.add("bob", "ci", from(c.current)))}
			got, notices, err := f.keeper(t).Rotate(context.Background(), have, bobs)
			if (got.Current.Secret != "") != c.made || (err == nil) != c.made || len(notices) != c.notices {
				t.Fatalf("made %v, %v, notices %v", got.Current.Secret != "", err, notices)
			}
			if !c.made && (got.Current.ID != have.Current.ID || !errors.Is(err, broken)) {
				t.Errorf("pair %v, %v", got, err)
			}
			if c.made && got.Previous.ID != have.Current.ID {
				t.Errorf("the key before is %s, want %s", got.Previous.ID, have.Current.ID)
			}
			if (got.Previous.ID != "") != c.previous {
				t.Errorf("the key before: %q", got.Previous.ID)
			}
			f.holds(t, c.left, got)
		})
	}
}

// TestRotateForAnOwnerThatIsGone makes no key.
func TestRotateForAnOwnerThatIsGone(t *testing.T) {
	f := &fake{}
	f.before = func(c call) error {
		if c.action == "ReadAccessKeys" && c.read.UserName == bobs.Owner.UserName {
			return refusal(400, "5098")
		}
		return nil
	}
	have := Pair{Current: Key{ID: "AK1", Expires: from(day)}}
	got, _, err := f.keeper(t).Rotate(context.Background(), have, bobs)
	if !OwnerIsGone(err) || got.Current.ID != "AK1" || f.count("CreateAccessKey") != 0 {
		t.Errorf("%v, pair %v, calls %v", err, got, f.actions())
	}
}

// TestRotateTheKeyThatSigns: it may be the current one, which stays; it is never the one that has to go.
func TestRotateTheKeyThatSigns(t *testing.T) {
	f := &fake{}
	have := Pair{Current: keyOf("", f.add("", "", from(day)))}
	f.signer = have.Current.ID
	mine := bobs
	mine.Owner = Owner{}
	got, _, err := f.keeper(t).Rotate(context.Background(), have, mine)
	if err != nil || got.Previous.ID != f.signer {
		t.Fatalf("%v, pair %v", err, got)
	}
	_, _, err = f.keeper(t).Rotate(context.Background(), got, mine)
	expect[*OwnKeyError](t, err)
	f.holds(t, 2, got)
}

func TestEndWithin(t *testing.T) {
	for name, c := range map[string]struct {
		has  *time.Time
		want time.Duration
	}{"no expiry": {nil, day}, "a later one": {from(9 * day), day}, "an earlier one": {from(time.Hour), time.Hour}} {
		f := &fake{}
		key := f.add("bob", "mine", c.has)
		f.keys[0].State = "INACTIVE"
		got, err := f.keeper(t).EndWithin(context.Background(), bobs.Owner, key.ID, day)
		if err != nil || got.Expires == nil || time.Until(*got.Expires).Round(time.Minute) != c.want || got.Tag != "mine" || got.State != Inactive {
			t.Errorf("%s: %v, %+v", name, err, got)
		}
	}
}

// TestRevokePair: one that cannot be revoked does not keep the other.
func TestRevokePair(t *testing.T) {
	f := &fake{}
	have := Pair{Current: keyOf("bob", f.add("bob", "", from(day))), Previous: keyOf("bob", f.add("bob", "", from(-day)))}
	f.before = on("DeleteAccessKey", 1, refusal(403, "4"))
	if err := f.keeper(t).RevokePair(context.Background(), bobs.Owner, have); err == nil || len(f.keys) != 1 || f.keys[0].ID != have.Previous.ID {
		t.Errorf("%v, keys %v", err, f.keys)
	}
	if err := f.keeper(t).RevokePair(context.Background(), bobs.Owner, have); err != nil || len(f.keys) != 0 {
		t.Errorf("%v, keys %v", err, f.keys)
	}
}
