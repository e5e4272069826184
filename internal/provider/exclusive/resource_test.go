package exclusive_test

import (
	"context"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const document = `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`

// subject is one of the four types: how somebody else gives its principal a policy, takes it away and lists them.
type subject struct {
	typeName, who, id, list string
	add, remove             func(ctx context.Context, c *api.Client, policy string) error
	has                     func(ctx context.Context, c *api.Client) ([]string, error)
	canAdd                  bool
}

var group = api.GroupRef{Name: "ops"}

func orns(links []api.LinkedPolicy, err error) (orns []string, _ error) {
	for _, link := range links {
		orns = append(orns, link.ORN)
	}
	return orns, err
}

var subjects = []subject{
	{
		"outscale_user_policies_exclusive", "user_name", "user_id", "policy_orns",
		func(ctx context.Context, c *api.Client, orn string) error { return c.LinkPolicy(ctx, orn, "ops") },
		func(ctx context.Context, c *api.Client, orn string) error { return c.UnlinkPolicy(ctx, orn, "ops") },
		func(ctx context.Context, c *api.Client) ([]string, error) {
			return orns(c.ReadLinkedPolicies(ctx, "ops"))
		}, true,
	},
	{
		"outscale_user_group_policies_exclusive", "user_group_name", "user_group_id", "policy_orns",
		func(ctx context.Context, c *api.Client, orn string) error {
			return c.LinkManagedPolicyToUserGroup(ctx, orn, "ops")
		},
		func(ctx context.Context, c *api.Client, orn string) error {
			return c.UnlinkManagedPolicyFromUserGroup(ctx, orn, "ops")
		},
		func(ctx context.Context, c *api.Client) ([]string, error) {
			return orns(c.ReadManagedPoliciesLinkedToUserGroup(ctx, "ops"))
		}, true,
	},
	{
		"outscale_user_inline_policies_exclusive", "user_name", "user_id", "policy_names",
		func(ctx context.Context, c *api.Client, name string) error {
			return c.PutUserPolicy(ctx, "ops", api.InlinePolicy{Name: name, Document: document})
		},
		func(ctx context.Context, c *api.Client, name string) error {
			return c.DeleteUserPolicy(ctx, "ops", name)
		},
		func(ctx context.Context, c *api.Client) ([]string, error) { return c.ReadUserPolicies(ctx, "ops") }, false,
	},
	{
		"outscale_user_group_inline_policies_exclusive", "user_group_name", "user_group_id", "policy_names",
		func(ctx context.Context, c *api.Client, name string) error {
			return c.PutUserGroupPolicy(ctx, group, api.InlinePolicy{Name: name, Document: document})
		},
		func(ctx context.Context, c *api.Client, name string) error {
			return c.DeleteUserGroupPolicy(ctx, group, name)
		},
		func(ctx context.Context, c *api.Client) (names []string, err error) {
			policies, err := c.ReadUserGroupPolicies(ctx, group)
			for _, p := range policies {
				names = append(names, p.Name)
			}
			return names, err
		}, false,
	},
}

// world is an account with a user and a group, both named ops, and two policies of the kind of a subject.
type world struct {
	*acctest.Protocol
	subject
	t    *testing.T
	a, b string
}

func newWorld(t *testing.T, s subject) world {
	t.Helper()
	w := world{acctest.NewProtocol(t), s, t, "a", "b"}
	w.CreateUser("ops")
	w.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.CreateUserGroup(ctx, "ops", "/")
		return err
	})
	if s.list == "policy_orns" {
		for _, p := range []*string{&w.a, &w.b} {
			w.OutOfBand(func(ctx context.Context, c *api.Client) error {
				made, err := c.CreatePolicy(ctx, api.CreatePolicyInput{Name: *p, Path: "/", Document: document})
				*p = made.ORN
				return err
			})
		}
	}
	return w
}

func (w world) config(policies ...string) acctest.Args {
	return acctest.Args{w.who: "ops", w.list: policies}
}

func (w world) addOutside(policy string) {
	w.t.Helper()
	w.OutOfBand(func(ctx context.Context, c *api.Client) error { return w.add(ctx, c, policy) })
}

func (w world) removeOutside(policy string) {
	w.t.Helper()
	w.OutOfBand(func(ctx context.Context, c *api.Client) error { return w.remove(ctx, c, policy) })
}

func (w world) expect(policies ...string) {
	w.t.Helper()
	var got []string
	w.OutOfBand(func(ctx context.Context, c *api.Client) (err error) {
		got, err = w.has(ctx, c)
		return err
	})
	slices.Sort(got)
	if !slices.Equal(got, policies) {
		w.t.Errorf("policies %v, want %v", got, policies)
	}
}

func each(t *testing.T, test func(w world)) {
	t.Helper()
	for _, s := range subjects {
		t.Run(s.typeName, func(t *testing.T) { test(newWorld(t, s)) })
	}
}

// TestExclusive_lifecycle: policies that are not listed are removed, and a destroy changes nothing.
func TestExclusive_lifecycle(t *testing.T) {
	each(t, func(w world) {
		w.addOutside(w.a)
		w.addOutside(w.b)
		plan := w.NewResource(w.typeName).Plan(w.config(w.a))
		id := plan.Get(w.id)
		plan.ExpectNoErrors()
		if id != any(acctest.Unknown) || len(plan.Warnings()) != 1 {
			w.t.Errorf("id %v, warnings %s; want one that names what will be removed", id, plan)
		}
		r := w.Resource(w.typeName, w.config(w.a))
		w.expect(w.a)
		r.Expect(acctest.Args{"id": r.Get(w.id), w.list: []string{w.a}})
		r.ExpectImport("ops")
		r.ExpectImport(r.String("id"))
		w.ResetCalls()
		r.Destroy()
		w.ExpectWrites()
		w.expect(w.a)
	})
}

// TestExclusive_empty: an empty list removes everything.
func TestExclusive_empty(t *testing.T) {
	each(t, func(w world) {
		w.addOutside(w.a)
		r := w.Resource(w.typeName, w.config())
		w.expect()
		r.Expect(acctest.Args{w.list: []string{}})
	})
}

// TestExclusive_addedOutside: the plan removes a policy that was added outside of Terraform, and the apply removes it.
func TestExclusive_addedOutside(t *testing.T) {
	each(t, func(w world) {
		w.addOutside(w.a)
		r := w.Resource(w.typeName, w.config(w.a))
		w.addOutside(w.b)
		plan := r.Plan(w.config(w.a))
		plan.Expect(acctest.Update, acctest.Args{w.list: []string{w.a}})
		r.Expect(acctest.Args{w.list: []string{w.a, w.b}})
		r.Update(w.config(w.a))
		w.expect(w.a)
	})
}

// TestExclusive_removedOutside: a managed policy is linked again; an inline policy is a warning, until its own resource has
// written it again.
func TestExclusive_removedOutside(t *testing.T) {
	each(t, func(w world) {
		w.addOutside(w.a)
		r := w.Resource(w.typeName, w.config(w.a))
		w.removeOutside(w.a)
		applied := r.Apply(w.config(w.a))
		if w.canAdd {
			applied.ExpectNone()
			w.expect(w.a)
			return
		}
		applied.ExpectWarning("Inline policies are missing: "+r.String("id"), "a", "_inline_policy")
		r.Plan(w.config(w.a)).Expect(acctest.Update, nil)
		w.addOutside(w.a)
		r.ExpectEmptyPlan(w.config(w.a))
	})
}

// TestExclusive_ownerGone: the list is planned again, and a destroy succeeds. A renamed owner is found by its id.
func TestExclusive_ownerGone(t *testing.T) {
	w := newWorld(t, subjects[0])
	user := w.Resource("outscale_user", acctest.Args{"user_name": "ci"})
	config := acctest.Args{"user_id": user.Get("id"), "policy_orns": []string{w.a}}
	r := w.Resource(w.typeName, config)
	user.Update(acctest.Args{"user_name": "robot"})
	r.ExpectEmptyPlan(config)
	r.Expect(acctest.Args{"user_name": "robot"})
	w.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.UnlinkPolicy(ctx, w.a, "robot") })
	w.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.DeleteUser(ctx, "robot") })
	id := r.String("id")
	r.Read().ExpectWarning("Owner of the policies is gone: "+id, "robot")
	if r.Exists() {
		t.Error("the list is still in the state")
	}
}

// TestExclusive_refused: the forms of the elements, and a list without a principal.
func TestExclusive_refused(t *testing.T) {
	w := newWorld(t, subjects[0])
	for typeName, config := range map[string]acctest.Args{
		"outscale_user_policies_exclusive":        {"user_name": "ops", "policy_orns": []string{"a"}},
		"outscale_user_inline_policies_exclusive": {"user_name": "ops", "policy_names": []string{"a b"}},
		"outscale_user_group_policies_exclusive":  {"policy_orns": []string{}},
	} {
		if plan := w.NewResource(typeName).Plan(config); !plan.HasError() {
			t.Errorf("%s: accepted", typeName)
		}
	}
	w.NewResource(w.typeName).Apply(acctest.Args{"user_name": "nobody", "policy_orns": []string{}}).ExpectError("Policies not made exclusive", "no user named nobody")
}
