package usergroup_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

func TestUserGroup_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	group := h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"})
	id := group.String("id")
	group.ExpectImport(id, "force_destroy")
	group.Update(acctest.Args{"user_group_name": "platform", "path": "/infra/"})
	group.Expect(acctest.Args{"id": id, "user_group_id": id, "user_group_name": "platform", "path": "/infra/"})
	group.Destroy()
	h.ExpectWrites("CreateUserGroup", "UpdateUserGroup", "DeleteUserGroup")
}

func TestUserGroup_forceDestroy(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("ci")
	group := h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.AddUserToUserGroup(ctx, api.GroupRef{Name: "ops"}, api.UserRef{Name: "ci"})
	})
	group.TryDestroy().ExpectError("User group not deleted", "User group ops still has members ci", "force_destroy")
	group.Update(acctest.Args{"user_group_name": "ops", "force_destroy": true})
	group.Destroy()
}

func TestUserGroup_goneOutside(t *testing.T) {
	h := acctest.NewProtocol(t)
	group := h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.DeleteUserGroup(ctx, api.GroupRef{Name: "ops"}, true)
	})
	id := group.String("id")
	group.Read().ExpectWarning("User group is gone: " + id)
}

// TestUserGroup_lostAnswers: if the answer to a call for a block is lost, the state has what the API may have done, so that a
// destroy removes it.
func TestUserGroup_lostAnswers(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("ci")
	orn := createPolicy(h, "read")
	config := with("ops", []string{"ci"}, []string{orn})
	for _, action := range []string{"AddUserToUserGroup", "LinkManagedPolicyToUserGroup"} {
		h.SetFaults(simulator.Fault{Action: action, Kind: faults.StatusAfter, Status: http.StatusNotImplemented})
		group := h.NewResource(typeName)
		group.Apply(config).ExpectErrorAmong("User group not created", action)
		h.SetFaults()
		if !group.Tainted() {
			t.Errorf("%s: the group is not tainted", action)
		}
		group.Update(config)
		expectGroup(t, h, "ops", []string{"ci"}, []string{orn})
		group.Destroy()
	}
}

const (
	typeName = "outscale_user_group"
	document = `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`
)

type list = []map[string]any

// with is a group with a block for each user and each policy.
func with(name string, users, orns []string) acctest.Args {
	config := acctest.Args{"user_group_name": name}
	var userBlocks, policyBlocks list
	for _, user := range users {
		userBlocks = append(userBlocks, acctest.Args{"user_name": user})
	}
	for _, orn := range orns {
		policyBlocks = append(policyBlocks, acctest.Args{"policy_orn": orn})
	}
	config["user"], config["policy"] = userBlocks, policyBlocks
	return config
}

func createPolicy(h *acctest.Protocol, name string) (orn string) {
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		p, err := c.CreatePolicy(ctx, api.CreatePolicyInput{Name: name, Path: "/", Document: document})
		orn = p.ORN
		return err
	})
	return orn
}

// expectGroup fails the test unless a group has these members and these policies.
func expectGroup(t *testing.T, h *acctest.Protocol, name string, users, orns []string) {
	t.Helper()
	var members, links []string
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, found, err := c.ReadUserGroup(ctx, api.GroupRef{Name: name})
		for _, u := range found {
			members = append(members, u.Name)
		}
		return err
	})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		found, err := c.ReadManagedPoliciesLinkedToUserGroup(ctx, name)
		for _, p := range found {
			links = append(links, p.ORN)
		}
		return err
	})
	slices.Sort(members)
	slices.Sort(links)
	if !slices.Equal(members, users) || !slices.Equal(links, orns) {
		t.Errorf("group %s has members %v and policies %v, want %v and %v", name, members, links, users, orns)
	}
}

// TestUserGroup_blocks tests the lifecycle of the blocks.
func TestUserGroup_blocks(t *testing.T) {
	h := acctest.NewProtocol(t)
	for _, name := range []string{"ann", "bob", "eve"} {
		h.CreateUser(name)
	}
	a, b := createPolicy(h, "a"), createPolicy(h, "b")
	h.ResetCalls()
	group := h.Resource(typeName, with("ops", []string{"ann", "bob"}, []string{a}))
	h.ExpectWrites("CreateUserGroup", "AddUserToUserGroup", "AddUserToUserGroup", "LinkManagedPolicyToUserGroup")
	expectGroup(t, h, "ops", []string{"ann", "bob"}, []string{a})
	imported := group.ExpectImport("ops", "user", "policy")
	imported.ExpectEmptyPlan(acctest.Args{"user_group_name": "ops"}) // an import plans no revocation
	h.ResetCalls()
	imported.Update(with("ops", []string{"ann", "bob"}, []string{a}))
	h.ExpectWrites() // the group already has what the blocks name

	h.ResetCalls() // one replaces another: the old one is removed first
	group.Update(with("ops", []string{"bob", "eve"}, []string{b}))
	h.ExpectWrites("RemoveUserFromUserGroup", "AddUserToUserGroup", "UnlinkManagedPolicyFromUserGroup", "LinkManagedPolicyToUserGroup")

	h.ResetCalls() // a rename keeps members and policies
	orn := group.Get("orn")
	group.Plan(with("ops", []string{"bob", "eve"}, []string{a})).Expect(acctest.Update, acctest.Args{"orn": orn, "last_modification_date": acctest.NotNull})
	group.Update(with("platform", []string{"bob", "eve"}, []string{b}))
	h.ExpectWrites("UpdateUserGroup")

	// changed outside of Terraform: the blocks are restored
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.AddUserToUserGroup(ctx, api.GroupRef{Name: "platform"}, api.UserRef{Name: "ann"})
	})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.UnlinkManagedPolicyFromUserGroup(ctx, b, "platform")
	})
	group.Update(with("platform", []string{"bob", "eve"}, []string{b}))
	expectGroup(t, h, "platform", []string{"bob", "eve"}, []string{b})

	// without blocks the members and links of the last ones are removed, and then none are managed
	none := acctest.Args{"user_group_name": "platform"}
	plan := group.Plan(none)
	plan.ExpectWarning("Users are removed from the group: "+group.String("id"), "bob", "eve")
	plan.ExpectWarning("Policies are unlinked: "+group.String("id"), b)
	group.Update(none)
	expectGroup(t, h, "platform", nil, nil)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.AddUserToUserGroup(ctx, api.GroupRef{Name: "platform"}, api.UserRef{Name: "ann"})
	})
	group.ExpectEmptyPlan(none)
	expectGroup(t, h, "platform", []string{"ann"}, nil)
}

// TestUserGroup_memberRenamed: a member that is renamed stays, in the same run or outside, and no membership is touched.
func TestUserGroup_memberRenamed(t *testing.T) {
	h := acctest.NewProtocol(t)
	user := h.Resource("outscale_user", acctest.Args{"user_name": "ci"})
	group := h.Resource(typeName, with("ops", []string{"ci"}, nil))
	h.ResetCalls()
	user.Update(acctest.Args{"user_name": "pipeline"})
	group.SkipRefresh = true // the plan was made before the rename
	group.Apply(with("ops", []string{"pipeline"}, nil)).ExpectNoErrors()
	group.SkipRefresh = false
	group.ExpectEmptyPlan(with("ops", []string{"pipeline"}, nil))
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.UpdateUser(ctx, api.UpdateUserInput{UserName: "pipeline", NewUserName: "robot"})
		return err
	})
	group.Update(with("ops", []string{"robot"}, nil))
	h.ExpectWrites("UpdateUser")
}

// TestUserGroup_memberPath: a path in a block must be the user's.
func TestUserGroup_memberPath(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.Resource("outscale_user", acctest.Args{"user_name": "ci", "path": "/robots/"})
	at := func(path string) acctest.Args {
		return acctest.Args{"user_group_name": "ops", "user": list{{"user_name": "ci", "path": path}}}
	}
	group := h.Resource(typeName, at("/robots/"))
	group.Apply(at("/other/")).ExpectError("User group not updated", "path of user ci is /robots/, and not /other/")
	group.ExpectEmptyPlan(at("/robots/"))
}

// TestUserGroup_blockTwice: two blocks for one user, or for one policy, are refused at plan, even if the group has them.
func TestUserGroup_blockTwice(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("ci")
	policy := h.Resource("outscale_policy", acctest.Args{"policy_name": "read", "document": document})
	twice := acctest.Args{"user_group_name": "ops", "user": list{{"user_name": "ci"}, {"user_name": "ci", "path": "/"}}}
	h.NewResource(typeName).Apply(twice).ExpectError("Block is there twice", "Several `user` blocks have the `user_name` ci")
	group := h.Resource(typeName, with("ops", []string{"ci"}, []string{policy.String("orn")}))
	h.ResetCalls()
	group.Apply(twice).ExpectError("Block is there twice", "Keep one of them")
	twice = with("ops", []string{"ci"}, []string{policy.String("orn")})
	twice["policy"] = append(twice["policy"].(list), acctest.Args{"policy_orn": policy.String("orn"), "default_version_id": "v1"})
	group.Apply(twice).ExpectError("Block is there twice", "Several `policy` blocks have the `policy_orn`")
	h.ExpectWrites()
}

// TestUserGroup_destroyKeepsOthers: members and policies that the blocks do not name keep the group, and everything in it.
func TestUserGroup_destroyKeepsOthers(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("ann")
	h.CreateUser("bob")
	a, b := createPolicy(h, "a"), createPolicy(h, "b")
	config := with("ops", []string{"ann"}, []string{a})
	group := h.Resource(typeName, config)
	group.SkipRefresh = true
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.AddUserToUserGroup(ctx, api.GroupRef{Name: "ops"}, api.UserRef{Name: "bob"})
	})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.LinkManagedPolicyToUserGroup(ctx, b, "ops") })
	h.ResetCalls()
	group.TryDestroy().ExpectError("User group not deleted", "members bob; linked policies "+b, "force_destroy")
	h.ExpectWrites()
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.RemoveUserFromUserGroup(ctx, api.GroupRef{Name: "ops"}, api.UserRef{Name: "bob"})
	})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.UnlinkManagedPolicyFromUserGroup(ctx, b, "ops")
	})
	group.Destroy()
	h.ExpectWrites("RemoveUserFromUserGroup", "UnlinkManagedPolicyFromUserGroup", "DeleteUserGroup")
}

// TestUserGroup_blocksHalfDone: the state has what was done before an error, and the next apply does the rest.
func TestUserGroup_blocksHalfDone(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("ann")
	h.CreateUser("bob")
	a := createPolicy(h, "a")
	group := h.Resource(typeName, with("ops", []string{"ann"}, nil))
	h.SetFaults(acctest.Refusal("AddUserToUserGroup"))
	config := with("ops", []string{"bob"}, []string{a})
	group.Apply(config).ExpectError("User group not updated", "Adding user bob to user group ops")
	group.Expect(acctest.Args{"user": list{}, "policy": list{}})
	h.SetFaults()
	group.Update(config)
	expectGroup(t, h, "ops", []string{"bob"}, []string{a})
	h.NewResource(typeName).Apply(with("new", []string{"nobody"}, nil)).ExpectError("User group not created", "no user named nobody")
}

// TestUserGroup_vanished: a group or a member that no longer exists prevents neither a plan nor a destroy.
func TestUserGroup_vanished(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("ann")
	a := createPolicy(h, "a")
	config := with("ops", []string{"ann"}, []string{a})
	group := h.Resource(typeName, config)
	remove := func() {
		h.OutOfBand(func(ctx context.Context, c *api.Client) error {
			return c.DeleteUserGroup(ctx, api.GroupRef{Name: "ops"}, true)
		})
	}
	remove()
	id := group.String("id")
	group.Plan(config).Expect(acctest.Create, nil).ExpectWarning("User group is gone: " + id)
	group.Update(config)

	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.RemoveUserFromUserGroup(ctx, api.GroupRef{Name: "ops"}, api.UserRef{Name: "ann"})
	})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.DeleteUser(ctx, "ann") })
	group.Update(with("ops", nil, []string{a}))
	remove()
	group.SkipRefresh = true
	group.Destroy()
}

// TestUserGroup_inPlace: a path that is removed from the configuration goes back to its default, and other timeouts need no
// call.
func TestUserGroup_inPlace(t *testing.T) {
	h := acctest.NewProtocol(t)
	group := h.Resource(typeName, acctest.Args{"user_group_name": "ops", "path": "/infra/"})
	group.Plan(acctest.Args{"user_group_name": "ops"}).Expect(acctest.Update, acctest.Args{"path": "/"})
	group.Update(acctest.Args{"user_group_name": "ops"})
	h.ResetCalls()
	group.Update(acctest.Args{"user_group_name": "ops", "timeouts": acctest.Args{"update": "1m"}})
	h.ExpectWrites()
}

// TestUserGroup_importWithBlocks: an import that names blocks reads them, and only them.
func TestUserGroup_importWithBlocks(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("ann")
	a := createPolicy(h, "a")
	config := with("ops", []string{"ann"}, []string{a})
	group := h.Resource(typeName, config)
	h.ResetCalls()
	group.ExpectImport("ops#user,policy").ExpectEmptyPlan(config)
	group.ExpectImport("ops#user", "policy").ExpectEmptyPlan(with("ops", []string{"ann"}, nil))
	group.ExpectImport(group.String("id")+"#policy", "user").ExpectEmptyPlan(with("ops", nil, []string{a}))
	h.ExpectWrites()
	for id, part := range map[string]string{"a/b": "neither the id nor the name", "ops#users": "ops#user,policy", "nobody#user": "nobody"} {
		_, got := h.Import(typeName, id)
		got.ExpectError("User group not imported", part)
	}
}
