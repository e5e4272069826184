package principal_test

import (
	"context"
	"maps"
	"regexp"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

const document = `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`

// world is an account with a user, a group and a policy.
type world struct {
	*acctest.Protocol
	user, group *acctest.Resource
	policy      string
}

func newWorld(t *testing.T, opts ...func(*simulator.Options)) world {
	t.Helper()
	w := world{Protocol: acctest.NewProtocol(t, opts...)}
	w.user = w.Resource("outscale_user", acctest.Args{"user_name": "ci"})
	w.group = w.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"})
	w.OutOfBand(func(ctx context.Context, c *api.Client) error {
		p, err := c.CreatePolicy(ctx, api.CreatePolicyInput{Name: "read", Path: "/", Document: document})
		w.policy = p.ORN
		return err
	})
	return w
}

// configs are a configuration of every type that belongs to a user or a group, by the ids of both.
func (w world) configs() map[string]acctest.Args {
	user, group := acctest.Args{"user_id": w.user.Get("id")}, acctest.Args{"user_group_id": w.group.Get("id")}
	with := func(all ...acctest.Args) acctest.Args {
		config := acctest.Args{}
		for _, args := range all {
			maps.Copy(config, args)
		}
		return config
	}
	link, inline := acctest.Args{"policy_orn": w.policy}, acctest.Args{"policy_name": "p", "document": document}
	orns, names := acctest.Args{"policy_orns": []string{w.policy}}, acctest.Args{"policy_names": []string{}}
	return map[string]acctest.Args{
		"outscale_user_policy_link": with(user, link), "outscale_user_group_policy_link": with(group, link),
		"outscale_user_inline_policy": with(user, inline), "outscale_user_group_inline_policy": with(group, inline),
		"outscale_user_group_membership":   with(user, group),
		"outscale_user_policies_exclusive": with(user, orns), "outscale_user_group_policies_exclusive": with(group, orns),
		"outscale_user_inline_policies_exclusive": with(user, names), "outscale_user_group_inline_policies_exclusive": with(group, names),
	}
}

// each runs a test for every type, in a world of its own.
func each(t *testing.T, test func(t *testing.T, w world, r *acctest.Resource, config acctest.Args)) {
	t.Helper()
	for typeName := range newWorld(t).configs() {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			config := w.configs()[typeName]
			test(t, w, w.Resource(typeName, config), config)
		})
	}
}

// TestPrincipal_vanished: an object of a user or a group that no longer exists is planned again, and a destroy succeeds
// with and without a refresh. The summary of the warning names the object: the CLIs show one of several with one summary.
func TestPrincipal_vanished(t *testing.T) {
	for _, refresh := range []bool{true, false} {
		each(t, func(t *testing.T, w world, r *acctest.Resource, config acctest.Args) {
			w.OutOfBand(func(ctx context.Context, c *api.Client) error {
				return c.DeleteUserGroup(ctx, api.GroupRef{Name: "ops"}, true)
			})
			w.OutOfBand(func(ctx context.Context, c *api.Client) error {
				_ = c.UnlinkPolicy(ctx, w.policy, "ci") // not every type links it
				return c.DeleteUser(ctx, "ci")
			})
			if refresh {
				user, group := regexp.QuoteMeta(w.user.String("id")), regexp.QuoteMeta(w.group.String("id"))
				owner := regexp.MustCompile(": .*(\\bci\\b|\\bops\\b|" + user + "|" + group + ")")
				warnings := r.Plan(config).Expect(acctest.Create, nil).Warnings()
				if len(warnings) == 0 || !owner.MatchString(warnings[0].Summary) {
					t.Errorf("no summary names what is gone and its owner: %v", warnings)
				}
			} else {
				r.SkipRefresh = true
			}
			r.Destroy()
		})
	}
}

// TestPrincipal_renamed: a rename of the user or the group changes nothing that belongs to it, and the plan is empty.
func TestPrincipal_renamed(t *testing.T) {
	each(t, func(_ *testing.T, w world, r *acctest.Resource, config acctest.Args) {
		w.ResetCalls()
		w.user.Update(acctest.Args{"user_name": "robot", "path": "/robots/"})
		w.group.Update(acctest.Args{"user_group_name": "platform", "path": "/teams/"})
		r.ExpectEmptyPlan(config)
		w.ExpectWrites("UpdateUser", "UpdateUserGroup")
		r.Destroy()
	})
}

// TestPrincipal_timeouts: an update of timeouts makes no call.
func TestPrincipal_timeouts(t *testing.T) {
	each(t, func(_ *testing.T, w world, r *acctest.Resource, config acctest.Args) {
		w.ResetCalls()
		config["timeouts"] = acctest.Args{"update": "1m"}
		r.Update(config)
		w.ExpectWrites()
		r.Destroy()
	})
}

// TestPrincipal_anotherAccount: a credential of another account does not find the user or the group, and that is an error: it
// is not gone.
func TestPrincipal_anotherAccount(t *testing.T) {
	each(t, func(t *testing.T, w world, r *acctest.Resource, _ acctest.Args) {
		other := acctest.NewAccount(t, func(o *simulator.Options) { o.Seed = 7 })
		w.Env("OSC_ACCESS_KEY", other.RootAccessKey)
		w.Env("OSC_SECRET_KEY", other.RootSecretKey)
		w.Env("OSC_ENDPOINT_API", other.Endpoint)
		if got := r.Read(); !got.HasError() || !r.Exists() {
			t.Errorf("read: %s", got)
		}
		if got := r.TryDestroy(); !got.HasError() {
			t.Errorf("destroyed: %s", got)
		}
	})
}

// TestPrincipal_renameKeepsAll: a user that is renamed keeps its keys, its memberships, its links and its inline policies.
func TestPrincipal_renameKeepsAll(t *testing.T) {
	w := newWorld(t)
	key := w.Resource("outscale_access_key", acctest.Args{"user_id": w.user.Get("id")})
	all := map[string]*acctest.Resource{}
	for typeName, config := range w.configs() {
		if typeName != "outscale_user_inline_policies_exclusive" && typeName != "outscale_user_group_inline_policies_exclusive" {
			all[typeName] = w.Resource(typeName, config)
		}
	}
	w.ResetCalls()
	w.user.Update(acctest.Args{"user_name": "robot"})
	key.ExpectEmptyPlan(acctest.Args{"user_id": w.user.Get("id")})
	for typeName, r := range all {
		r.ExpectEmptyPlan(w.configs()[typeName])
	}
	w.ExpectWrites("UpdateUser")
	if got := w.OnlyKey(); got.UserName != "robot" || got.State != "ACTIVE" {
		t.Errorf("key of %s, %s", got.UserName, got.State)
	}
}

// TestPrincipal_createBeforeDestroy: a relation that is replaced stays, because its new resource comes before the destroy.
func TestPrincipal_createBeforeDestroy(t *testing.T) {
	for _, typeName := range []string{"outscale_user_policy_link", "outscale_user_group_policy_link", "outscale_user_group_membership"} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			config := w.configs()[typeName]
			r := w.Resource(typeName, config)
			r.CreateBeforeDestroy, r.ForceReplace = true, true
			r.Apply(config).ExpectNoErrors()
			r.ForceReplace = false
			r.ExpectEmptyPlan(config)
			w.ResetCalls()
			r.Destroy()
			if len(w.Writes()) != 1 {
				t.Errorf("a later destroy: %q", w.Writes())
			}
		})
	}
}

// TestPrincipal_movedToBlocks: a relation stays if blocks name it in the run that destroys the resource for it.
func TestPrincipal_movedToBlocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob := w.CreateUser("bob")
	user := acctest.Args{"user_name": "ci", "policy": []map[string]any{{"policy_orn": w.policy}}}
	group := acctest.Args{"user_group_name": "ops", "user": []map[string]any{{"user_name": "ci"}}}
	link := w.Resource("outscale_user_policy_link", acctest.Args{"user_name": "ci", "policy_orn": w.policy})
	member := w.Resource("outscale_user_group_membership", acctest.Args{"user_name": "ci", "user_group_name": "ops"})
	toBob, bobIn := acctest.Args{"user_name": bob.Name, "policy_orn": w.policy}, acctest.Args{"user_name": bob.Name, "user_group_name": "ops"}
	planned := []*acctest.Plan{w.user.Plan(user), w.group.Plan(group), link.Plan(toBob), member.Plan(bobIn)}

	run := w.Start()
	for i, config := range []acctest.Args{user, group, toBob, bobIn} {
		run.Apply(planned[i], config).ExpectNoErrors()
	}
	w.user.ExpectEmptyPlan(user)
	w.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, members, err := c.ReadUserGroup(ctx, api.GroupRef{Name: "ops"})
		if len(members) != 2 {
			t.Errorf("members %v", members)
		}
		return err
	})
}

// TestPrincipal_nameAndID: both can be configured, as in a generated configuration. The id decides in a rename, and a name of
// another principal is an error of the plan.
func TestPrincipal_nameAndID(t *testing.T) {
	each(t, func(t *testing.T, w world, r *acctest.Resource, config acctest.Args) {
		with := func(user, group string) acctest.Args {
			args := maps.Clone(config)
			if args["user_id"] != nil {
				args["user_name"] = user
			}
			if args["user_group_id"] != nil {
				args["user_group_name"] = group
			}
			return args
		}
		r.ExpectEmptyPlan(with("ci", "ops"))
		wrong := r.Plan(with("bob", "dev"))
		if errs := wrong.Errors(); len(errs) == 0 || errs[0].Summary != "Name and id differ" {
			t.Errorf("other names: %s", wrong)
		}
		user, group := acctest.Args{"user_name": "robot"}, acctest.Args{"user_group_name": "platform"}
		p := w.Start()
		planned := []*acctest.Plan{p.Plan(w.user, user), p.Plan(w.group, group), p.Plan(r, with("robot", "platform")).Expect(acctest.Update, nil)}
		run := w.Start()
		run.Apply(planned[0], user).ExpectNoErrors()
		run.Apply(planned[1], group).ExpectNoErrors()
		w.ResetCalls()
		run.Apply(planned[2], with("robot", "platform")).ExpectNoErrors()
		w.ExpectWrites()
		r.ExpectEmptyPlan(with("robot", "platform"))
		r.Destroy()
	})
}
