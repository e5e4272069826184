package managedpolicy_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const (
	typeName  = "outscale_policy"
	document  = `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`
	rewritten = `{"Statement": [{"Action": "api:ReadUsers", "Effect": "Allow", "Resource": "*"}]}`
	other     = `{"Statement":[{"Effect":"Deny","Action":["api:ReadUsers"],"Resource":["*"]}]}`
)

func TestPolicy_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	config := acctest.Args{"policy_name": "read", "path": "/ci/", "description": "reads users", "document": document}
	policy := h.Resource(typeName, config)
	policy.Expect(acctest.Args{"policy_default_version_id": "v1", "resources_count": 0, "is_linkable": true, "document": document})
	policy.ExpectImport(policy.String("orn"))
	config["document"] = rewritten
	policy.ExpectEmptyPlan(config)
	for argument, value := range map[string]any{"path": "/", "description": "x", "policy_name": "y"} {
		changed := acctest.Args{"policy_name": "read", "path": "/ci/", "description": "reads users", "document": document}
		changed[argument] = value
		policy.PlanExpectReplace(changed, argument)
	}
	policy.Destroy()
}

func TestPolicy_forceDetach(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.Resource("outscale_user", acctest.Args{"user_name": "ci"})
	policy := h.Resource(typeName, acctest.Args{"policy_name": "read", "document": document})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.LinkPolicy(ctx, policy.String("orn"), "ci") })
	policy.TryDestroy().ExpectError("Policy not deleted", "user ci, and the policy was not changed.", "force_detach", "create_before_destroy", "and of each link resource")
	h.ExpectWrites("CreateUser", "CreatePolicy")
	policy.Update(acctest.Args{"policy_name": "read", "document": document, "force_detach": true})
	policy.Destroy()
}

func TestPolicy_goneOutside(t *testing.T) {
	h := acctest.NewProtocol(t)
	policy := h.Resource(typeName, acctest.Args{"policy_name": "read", "document": document})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.DeletePolicy(ctx, policy.String("orn")) })
	orn := policy.String("orn")
	policy.Read().ExpectWarning("Policy is gone: " + orn)
}

// TestPolicy_otherDefaultVersion: a version that another resource makes the default causes neither a change nor a warning here. A change
// of the document, which then changes no rights, is a warning.
func TestPolicy_otherDefaultVersion(t *testing.T) {
	h := acctest.NewProtocol(t)
	config := acctest.Args{"policy_name": "read", "document": document}
	policy := h.Resource(typeName, config)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.CreatePolicyVersion(ctx, policy.String("orn"), other, true)
		return err
	})
	policy.ExpectEmptyPlan(config).ExpectNone()
	policy.Expect(acctest.Args{"policy_default_version_id": "v2", "document": document})
	for _, managed := range []string{"v1", "v3"} {
		config["document"] = map[string]string{"v1": other, "v3": document}[managed]
		plan := policy.Plan(config)
		plan.Expect(acctest.Update, nil)
		plan.ExpectWarning("Policy has another default version", acctest.At("document"), "Version v2", "that of version "+managed, "make version "+managed+" the default")
		policy.Update(config)
	}
	policy.Destroy()
}

// TestPolicy_importOtherDefault: an import manages the default version, even after another version becomes the default.
func TestPolicy_importOtherDefault(t *testing.T) {
	h := acctest.NewProtocol(t)
	made, err := h.API().CreatePolicy(t.Context(), api.CreatePolicyInput{Name: "read", Path: "/", Document: document})
	h.NoError(err)
	change := func(do func(ctx context.Context, c *api.Client) error) { h.OutOfBand(do) }
	change(func(ctx context.Context, c *api.Client) error {
		_, err := c.CreatePolicyVersion(ctx, made.ORN, other, true)
		return err
	})
	change(func(ctx context.Context, c *api.Client) error { return c.DeletePolicyVersion(ctx, made.ORN, "v1") })
	policy, got := h.Import(typeName, made.ORN)
	got.ExpectNone()
	config := acctest.Args{"policy_name": "read", "document": other}
	policy.Expect(config)
	policy.ExpectEmptyPlan(config)
	change(func(ctx context.Context, c *api.Client) error {
		_, err := c.CreatePolicyVersion(ctx, made.ORN, document, true)
		return err
	})
	policy.ExpectEmptyPlan(config)
	change(func(ctx context.Context, c *api.Client) error { return c.DeletePolicyVersion(ctx, made.ORN, "v2") })
	policy.Plan(config).Expect(acctest.Update, nil) // the version is gone: the default one takes its place
}

// TestPolicy_versionDeleted: if the version is deleted and somebody's version is the default, the plan shows its document, and
// the apply restores the rights.
func TestPolicy_versionDeleted(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	config := acctest.Args{"policy_name": "read", "document": document}
	policy := h.Resource(typeName, config)
	orn := policy.String("orn")
	byHand := func(do func(ctx context.Context, c *api.Client) error) { h.OutOfBand(do) }
	byHand(func(ctx context.Context, c *api.Client) error {
		_, err := c.CreatePolicyVersion(ctx, orn, other, true)
		return err
	})
	byHand(func(ctx context.Context, c *api.Client) error { return c.DeletePolicyVersion(ctx, orn, "v1") })
	policy.Read().ExpectWarning("Policy version is gone: "+orn+"/v1", "Version v2 is the default version", "replaces version v2")
	policy.Expect(acctest.Args{"document": other, "policy_default_version_id": "v2"})
	policy.Read().ExpectNone()
	h.ResetCalls()
	plan := policy.Plan(config)
	plan.Expect(acctest.Update, acctest.Args{"document": document, "policy_default_version_id": acctest.Unknown})
	plan.ExpectNone()
	policy.Update(config)
	policy.Expect(acctest.Args{"document": document, "policy_default_version_id": "v3"})
	h.ExpectWrites("CreatePolicyVersion", "DeletePolicyVersion")
	found, err := h.API().ReadPolicyVersions(t.Context(), orn)
	h.NoError(err)
	if len(found) != 1 || found[0].Document != document || !found[0].IsDefault {
		t.Errorf("versions %+v", found)
	}
}

// TestPolicy_importVersion: an import of a policy with several versions warns that it manages the default one. An import
// can name the version; then no version is replaced.
func TestPolicy_importVersion(t *testing.T) {
	h := acctest.NewProtocol(t)
	made, err := h.API().CreatePolicy(t.Context(), api.CreatePolicyInput{Name: "read", Path: "/", Document: document})
	h.NoError(err)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.CreatePolicyVersion(ctx, made.ORN, other, true)
		return err
	})
	_, got := h.Import(typeName, made.ORN)
	got.ExpectWarning("Policy has several versions", "v1, v2", "that of v2", made.ORN+"#v1")
	policy, got := h.Import(typeName, made.ORN+"#v1")
	got.ExpectNone()
	config := acctest.Args{"policy_name": "read", "document": document}
	policy.Expect(acctest.Args{"id": made.ORN, "document": document, "policy_default_version_id": "v2"})
	policy.ExpectEmptyPlan(config)
	config["document"] = `{"Statement":[{"Effect":"Allow","Action":["api:ReadVms"],"Resource":["*"]}]}`
	policy.Update(config)
	policy.Expect(acctest.Args{"policy_default_version_id": "v2"})
	_, got = h.Import(typeName, made.ORN+"#v9")
	got.ExpectError("Policy not read", "no version v9")
	_, got = h.Import(typeName, made.ORN+"#9")
	got.ExpectError("Policy not imported", "#v1")
}

// TestPolicy_importOfOutscale: a policy of OUTSCALE's own is not imported, because a destroy with `force_detach` would
// unlink it from everybody.
func TestPolicy_importOfOutscale(t *testing.T) {
	h := acctest.NewProtocol(t)
	_, got := h.Import(typeName, "orn:ows:idauth::000000000000:policy/ows/ReadOnly")
	got.ExpectError("Policy not imported", "policy/ows/ReadOnly is not one of account", "data source `outscale_policy`")
}

// TestPolicy_forms: a document in a form that the official grammar lacks is sent in that of the grammar, and compares by
// meaning; other timeouts are no call.
func TestPolicy_forms(t *testing.T) {
	h := acctest.NewProtocol(t)
	config := acctest.Args{"policy_name": "read", "document": rewritten}
	policy := h.Resource(typeName, config)
	policy.Expect(acctest.Args{"document": rewritten, "path": "/", "description": ""})
	if sent := h.LastBody("CreatePolicy")["Document"]; sent != document {
		t.Errorf("sent %s", sent)
	}
	twice := `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Effect":"Deny","Resource":["*"]}]}`
	policy.Plan(acctest.Args{"policy_name": "read", "document": twice}).ExpectError("Policy document not valid", acctest.At("document"), `member "Effect" twice`)
	config["document"] = document
	policy.ExpectEmptyPlan(config)
	h.ResetCalls()
	config["timeouts"] = acctest.Args{"delete": "1m"}
	policy.Update(config)
	h.ExpectWrites()
}

// TestPolicy_nameTaken: the refusal says how to take the existing policy over.
func TestPolicy_nameTaken(t *testing.T) {
	h := acctest.NewProtocol(t)
	config := acctest.Args{"policy_name": "read", "document": document}
	h.Resource(typeName, config)
	h.NewResource(typeName).Apply(config).ExpectError("Policy not created", "code 9000", "terraform import ADDRESS ORN")
}

// TestPolicy_lostAnswerNameTaken: after a lost answer, a policy of that name with another document is not taken over.
func TestPolicy_lostAnswerNameTaken(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	made, err := h.API().CreatePolicy(t.Context(), api.CreatePolicyInput{Name: "read", Path: "/", Document: other})
	h.NoError(err)
	h.ResetCalls()
	h.SetFaults(simulator.Fault{Action: "CreatePolicy", Kind: faults.DropBefore, Times: 1})
	policy := h.NewResource(typeName)
	policy.Apply(acctest.Args{"policy_name": "read", "document": document}).
		ExpectError("Policy not created", made.ORN, "this run did not create it", "terraform import ADDRESS ORN")
	if policy.Exists() {
		t.Error("the policy is in the state")
	}
	h.ExpectWrites("CreatePolicy")
}

// TestPolicy_documentInPlace: another document creates another version, and links stay. If another version is the default,
// the rights stay.
func TestPolicy_documentInPlace(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("ci")
	config := acctest.Args{"policy_name": "read", "document": document}
	policy := h.Resource(typeName, config)
	orn := policy.String("orn")
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.LinkPolicy(ctx, orn, "ci") })
	h.ResetCalls()
	config["document"] = other
	plan := policy.Plan(config)
	plan.Expect(acctest.Update, acctest.Args{"orn": orn, "policy_default_version_id": acctest.Unknown})
	plan.ExpectNone()
	policy.Update(config)
	policy.Expect(acctest.Args{"document": other, "policy_default_version_id": "v2", "resources_count": 1})
	h.ExpectWrites("CreatePolicyVersion", "DeletePolicyVersion")
	policy.ExpectImport(orn)

	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.CreatePolicyVersion(ctx, orn, document, true)
		return err
	})
	config["document"] = document
	policy.Update(config)
	policy.Expect(acctest.Args{"document": document, "policy_default_version_id": "v3"})
	found, err := h.API().ReadPolicyVersions(t.Context(), orn)
	h.NoError(err)
	if len(found) != 2 || found[1].ID != "v4" || found[1].IsDefault {
		t.Errorf("versions %+v", found)
	}
}

// TestPolicy_pathRemoved: a policy keeps its path when the configuration no longer has one, and another policy gets the default.
func TestPolicy_pathRemoved(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	config := acctest.Args{"policy_name": "read", "path": "/ci/", "document": document}
	policy := h.Resource(typeName, config)
	delete(config, "path")
	policy.ExpectEmptyPlan(config).ExpectNone()
	config["document"] = other
	policy.Plan(config).Expect(acctest.Update, acctest.Args{"path": "/ci/"})
	policy.Update(config)
	policy.Expect(acctest.Args{"path": "/ci/"})
	config["path"] = "/"
	policy.PlanExpectReplace(config, "path")
	delete(config, "path")
	config["policy_name"] = "reading"
	policy.PlanExpectReplace(config, "policy_name").Expect(acctest.Replace, acctest.Args{"path": "/"})
	policy.Update(config)
	policy.Expect(acctest.Args{"path": "/"})
}

// TestPolicy_nullAndEmptyDescription: null and "" mean the same, even for an older state that has null. Neither replaces
// the policy.
func TestPolicy_nullAndEmptyDescription(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	without := acctest.Args{"policy_name": "read", "document": document}
	empty := acctest.Args{"policy_name": "read", "document": document, "description": ""}
	for _, config := range []acctest.Args{without, empty} {
		policy := h.Resource(typeName, config)
		policy.ExpectEmptyPlan(empty).ExpectNone()
		policy.ExpectEmptyPlan(without).ExpectNone()

		var old map[string]any
		h.NoError(json.Unmarshal(policy.State(), &old))
		old["description"] = nil
		policy.SetState(old)
		policy.SkipRefresh = true
		policy.Plan(without).Expect(acctest.Update, acctest.Args{"description": ""}).Apply().ExpectNoErrors()
		policy.SkipRefresh = false
		policy.PlanExpectReplace(acctest.Args{"policy_name": "read", "document": document, "description": "x"}, "description")
		policy.Destroy()
	}
}

// TestPolicy_replacedWhileLinked: the plan says what fails and what to do, and with create_before_destroy the apply
// succeeds.
func TestPolicy_replacedWhileLinked(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("ci")
	config := acctest.Args{"policy_name": "read", "document": document}
	policy := h.Resource(typeName, config)
	renamed := acctest.Args{"policy_name": "reading", "document": document}
	policy.Plan(renamed).ExpectNone()
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.LinkPolicy(ctx, policy.String("orn"), "ci") })
	policy.ExpectEmptyPlan(config).ExpectNone()

	const warning = "Linked policy is replaced"
	h.ResetCalls()
	got := policy.Apply(renamed)
	got.ExpectWarning(warning, policy.String("orn"), "user ci", "`create_before_destroy`", "and of each link resource", "`force_detach = true`")
	got.ExpectErrorAmong("Policy not deleted", "user ci", "create_before_destroy")
	h.ExpectWrites()

	detached := acctest.Args{"policy_name": "read", "document": document, "force_detach": true}
	policy.Update(detached)
	detached["policy_name"] = "reading"
	policy.Plan(detached).ExpectNone()
	policy.Update(detached)
}
