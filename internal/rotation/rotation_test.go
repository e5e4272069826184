package rotation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const day = 24 * time.Hour

var (
	bg = context.Background()
	// bobs is the next key of bob's pair.
	bobs = Spec{Owner: key.Owner{UserName: "bob"}, Tag: "ci", Lifetime: 30 * day}
)

func from(d time.Duration) *time.Time {
	t := time.Now().Add(d).Truncate(time.Second)
	return &t
}

// client is all that the services need of an API.
type client interface {
	key.API
	user.API
	ReadAccounts(context.Context) (api.Account, error)
}

func service(c client, opts domain.Options) *Service {
	opts.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	account := &apitest.Account{API: c}
	return New(key.New(c, user.New(c, account, opts), account, key.Options{Options: opts}))
}

// add puts a key into the fake and returns it as a caller knows it.
func add(f *apitest.Fake, owner, tag string, expires *time.Time) key.Key {
	k := f.Add(owner, tag, expires)
	return key.Key{ID: k.ID, UserName: owner, State: key.Active, Tag: tag, Expires: expires}
}

// The changing calls, in order, for each possible pair.
func TestRotate_order(t *testing.T) {
	made := []string{"CreateAccessKey", "UpdateAccessKey"}
	removed := []string{"UpdateAccessKey", "DeleteAccessKey"}
	limited := []string{"UpdateAccessKey"}
	for name, c := range map[string]struct {
		current, previous *time.Time // nil = no such key
		immortal          bool       // the current one
		gone              string     // "current" or "previous": known, and not there
		off               string     // "current", "previous" or "both": INACTIVE
		want              []string
		left              int  // keys at the end
		keeps             bool // the previous key is still the previous key at the end
	}{
		"the first":                           {want: made, left: 1},
		"a live one":                          {current: from(day), want: made, left: 2},
		"a live one, and an expired before":   {current: from(day), previous: from(-day), want: slices.Concat(removed, made), left: 2},
		"a live one, and a live one before":   {current: from(9 * day), previous: from(day), want: slices.Concat(removed, made), left: 2},
		"a live one, and an INACTIVE before":  {current: from(9 * day), previous: from(day), off: "previous", want: slices.Concat(removed[1:], made), left: 2},
		"an INACTIVE one":                     {current: from(9 * day), off: "current", want: made, left: 2},
		"an INACTIVE one, and a live before":  {current: from(9 * day), previous: from(day), off: "current", want: slices.Concat(removed[1:], made), left: 2, keeps: true},
		"an expired one, and a live before":   {current: from(-day), previous: from(day), want: slices.Concat(removed, made), left: 2, keeps: true},
		"an INACTIVE one, and a far before":   {current: from(9 * day), previous: from(31 * day), off: "current", want: slices.Concat(removed[1:], made, limited), left: 2, keeps: true},
		"both INACTIVE":                       {current: from(9 * day), previous: from(day), off: "both", want: slices.Concat(removed[1:], made), left: 2},
		"one that lives longer":               {current: from(31 * day), want: slices.Concat(made, limited), left: 2},
		"an expired one":                      {current: from(-day), want: slices.Concat(made, removed), left: 1},
		"an expired one, and one before":      {current: from(-day), previous: from(-2 * day), want: slices.Concat(removed, made, removed), left: 1},
		"one without an expiry":               {current: from(day), immortal: true, want: slices.Concat(made, limited), left: 2},
		"the current is gone":                 {current: from(day), gone: "current", want: made, left: 1},
		"the current is gone, one before":     {current: from(day), previous: from(day), gone: "current", want: made, left: 2},
		"the current is gone, a dead before":  {current: from(day), previous: from(-day), gone: "current", want: slices.Concat(made, removed), left: 1},
		"a live one, and the one before gone": {current: from(9 * day), previous: from(day), gone: "previous", want: made, left: 2},
	} {
		t.Run(name, func(t *testing.T) {
			f, have := &apitest.Fake{}, Pair{}
			if c.previous != nil {
				have.Previous = add(f, "bob", "old", c.previous)
			}
			if c.current != nil {
				ends := c.current
				if c.immortal {
					ends = nil
				}
				have.Current = add(f, "bob", "ci", ends)
			}
			off := map[string][]string{"current": {have.Current.ID}, "previous": {have.Previous.ID}, "both": {have.Current.ID, have.Previous.ID}}[c.off]
			for i := range f.Keys {
				if slices.Contains(off, f.Keys[i].ID) {
					f.Keys[i].State = string(key.Inactive)
				}
			}
			if gone := map[string]string{"current": have.Current.ID, "previous": have.Previous.ID}[c.gone]; gone != "" {
				f.Keys = slices.DeleteFunc(f.Keys, func(k apitest.Key) bool { return k.ID == gone })
			}
			got, err := service(f, domain.Options{}).Rotate(bg, have, bobs, key.CreateOptions{})
			if err != nil || len(got.Warnings) > 0 || got.Current.Secret == "" || got.Current.Tag != "ci" {
				t.Fatalf("%v, warnings %v, pair %v", err, got.Warnings, got.Pair)
			}
			writes := slices.DeleteFunc(f.Actions(), func(a string) bool { return a == "ReadAccessKeys" || a == "ReadAccounts" || a == "ReadUsers" })
			if !slices.Equal(writes, c.want) {
				t.Errorf("calls %v, want %v", writes, c.want)
			}
			old := have.Current.ID
			if c.keeps {
				old = have.Previous.ID
			}
			if c.left == 2 && c.gone == "" && got.Previous.ID != old {
				t.Errorf("the previous key is %s, want %s", got.Previous.ID, old)
			}
			if got.Previous.ID != "" && got.Previous.Expires.After(time.Now().Add(bobs.Lifetime)) {
				t.Errorf("the previous key expires on %v", got.Previous.Expires)
			}
			holds(t, f, c.left, got.Pair)
			for _, k := range f.Keys {
				if slices.Contains(off, k.ID) && k.State != string(key.Inactive) {
					t.Errorf("key %s was activated", k.ID)
				}
			}
		})
	}
}

// holds checks that the fake has n keys, all of them in the pair, and each with an expiry.
func holds(t *testing.T, f *apitest.Fake, n int, p Pair) {
	t.Helper()
	if len(f.Keys) != n {
		t.Errorf("%d keys, want %d", len(f.Keys), n)
	}
	for _, k := range f.Keys {
		if (k.ID != p.Current.ID && k.ID != p.Previous.ID) || k.ExpirationDate == nil {
			t.Errorf("key %s, which expires %v, and the pair is %v", k.ID, k.ExpirationDate, p)
		}
	}
}

// Whichever call of a rotation fails, the current key is unchanged, or both keys are in the result.
func TestRotate_fails(t *testing.T) {
	broken := apitest.Refusal(403, "4")
	for name, c := range map[string]struct {
		action   string
		n        int
		current  time.Duration
		made     bool // all the same
		warnings int
		previous bool // is still known afterwards
		left     int
	}{
		"reading":                      {"ReadAccessKeys", 1, 9 * day, false, 0, true, 2},
		"deactivating the oldest":      {"UpdateAccessKey", 1, 9 * day, false, 0, true, 2},
		"deleting the oldest":          {"DeleteAccessKey", 1, 9 * day, false, 0, true, 2},
		"creating":                     {"CreateAccessKey", 1, 9 * day, false, 0, false, 1},
		"finishing":                    {"UpdateAccessKey", 2, 9 * day, true, 1, true, 2},
		"limiting the old one":         {"UpdateAccessKey", 3, 31 * day, true, 1, true, 2},
		"deactivating the expired one": {"UpdateAccessKey", 3, -day, true, 1, true, 2},
		"deleting the expired one":     {"DeleteAccessKey", 2, -day, true, 1, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			f := &apitest.Fake{Before: apitest.On(c.action, c.n, broken)}
			have := Pair{Previous: add(f, "bob", "ci", from(-2*day)), Current: add(f, "bob", "ci", from(c.current))}
			got, err := service(f, domain.Options{}).Rotate(bg, have, bobs, key.CreateOptions{})
			if (got.Current.Secret != "") != c.made || (err == nil) != c.made || len(got.Warnings) != c.warnings {
				t.Fatalf("made %v, %v, warnings %v", got.Current.Secret != "", err, got.Warnings)
			}
			if !c.made && (got.Current.ID != have.Current.ID || !errors.Is(err, broken)) {
				t.Errorf("pair %v, %v", got.Pair, err)
			}
			if c.made && got.Previous.ID != have.Current.ID {
				t.Errorf("the key before is %s, want %s", got.Previous.ID, have.Current.ID)
			}
			if (got.Previous.ID != "") != c.previous {
				t.Errorf("the key before: %q", got.Previous.ID)
			}
			for _, w := range got.Warnings {
				if retire, is := w.(*RetirePreviousWarning); is && (retire.Key.ID != have.Current.ID || !errors.Is(retire.Err, broken) || retire.Warning() == "") {
					t.Errorf("warning %+v", retire)
				}
			}
			holds(t, f, c.left, got.Pair)
		})
	}
}

// No key is created for an owner that is gone, or that may be another owner.
func TestRotate_ownerGone(t *testing.T) {
	for account, want := range map[string]func(error) bool{"A1": domain.IsUserGone, "A2": domain.IsMismatch} {
		f := &apitest.Fake{Account: account}
		f.Before = f.CheckNames
		have := Pair{Current: key.Key{ID: "AK1", Expires: from(day), Identity: key.Identity{AccountID: "A1"}}}
		got, err := service(f, domain.Options{}).Rotate(bg, have, bobs, key.CreateOptions{})
		if !want(err) || got.Current.ID != "AK1" || f.Count("CreateAccessKey") != 0 {
			t.Errorf("%v, pair %v, calls %v", err, got.Pair, f.Actions())
		}
	}
}

// The key that signs may be the current one, which stays; it is never the one that has to be revoked.
func TestRotate_signingKey(t *testing.T) {
	f := &apitest.Fake{}
	have := Pair{Current: add(f, "", "", from(day))}
	f.Signer = have.Current.ID
	mine := bobs
	mine.Owner = key.Owner{}
	got, err := service(f, domain.Options{}).Rotate(bg, have, mine, key.CreateOptions{})
	if err != nil || got.Previous.ID != f.Signer {
		t.Fatalf("%v, pair %v", err, got.Pair)
	}
	_, err = service(f, domain.Options{}).Rotate(bg, got.Pair, mine, key.CreateOptions{})
	apitest.Has[*key.OwnKeyError](t, err)
	if e := apitest.As[*PreviousError](t, err); e.KeyID != f.Signer {
		t.Errorf("%v", err)
	}
	holds(t, f, 2, got.Pair)
}

// If one key cannot be revoked, the other one is revoked nevertheless.
func TestRevoke(t *testing.T) {
	f := &apitest.Fake{}
	have := Pair{Current: add(f, "bob", "", from(day)), Previous: add(f, "bob", "", from(-day))}
	f.Before = apitest.On("DeleteAccessKey", 1, apitest.Refusal(403, "4"))
	if err := service(f, domain.Options{}).Revoke(bg, bobs.Owner, have); err == nil || len(f.Keys) != 1 || f.Keys[0].ID != have.Previous.ID {
		t.Errorf("%v, keys %v", err, f.Keys)
	}
	if err := service(f, domain.Options{}).Revoke(bg, bobs.Owner, have); err != nil || len(f.Keys) != 0 {
		t.Errorf("%v, keys %v", err, f.Keys)
	}
}

// Two years of rotations with each variant of A1, A2 and A3 and the smallest quota (A4), in time and late, with lost answers.
// A pair never has more than two keys, and each of them is known.
func TestRotate_twoYears(t *testing.T) {
	for _, expiry := range []simulator.ExpiryOnUpdate{simulator.ExpiryCleared, simulator.ExpiryClearedWithState, simulator.ExpiryKept} {
		for _, lax := range []bool{false, true} {
			t.Run(fmt.Sprintf("A1=%d,A2,A3=%v", expiry, lax), func(t *testing.T) {
				t.Parallel()
				w := apitest.NewWorld(t, func(o *simulator.Options) {
					o.Assumptions = simulator.Assumptions{ExpiryOnUpdate: expiry, DeleteExpiredKeys: lax, DeleteActiveKeys: lax, KeyLimit: 2}
				})
				twoYears(w, service(w.Client, w.Options()))
			})
		}
	}
}

func twoYears(w *apitest.World, s *Service) {
	w.T.Helper()
	if _, err := w.Client.CreateUser(bg, api.CreateUserInput{UserName: "bob"}); err != nil {
		w.T.Fatal(err)
	}
	have := Pair{}
	for month := range 24 {
		if month%5 == 4 { // late
			w.Advance(40 * day)
		}
		if month%3 == 2 {
			w.Fault(simulator.Fault{Action: "DeleteAccessKey", Kind: faults.DropAfter, Times: 1})
		}
		next, err := s.Rotate(bg, have, bobs, key.CreateOptions{})
		if err != nil || len(next.Warnings) > 0 || next.Current.Secret == "" {
			w.T.Fatalf("month %d: %v, warnings %v", month, err, next.Warnings)
		}
		if (have.Current.ID != "") != (next.Previous.ID != "") && month%5 != 4 {
			w.T.Errorf("month %d: the key before is %q", month, next.Previous.ID)
		}
		w.OnlyLive(ids(next.Pair)...)
		have = next.Pair
		w.Advance(24 * day)
	}
	if err := s.Revoke(bg, bobs.Owner, have); err != nil {
		w.T.Error(err)
	}
	w.OnlyLive()
}

// ids are those of a pair.
func ids(p Pair) (ids []string) {
	for _, k := range []key.Key{p.Current, p.Previous} {
		if k.ID != "" {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

// A key whose secret is lost is revoked, and the current one is not touched.
func TestRotate_lostAnswer(t *testing.T) {
	for times, made := range map[int]bool{1: true, domain.MaxAttempts: false} {
		w := apitest.NewWorld(t)
		s := service(w.Client, w.Options())
		if _, err := w.Client.CreateUser(bg, api.CreateUserInput{UserName: "bob"}); err != nil {
			t.Fatal(err)
		}
		first, err := s.Rotate(bg, Pair{}, bobs, key.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		w.Fault(simulator.Fault{Action: "CreateAccessKey", Kind: faults.DropAfter, Times: times})
		next, err := s.Rotate(bg, first.Pair, bobs, key.CreateOptions{})
		if (err == nil) != made || (next.Previous.ID == first.Current.ID) != made || (next.Current.ID == first.Current.ID) == made {
			t.Errorf("lost %d: %v, pair %v", times, err, next.Pair)
		}
		w.OnlyLive(ids(next.Pair)...)
	}
}

// TestRotate_clockNotProved: the API's headers are ten years ahead, and nothing proves them. The next key lives no longer than
// was asked by the clock of this machine, and the key before, which has not expired by it, is not revoked.
func TestRotate_clockNotProved(t *testing.T) {
	f := &apitest.Fake{Ahead: 10 * 365 * day, Unproven: true}
	have := Pair{Current: add(f, "bob", "ci", from(5*day))}
	next, err := service(f, domain.Options{}).Rotate(bg, have, bobs, key.CreateOptions{})
	if err != nil || next.Current.Secret == "" || next.Previous.ID != have.Current.ID {
		t.Fatalf("%v, pair %v", err, next.Pair)
	}
	if expires := next.Current.Expires; expires == nil || expires.After(time.Now().Add(bobs.Lifetime)) {
		t.Errorf("the next key expires on %v", expires)
	}
}
