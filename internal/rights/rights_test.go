package rights

import (
	"context"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
)

var errNotFound = &api.Error{StatusCode: 400, Problems: []api.Problem{{Code: "5044"}}}

// fake is an API with the rights of one user and one group.
type fake struct {
	API
	links  []api.LinkedPolicy
	inline []api.InlinePolicy
	calls  []string
}

func (f *fake) ReadLinkedPolicies(context.Context, string) ([]api.LinkedPolicy, error) {
	f.calls = append(f.calls, "ReadLinkedPolicies")
	return slices.Clone(f.links), nil
}

func (f *fake) LinkPolicy(_ context.Context, orn, _ string) error {
	f.links = append(f.links, api.LinkedPolicy{ORN: orn})
	return nil
}

func (f *fake) UnlinkPolicy(context.Context, string, string) error { return errNotFound }

func (f *fake) ReadUserGroupPolicies(context.Context, api.GroupRef) ([]api.InlinePolicy, error) {
	f.calls = append(f.calls, "ReadUserGroupPolicies")
	return slices.Clone(f.inline), nil
}

func (f *fake) PutUserGroupPolicy(_ context.Context, _ api.GroupRef, p api.InlinePolicy) error {
	f.inline = append(f.inline, p)
	return nil
}

func (f *fake) ReadUserPolicy(_ context.Context, user, name string) (api.InlinePolicy, error) {
	f.calls = append(f.calls, "ReadUserPolicy "+user+" "+name)
	for _, p := range f.inline {
		if p.Name == name {
			return p, nil
		}
	}
	return api.InlinePolicy{}, errNotFound
}

func TestLinks_sharedUntilWritten(t *testing.T) {
	f := &fake{}
	s, bob := New(f, domain.Options{}), Principal{Name: "bob"}
	for range 3 {
		if _, err := s.Links(t.Context(), bob); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Link(t.Context(), bob, "orn:1"); err != nil {
		t.Fatal(err)
	}
	if linked, err := s.IsLinked(t.Context(), bob, "orn:1"); err != nil || !linked {
		t.Errorf("after Link: %v, %v", linked, err)
	}
	if len(f.calls) != 2 {
		t.Errorf("calls %v, want one before and one after the write", f.calls)
	}
}

func TestUnlink_notLinked(t *testing.T) {
	if err := New(&fake{}, domain.Options{}).Unlink(t.Context(), Principal{Name: "bob"}, "orn:1"); err != nil {
		t.Error(err)
	}
}

func TestInline_ofGroup(t *testing.T) {
	f := &fake{}
	s, ops := New(f, domain.Options{}), Principal{Group: true, Name: "ops"}
	if _, err := s.Inline(t.Context(), ops, "p"); !domain.IsGone(err) {
		t.Errorf("before it exists: %v", err)
	}
	for _, name := range []string{"p", "q"} {
		if err := s.PutInline(t.Context(), ops, api.InlinePolicy{Name: name, Document: name}); err != nil {
			t.Fatal(err)
		}
	}
	f.calls = nil
	for _, name := range []string{"p", "q"} {
		if p, err := s.Inline(t.Context(), ops, name); err != nil || p.Document != name {
			t.Errorf("%+v, %v", p, err)
		}
	}
	if len(f.calls) != 1 {
		t.Errorf("calls %v, want one for all policies of a group", f.calls)
	}
}

func TestForget_documentsToo(t *testing.T) {
	f := &fake{inline: []api.InlinePolicy{{Name: "p"}}}
	s, bob := New(f, domain.Options{}), Principal{Name: "bob"}
	for range 2 {
		if _, err := s.Inline(t.Context(), bob, "p"); err != nil {
			t.Fatal(err)
		}
	}
	s.Forget(bob)
	if _, err := s.Inline(t.Context(), bob, "p"); err != nil || len(f.calls) != 2 {
		t.Errorf("%v, calls %v, want one before and one after Forget", err, f.calls)
	}
}

func (f *fake) ReadUserPolicies(context.Context, string) ([]string, error) {
	var names []string
	for _, p := range f.inline {
		names = append(names, p.Name)
	}
	return names, nil
}

func (f *fake) ReadManagedPoliciesLinkedToUserGroup(context.Context, string) ([]api.LinkedPolicy, error) {
	return []api.LinkedPolicy{{ORN: "orn:group"}}, nil
}

type managed struct{}

func (managed) ReadAny(_ context.Context, orn string) (policy.Policy, error) {
	return policy.Policy{ORN: orn, DefaultVersionID: "v2"}, nil
}

func (managed) Version(_ context.Context, orn, id string, _ domain.Identity) (policy.Version, error) {
	return policy.Version{Document: `{"Statement":[{"Effect":"Allow","Action":"` + orn + id + `","Resource":"*"}]}`}, nil
}

type memberships []group.Group

func (m memberships) OfUser(context.Context, string) ([]group.Group, error) { return m, nil }

func TestDocuments(t *testing.T) {
	f := &fake{
		links:  []api.LinkedPolicy{{ORN: "orn:own"}},
		inline: []api.InlinePolicy{{Name: "p", Document: `{"Statement":[{"Effect":"Deny","Action":"api:X","Resource":"*"}]}`}},
	}
	docs, err := New(f, domain.Options{}).Documents(t.Context(), managed{}, memberships{{Name: "ops"}}, "bob")
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, doc := range docs {
		actions = append(actions, doc.Statements[0].Action[0])
	}
	// The group has the same inline policies as bob in this fake.
	if want := []string{"orn:ownv2", "api:X", "orn:groupv2", "api:X"}; !slices.Equal(actions, want) {
		t.Errorf("got %v, want %v", actions, want)
	}
	f.inline[0].Document = "?"
	if _, err := New(f, domain.Options{}).Documents(t.Context(), managed{}, memberships{}, "bob"); err == nil {
		t.Error("a document that cannot be read is no error")
	}
}
