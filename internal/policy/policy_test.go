package policy

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

const orn = "orn:ows:idauth::123456789012:policy/deploy"

var (
	errLost     = &api.TransportError{Action: "any", Sent: true, Err: errors.New("cut")}
	errNotFound = &api.Error{StatusCode: 400, Problems: []api.Problem{{Code: "5044"}}}
)

// fake is an API with one policy.
type fake struct {
	API
	gone     bool
	versions []api.PolicyVersion
	linked   api.PolicyEntities
	calls    []string
	lost     map[string]bool // the answer of the action is lost, after it was executed
}

func (f *fake) done(action, of string) error {
	f.calls = append(f.calls, strings.TrimSpace(action+" "+of))
	if f.lost[action] {
		delete(f.lost, action)
		return errLost
	}
	return nil
}

func (f *fake) Accepted() bool { return true }

func (f *fake) ReadPolicy(context.Context, string) (api.Policy, error) {
	if f.gone {
		return api.Policy{}, errNotFound
	}
	return api.Policy{ORN: orn, DefaultVersionID: "v2"}, nil
}

func (f *fake) ReadPolicies(context.Context, api.ReadPoliciesInput) ([]api.Policy, error) {
	f.calls = append(f.calls, "ReadPolicies")
	return []api.Policy{{ORN: orn}, {ORN: orn + "2"}}, nil
}

func (f *fake) ReadPolicyVersions(context.Context, string) ([]api.PolicyVersion, error) {
	return slices.Clone(f.versions), nil
}

func (f *fake) ReadEntitiesLinkedToPolicy(context.Context, string) (api.PolicyEntities, error) {
	return f.linked, nil
}

func (f *fake) UnlinkPolicy(_ context.Context, _, user string) error {
	return f.done("UnlinkPolicy", user)
}

func (f *fake) UnlinkManagedPolicyFromUserGroup(_ context.Context, _, group string) error {
	return f.done("UnlinkManagedPolicyFromUserGroup", group)
}

func (f *fake) DeletePolicyVersion(_ context.Context, _, version string) error {
	return f.done("DeletePolicyVersion", version)
}

func (f *fake) DeletePolicy(context.Context, string) error {
	f.gone = true
	return f.done("DeletePolicy", "")
}

func (f *fake) CreatePolicyVersion(_ context.Context, _, document string, isDefault bool) (api.PolicyVersion, error) {
	v := api.PolicyVersion{ID: "v3", Document: document, IsDefault: isDefault}
	f.versions = append(f.versions, v)
	return v, f.done("CreatePolicyVersion", "")
}

type account string

func (a account) ID(context.Context) (string, error) { return string(a), nil }
func (a account) KnownID() string                    { return string(a) }

func service(f *fake) *Service {
	return New(f, account("1"), domain.Options{Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
}

func TestDelete(t *testing.T) {
	linked := api.PolicyEntities{Users: []api.PolicyEntity{{Name: "bob"}}, Groups: []api.PolicyEntity{{Name: "ops"}}}
	versions := []api.PolicyVersion{{ID: "v1"}, {ID: "v2", IsDefault: true}}
	for name, c := range map[string]struct {
		linked api.PolicyEntities
		detach bool
		lost   map[string]bool
		want   string
	}{
		"not linked":             {api.PolicyEntities{}, false, nil, "DeletePolicyVersion v1, DeletePolicy"},
		"linked":                 {linked, false, nil, ""},
		"linked, detach":         {linked, true, nil, "UnlinkPolicy bob, UnlinkManagedPolicyFromUserGroup ops, DeletePolicyVersion v1, DeletePolicy"},
		"lost answer":            {api.PolicyEntities{}, false, map[string]bool{"DeletePolicy": true}, "DeletePolicyVersion v1, DeletePolicy"},
		"an account, detach too": {api.PolicyEntities{Accounts: linked.Users}, true, nil, ""},
	} {
		f := &fake{versions: versions, linked: c.linked, lost: c.lost}
		err := service(f).Delete(t.Context(), orn, domain.Identity{}, c.detach)
		var refused *LinkedError
		if got := strings.Join(f.calls, ", "); got != c.want || (c.want == "") != errors.As(err, &refused) || (c.want != "" && err != nil) {
			t.Errorf("%s: calls %q, error %v", name, got, err)
		}
	}
}

// found is an API whose answer to CreatePolicy is lost, and that has a policy of that name.
type found struct {
	*fake
	policy   api.Policy
	document string
}

func (f found) Clock() api.Clock { return api.Clock{} }
func (f found) CreatePolicy(context.Context, api.CreatePolicyInput) (api.Policy, error) {
	return api.Policy{}, errLost
}
func (f found) ReadPolicies(context.Context, api.ReadPoliciesInput) ([]api.Policy, error) {
	return []api.Policy{f.policy}, nil
}
func (f found) ReadPolicyVersion(_ context.Context, _, version string) (api.PolicyVersion, error) {
	return api.PolicyVersion{ID: version, Document: f.document}, nil
}

// TestCreate_lostAnswer: a policy with other values is not the created one.
func TestCreate_lostAnswer(t *testing.T) {
	const document, rewritten, other = `{"Statement":[{"Effect":"Allow","Action":["api:ReadVms"],"Resource":["*"]}]}`,
		`{"Statement": [{"Action": ["api:ReadVms"], "Effect": "Allow", "Resource": ["*"]}]}`, `{"Statement":[{"Effect":"Allow","Action":["api:*"],"Resource":["*"]}]}`
	for name, c := range map[string]struct {
		path, description, version, document string
		mine                                 bool
	}{
		"as requested":            {"/", "d", "v1", document, true},
		"with white space":        {"/", "d", "v1", rewritten, true},
		"another path":            {"/x/", "d", "v1", document, false},
		"another description":     {"/", "", "v1", document, false},
		"another default version": {"/", "d", "v2", document, false},
		"another document":        {"/", "d", "v1", other, false},
	} {
		f := found{&fake{}, api.Policy{ORN: orn, Name: "deploy", Path: c.path, Description: c.description, DefaultVersionID: c.version}, c.document}
		s := New(f, account("1"), domain.Options{Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
		p, err := s.Create(t.Context(), Spec{Name: "deploy", Description: "d", Document: document})
		var taken *domain.NameTakenError
		if (err == nil) != c.mine || errors.As(err, &taken) == c.mine || (p.ORN == orn) != c.mine {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func TestCreateVersion_lostAnswer(t *testing.T) {
	const document = "d"
	f := &fake{versions: []api.PolicyVersion{{ID: "v1", Document: document}}, lost: map[string]bool{"CreatePolicyVersion": true}}
	v, err := service(f).CreateVersion(t.Context(), orn, document, false)
	if err != nil || v.ID != "v3" {
		t.Errorf("got %+v, %v: an older version with the same document is not the one that was created", v, err)
	}
}

// TestVersion_readAgain: a shared list that lacks a version is read again before the version counts as gone.
func TestVersion_readAgain(t *testing.T) {
	f := &fake{versions: []api.PolicyVersion{{ID: "v1", Document: "d"}}}
	s := service(f)
	if _, err := s.Version(t.Context(), orn, "v1", domain.Identity{}); err != nil {
		t.Fatal(err)
	}
	f.versions = append(f.versions, api.PolicyVersion{ID: "v2", Document: "d"})
	if _, err := s.Version(t.Context(), orn, "v2", domain.Identity{}); err != nil {
		t.Errorf("created by somebody else: %v", err)
	}
	if _, err := s.Version(t.Context(), orn, "v3", domain.Identity{}); !domain.IsGone(err) {
		t.Errorf("never created: %v", err)
	}
}

// TestReplaceVersion: the new version exists, and is the default one where the old one was, before the old one is deleted.
func TestReplaceVersion(t *testing.T) {
	versions := func(defaultID string, ids ...string) (all []api.PolicyVersion) {
		for _, id := range ids {
			all = append(all, api.PolicyVersion{ID: id, IsDefault: id == defaultID})
		}
		return all
	}
	five := []string{"v1", "v2", "v4", "v5", "v6"}
	for name, c := range map[string]struct {
		versions  []api.PolicyVersion
		asDefault bool
		isDefault bool
		want      string
	}{
		"default":                    {versions("v2", "v1", "v2"), false, true, "CreatePolicyVersion, DeletePolicyVersion v2"},
		"not default":                {versions("v1", "v1", "v2"), false, false, "CreatePolicyVersion, DeletePolicyVersion v2"},
		"to be the default":          {versions("v1", "v1", "v2"), true, true, "CreatePolicyVersion, DeletePolicyVersion v2"},
		"old one is gone":            {versions("v1", "v1"), false, false, "CreatePolicyVersion"},
		"at the limit":               {versions("v1", five...), true, true, "DeletePolicyVersion v2, CreatePolicyVersion"},
		"default at the limit":       {versions("v2", five...), true, false, ""},
		"at the limit, old one gone": {versions("v1", "v1", "v3", "v4", "v5", "v6"), true, false, ""},
	} {
		f := &fake{versions: c.versions}
		v, err := service(f).ReplaceVersion(t.Context(), orn, "v2", "d", c.asDefault)
		var full *VersionQuotaError
		if got := strings.Join(f.calls, ", "); got != c.want || v.IsDefault != c.isDefault || errors.As(err, &full) != (c.want == "") {
			t.Errorf("%s: calls %q, version %+v, error %v", name, got, v, err)
		}
	}
}

func TestNextDefault(t *testing.T) {
	for want, ids := range map[string][]string{"v1": {"v1", "v2", "v3"}, "v10": {"v2", "v10", "v9"}, "": {"v2"}} {
		var versions []Version
		for _, id := range ids {
			versions = append(versions, Version{ID: id})
		}
		if got := NextDefault(versions, "v2"); got != want {
			t.Errorf("of %v: %q, want %q", ids, got, want)
		}
	}
}

func TestRead_sharedByManyPolicies(t *testing.T) {
	f := &fake{}
	s := service(f)
	for _, o := range []string{orn, orn + "2", orn} {
		if _, err := s.Read(t.Context(), o, domain.Identity{}); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.calls) != 1 {
		t.Errorf("calls %v, want one", f.calls)
	}
}

func TestReload_gone(t *testing.T) {
	s := service(&fake{gone: true})
	if _, err := s.Reload(t.Context(), orn, domain.Identity{AccountID: "1"}); !domain.IsGone(err) {
		t.Errorf("in its account: %v", err)
	}
	if _, err := s.Reload(t.Context(), orn, domain.Identity{AccountID: "2"}); !domain.IsMismatch(err) {
		t.Errorf("in another account: %v", err)
	}
}

// slow is a fake whose changes of versions take effect at once and are answered a second later.
type slow struct{ *fake }

func (s slow) CreatePolicyVersion(_ context.Context, _, document string, isDefault bool) (api.PolicyVersion, error) {
	defer time.Sleep(time.Second)
	if len(s.versions) >= MaxVersions {
		return api.PolicyVersion{}, &api.Error{StatusCode: 400, Problems: []api.Problem{{Code: "10099"}}}
	}
	v := api.PolicyVersion{ID: "new " + document, Document: document, IsDefault: isDefault}
	s.versions = append(s.versions, v)
	return v, nil
}

func (s slow) DeletePolicyVersion(_ context.Context, _, version string) error {
	s.versions = slices.DeleteFunc(s.versions, func(v api.PolicyVersion) bool { return v.ID == version })
	time.Sleep(time.Second)
	return nil
}

// TestReplaceVersion_atOnce: in a full policy, a version keeps its place while it is replaced.
func TestReplaceVersion_atOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{versions: []api.PolicyVersion{{ID: "v1"}, {ID: "v2"}, {ID: "v3"}, {ID: "v4"}, {ID: "v5", IsDefault: true}}}
		s := New(slow{f}, account("1"), domain.Options{})
		var group sync.WaitGroup
		group.Go(func() {
			if v, err := s.ReplaceVersion(t.Context(), orn, "v4", "of v4", false); err != nil {
				t.Errorf("%v, %v", v, err)
			}
		})
		group.Go(func() {
			time.Sleep(time.Second / 2)
			_, err := s.ReplaceVersion(t.Context(), orn, "v5", "of v5", false)
			if quota := new(VersionQuotaError); !errors.As(err, &quota) {
				t.Errorf("the default version of a full policy was replaced: %v", err)
			}
		})
		group.Wait()
		if len(f.versions) != MaxVersions {
			t.Errorf("%v", f.versions)
		}
	})
}

// TestDelete_forgetsKeptVersion: a policy that is created later under the ORN of a deleted one keeps its versions.
func TestDelete_forgetsKeptVersion(t *testing.T) {
	f := &fake{versions: []api.PolicyVersion{{ID: "v1"}, {ID: "v2", IsDefault: true}}}
	s := service(f)
	if kept, err := s.RemoveVersion(t.Context(), orn, "v2", domain.Identity{}, true); !kept || err != nil {
		t.Fatalf("kept %v, %v", kept, err)
	}
	if err := s.Delete(t.Context(), orn, domain.Identity{}, false); err != nil {
		t.Fatal(err)
	}
	f.calls = nil
	if _, err := s.CreateVersion(t.Context(), orn, "{}", true); err != nil || slices.Contains(f.calls, "DeletePolicyVersion v2") {
		t.Errorf("%v after %q", err, f.calls)
	}
}
