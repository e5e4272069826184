package policydata_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const (
	document = `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`
	second   = `{"Statement":[{"Effect":"Allow","Action":["api:ReadAccounts"],"Resource":["*"]}]}`
)

type blocks = []map[string]any

func filter(name string, values ...string) blocks { return blocks{{"name": name, "values": values}} }

func create(h *acctest.Protocol, name, path string) api.Policy {
	created, err := h.API().CreatePolicy(context.Background(), api.CreatePolicyInput{Name: name, Path: path, Description: "d", Document: document})
	h.NoError(err)
	return created
}

// TestPolicyData_one shows the document of the default version.
func TestPolicyData_one(t *testing.T) {
	h := acctest.NewProtocol(t)
	made := create(h, "read", "/ci/")
	config := acctest.Args{"policy_orn": made.ORN}
	want := acctest.Args{
		"id": made.ORN, "orn": made.ORN, "policy_id": made.ID, "policy_name": "read", "path": "/ci/", "description": "d", "is_linkable": true, "resources_count": 0,
		"policy_default_version_id": "v1", "document": document, "creation_date": acctest.NotNull, "last_modification_date": acctest.NotNull,
	}
	h.DataSource("outscale_policy", config).Expect(want)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.CreatePolicyVersion(ctx, made.ORN, second, true)
		return err
	})
	want["policy_default_version_id"], want["document"] = "v2", second
	h.DataSource("outscale_policy", config).Expect(want)

	h.DataSource("outscale_policy", acctest.Args{"policy_orn": made.ORN + "x"}).ExpectError("Policy not read", "No policy matches policy_orn = "+made.ORN+"x", "outscale_policies")
	h.DataSource("outscale_policy", acctest.Args{"policy_orn": "read"}).ExpectErrorAt("policy_orn", "ORN of a policy")
}

func TestPolicyVersionsData_list(t *testing.T) {
	h := acctest.NewProtocol(t)
	made := create(h, "read", "/")
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.CreatePolicyVersion(ctx, made.ORN, second, true)
		return err
	})
	got := h.DataSource("outscale_policy_versions", acctest.Args{"policy_orn": made.ORN}).List("policy_versions")
	for i, want := range []acctest.Args{{"version_id": "v1", "default_version": false, "body": document}, {"version_id": "v2", "default_version": true, "body": second}} {
		for name, value := range want {
			if got[i][name] != value {
				t.Errorf("version %d: %s is %v, want %v", i+1, name, got[i][name], value)
			}
		}
	}
	h.DataSource("outscale_policy_versions", acctest.Args{"policy_orn": made.ORN + "x"}).ExpectError("Policy versions not read", "The account has no policy")
}

func TestPoliciesData_list(t *testing.T) {
	h := acctest.NewProtocol(t)
	create(h, "a", "/ci/")
	b := create(h, "b", "/ops/")
	create(h, "c", "/")
	h.CreateUser("alice")
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.LinkPolicy(ctx, b.ORN, "alice") })
	local := filter("scope", "LOCAL")
	for name, c := range map[string]struct {
		filter blocks
		want   []string
	}{
		"of the account":    {local, []string{"a", "b", "c"}},
		"under a path":      {append(filter("path_prefix", "/ci/"), local...), []string{"a"}},
		"under two paths":   {append(filter("path_prefix", "/ci/", "/ops/"), local...), []string{"a", "b"}},
		"linked":            {filter("only_linked", "true"), []string{"b"}},
		"linked or not":     {append(filter("only_linked", "false"), local...), []string{"a", "b", "c"}},
		"none":              {filter("path_prefix", "/x/"), nil},
		"nothing in common": {append(filter("path_prefix", "/ci/"), filter("path_prefix", "/ops/")...), nil},
	} {
		config := acctest.Args{"filter": c.filter}
		data := h.DataSource("outscale_policies", config)
		var got []string
		for _, p := range data.List("policies") {
			got = append(got, p["policy_name"].(string))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if again := h.DataSource("outscale_policies", config); again.Get("id") != data.Get("id") {
			t.Errorf("%s: the id was %v and is %v", name, data.Get("id"), again.Get("id"))
		}
	}
	for _, p := range h.DataSource("outscale_policies", acctest.Args{}).List("policies") {
		if p["policy_name"] == "b" && p["resources_count"] != 1.0 && p["resources_count"] != 1 {
			t.Errorf("linked to %v", p["resources_count"])
		}
	}
	for _, bad := range []blocks{filter("only_linked", "yes"), filter("scope", "AWS")} {
		h.DataSource("outscale_policies", acctest.Args{"filter": bad}).ExpectError("Policies not read", "takes")
	}
	if got := h.DataSource("outscale_policies", acctest.Args{"filter": filter("colours", "red")}); !got.HasError() || len(got.Errors()) != 1 {
		t.Errorf("an unknown filter: %s", got)
	}
}

// TestPoliciesData_allPages: more policies than the API returns on a page.
func TestPoliciesData_allPages(t *testing.T) {
	h := acctest.NewProtocol(t)
	client, slots := h.API(), make(chan struct{}, 8)
	var group sync.WaitGroup
	for i := range 1100 {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if _, err := client.CreatePolicy(t.Context(), api.CreatePolicyInput{Name: fmt.Sprintf("p%04d", i), Path: "/many/", Document: document}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := len(h.DataSource("outscale_policies", acctest.Args{"filter": filter("path_prefix", "/many/")}).List("policies")); n != 1100 {
		t.Errorf("%d policies", n)
	}
	h.ExpectCalls(map[string]int{"ReadPolicies": 2})
}

func TestEntitiesData_list(t *testing.T) {
	h := acctest.NewProtocol(t)
	made := create(h, "read", "/")
	entities := func(config acctest.Args) map[string]any {
		config["policy_orn"] = made.ORN
		return h.DataSource("outscale_entities_linked_to_policy", config).Get("policy_entities").([]any)[0].(map[string]any)
	}
	counts := func(e map[string]any) string {
		return fmt.Sprint(len(e["users"].([]any)), len(e["groups"].([]any)), len(e["accounts"].([]any)))
	}
	if got := counts(entities(acctest.Args{})); got != "0 0 0" {
		t.Errorf("linked to nothing: %s", got)
	}
	alice := h.CreateUser("alice")
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.LinkPolicy(ctx, made.ORN, "alice") })
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		if _, err := c.CreateUserGroup(ctx, "ops", "/"); err != nil {
			return err
		}
		return c.LinkManagedPolicyToUserGroup(ctx, made.ORN, "ops")
	})
	all := entities(acctest.Args{})
	if user := all["users"].([]any)[0].(map[string]any); counts(all) != "1 1 0" || user["name"] != "alice" || user["id"] != alice.ID {
		t.Errorf("%s, user %v", counts(all), user)
	}
	if got := counts(entities(acctest.Args{"entities_type": []string{"GROUP"}})); got != "0 1 0" {
		t.Errorf("groups alone: %s", got)
	}
	if got := h.DataSource("outscale_entities_linked_to_policy", acctest.Args{"policy_orn": made.ORN, "entities_type": []string{"ROLE"}}); !got.HasError() {
		t.Error("an unknown kind is accepted")
	}
	h.DataSource("outscale_entities_linked_to_policy", acctest.Args{"policy_orn": made.ORN + "x"}).ExpectError("Entities linked to the policy not read", "5044")
}
