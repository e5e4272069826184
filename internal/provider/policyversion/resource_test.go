package policyversion_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

const typeName = "outscale_policy_version"

func allow(action string) string {
	return `{"Statement":[{"Effect":"Allow","Action":["api:` + action + `"],"Resource":["*"]}]}`
}

// policy is a policy outside of Terraform.
func policy(h *acctest.Protocol) string { return policyNamed(h, "deploy") }

func policyNamed(h *acctest.Protocol, name string) string {
	created, err := h.API().CreatePolicy(context.Background(), api.CreatePolicyInput{Name: name, Path: "/", Document: allow("ReadUsers")})
	h.NoError(err)
	return created.ORN
}

// versions are those of a policy, the default one with a star.
func versions(h *acctest.Protocol, orn string) string {
	found, err := h.API().ReadPolicyVersions(context.Background(), orn)
	h.NoError(err)
	var names []string
	for _, v := range found {
		if v.IsDefault {
			v.ID += "*"
		}
		names = append(names, v.ID)
	}
	return strings.Join(names, " ")
}

func addVersion(h *acctest.Protocol, orn string, isDefault bool) string {
	created, err := h.API().CreatePolicyVersion(context.Background(), orn, allow("ReadAccounts"), isDefault)
	h.NoError(err)
	return created.ID
}

func expectVersions(t *testing.T, h *acctest.Protocol, orn, want string) {
	t.Helper()
	if got := versions(h, orn); got != want {
		t.Errorf("the policy has the versions %q, want %q", got, want)
	}
}

func TestPolicyVersion_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	orn := policy(h)
	config := acctest.Args{"policy_orn": orn, "document": allow("ReadAccessKeys")}
	version := h.Resource(typeName, config)
	version.Expect(acctest.Args{"version_id": "v2", "default_version": false, "id": orn + "/v2", "body": allow("ReadAccessKeys"), "creation_date": acctest.NotNull})
	version.ExpectImport(orn + "/v2")
	expectVersions(t, h, orn, "v1* v2")

	h.ResetCalls() // in place, both ways
	config["set_as_default"] = true
	version.Plan(config).Expect(acctest.Update, acctest.Args{"default_version": true, "version_id": "v2"})
	version.Update(config)
	expectVersions(t, h, orn, "v1 v2*")
	version.ExpectImport(orn + "/v2")
	config["set_as_default"] = false
	version.Update(config).ExpectWarning("Policy version stays the default", acctest.At("set_as_default"))
	expectVersions(t, h, orn, "v1 v2*")
	delete(config, "set_as_default")
	version.Update(config).ExpectNone()
	h.ExpectWrites("SetDefaultPolicyVersion")

	h.ResetCalls() // written in another way, and other timeouts
	config["document"] = `{"Statement": [{"Action": "api:ReadAccessKeys", "Effect": "Allow", "Resource": "*"}]}`
	version.ExpectEmptyPlan(config)
	config["timeouts"] = acctest.Args{"update": "1m"}
	version.Update(config)
	h.ExpectWrites()

	other := acctest.Args{"policy_orn": strings.Replace(orn, "deploy", "other", 1), "document": allow("ReadAccessKeys")}
	version.PlanExpectReplace(other, "policy_orn")
	version.Destroy().ExpectWarning("Default version of the policy changes", "Version v1 is made the default")
	expectVersions(t, h, orn, "v1*")
}

// TestPolicyVersion_replaced: the new version is the default one before the old one is deleted, so that v1 decides rights at
// no time.
func TestPolicyVersion_replaced(t *testing.T) {
	for _, asked := range []any{true, nil} {
		h := acctest.NewProtocol(t)
		orn := policy(h)
		config := acctest.Args{"policy_orn": orn, "document": allow("ReadAccessKeys"), "set_as_default": true}
		version := h.Resource(typeName, config)
		config["set_as_default"] = asked
		version.Update(config)
		h.ResetCalls()
		config["document"] = allow("ReadUserGroups")
		version.Plan(config).Expect(acctest.Update, acctest.Args{"default_version": true, "version_id": acctest.Unknown, "body": acctest.Unknown})
		version.Update(config)
		version.Expect(acctest.Args{"version_id": "v3", "default_version": true, "id": orn + "/v3", "document": allow("ReadUserGroups")})
		h.ExpectWrites("CreatePolicyVersion", "DeletePolicyVersion")
		expectVersions(t, h, orn, "v1 v3*")
	}
}

// TestPolicyVersion_replacedAtLimit: with 5 versions, one that is not the default makes room for its successor, and one
// that is the default is not deleted.
func TestPolicyVersion_replacedAtLimit(t *testing.T) {
	h := acctest.NewProtocol(t)
	orn := policy(h)
	config := acctest.Args{"policy_orn": orn, "document": allow("ReadAccessKeys")}
	version := h.Resource(typeName, config)
	for range 3 {
		addVersion(h, orn, false)
	}
	config["document"] = allow("ReadUserGroups")
	version.Update(config)
	expectVersions(t, h, orn, "v1* v3 v4 v5 v6")

	config["set_as_default"] = true
	version.Update(config)
	h.ResetCalls()
	config["document"] = allow("ReadCas")
	version.Apply(config).ExpectError("Policy version not updated", "v1, v3, v4, v5, v6 (the default)", "Delete one")
	h.NewResource(typeName).Apply(config).ExpectError("Policy version not created", "Delete one")
	h.ExpectWrites()
	expectVersions(t, h, orn, "v1 v3 v4 v5 v6*")
}

// TestPolicyVersion_oldNotDeleted: the new version is in the state although the old one could not be deleted.
func TestPolicyVersion_oldNotDeleted(t *testing.T) {
	h := acctest.NewProtocol(t)
	orn := policy(h)
	config := acctest.Args{"policy_orn": orn, "document": allow("ReadAccessKeys"), "set_as_default": true}
	version := h.Resource(typeName, config)
	h.SetFaults(simulator.Fault{Action: "DeletePolicyVersion", Kind: "status", Status: 409, Code: "6003", Probability: 1})
	config["document"] = allow("ReadUserGroups")
	version.Apply(config).ExpectWarning("Old policy version not deleted", "Version v3 has taken its place", "Delete version v2", "6003")
	version.Expect(acctest.Args{"version_id": "v3", "default_version": true})
	expectVersions(t, h, orn, "v1 v2 v3*")
}

// TestPolicyVersion_driftOfDefault: another default version is detected, and undone if the configuration has
// `set_as_default`.
func TestPolicyVersion_driftOfDefault(t *testing.T) {
	h := acctest.NewProtocol(t)
	orn := policy(h)
	config := acctest.Args{"policy_orn": orn, "document": allow("ReadAccessKeys"), "set_as_default": true}
	version := h.Resource(typeName, config)
	addVersion(h, orn, true)
	h.ResetCalls()
	version.Plan(config).Expect(acctest.Update, acctest.Args{"default_version": true})
	version.Expect(acctest.Args{"default_version": false})
	version.Update(config)
	h.ExpectWrites("SetDefaultPolicyVersion")
	expectVersions(t, h, orn, "v1 v2* v3")
}

// TestPolicyVersion_twoDefaults: two versions of one policy that are both to be the default undo each other.
func TestPolicyVersion_twoDefaults(t *testing.T) {
	const several = "Several default versions of one policy"
	h := acctest.NewProtocol(t)
	orn, other := policy(h), policyNamed(h, "other")
	p := h.Start()
	plan := func(orn, action string, isDefault any) *acctest.Plan {
		return p.Plan(h.NewResource(typeName), acctest.Args{"policy_orn": orn, "document": allow(action), "set_as_default": isDefault})
	}
	plan(orn, "ReadUsers", true).ExpectNone()
	plan(orn, "ReadCas", false).ExpectNone()
	plan(other, "ReadUsers", true).ExpectNone()
	plan(orn, "ReadAccounts", true).ExpectWarning(several, acctest.At("set_as_default"), orn)
}

// TestPolicyVersion_gone: a version that no longer exists, alone or with its policy, is planned again and prevents neither
// a plan nor a destroy.
func TestPolicyVersion_gone(t *testing.T) {
	for name, vanish := range map[string]func(ctx context.Context, c *api.Client, orn string) error{
		"alone": func(ctx context.Context, c *api.Client, orn string) error {
			return c.DeletePolicyVersion(ctx, orn, "v2")
		},
		"with its policy": func(ctx context.Context, c *api.Client, orn string) error {
			if err := c.DeletePolicyVersion(ctx, orn, "v2"); err != nil {
				return err
			}
			return c.DeletePolicy(ctx, orn)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := acctest.NewProtocol(t)
			orn := policy(h)
			config := acctest.Args{"policy_orn": orn, "document": allow("ReadAccessKeys")}
			version, stale := h.Resource(typeName, config), h.NewResource(typeName)
			stale.SetState(acctest.Args{"policy_orn": orn, "document": allow("ReadAccessKeys"), "version_id": "v2", "id": "x", "default_version": true})
			h.OutOfBand(func(ctx context.Context, c *api.Client) error { return vanish(ctx, c, orn) })
			stale.SkipRefresh = true
			stale.Destroy()
			version.Plan(config).Expect(acctest.Create, nil).ExpectWarning("Policy version is gone: " + orn + "/v2")
			version.Destroy()
		})
	}
}

// TestPolicyVersion_destroyDefault: v1 becomes the default, or else the newest other version; the only one stays.
func TestPolicyVersion_destroyDefault(t *testing.T) {
	for want, others := range map[string]int{"v4*": 2, "v2*": 0} {
		h := acctest.NewProtocol(t)
		orn := policy(h)
		version := h.Resource(typeName, acctest.Args{"policy_orn": orn, "document": allow("ReadAccessKeys"), "set_as_default": true})
		for range others {
			addVersion(h, orn, false)
		}
		h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.DeletePolicyVersion(ctx, orn, "v1") })
		got := version.Destroy()
		if others == 0 {
			got.ExpectWarning("Policy version left with its policy", "Version v2")
		}
		if all := versions(h, orn); !strings.HasSuffix(all, want) {
			t.Errorf("the versions are %q, want the default %s", all, want)
		}
	}
}

// TestPolicyVersion_withItsPolicy: a policy and its default version are destroyed in one run.
func TestPolicyVersion_withItsPolicy(t *testing.T) {
	h := acctest.NewProtocol(t)
	config := acctest.Args{"policy_name": "deploy", "document": allow("ReadUsers")}
	policy := h.Resource("outscale_policy", config)
	version := h.Resource(typeName, acctest.Args{"policy_orn": policy.String("orn"), "document": allow("ReadAccessKeys"), "set_as_default": true})
	policy.ExpectEmptyPlan(config).ExpectNone()
	policy.Expect(acctest.Args{"document": allow("ReadUsers"), "policy_default_version_id": "v2"})
	h.ResetCalls()
	version.Destroy()
	policy.Destroy()
	h.ExpectWrites("SetDefaultPolicyVersion", "DeletePolicyVersion", "DeletePolicy")
}

// TestPolicyVersion_oneRead: the policy and its versions share one list of versions.
func TestPolicyVersion_oneRead(t *testing.T) {
	h := acctest.NewProtocol(t)
	policy := h.Resource("outscale_policy", acctest.Args{"policy_name": "deploy", "document": allow("ReadUsers")})
	var all []*acctest.Resource
	var configs []acctest.Args
	for i := range 3 {
		configs = append(configs, acctest.Args{"policy_orn": policy.String("orn"), "document": allow(fmt.Sprintf("Read%d", i))})
		all = append(all, h.Resource(typeName, configs[i]))
	}
	h.ResetCalls()
	p := h.Start()
	p.Plan(policy, acctest.Args{"policy_name": "deploy", "document": allow("ReadUsers")}).Expect(acctest.NoOp, nil)
	for i, r := range all {
		p.Plan(r, configs[i]).Expect(acctest.NoOp, nil)
	}
	h.ExpectCalls(map[string]int{"ReadPolicies": 1, "ReadPolicyVersions": 1})
}

func TestPolicyVersion_importRefused(t *testing.T) {
	h := acctest.NewProtocol(t)
	for _, id := range []string{"v2", "orn:ows:idauth::123456789012:policy/deploy", "orn:x/v2"} {
		_, got := h.Import(typeName, id)
		got.ExpectError("Policy version not imported", "policy/deploy/v2")
	}
	_, got := h.Import(typeName, policy(h)+"/v9")
	got.ExpectError("Object not imported", "policy/deploy/v9", "was not found in account")
}

// TestPolicyVersion_forceReplace: the version that -replace replaces is the default one until its successor is, whichever
// order the CLI takes.
func TestPolicyVersion_forceReplace(t *testing.T) {
	for _, first := range []bool{false, true} {
		h := acctest.NewProtocol(t)
		orn := policy(h)
		config := acctest.Args{"policy_orn": orn, "document": allow("ReadAccessKeys"), "set_as_default": true}
		version := h.Resource(typeName, config)
		h.ResetCalls()
		version.ForceReplace, version.CreateBeforeDestroy = true, first
		version.Apply(config).ExpectNoErrors()
		version.ForceReplace = false
		version.ExpectEmptyPlan(config)
		version.Expect(acctest.Args{"version_id": "v3", "default_version": true})
		h.ExpectWrites("CreatePolicyVersion", "DeletePolicyVersion")
		expectVersions(t, h, orn, "v1 v3*")
		version.Destroy() // the mark of the replacement was removed
		expectVersions(t, h, orn, "v1*")
	}
}

// TestPolicyVersion_forceReplaceFails: when the successor is not created, the old version stays the default one, and the
// warning says how to take it back.
func TestPolicyVersion_forceReplaceFails(t *testing.T) {
	h := acctest.NewProtocol(t)
	orn := policy(h)
	config := acctest.Args{"policy_orn": orn, "document": allow("ReadAccessKeys"), "set_as_default": true}
	version := h.Resource(typeName, config)
	version.ForceReplace = true
	h.SetFaults(acctest.Refusal("CreatePolicyVersion"))
	got := version.Apply(config)
	got.ExpectErrorAmong("Policy version not created")
	got.ExpectWarning("Default policy version stays until it is replaced", "Version v2", "terraform import ADDRESS "+orn+"/v2")
	expectVersions(t, h, orn, "v1 v2*")
	h.SetFaults()
	imported, _ := h.Import(typeName, orn+"/v2")
	imported.ExpectEmptyPlan(config)
}

// TestPolicyVersion_withAReplacedPolicy: while a policy is replaced, its default version decides rights to the end, even
// if the policy cannot be deleted because it is linked.
func TestPolicyVersion_withAReplacedPolicy(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("ci")
	old := h.Resource("outscale_policy", acctest.Args{"policy_name": "deploy", "document": allow("ReadUsers")})
	orn, successor := old.String("orn"), policyNamed(h, "ship")
	config := acctest.Args{"policy_orn": orn, "document": allow("ReadCas"), "set_as_default": true}
	version := h.Resource(typeName, config)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.LinkPolicy(ctx, orn, "ci") })
	h.ResetCalls()

	config["policy_orn"] = acctest.Unknown
	plan := version.Plan(config)
	plan.Expect(acctest.Replace, nil).ExpectNone()
	config["policy_orn"] = successor
	plan.ApplyWith(config).ExpectWarning("Default policy version stays until it is replaced", orn+"/v2")
	version.ExpectEmptyPlan(config)
	expectVersions(t, h, successor, "v1 v2*")
	old.TryDestroy().ExpectError("Policy not deleted", "user ci", "create_before_destroy")
	expectVersions(t, h, orn, "v1 v2*")
	h.ExpectWrites("CreatePolicyVersion")

	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.UnlinkPolicy(ctx, orn, "ci") })
	old.Destroy()
}

// TestPolicyVersion_moved: a version that moves to another policy leaves the old one to another version, as the plan says.
func TestPolicyVersion_moved(t *testing.T) {
	h := acctest.NewProtocol(t)
	orn, other := policy(h), policyNamed(h, "other")
	config := acctest.Args{"policy_orn": orn, "document": allow("ReadAccessKeys"), "set_as_default": true}
	version := h.Resource(typeName, config)
	config["policy_orn"] = other
	version.PlanExpectReplace(config, "policy_orn").ExpectWarning("Default version of the policy changes", "Version v1 is made the default")
	version.Update(config)
	expectVersions(t, h, orn, "v1*")
	expectVersions(t, h, other, "v1 v2*")
}
