package group

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// fake is an API with groups in memory. after fails a call that was executed.
type fake struct {
	API
	groups  []api.UserGroup
	members map[string][]string // by name of the group
	calls   []string
	after   map[string]error
}

var (
	errLost     = &api.TransportError{Action: "any", Sent: true, Err: errors.New("cut")}
	errNotFound = &api.Error{StatusCode: 400, Problems: []api.Problem{{Code: "5060"}}}
)

func (f *fake) call(name string) error {
	f.calls = append(f.calls, name)
	err := f.after[name]
	delete(f.after, name)
	return err
}

func (f *fake) Accepted() bool   { return true }
func (f *fake) Clock() api.Clock { return api.Clock{} }

func (f *fake) ReadUserGroups(_ context.Context, ids []string) ([]api.UserGroup, error) {
	if err := f.call("ReadUserGroups"); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(f.groups), func(g api.UserGroup) bool { return len(ids) > 0 && !slices.Contains(ids, g.ID) }), nil
}

func (f *fake) CreateUserGroup(_ context.Context, name, path string) (api.UserGroup, error) {
	g := api.UserGroup{ID: "ug-" + name, Name: name, Path: path, CreationDate: time.Now()}
	f.groups = append(f.groups, g)
	return g, f.call("CreateUserGroup")
}

func (f *fake) ReadUsers(context.Context, []string) ([]api.User, error) { return nil, nil }

func (f *fake) index(name string) int {
	return slices.IndexFunc(f.groups, func(g api.UserGroup) bool { return g.Name == name })
}

func (f *fake) UpdateUserGroup(_ context.Context, in api.UpdateUserGroupInput) (api.UserGroup, error) {
	i := f.index(in.Group.Name)
	if i < 0 {
		return api.UserGroup{}, errors.Join(f.call("UpdateUserGroup"), errNotFound)
	}
	f.groups[i].Name, f.groups[i].Path = in.NewName, in.NewPath
	return f.groups[i], f.call("UpdateUserGroup")
}

func (f *fake) ReadUserGroup(_ context.Context, g api.GroupRef) (api.UserGroup, []api.User, error) {
	i := f.index(g.Name)
	if i < 0 {
		return api.UserGroup{}, nil, errors.Join(f.call("ReadUserGroup"), errNotFound)
	}
	var users []api.User
	for _, name := range f.members[g.Name] {
		users = append(users, api.User{Name: name})
	}
	return f.groups[i], users, f.call("ReadUserGroup")
}

func (f *fake) RemoveUserFromUserGroup(_ context.Context, g api.GroupRef, u api.UserRef) error {
	f.calls = append(f.calls, "RemoveUserFromUserGroup")
	if !slices.Contains(f.members[g.Name], u.Name) {
		return errNotFound
	}
	f.members[g.Name] = slices.DeleteFunc(f.members[g.Name], func(name string) bool { return name == u.Name })
	return nil
}

type account string

func (a account) ID(context.Context) (string, error) { return string(a), nil }
func (a account) KnownID() string                    { return string(a) }

func service(f *fake) *Service {
	return New(f, account("1"), domain.Options{Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
}

func TestCreate_lostAnswer(t *testing.T) {
	f := &fake{after: map[string]error{"CreateUserGroup": errLost}}
	g, err := service(f).Create(t.Context(), Spec{Name: "ops"})
	if err != nil || g.ID != "ug-ops" || g.Path != "/" || len(f.groups) != 1 {
		t.Errorf("got %+v, %v, %d groups", g, err, len(f.groups))
	}
}

// A group with another path is not the created one.
func TestCreate_otherPath(t *testing.T) {
	f := &fake{groups: []api.UserGroup{{ID: "ug-1", Name: "ops", Path: "/x/"}}, after: map[string]error{"CreateUserGroup": errLost}}
	_, err := service(f).Create(t.Context(), Spec{Name: "ops"})
	var taken *domain.NameTakenError
	if !errors.As(err, &taken) || taken.ID != "ug-1" {
		t.Errorf("error = %v", err)
	}
}

func TestUpdate_lostAnswerOfRename(t *testing.T) {
	f := &fake{groups: []api.UserGroup{{ID: "ug-1", Name: "ops", Path: "/"}}, after: map[string]error{"UpdateUserGroup": errLost}}
	g, err := service(f).Update(t.Context(), "ug-1", domain.Identity{}, Spec{Name: "platform", Path: "/"})
	if err != nil || g.Name != "platform" {
		t.Errorf("got %+v, %v", g, err)
	}
	if n := count(f.calls, "UpdateUserGroup"); n != 1 {
		t.Errorf("%d updates, want 1: the rename was executed", n)
	}
}

func TestRead_sharedByManyGroups(t *testing.T) {
	f := &fake{groups: []api.UserGroup{{ID: "ug-1", Name: "a"}, {ID: "ug-2", Name: "b"}}}
	s := service(f)
	for _, id := range []string{"ug-1", "ug-2", "ug-1"} {
		if _, err := s.Read(t.Context(), id, domain.Identity{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Members(t.Context(), id, domain.Identity{}); err != nil {
			t.Fatal(err)
		}
	}
	if count(f.calls, "ReadUserGroups") != 1 || count(f.calls, "ReadUserGroup") != 2 {
		t.Errorf("calls %v", f.calls)
	}
}

func TestRead_gone(t *testing.T) {
	s := service(&fake{})
	if _, err := s.Read(t.Context(), "ug-1", domain.Identity{AccountID: "1"}); !domain.IsGone(err) {
		t.Errorf("in its account: %v", err)
	}
	if _, err := s.Read(t.Context(), "ug-1", domain.Identity{AccountID: "2"}); !domain.IsMismatch(err) {
		t.Errorf("in another account: %v", err)
	}
}

func TestRemoveMember(t *testing.T) {
	f := &fake{groups: []api.UserGroup{{ID: "ug-1", Name: "ops"}}, members: map[string][]string{"ops": {"bob"}}}
	s := service(f)
	for range 2 { // the second time bob is not a member
		if err := s.RemoveMember(t.Context(), "ug-1", domain.Identity{}, "bob"); err != nil {
			t.Error(err)
		}
	}
	// The group was renamed after it was read: the members are those of the new name.
	f.groups[0].Name, f.members["platform"] = "platform", []string{"eve"}
	if err := s.RemoveMember(t.Context(), "ug-1", domain.Identity{}, "eve"); err != nil || len(f.members["platform"]) != 0 {
		t.Errorf("after a rename: %v, members %v", err, f.members)
	}
}

func count(calls []string, name string) (n int) {
	for _, call := range calls {
		if call == name {
			n++
		}
	}
	return n
}
