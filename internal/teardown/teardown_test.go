package teardown

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// fake is every service, with one user that has two of each, and what was removed.
type fake struct {
	removed []string
	fail    string // the removal that fails
	keys    []key.Key
	inline  error // of the list of inline policies
}

var errFake = errors.New("fake")

func (f *fake) remove(what string) error {
	if what == f.fail {
		return errFake
	}
	f.removed = append(f.removed, what)
	return nil
}

func (f *fake) List(context.Context, key.Owner) ([]key.Key, error) { return f.keys, nil }
func (f *fake) Revoke(_ context.Context, _ key.Owner, k key.Key) error {
	return f.remove(k.ID)
}
func (f *fake) OfUser(context.Context, string) ([]group.Group, error) {
	return []group.Group{{ID: "G1", Name: "g1"}, {ID: "G2", Name: "g2"}}, nil
}
func (f *fake) Members(context.Context, string, domain.Identity) ([]group.Member, error) {
	return []group.Member{{ID: "U1", Name: "u1"}, {ID: "U2", Name: "u2"}}, nil
}
func (f *fake) RemoveMember(_ context.Context, id string, _ domain.Identity, name string) error {
	return f.remove(id + "/" + name)
}
func (f *fake) Links(context.Context, rights.Principal) ([]rights.LinkedPolicy, error) {
	return []rights.LinkedPolicy{{ORN: "orn:1"}, {ORN: "orn:2"}}, nil
}
func (f *fake) Unlink(_ context.Context, _ rights.Principal, orn string) error { return f.remove(orn) }
func (f *fake) InlineNames(context.Context, rights.Principal) ([]string, error) {
	return []string{"p", "q"}, f.inline
}
func (f *fake) DeleteInline(_ context.Context, _ rights.Principal, name string) error {
	return f.remove(name)
}

func services(f *fake, signer string) Services {
	return Services{Keys: f, Groups: f, Rights: f, Signer: signer}
}

var bob = user.User{ID: "U", Name: "bob"}

func twoKeys() []key.Key { return []key.Key{{ID: "AK1"}, {ID: "AK2"}} }

func TestEverything(t *testing.T) {
	all := []string{"AK1", "AK2", "G1/bob", "G2/bob", "orn:1", "orn:2", "p", "q"}
	for name, c := range map[string]struct {
		fake    fake
		removed []string
		left    string // "" = success
	}{
		"all":         {fake{keys: twoKeys()}, all, ""},
		"no keys":     {fake{}, all[2:], ""},
		"second key":  {fake{keys: twoKeys(), fail: "AK2"}, all[:1], "access keys AK2; memberships in groups g1, g2; linked policies orn:1, orn:2; inline policies p, q"},
		"first group": {fake{keys: twoKeys(), fail: "G1/bob"}, all[:2], "memberships in groups g1, g2; linked policies orn:1, orn:2; inline policies p, q"},
		"last policy": {fake{fail: "q"}, all[2:7], "inline policies q"},
	} {
		err := services(&c.fake, "AKX").Everything(t.Context(), bob)
		var held *domain.HeldError
		if errors.As(err, &held); (err == nil) != (c.left == "") || (held != nil && (held.What() != c.left || !errors.Is(err, errFake))) {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(c.fake.removed, c.removed) {
			t.Errorf("%s: removed %v, want %v", name, c.fake.removed, c.removed)
		}
	}
}

func TestEverything_nothingBefore(t *testing.T) {
	var own *key.OwnKeyError
	f := &fake{keys: twoKeys()}
	if err := services(f, "AK2").Everything(t.Context(), bob); !errors.As(err, &own) || own.ID != "AK2" || len(f.removed) > 0 {
		t.Errorf("own key: %v, removed %v", err, f.removed)
	}
	f = &fake{keys: twoKeys(), inline: errFake}
	if err := services(f, "").Everything(t.Context(), bob); !errors.Is(err, errFake) || len(f.removed) > 0 {
		t.Errorf("a list that cannot be read: %v, removed %v", err, f.removed)
	}
	// An API without inline policies has none.
	f = &fake{inline: &api.Error{StatusCode: 400, Problems: []api.Problem{{Code: "5011", Type: "InvalidResource"}}}}
	if err := services(f, "").Everything(t.Context(), bob); err != nil {
		t.Errorf("old API: %v", err)
	}
}

func TestLinks(t *testing.T) {
	var held *domain.HeldError
	f := &fake{keys: twoKeys()}
	if err := services(f, "").Links(t.Context(), bob, []string{"orn:1"}); !errors.As(err, &held) || held.What() != "access keys AK1, AK2" || len(f.removed) > 0 {
		t.Errorf("with keys: %v, removed %v", err, f.removed)
	}
	f = &fake{}
	if err := services(f, "").Links(t.Context(), bob, []string{"orn:1"}); err != nil || !slices.Equal(f.removed, []string{"orn:1"}) {
		t.Errorf("without keys: %v, removed %v", err, f.removed)
	}
}

func TestGroup(t *testing.T) {
	ops := group.Group{ID: "G", Name: "ops"}
	for name, c := range map[string]struct {
		ids, orns, removed []string
		left               string
	}{
		"nothing managed": {nil, nil, nil, ""},
		"all managed":     {[]string{"U1", "U2"}, []string{"orn:1", "orn:2"}, []string{"G/u1", "G/u2", "orn:1", "orn:2"}, ""},
		"others":          {[]string{"U2"}, []string{"orn:2"}, nil, "members u1; linked policies orn:1"},
	} {
		f := &fake{}
		err := services(f, "").Group(t.Context(), ops, c.ids, c.orns)
		var held *domain.HeldError
		if errors.As(err, &held); (err == nil) != (c.left == "") || (held != nil && held.What() != c.left) || !slices.Equal(f.removed, c.removed) {
			t.Errorf("%s: %v, removed %v", name, err, f.removed)
		}
	}
}
