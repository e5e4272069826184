package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// official is a resource of the official provider (1.8.0): the arguments of its configuration, and the other attributes of its
// state.
type official struct{ config, computed acctest.Args }

// state is the resource in a state file of the official provider.
func (o official) state() acctest.Args {
	state := acctest.Args{"timeouts": nil}
	maps.Copy(state, o.config)
	maps.Copy(state, o.computed)
	return state
}

// officialDate is a date in the form of the API, which the official provider writes into the state.
const officialDate = "2026-01-02T03:04:05.000+0000"

// dated has the attributes of most types.
func dated(attributes acctest.Args) acctest.Args {
	attributes["creation_date"], attributes["last_modification_date"] = officialDate, officialDate
	return attributes
}

// takeovers create an object of each type that the official provider has, too, and return that provider's resource.
var takeovers = map[string]func(t *testing.T, h *acctest.Protocol) []official{
	"outscale_access_key": func(_ *testing.T, h *acctest.Protocol) []official {
		h.CreateUser("ci")
		own, key := h.CreateKey(api.CreateAccessKeyInput{}), h.CreateKey(api.CreateAccessKeyInput{UserName: "ci"})
		computed := func(k api.AccessKey) acctest.Args {
			return dated(acctest.Args{"id": k.ID, "access_key_id": k.ID, "secret_key": k.SecretKey, "state": "ACTIVE", "expiration_date": nil, "tag": nil, "request_id": "r"})
		}
		return []official{{acctest.Args{}, computed(own)}, {acctest.Args{"user_name": "ci"}, computed(key)}}
	},
	"outscale_user": func(t *testing.T, h *acctest.Protocol) []official {
		plain, full := h.CreateUser("plain"), h.CreateUser("full")
		orn := managedPolicy(t, h, "p")
		h.NoError(h.API().LinkPolicy(t.Context(), orn, "full"))
		computed := func(u api.User) acctest.Args {
			return dated(acctest.Args{"id": u.ID, "user_id": u.ID, "path": "/", "user_email": u.Email, "policy": []any{}})
		}
		linked := computed(full)
		linked["policy"] = []any{dated(acctest.Args{"policy_orn": orn, "policy_name": "p", "policy_id": "X", "default_version_id": "v1"})}
		upper := computed(full)
		upper["policy"] = []any{dated(acctest.Args{"policy_orn": orn, "policy_name": "p", "policy_id": "X", "default_version_id": "V1"})}
		return []official{
			{named("user_name", "plain"), computed(plain)},
			{acctest.Args{"user_name": "full", "policy": blocks{{"policy_orn": orn}}}, linked},
			{acctest.Args{"user_name": "full", "policy": blocks{{"policy_orn": orn, "default_version_id": "v1"}}}, linked},
			{acctest.Args{"user_name": "full", "policy": blocks{{"policy_orn": orn, "default_version_id": "V1"}}}, upper}, // it ignores the case
		}
	},
	"outscale_user_group": func(t *testing.T, h *acctest.Protocol) []official {
		plain, err := h.API().CreateUserGroup(t.Context(), "plain", "/")
		h.NoError(err)
		full, err := h.API().CreateUserGroup(t.Context(), "full", "/")
		h.NoError(err)
		ann, orn := h.CreateUser("ann"), managedPolicy(t, h, "p")
		h.NoError(h.API().AddUserToUserGroup(t.Context(), api.GroupRef{Name: "full"}, api.UserRef{Name: "ann"}))
		h.NoError(h.API().LinkManagedPolicyToUserGroup(t.Context(), orn, "full"))
		computed := func(g api.UserGroup) acctest.Args {
			return dated(acctest.Args{"id": g.ID, "user_group_id": g.ID, "path": "/", "orn": g.ORN, "user": []any{}, "policy": []any{}})
		}
		filled := computed(full)
		filled["user"] = []any{dated(acctest.Args{"user_name": "ann", "user_id": ann.ID, "path": "/"})}
		filled["policy"] = []any{dated(acctest.Args{"policy_orn": orn, "policy_name": "p", "policy_id": "X", "default_version_id": "v1"})}
		return []official{
			{named("user_group_name", "plain"), computed(plain)},
			{acctest.Args{"user_group_name": "full", "user": blocks{{"user_name": "ann"}}, "policy": blocks{{"policy_orn": orn}}}, filled},
			{acctest.Args{"user_group_name": "full", "path": "/", "user": blocks{{"user_name": "ann", "path": "/"}}, "policy": blocks{{"policy_orn": orn}}}, filled},
		}
	},
	"outscale_policy": func(t *testing.T, h *acctest.Protocol) (all []official) {
		for i, description := range []any{nil, "", "for tests"} {
			name := fmt.Sprint("p", i)
			path := []string{"/", "/", "/ci/"}[i] // the configuration no longer has the last one
			in := api.CreatePolicyInput{Name: name, Path: path, Document: documents[0]}
			config := acctest.Args{"policy_name": name, "document": documents[1]}
			if description != nil {
				in.Description, config["description"] = description.(string), description
			}
			p, err := h.API().CreatePolicy(t.Context(), in)
			h.NoError(err)
			computed := dated(acctest.Args{
				"id": p.ORN, "orn": p.ORN, "policy_id": p.ID, "path": path, "description": description, "is_linkable": true, "resources_count": 0,
				"policy_default_version_id": "v1",
			})
			all = append(all, official{config, computed})
		}
		return all
	},
	"outscale_policy_version": func(t *testing.T, h *acctest.Protocol) (all []official) {
		orn := managedPolicy(t, h, "p")
		for _, isDefault := range []bool{false, true} {
			v, err := h.API().CreatePolicyVersion(t.Context(), orn, documents[0], isDefault)
			h.NoError(err)
			config := acctest.Args{"policy_orn": orn, "document": documents[1], "set_as_default": isDefault}
			all = append(all, official{config, acctest.Args{
				"id": "terraform-20260101000000000000000001", "version_id": v.ID, "body": documents[0], "default_version": isDefault, "creation_date": officialDate,
			}})
		}
		return all
	},
	"outscale_api_access_rule": func(t *testing.T, h *acctest.Protocol) (all []official) {
		for _, description := range []any{nil, "", "office"} {
			config := acctest.Args{"ip_ranges": []string{"192.0.2.0/24", "198.51.100.7"}}
			rule := api.AccessRule{IPRanges: []string{"192.0.2.0/24", "198.51.100.7/32"}}
			if description != nil {
				config["description"], rule.Description = description, description.(string)
			}
			made, err := h.API().CreateAPIAccessRule(t.Context(), rule)
			h.NoError(err)
			all = append(all, official{config, acctest.Args{
				"id": made.ID, "api_access_rule_id": made.ID, "ca_ids": []string{}, "cns": []string{}, "description": description, "request_id": "r",
				"ip_ranges": []string{"192.0.2.0/24", "198.51.100.7/32"},
			}})
		}
		return all
	},
	"outscale_api_access_policy": func(*testing.T, *acctest.Protocol) []official {
		return []official{{
			acctest.Args{"max_access_key_expiration_seconds": 0, "require_trusted_env": false},
			acctest.Args{"id": "terraform-20260101000000000000000001", "request_id": "r"},
		}}
	},
	"outscale_ca": func(t *testing.T, h *acctest.Protocol) (all []official) {
		for _, description := range []any{nil, "", "ours"} {
			config, text := acctest.Args{"ca_pem": acctest.CertificatePEM(t, "authority")}, ""
			if description != nil {
				text = description.(string)
				config["description"] = description
			}
			made, err := h.API().CreateCA(t.Context(), config["ca_pem"].(string), text)
			h.NoError(err)
			all = append(all, official{config, acctest.Args{
				"id": made.ID, "ca_id": made.ID, "ca_fingerprint": made.Fingerprint, "description": description, "request_id": "r",
			}})
		}
		return all
	},
}

func named(argument, name string) acctest.Args { return acctest.Args{argument: name} }

func managedPolicy(t *testing.T, h *acctest.Protocol, name string) string {
	p, err := h.API().CreatePolicy(t.Context(), api.CreatePolicyInput{Name: name, Path: "/", Document: documents[0]})
	h.NoError(err)
	return p.ORN
}

// privates are private states of the official provider: none, the timeouts of the plugin SDK in older versions, or a key of the
// framework.
var privates = [][]byte{nil, []byte(`{"e2bfb730-ecaa-11e6-8f88-34363bc7c4c0":{"create":600000000000},"schema_version":"0"}`), []byte(`{".frameworkKey":"e30="}`)}

// TestTakeover_atTheSameAddress: with a state and a configuration of the official provider the plan is empty.
func TestTakeover_atTheSameAddress(t *testing.T) {
	t.Parallel()
	for typeName, make := range takeovers {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			for i, o := range make(t, h) {
				h.ResetCalls()
				for _, private := range privates {
					r := h.NewResource(typeName)
					r.SetState(o.state())
					r.SetPrivate(private)
					if plan := r.ExpectEmptyPlan(o.config); t.Failed() {
						t.Fatalf("state %d: %s", i, plan)
					}
					r.Update(o.config) // an apply, and an empty plan once more
					r.Expect(acctest.Args{"id": o.computed["id"]})
				}
				h.ExpectWrites()
			}
		})
	}
}

// TestTakeover_moved: a moved block takes over a resource of the official provider at another address. A later destroy removes the
// object. Resources of other providers and of other types are refused.
func TestTakeover_moved(t *testing.T) {
	t.Parallel()
	for typeName, make := range takeovers {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			o := make(t, h)[0]
			state, err := json.Marshal(o.state())
			h.NoError(err)
			h.ResetCalls()
			var moved *acctest.Resource
			for _, address := range []string{"registry.terraform.io/outscale/outscale", "registry.opentofu.org/outscale/outscale", "outscale", "example.com/outscale-access/outscale"} {
				var got acctest.Diagnostics
				moved, got = h.Move(acctest.MoveSource{Provider: address, Type: typeName, State: state}, typeName)
				got.ExpectNoErrors()
				moved.Update(o.config)
			}
			h.ExpectWrites()
			for _, from := range []acctest.MoveSource{{Provider: "registry.terraform.io/example/outscale", Type: typeName}, {Provider: "registry.terraform.io/outscale/outscale", Type: "outscale_vm"}} {
				from.State = state
				if _, got := h.Move(from, typeName); !got.HasError() {
					t.Errorf("a %s of %s was taken over", from.Type, from.Provider)
				}
			}
			moved.Destroy()
		})
	}
}

// TestTakeover_onlyOfficialTypes: a type that the official provider (1.8.0) does not have cannot be taken over from it, because
// its attributes are not known. It can be taken over from this provider under another host.
func TestTakeover_onlyOfficialTypes(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	var others []string
	for _, typeName := range h.ResourceTypes() {
		if _, ok := takeovers[typeName]; ok || typeName == "outscale_rotating_access_key" {
			continue
		}
		others = append(others, typeName)
		state := []byte(`{"id":"x"}`)
		if _, got := h.Move(acctest.MoveSource{Provider: "registry.terraform.io/outscale/outscale", Type: typeName, State: state}, typeName); !got.HasError() {
			t.Errorf("%s was taken over from the official provider", typeName)
		}
		_, got := h.Move(acctest.MoveSource{Provider: "mirror.example.com/outscale-access/outscale", Type: typeName, State: state}, typeName)
		got.ExpectNoErrors()
	}
	if !slices.Contains(others, "outscale_user_policy_link") {
		t.Errorf("only %v were tried", others)
	}
}
