package usergroup_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

func createGroup(h *acctest.Protocol, name, path string, users ...string) (made api.UserGroup) {
	h.OutOfBand(func(ctx context.Context, c *api.Client) (err error) {
		if made, err = c.CreateUserGroup(ctx, name, path); err != nil {
			return err
		}
		for _, user := range users {
			if err := c.AddUserToUserGroup(ctx, api.GroupRef{Name: name}, api.UserRef{Name: user}); err != nil {
				return err
			}
		}
		return nil
	})
	return made
}

func filters(name string, values ...string) acctest.Args {
	return acctest.Args{"filter": list{{"name": name, "values": values}}}
}

// TestUserGroupData_one is found by name, by id and with its path, with its members.
func TestUserGroupData_one(t *testing.T) {
	h := acctest.NewProtocol(t)
	ann := h.CreateUser("ann")
	made := createGroup(h, "ops", "/infra/", "ann")
	for _, config := range []acctest.Args{{"user_group_name": "ops"}, {"user_group_id": made.ID}, {"user_group_name": "ops", "path": "/infra/"}} {
		got := h.DataSource(typeName, config)
		got.Expect(acctest.Args{"id": made.ID, "user_group_id": made.ID, "user_group_name": "ops", "path": "/infra/", "orn": made.ORN, "creation_date": acctest.NotNull})
		members := got.List("user")
		if len(members) != 1 {
			t.Fatalf("members %v", members)
		}
		if text := acctest.Mismatch(members[0], acctest.Args{"user_id": ann.ID, "user_name": "ann", "user_email": ann.Email, "path": "/"}); text != "" {
			t.Error(text)
		}
	}
	h.DataSource(typeName, acctest.Args{"user_group_name": "nobody"}).ExpectError("User group not read", "no user group named nobody")
	h.DataSource(typeName, acctest.Args{"user_group_name": "ops", "path": "/"}).ExpectError("User group not read", "The path of user group ops is /infra/")
	if got := h.DataSource(typeName, acctest.Args{}); !got.HasError() {
		t.Error("nothing is asked for")
	}
}

// TestUserGroupsData_list: every filter, an empty list, a stable id, and a filter that does not exist.
func TestUserGroupsData_list(t *testing.T) {
	h := acctest.NewProtocol(t)
	made := createGroup(h, "ops", "/infra/")
	createGroup(h, "dev", "/")
	for name, c := range map[string]struct {
		config acctest.Args
		want   int
	}{
		"all": {acctest.Args{}, 2}, "by path": {filters("path_prefix", "/infra/"), 1}, "by two paths": {filters("path_prefix", "/infra/", "/"), 2},
		"by id": {filters("user_group_ids", made.ID), 1}, "by name": {filters("user_group_names", "dev", "x"), 1}, "none": {filters("user_group_ids", "x"), 0},
	} {
		got := h.DataSource("outscale_user_groups", c.config)
		if n := len(got.List("user_groups")); n != c.want {
			t.Errorf("%s: %d groups, want %d", name, n, c.want)
		}
		if again := h.DataSource("outscale_user_groups", c.config); again.Get("id") != got.Get("id") {
			t.Errorf("%s: the id was %v and is %v", name, got.Get("id"), again.Get("id"))
		}
	}
	if got := h.DataSource("outscale_user_groups", filters("colours", "red")); !got.HasError() {
		t.Error("an unknown filter is accepted")
	}
}

// TestUserGroupsData_allPages: more groups than the API returns on a page.
func TestUserGroupsData_allPages(t *testing.T) {
	h := acctest.NewProtocol(t)
	var wait sync.WaitGroup
	client, slots := h.API(), make(chan struct{}, 8)
	for i := range 1010 {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			if _, err := client.CreateUserGroup(t.Context(), fmt.Sprintf("group-%04d", i), "/"); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := len(h.DataSource("outscale_user_groups", acctest.Args{}).List("user_groups")); n != 1010 {
		t.Errorf("%d groups", n)
	}
	h.DataSource(typeName, acctest.Args{"user_group_name": "group-1009"}).Expect(acctest.Args{"user_group_name": "group-1009"})
}

// TestUserGroupsPerUserData_list: the groups of a user, no group, a wrong path, and an unknown user.
func TestUserGroupsPerUserData_list(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("ann")
	h.CreateUser("bob")
	createGroup(h, "ops", "/", "ann")
	createGroup(h, "dev", "/", "ann")
	const typeName = "outscale_user_groups_per_user"
	for user, want := range map[string]int{"ann": 2, "bob": 0} {
		got := h.DataSource(typeName, acctest.Args{"user_name": user, "user_path": "/"})
		if n := len(got.List("user_groups")); n != want {
			t.Errorf("%s: %d groups", user, n)
		}
	}
	h.DataSource(typeName, acctest.Args{"user_name": "ann", "user_path": "/x/"}).ExpectError("User groups not read", "path of user ann is /, and not /x/")
	h.DataSource(typeName, acctest.Args{"user_name": "nobody"}).ExpectError("User groups not read", "nobody")
}
