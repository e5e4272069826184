package user_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

type blocks = []map[string]any

func filter(name string, values ...string) blocks {
	return blocks{{"name": name, "values": values}}
}

// TestUserData_one: a user is found by name, id or filter, with all attributes of the resource.
func TestUserData_one(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	alice := h.Resource(user, named("alice"))
	h.CreateUser("bob")
	want := acctest.Args{}
	for _, name := range []string{"id", "user_id", "user_name", "path", "user_email", "creation_date", "last_modification_date"} {
		want[name] = alice.Get(name)
	}
	for _, config := range []acctest.Args{named("alice"), {"user_id": alice.Get("id")}, {"filter": filter("user_ids", alice.String("id"))}} {
		h.DataSource(user, config).Expect(want)
	}
}

// TestUserData_notOne: none, several, and criteria that are refused.
func TestUserData_notOne(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	h.CreateUser("bob")
	for name, c := range map[string]struct {
		config acctest.Args
		text   string
	}{
		"none":              {named("nobody"), "No user matches user_name = nobody"},
		"another id":        {acctest.Args{"user_name": "alice", "id": "zzz"}, "No user matches id = zzz"},
		"several":           {acctest.Args{"filter": filter("user_names", "alice", "bob")}, "2 users match user_names = alice, bob: alice ("},
		"no criterion":      {acctest.Args{}, "t least one"},
		"an unknown filter": {acctest.Args{"filter": filter("colours", "red")}, `"user_names"`},
	} {
		got := h.DataSource(user, c.config)
		if !slices.ContainsFunc(got.Errors(), func(d *tfprotov6.Diagnostic) bool { return strings.Contains(d.Summary+"\n"+d.Detail, c.text) }) {
			t.Errorf("%s: no error says %q: %s", name, c.text, got)
		}
	}
}

// TestUsersData_list: an empty list is not an error, and the same arguments give the same id.
func TestUsersData_list(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	bob := h.CreateUser("bob")
	for name, c := range map[string]struct {
		config acctest.Args
		want   int
	}{
		"all": {acctest.Args{}, 2}, "by id": {acctest.Args{"filter": filter("user_ids", bob.ID)}, 1}, "none": {acctest.Args{"filter": filter("user_names", "nobody")}, 0},
	} {
		got := h.DataSource("outscale_users", c.config)
		if n := len(got.List("users")); n != c.want {
			t.Errorf("%s: %d users, want %d", name, n, c.want)
		}
		if again := h.DataSource("outscale_users", c.config); again.Get("id") != got.Get("id") {
			t.Errorf("%s: the id was %v and is %v", name, got.Get("id"), again.Get("id"))
		}
	}
}

// TestUsersData_allPages: more users than the API returns on a page, found by name on the last one.
func TestUsersData_allPages(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	var group sync.WaitGroup
	client, slots := h.API(), make(chan struct{}, 8)
	for i := range 1100 {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if _, err := client.CreateUser(t.Context(), api.CreateUserInput{UserName: fmt.Sprintf("user-%04d", i), Path: "/"}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := len(h.DataSource("outscale_users", acctest.Args{}).List("users")); n != 1100 {
		t.Errorf("%d users", n)
	}
	h.DataSource(user, named("user-1099")).Expect(named("user-1099"))
	h.ExpectCalls(map[string]int{"ReadUsers": 4})
}
