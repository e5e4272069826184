package acceptance_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// besideOfficial returns a configuration that has the official provider in addition to this one.
func besideOfficial(body string) string {
	return acctest.Lines(
		"terraform {",
		"  required_providers {",
		`    outscale        = { source = "outscale/outscale" }`,
		`    outscale-access = { source = "outscale-access/outscale" }`,
		"  }",
		"}",
		`provider "outscale-access" {`,
		"  requests_per_second = 0",
		"}",
	) + body
}

// TestAccAccessKey_providerArgument: in a workspace that keeps the official provider, the meta-argument `provider` alone moves a key to
// this provider. The plan has no changes, the API gets no changing call, and the state keeps the secret.
func TestAccAccessKey_providerArgument(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	key := c.CreateKey(api.CreateAccessKeyInput{})
	kept := acctest.User("kept", `user_name = "kept"`)
	s := c.Workspace(besideOfficial(kept))
	s.Apply()
	var state map[string]any
	c.NoError(json.Unmarshal(s.State(), &state))
	var official struct{ Resources []any }
	c.NoError(json.Unmarshal([]byte(officialKey(t, key, s.OfficialAddress())), &official))
	state["resources"] = append(state["resources"].([]any), official.Resources...)
	text, err := json.Marshal(state)
	c.NoError(err)
	s.File("terraform.tfstate", string(text))

	c.ResetCalls()
	s.Write(besideOfficial(kept + acctest.Key("this", "provider = outscale-access")))
	s.EmptyPlan()
	s.Apply().Contains(t, "0 added, 0 changed, 0 destroyed")
	c.ExpectWrites()
	after := string(s.State())
	if strings.Contains(after, "request_id") || !strings.Contains(after, s.ProviderAddress()) || !strings.Contains(after, s.OfficialAddress()) {
		t.Errorf("the state after the takeover:\n%s", strings.ReplaceAll(after, key.SecretKey, "(secret)"))
	}
	if got := s.Attributes("outscale_access_key"); got["secret_key"] != key.SecretKey || got["access_key_id"] != key.ID {
		t.Error("the state no longer has the key and its secret")
	}
	s.EmptyPlan()
}

// TestAccRotatingKey_movedFromOfficialProvider: a moved block turns a key of the official provider into a rotating key with the same
// secret, or into a key with another name.
func TestAccRotatingKey_movedFromOfficialProvider(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	for to, arguments := range map[string][]string{
		"outscale_rotating_access_key.that": {`lifetime = "30d"`, `rotate_before = "7d"`},
		"outscale_access_key.that":          nil,
	} {
		key := c.CreateKey(api.CreateAccessKeyInput{})
		typeName, _, _ := strings.Cut(to, ".")
		moved := "moved {\n  from = outscale_access_key.this\n  to   = " + to + "\n}\n"
		s := c.Workspace(besideOfficial(moved + acctest.Block(typeName, "that", append(arguments, "provider = outscale-access")...)))
		s.File("terraform.tfstate", officialKey(t, key, s.OfficialAddress()))
		c.ResetCalls()
		s.Apply().Contains(t, "0 added", "0 destroyed")
		if got := s.Attributes(typeName); got["secret_key"] != key.SecretKey || got["access_key_id"] != key.ID {
			t.Errorf("%s does not have the key of the official provider and its secret", to)
		}
		s.EmptyPlan()
		if typeName == "outscale_rotating_access_key" {
			c.ExpectWrites("UpdateAccessKey") // it had no expiry
		} else {
			c.ExpectWrites()
		}
	}
}

// TestAccAccessKey_importWithSecret: in the example of the page, an import seals a secret that the user still has. It is nowhere in
// clear. A wrong secret is an error.
func TestAccAccessKey_importWithSecret(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	key, mine := c.CreateKey(api.CreateAccessKeyInput{}), acctest.AgePair(t)
	page := read(t, filepath.Join(acctest.Root(t), "templates", "resources", "access_key.md.tmpl"))
	_, example, _ := strings.Cut(page, "```terraform\nvariable \"secret\"")
	example, _, _ = strings.Cut("variable \"secret\""+example, "```")
	s := c.Workspace("variable \"recipient\" {}\n" + strings.ReplaceAll(example, "ABCDEFGHIJ0123456789", key.ID))
	s.Trace()
	s.Setenv("TF_VAR_recipient", mine.Public)
	s.Setenv("TF_VAR_secret", strings.Repeat("X", 40))
	c.ResetCalls()
	if r := s.Run(apply...); r.Code != 1 || !strings.Contains(r.Output, "Error: Secret not taken") {
		t.Errorf("a wrong secret ended with %d:\n%s", r.Code, r.Output)
	}
	s.Setenv("TF_VAR_secret", key.SecretKey)
	s.Apply().Contains(t, "0 added, 1 changed, 0 destroyed")
	c.ExpectWrites()
	secret, err := seal.Open(s.Attributes("outscale_access_key")["sealed_secret_key"].(string), mine.Private, "")
	if c.NoError(err); secret != key.SecretKey {
		t.Error("the opened secret is not that of the key")
	}
	s.Setenv("TF_VAR_secret", "")
	s.EmptyPlan()
	s.ExpectNoSecretLeft(c.RootSecretKey, mine.Private)
}

// TestAccAccessKey_stateOfOfficialProvider: after `state replace-provider`, a state of the official provider has an empty plan, with
// the same secret, which is Sensitive. A plan and an apply seal it. After the removal of the backup the clear secret is nowhere.
func TestAccAccessKey_stateOfOfficialProvider(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	key := c.CreateKey(api.CreateAccessKeyInput{})
	s := c.Workspace(acctest.Key("this"))
	s.Trace()
	s.File("terraform.tfstate", officialKey(t, key, s.ProviderAddress()))
	s.EmptyPlan()
	s.Apply().Contains(t, "0 added, 0 changed, 0 destroyed")
	var shown struct {
		Values struct {
			Root struct {
				Resources []struct {
					Values    map[string]any
					Sensitive map[string]any `json:"sensitive_values"`
				}
			} `json:"root_module"`
		}
	}
	c.NoError(json.Unmarshal([]byte(s.Must("show", "-json").Output), &shown))
	if got := shown.Values.Root.Resources[0]; got.Values["secret_key"] != key.SecretKey || got.Sensitive["secret_key"] != true {
		t.Errorf("same secret: %t; Sensitive: %v", got.Values["secret_key"] == key.SecretKey, got.Sensitive["secret_key"])
	}

	mine := acctest.AgePair(t)
	s.Write(acctest.Key("this", sealTo(mine.Public)))
	s.Apply().Contains(t, "Older states hold the secret in clear", "0 added, 1 changed, 0 destroyed")
	c.ExpectWrites()
	backup := filepath.Join(s.Dir, "terraform.tfstate.backup")
	if !strings.Contains(read(t, backup), key.SecretKey) {
		t.Error("the backup does not have the clear secret: its removal is not needed")
	}
	c.NoError(os.Remove(backup))
	s.EmptyPlan()
	s.ExpectNoSecretLeft(c.RootSecretKey, mine.Private)
}

// TestAccUser_stateOfOfficialProvider: after `state replace-provider`, a state of the official provider has an empty plan, and the
// apply makes no changing call. A timeouts block that is in the configuration only is a change.
func TestAccUser_stateOfOfficialProvider(t *testing.T) {
	for name, c := range map[string]struct {
		arguments []string
		changed   int
	}{
		"a name":            {arguments: []string{`user_name = "alice"`}},
		"each argument":     {arguments: []string{`user_name = "alice"`, `path = "/"`, `user_email = "alice@example.com"`}},
		"an empty timeouts": {arguments: []string{`user_name = "alice"`, "timeouts {", "}"}, changed: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.NewCLI(t)
			user, err := w.API().CreateUser(t.Context(), api.CreateUserInput{UserName: "alice", Path: "/", Email: "alice@example.com"})
			w.NoError(err)
			w.ResetCalls()
			s := w.Workspace(acctest.User("this", c.arguments...))
			s.File("terraform.tfstate", officialState(t, s.ProviderAddress(), "outscale_user", map[string]any{
				"id": user.ID, "user_id": user.ID, "user_name": "alice", "path": "/", "user_email": user.Email,
				"creation_date": user.CreationDate.Format(officialDate), "last_modification_date": user.CreationDate.Format(officialDate),
				"policy": []any{}, "timeouts": nil,
			}))
			if c.changed == 0 {
				s.EmptyPlan()
			} else {
				s.Plan().Contains(t, fmt.Sprintf("0 to add, %d to change, 0 to destroy", c.changed))
			}
			s.Apply()
			s.EmptyPlan()
			w.ExpectWrites()
		})
	}
}

// officialDate is the layout of dates in answers of the API, and therefore in states of the official provider.
const officialDate = "2006-01-02T15:04:05.000-0700"

// officialKey returns a state file with a key of the official provider.
func officialKey(t *testing.T, key api.AccessKey, provider string) string {
	t.Helper()
	return officialState(t, provider, "outscale_access_key", map[string]any{
		"access_key_id": key.ID, "id": key.ID, "creation_date": key.CreationDate.Format(officialDate), "expiration_date": nil,
		"last_modification_date": key.LastModificationDate.Format(officialDate), "request_id": "2d3016ea-5e06-422f-8508-a6ab22e5c9d4",
		"secret_key": key.SecretKey, "state": "ACTIVE", "tag": nil, "timeouts": nil, "user_name": nil,
	})
}

// officialState returns a state file of the official provider (1.8.0). It has one resource, "this", of the provider with an address.
func officialState(t *testing.T, provider, resourceType string, attributes map[string]any) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "5f0e4f4c-60f1-4a1a-8a5b-1d2c8c6b6f0a", "outputs": map[string]any{},
		"resources": []any{map[string]any{
			"mode": "managed", "type": resourceType, "name": "this", "provider": fmt.Sprintf("provider[%q]", provider),
			"instances": []any{map[string]any{"schema_version": 0, "sensitive_attributes": []any{}, "attributes": attributes}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
