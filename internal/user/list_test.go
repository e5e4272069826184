package user

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// The process knows the users that it created, and each write changes the shared list of users.
func TestList_afterWrites(t *testing.T) {
	w := newWorld(t)
	if _, err := w.List(bg); err != nil {
		t.Fatal(err)
	}
	var changed []string
	w.OnChange(func(name string) { changed = append(changed, name) })
	var users []User
	for _, name := range []string{"ann", "bob", "eve"} {
		users = append(users, w.user(name))
		if known, ok := w.Known("", name); !ok || known.ID != users[len(users)-1].ID {
			t.Errorf("%s is not known", name)
		}
	}
	if _, err := w.Update(bg, users[0].ID, users[0].Identity, Spec{Name: "anna"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Delete(bg, users[1].ID, users[1].Identity); err != nil {
		t.Fatal(err)
	}
	w.Called()
	known, err := w.List(bg)
	var names []string
	for _, u := range known {
		names = append(names, u.Name)
	}
	slices.Sort(names)
	if err != nil || !slices.Equal(names, []string{"anna", "eve"}) {
		t.Errorf("%v %v", names, err)
	}
	w.Cost("a list", map[string]int{})
	if want := []string{"ann", "bob", "eve", "ann", "anna", "bob"}; !slices.Equal(changed, want) {
		t.Errorf("changed %v, want %v", changed, want)
	}
}

// A list of users that is in flight when a user is created may or may not have it. The result has the user once in both cases.
func TestList_createDuringList(t *testing.T) {
	for _, listed := range [][]api.User{nil, {{ID: "ID-bob", Name: "bob", Path: "/"}}} {
		f := &apitest.Fake{Users: listed}
		inside, release := make(chan struct{}), make(chan struct{})
		f.Before = func(c apitest.Call) error {
			if c.Action == "ReadUsers" && c.N == 1 {
				close(inside)
				<-release
			}
			return nil
		}
		s := service(f)
		done := make(chan struct{})
		go func() { _, _ = s.List(bg); close(done) }()
		<-inside
		if _, err := s.Create(bg, Spec{Name: "bob"}); err != nil {
			t.Fatal(err)
		}
		close(release)
		<-done
		users, err := s.List(bg)
		if err != nil || len(users) != 1 || users[0].Name != "bob" || f.Count("ReadUsers") != 1 {
			t.Errorf("%d users listed: %v %v, calls %v", len(listed), users, err, f.Actions())
		}
	}
}

// ReadUsers accepts no login: it is not called, because a refusal could count towards a lock-out.
func TestList_login(t *testing.T) {
	f := &apitest.Fake{Login: true}
	if _, err := service(f).List(bg); !errors.Is(err, domain.ErrLogin) || !domain.IsNotPermitted(err) || len(f.Calls) > 0 {
		t.Errorf("%v, calls %v", err, f.Actions())
	}
}

// If the caller may not list users, the refusal is kept for a limited time.
func TestList_refused(t *testing.T) {
	now := time.Now()
	f := &apitest.Fake{Before: apitest.On("ReadUsers", 1, apitest.Refusal(403, "4")), Users: []api.User{{ID: "U", Name: "bob"}}}
	s := New(f, &apitest.Account{API: f}, domain.Options{Now: func() time.Time { return now }})
	for range 3 {
		if _, err := s.Find(bg, "bob"); !api.IsForbidden(err) {
			t.Errorf("%v", err)
		}
	}
	if f.Count("ReadUsers") != 1 {
		t.Errorf("calls %v", f.Actions())
	}
	now = now.Add(domain.NameTTL)
	if u, err := s.Find(bg, "bob"); err != nil || u.ID != "U" {
		t.Errorf("%v, %v", u, err)
	}
}
