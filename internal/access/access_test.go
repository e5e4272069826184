package access

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// fake is an API with rules.
type fake struct {
	API
	rules   []api.AccessRule
	lists   int
	creates []api.AccessRule // what a creation adds, before its answer is lost
}

func (f *fake) ReadAPIAccessRules(context.Context) ([]api.AccessRule, error) {
	f.lists++
	return slices.Clone(f.rules), nil
}

func (f *fake) CreateAPIAccessRule(context.Context, api.AccessRule) (api.AccessRule, error) {
	f.rules = append(f.rules, f.creates...)
	return api.AccessRule{}, &api.TransportError{Action: "CreateApiAccessRule", Sent: true, Err: errors.New("cut")}
}

func (f *fake) DeleteAPIAccessRule(context.Context, string) error {
	return &api.Error{StatusCode: 400, Problems: []api.Problem{{Code: "5044"}}}
}

type account string

func (a account) ID(context.Context) (string, error) { return string(a), nil }
func (a account) KnownID() string                    { return string(a) }

var (
	options  = domain.Options{Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	identity = domain.Identity{AccountID: "1"}
)

func service(f *fake) *Service { return New(f, account("1"), options) }

func TestCreateRule_lostAnswer(t *testing.T) {
	want := api.AccessRule{IPRanges: []string{"192.0.2.0/24", "198.51.100.1"}}
	made := api.AccessRule{ID: "aar-2", IPRanges: []string{"198.51.100.1", "192.0.2.0/24"}}
	twin := api.AccessRule{ID: "aar-3", IPRanges: want.IPRanges}
	old := api.AccessRule{ID: "aar-1", IPRanges: want.IPRanges}
	other := api.AccessRule{ID: "aar-4", IPRanges: []string{"203.0.113.0/24"}}
	for name, c := range map[string]struct {
		creates []api.AccessRule
		id      string
		left    []string
	}{
		"executed":            {[]api.AccessRule{made, other}, "aar-2", nil},
		"not executed":        {nil, "", nil},
		"two that look alike": {[]api.AccessRule{made, twin}, "", []string{"aar-2", "aar-3"}},
	} {
		f := &fake{rules: []api.AccessRule{old}, creates: c.creates}
		rule, err := service(f).CreateRule(t.Context(), want)
		var lost *domain.LostAnswerError
		if rule.ID != c.id || errors.As(err, &lost) != (c.id == "") {
			t.Errorf("%s: got %q, %v", name, rule.ID, err)
		}
		if lost != nil && !slices.Equal(lost.Left, c.left) {
			t.Errorf("%s: left %v, want %v", name, lost.Left, c.left)
		}
	}
}

func TestDeleteRule_alreadyGone(t *testing.T) {
	s := service(&fake{})
	if err := s.DeleteRule(t.Context(), "aar-1", domain.Identity{AccountID: "1"}, true); err != nil {
		t.Error(err)
	}
	if err := s.DeleteRule(t.Context(), "aar-1", domain.Identity{AccountID: "2"}, true); !domain.IsMismatch(err) {
		t.Errorf("in another account: %v", err)
	}
}

func TestRule_oneReadForAll(t *testing.T) {
	f := &fake{rules: []api.AccessRule{{ID: "aar-1"}, {ID: "aar-2"}}}
	s := service(f)
	for _, id := range []string{"aar-1", "aar-2"} {
		if _, err := s.Rule(t.Context(), id, domain.Identity{}); err != nil {
			t.Error(err)
		}
	}
	if f.lists != 1 {
		t.Errorf("%d reads, want 1", f.lists)
	}
}
