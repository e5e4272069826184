package acceptance_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// The sizes of the runs whose calls are counted. owners have keysEach keys each, the caller has one.
const (
	owners   = 12
	keysEach = 5
)

// calls are counts of calls by action.
type calls map[string]int

// made runs something and counts its calls. No object is read twice by it, but for the list of users.
func made(t *testing.T, w *World, run func()) calls {
	t.Helper()
	mark := w.Mark()
	run()
	seen := map[string]int{}
	for _, call := range mark.Calls() {
		seen[call.Action+string(call.Body)]++
	}
	for read, n := range seen {
		if n > 1 && strings.HasPrefix(read, "ReadAccessKeys") {
			t.Errorf("read %d times: %s", n, read)
		}
	}
	return tally(mark)
}

// tally counts the calls since the mark.
func tally(m *Mark) calls {
	n := calls{}
	for _, call := range m.Calls() {
		n[call.Action]++
	}
	return n
}

func (c calls) expect(t *testing.T, what string, want calls) {
	t.Helper()
	if !maps.Equal(c, want) {
		t.Errorf("%s: calls %v, want %v", what, c, want)
	}
}

// atOnce is how many resources the CLIs work on at the same time.
const atOnce = 10

// withoutLooks takes out what an apply reads before its first change, when the CLI asks for the plan of each resource once
// more: it cannot be told from a plan, and its keys are looked at like those of one. What is read is a matter of time, and
// bounded.
func (c calls) withoutLooks(t *testing.T, pages int) calls {
	t.Helper()
	if c["ReadAccessKeys"] > atOnce || c["ReadUsers"] > pages {
		t.Errorf("an apply reads more than what it does at once explains: %v", c)
	}
	delete(c, "ReadAccessKeys")
	delete(c, "ReadUsers")
	return c
}

// TestCallsByOwners: a plan costs calls by owners and pages of users, however many keys there are; a user's key costs two
// calls to make and two to delete, the caller's own two and one.
func TestCallsByOwners(t *testing.T) {
	const managed = "resource \"outscale_user\" \"owner\" {\n  count = 12\n  user_name = \"user-${count.index}\"\n}\n"
	for name, c := range map[string]struct {
		users, owner   string
		account, pages int // users that are there before, and how many pages all of them are
		looks          int // pages of users that are read to see what the owners of new keys hold
	}{
		"users of the configuration by name": {users: managed, owner: `user_name = outscale_user.owner[count.index % 12].user_name`, pages: 1, looks: 1},
		"users of the configuration by id":   {users: managed, owner: `user_id = outscale_user.owner[count.index % 12].user_id`, pages: 1},
		"other users by name":                {owner: `user_name = "user-${count.index % 12}"`, account: owners, looks: 1},
		"other users by id":                  {owner: `user_id = local.ids[count.index % 12]`, account: owners, pages: 1, looks: 1},
		"users by id among 1,100":            {owner: `user_id = local.ids[count.index % 12]`, account: 1_100, pages: 2, looks: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			s := w.Workspace(c.users + fmt.Sprintf("locals {\n  ids = [\"%s\"]\n}\n", strings.Join(makeUsers(w, c.account), `", "`)) +
				Block("outscale_access_key", "this", fmt.Sprintf("count = %d", owners*keysEach), c.owner) + Key("own"))
			for _, log := range []string{"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER"} {
				s.Setenv(log, "") // of so many keys it would take most of the time
			}
			keys := owners*keysEach + 1
			users := 0
			if c.users != "" {
				users = owners
			}
			// To plan keys costs the policy, and a look at what their owners hold, where these can be known.
			looked := counted("ReadApiAccessPolicy", 1, "ReadUsers", c.looks, "ReadAccessKeys", 1)
			if users == 0 {
				looked["ReadAccessKeys"] = owners + 1
			}
			made(t, w, func() { s.Must("plan", "-out=saved", "-input=false", "-no-color") }).expect(t, "plan of what is new", looked)
			mark := w.Mark()
			s.Must("apply", "-input=false", "-no-color", "saved")
			tally(mark).withoutLooks(t, c.looks).expect(t, "create",
				counted("ReadApiAccessPolicy", 1, "CreateUser", users, "CreateAccessKey", keys, "UpdateAccessKey", keys))

			reads := counted("ReadUsers", c.pages, "ReadAccessKeys", owners+1)
			if bound, total := owners+c.pages+1, reads["ReadUsers"]+reads["ReadAccessKeys"]; total > bound {
				t.Errorf("%d calls for a plan, the bound is %d", total, bound)
			}
			made(t, w, func() { s.EmptyPlan() }).expect(t, "plan", reads)
			made(t, w, func() { s.Apply() }).expect(t, "apply of nothing", reads)

			got := made(t, w, func() { s.Must("destroy", "-auto-approve", "-input=false", "-no-color") })
			if again := got["ReadUsers"] - c.pages; users > 0 && again > 0 && again <= users {
				// The names by which users are deleted, seconds old: how many deletions share a list is a matter of time.
				got["ReadUsers"] = c.pages
			}
			maps.Copy(reads, counted("UpdateAccessKey", keys-1, "DeleteAccessKey", keys, "DeleteUser", users))
			got.expect(t, "destroy", reads)
			if left := w.Keys(); len(left) != 0 {
				t.Errorf("%d keys left", len(left))
			}
		})
	}
}

// makeUsers makes n users by hand and returns the ids of those that own keys.
func makeUsers(w *World, n int) []string {
	var (
		group errgroup.Group
		ids   = make([]string, n)
		hand  = w.API()
	)
	group.SetLimit(8)
	for i := range n {
		group.Go(func() error {
			user, err := hand.CreateUser(context.Background(), api.CreateUserInput{UserName: fmt.Sprintf("user-%d", i)})
			ids[i] = user.ID
			return err
		})
	}
	w.Must(group.Wait())
	return ids[:min(n, owners)]
}

// counted makes counts of pairs of an action and a number, without those that are none.
func counted(pairs ...any) calls {
	c := calls{}
	for i := 0; i < len(pairs); i += 2 {
		if n := pairs[i+1].(int); n > 0 {
			c[pairs[i].(string)] = n
		}
	}
	return c
}
