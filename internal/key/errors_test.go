package key

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

func TestErrors_texts(t *testing.T) {
	cause := errors.New("cause")
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for want, err := range map[string]error{
		"access key AK signs the calls of this process, which neither deactivates nor deletes it":                       &OwnKeyError{ID: "AK"},
		"user bob cannot have more access keys (2 were listed): cause":                                                  &QuotaError{Owner: bob, Keys: make([]Key, 2), Err: cause},
		"the caller cannot have more access keys (0 were listed): cause":                                                &QuotaError{Err: cause},
		`access key AK is not as requested, its state is "ACTIVE" and not "INACTIVE", its tag is "a" and not "": cause`: &IncompleteError{KeyID: "AK", What: []Difference{{FieldState, "ACTIVE", "INACTIVE"}, {FieldTag, "a", ""}}, Err: cause},
		`access key AK is not as requested, its expiry is "" and not "2030-01-02T03:04:05.000Z"`:                        &IncompleteError{KeyID: "AK", What: []Difference{{FieldExpiry, "", date(&at)}}},
		"access key AK is INACTIVE and was not deleted: cause":                                                          &NotDeletedError{Key: Key{ID: "AK"}, Err: cause},
		"access key AK expired on 2030-01-02T03:04:05.000Z and cannot be changed without a later expiry: cause":         &ExpiredError{KeyID: "AK", Expired: &at, Err: cause},
		"the API is older than version 1.40.1: cause":                                                                   &UnsupportedError{Err: cause},
		`the tag "x" was refused: cause`:                                                                                &TagError{Tag: "x", Err: cause},
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
		if errors.Unwrap(err) == nil && strings.Contains(want, "cause") {
			t.Errorf("%T hides its cause", err)
		}
	}
	for want, o := range map[string]Owner{"the caller": {}, "user bob": bob, "user ID": {UserName: "bob", UserID: "ID"}} {
		if o.String() != want {
			t.Errorf("%q, want %q", o, want)
		}
	}
}

func TestIsMarker(t *testing.T) {
	for tag, want := range map[string]bool{
		NewMarker("x"): true, "terraform-unfinished-x": true, "": false, "mine": false, "my-" + MarkerPrefix: false,
	} {
		if IsMarker(tag) != want || (Key{Tag: tag}).Unfinished() != want {
			t.Errorf("%q", tag)
		}
	}
}

// Each wait of a creation is logged before: the action, the reason and how long.
func TestCreate_waitsAreLogged(t *testing.T) {
	first := func(n int, actions ...string) func(apitest.Call) error {
		return func(c apitest.Call) error {
			if slices.Contains(actions, c.Action) && c.N <= n {
				return apitest.Cut()
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		before func(apitest.Call) error
		want   []string
	}{
		"lost":           {first(1, "CreateAccessKey"), []string{"1000 settling", "3000 settling", "1000 the answer"}},
		"lost twice":     {first(2, "CreateAccessKey"), []string{"1000 settling", "3000 settling", "1000 the answer", "1000 settling", "3000 settling", "2000 the answer"}},
		"throttled":      {apitest.On("CreateAccessKey", 1, apitest.Refusal(503, "6")), []string{"1000 settling", "3000 settling", "2000 throttled"}},
		"faulty look-up": {first(1, "CreateAccessKey", "ReadAccessKeys"), []string{"5000 the API failed", "1000 settling", "3000 settling", "1000 the answer"}},
	} {
		var logged []string
		f := &apitest.Fake{Before: c.before}
		s := service(f)
		s.opts.Log = func(_ context.Context, level api.Level, msg string, fields map[string]any) {
			if level == api.LevelInfo && msg == "waiting" && fields["action"] == "CreateAccessKey" {
				logged = append(logged, fmt.Sprint(fields["wait_ms"], " ", fields["reason"]))
			}
		}
		s.opts.Wait = func(_ context.Context, d time.Duration) error {
			if last := logged[len(logged)-1]; !strings.HasPrefix(last, fmt.Sprint(d.Milliseconds())) {
				t.Errorf("%s is waited for after %q was logged", d, last)
			}
			return nil
		}
		if _, err := s.Create(bg, Spec{}, CreateOptions{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(logged) != len(c.want) {
			t.Fatalf("%s: logged %q, want %q", name, logged, c.want)
		}
		for i, want := range c.want {
			if !strings.HasPrefix(logged[i], want) {
				t.Errorf("%s: logged %q, want %q", name, logged[i], want)
			}
		}
	}
}
