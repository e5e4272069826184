package domain

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// object is what CreateNamed creates in a test.
type object struct {
	id, value string
	created   time.Time
}

// accepting is an API that has accepted the credential. Its clock is ahead of the machine's.
type accepting struct{ now time.Time }

func (accepting) Accepted() bool { return true }
func (a accepting) Clock() api.Clock {
	return api.Clock{Machine: a.now.Add(-time.Hour), API: a.now, Proven: true}
}

// TestCreateNamed_foundObject: after a lost answer, an object with the name is the result only if this call can have created
// it. No further request is sent.
func TestCreateNamed_foundObject(t *testing.T) {
	now := time.Date(2026, 11, 29, 10, 0, 0, int(700*time.Millisecond), time.UTC)
	cut := &api.TransportError{Action: "CreateUser", Sent: true, Err: errors.New("cut")}
	for name, c := range map[string]struct {
		found   object
		created []string // the ids of objects that this process created before
		fails   error    // of the comparison
		mine    bool
		unknown bool
	}{
		"created now":                    {found: object{"U", "v", now}, mine: true},
		"a date in whole seconds":        {found: object{"U", "v", now.Truncate(time.Second)}, mine: true},
		"within the error of the clock":  {found: object{"U", "v", now.Add(-3 * time.Second)}, mine: true},
		"seconds older":                  {found: object{"U", "v", now.Add(-6 * time.Second)}},
		"older by the API's clock alone": {found: object{"U", "v", now.Add(-time.Minute)}},
		"other values":                   {found: object{"U", "w", now}},
		"created by another call":        {found: object{"U", "v", now}, created: []string{"T", "U"}},
		"values not readable":            {found: object{"U", "v", now}, fails: errCause, unknown: true},
		"older and values not readable":  {found: object{"U", "v", now.Add(-time.Hour)}, fails: errCause},
	} {
		var made sync.Map
		for _, id := range c.created {
			made.Store(id, true)
		}
		requests := 0
		got, err := CreateNamed(bg, Options{}.WithDefaults(), NamedCreation[object]{
			Action: "CreateUser", Kind: KindUser, Name: "bob", Account: account{"A", nil}, API: accepting{now}, Created: &made,
			Create:      func(context.Context) (object, error) { requests++; return object{}, cut },
			Find:        func(context.Context) (object, error) { return c.found, nil },
			Origin:      func(o object) (string, time.Time) { return o.id, o.created },
			IsRequested: func(_ context.Context, o object) (bool, error) { return o.value == "v", c.fails },
		})
		var lost *LostAnswerError
		var taken *NameTakenError
		errors.As(err, &lost)
		errors.As(err, &taken)
		switch {
		case requests != 1:
			t.Errorf("%s: %d requests", name, requests)
		case c.mine:
			if err != nil || got != c.found {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		case lost == nil || lost.Unknown != c.unknown || (taken == nil) != c.unknown || (taken != nil && taken.ID != "U"):
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestCreateNamed_oncePerObject: an object is the result of one call, whether its answer arrived or was lost.
func TestCreateNamed_oncePerObject(t *testing.T) {
	cut := &api.TransportError{Action: "CreateUser", Sent: true, Err: errors.New("cut")}
	for _, lost := range []error{nil, cut} {
		var made sync.Map
		create := func(err error) error {
			_, err = CreateNamed(bg, Options{}.WithDefaults(), NamedCreation[object]{
				Account: account{"A", nil}, API: accepting{time.Now()}, Created: &made,
				Create:      func(context.Context) (object, error) { return object{id: "U"}, err },
				Find:        func(context.Context) (object, error) { return object{id: "U", created: time.Now()}, nil },
				Origin:      func(o object) (string, time.Time) { return o.id, o.created },
				IsRequested: func(context.Context, object) (bool, error) { return true, nil },
			})
			return err
		}
		var taken *NameTakenError
		if err := create(lost); err != nil {
			t.Errorf("the first call, with %v: %v", lost, err)
		}
		if err := create(cut); !errors.As(err, &taken) {
			t.Errorf("the second call, after %v: %v", lost, err)
		}
	}
}
