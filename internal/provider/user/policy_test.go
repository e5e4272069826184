package user_test

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const document = `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`

// policies creates managed policies outside of Terraform and returns their ORNs.
func policies(h *acctest.Protocol, names ...string) (orns []string) {
	for _, name := range names {
		h.OutOfBand(func(ctx context.Context, c *api.Client) error {
			p, err := c.CreatePolicy(ctx, api.CreatePolicyInput{Name: name, Path: "/", Document: document})
			orns = append(orns, p.ORN)
			return err
		})
	}
	return orns
}

// withPolicies is a user with a `policy` block for each ORN.
func withPolicies(name string, orns ...string) acctest.Args {
	b := blocks{}
	for _, orn := range orns {
		b = append(b, acctest.Args{"policy_orn": orn})
	}
	return acctest.Args{"user_name": name, "policy": b}
}

// linked are the ORNs of the policies that are linked to a user, in order.
func linked(h *acctest.Protocol, userName string) (orns []string) {
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		links, err := c.ReadLinkedPolicies(ctx, userName)
		for _, link := range links {
			orns = append(orns, link.ORN)
		}
		return err
	})
	slices.Sort(orns)
	return orns
}

func expectLinked(t *testing.T, h *acctest.Protocol, userName string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := linked(h, userName); !slices.Equal(got, want) {
		t.Errorf("linked to %s: %v, want %v", userName, got, want)
	}
}

// TestUserPolicies_lostAnswer: if the answer to a link is lost, the state has the block, so that a destroy unlinks the policy.
// A refused link is not in the state.
func TestUserPolicies_lostAnswer(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	orns := policies(h, "read")
	config := withPolicies("alice", orns...)
	for fault, blocks := range map[simulator.Fault]int{
		{Kind: faults.StatusAfter, Status: http.StatusNotImplemented}:  1,
		{Kind: faults.Status, Status: http.StatusForbidden, Code: "4"}: 0,
	} {
		fault.Action = "LinkPolicy"
		h.SetFaults(fault)
		u := h.NewResource(user)
		u.Apply(config).ExpectErrorAmong("User not created", "LinkPolicy")
		h.SetFaults()
		if list, _ := u.Get("policy").([]any); len(list) != blocks || !u.Tainted() {
			t.Errorf("%s: blocks %v, tainted %v", fault.Kind, list, u.Tainted())
		}
		u.Update(config)
		expectLinked(t, h, "alice", orns...)
		u.Destroy()
	}
}

func link(h *acctest.Protocol, orn, userName string) {
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.LinkPolicy(ctx, orn, userName) })
}

// TestUser_policyBlocks tests the lifecycle of the blocks.
func TestUser_policyBlocks(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	orn := policies(h, "a", "b", "c")
	u := h.Resource(user, withPolicies("ci", orn[0]))
	u.Expect(acctest.Args{"policy": blocks{{"policy_orn": orn[0], "policy_name": "a", "policy_id": policyAttr(u, "policy_id"), "default_version_id": "v1",
		"creation_date": policyAttr(u, "creation_date"), "last_modification_date": policyAttr(u, "last_modification_date")}}})
	u.ExpectImport(u.String("id"), "policy")

	h.ResetCalls() // one policy replaces another: the old one is unlinked first
	u.Update(withPolicies("ci", orn[1], orn[2]))
	expectLinked(t, h, "ci", orn[1:]...)
	h.ExpectWrites("UnlinkPolicy", "LinkPolicy", "LinkPolicy")

	h.ResetCalls() // a rename keeps the links, and plans nothing for them
	plan := u.Plan(withPolicies("robot", orn[1], orn[2])).Expect(acctest.Update, nil)
	if got, want := byORN(plan.Get("policy")), byORN(u.Get("policy")); !reflect.DeepEqual(got, want) {
		t.Errorf("planned policies %v, want %v", got, want)
	}
	u.Update(withPolicies("robot", orn[1], orn[2]))
	h.ExpectWrites("UpdateUser")

	link(h, orn[0], "robot") // linked outside of Terraform and in no block: unlinked
	u.Update(withPolicies("robot", orn[1], orn[2]))
	expectLinked(t, h, "robot", orn[1:]...)

	// unlinked outside: linked again
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.UnlinkPolicy(ctx, orn[1], "robot") })
	u.Update(withPolicies("robot", orn[1], orn[2]))
	expectLinked(t, h, "robot", orn[1:]...)

	// without blocks the links of the last block are removed, and then links are not managed
	u.Plan(withPolicies("robot")).ExpectWarning("Policies are unlinked: "+u.String("id"), orn[1], "user robot")
	u.Update(withPolicies("robot"))
	expectLinked(t, h, "robot")
	link(h, orn[0], "robot")
	h.ResetCalls()
	u.ExpectEmptyPlan(withPolicies("robot"))
	h.ExpectCalls(map[string]int{"ReadUsers": 1})
	expectLinked(t, h, "robot", orn[0])
}

// byORN are the blocks of a value by their ORNs.
func byORN(value any) map[any]any {
	all := map[any]any{}
	for _, b := range value.([]any) {
		all[b.(map[string]any)["policy_orn"]] = b
	}
	return all
}

func policyAttr(u *acctest.Resource, name string) any {
	return u.Get("policy").([]any)[0].(map[string]any)[name]
}

// TestUser_policyBlockEmptyOrUnknown: a dynamic block without elements, and one whose elements are not known yet.
func TestUser_policyBlockEmptyOrUnknown(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	u := h.Resource(user, acctest.Args{"user_name": "ci", "policy": blocks{}})
	u.Expect(acctest.Args{"policy": blocks{}})
	orn := policies(h, "a")
	for name, config := range map[string]acctest.Args{
		"blocks": {"user_name": "ci", "policy": acctest.Unknown},
		"ORN":    {"user_name": "ci", "policy": blocks{{"policy_orn": acctest.Unknown}}},
	} {
		t.Log(name)
		u.Plan(config).Expect(acctest.Update, acctest.Args{"last_modification_date": u.Get("last_modification_date")})
	}
	u.Update(withPolicies("ci", orn...))
}

// TestUser_defaultVersion: a block cannot set it, because it applies to everybody who has the policy.
func TestUser_defaultVersion(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	orn := policies(h, "a")
	config := acctest.Args{"user_name": "ci", "policy": blocks{{"policy_orn": orn[0], "default_version_id": "v1"}}}
	h.NewResource(user).Plan(config).ExpectErrorAt("policy", "every user and group", "outscale_policy_version")
	unknown := acctest.Args{"user_name": "ci", "policy": blocks{{"policy_orn": acctest.Unknown, "default_version_id": "v1"}}}
	h.NewResource(user).Plan(unknown).ExpectErrorAt("policy", "The `policy` block whose `policy_orn` is not known yet has a `default_version_id`.")
	u := h.Resource(user, withPolicies("ci", orn...))
	other := acctest.Args{"user_name": "ci", "policy": blocks{{"policy_orn": orn[0], "default_version_id": "v2"}}}
	u.Plan(other).ExpectErrorAt("policy", "outscale_policy_version")

	// A configuration that a CLI generates for an import has the default version.
	u.ExpectEmptyPlan(config)

	// Values that a CLI fills in for ignore_changes are not set by the user.
	u.IgnoreChanges = []string{"policy"}
	u.ExpectEmptyPlan(withPolicies("ci"))
	expectLinked(t, h, "ci", orn...)
}

// TestUser_policyBlockHalfDone: the state has what was linked before an error, and the next apply links the rest.
func TestUser_policyBlockHalfDone(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	orn := policies(h, "a", "b")
	u := h.Resource(user, withPolicies("ci", orn[0]))
	h.SetFaults(acctest.Refusal("LinkPolicy"))
	u.Apply(withPolicies("ci", orn[1])).ExpectError("User not updated", "Linking policy "+orn[1]+" to user ci")
	u.Expect(acctest.Args{"policy": blocks{}})
	h.SetFaults()
	u.Update(withPolicies("ci", orn[1]))
	expectLinked(t, h, "ci", orn[1])
}

// TestUser_policiesGoWithUser: a destroy unlinks the policies of the blocks, and nothing else.
func TestUser_policiesGoWithUser(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	orn := policies(h, "a", "b")
	u := h.Resource(user, withPolicies("ci", orn[0]))
	u.SkipRefresh = true
	link(h, orn[1], "ci")
	u.TryDestroy().ExpectError("User not deleted", "linked policies "+orn[1], "force_destroy")
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.UnlinkPolicy(ctx, orn[1], "ci") })
	u.Destroy()
}

// TestUser_keysKeepRights: while a key of the user prevents the deletion, no right is removed.
func TestUser_keysKeepRights(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	orn := policies(h, "a")
	u := h.Resource(user, withPolicies("ci", orn...))
	key := h.CreateKey(api.CreateAccessKeyInput{UserName: "ci"})
	u.TryDestroy().ExpectError("User not deleted", "access keys "+key.ID, "force_destroy")
	expectLinked(t, h, "ci", orn...)
	h.ExpectWrites("CreateUser", "LinkPolicy")
}

// TestUser_vanished: a user that is gone is planned again with its links, and can be destroyed.
func TestUser_vanished(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	orn := policies(h, "a")
	config := withPolicies("ci", orn...)
	u := h.Resource(user, config)
	remove := func() {
		h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.UnlinkPolicy(ctx, orn[0], "ci") })
		h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.DeleteUser(ctx, "ci") })
	}
	remove()
	u.Plan(config).Expect(acctest.Create, nil).ExpectWarning("User is gone")
	u.Update(config)
	remove()
	u.SkipRefresh = true
	u.Destroy()
}

// TestUser_importKeepsLinks: after an import, no plan unlinks a policy unseen. Without blocks the links stay. With blocks
// the next plan adds them, and only the plan after that unlinks others, and shows it.
func TestUser_importKeepsLinks(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("ci")
	orn := policies(h, "a", "b")
	link(h, orn[0], "ci")
	link(h, orn[1], "ci")
	u, got := h.Import(user, "ci")
	got.ExpectNone()
	u.ExpectEmptyPlan(named("ci"))
	config := withPolicies("ci", orn[0])
	h.ResetCalls()
	u.Plan(config).Expect(acctest.Update, nil)
	u.Apply(config).ExpectNoErrors()
	h.ExpectWrites() // it is linked
	expectLinked(t, h, "ci", orn...)
	u.Update(config)
	expectLinked(t, h, "ci", orn[0])
}

// TestUser_importWithBlocks: an import that names the blocks reads them. The plan is empty for a configuration with the
// same blocks, and otherwise shows what is unlinked.
func TestUser_importWithBlocks(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	orn := policies(h, "a", "b")
	u := h.Resource(user, withPolicies("ci", orn...))
	h.ResetCalls()
	u.ExpectImport("ci#policy").ExpectEmptyPlan(withPolicies("ci", orn...))
	imported := u.ExpectImport(u.String("id") + "#policy")
	imported.Plan(named("ci")).Expect(acctest.Update, nil).ExpectWarning("Policies are unlinked", orn[0])
	imported.Update(withPolicies("ci", orn[1]))
	h.ExpectWrites("UnlinkPolicy")
	imported.Update(named("ci")) // the last block is gone: later refreshes go by the state
	link(h, orn[0], "ci")
	imported.ExpectEmptyPlan(named("ci"))

	h.CreateUser("plain")
	plain, got := h.Import(user, "plain#policy") // without a link there is no block
	got.ExpectNone()
	link(h, orn[0], "plain")
	plain.ExpectEmptyPlan(named("plain"))
	for _, id := range []string{"ci#", "ci#user", "ci#policy,policy#", "#policy"} {
		_, got := h.Import(user, id)
		got.ExpectError("User not imported", "neither the id nor the name", "alice#policy")
	}
}

// TestUser_renamedSincePlan: policies are unlinked from the user with the id, even if it was renamed before the apply.
func TestUser_renamedSincePlan(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	orn := policies(h, "a")
	u := h.Resource(user, withPolicies("ci", orn...))
	plan := u.Plan(named("ci"))
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.UpdateUser(ctx, api.UpdateUserInput{UserName: "ci", NewUserName: "robot"})
		return err
	})
	plan.Apply().ExpectNoErrors()
	expectLinked(t, h, "robot")
}
