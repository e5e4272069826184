package identity_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const document = `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`

// world is an account with a user, a group and a policy, for resources that refer to them.
type world struct {
	*acctest.Protocol
	account, user, group, policy, pem string
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{Protocol: acctest.NewProtocol(t), pem: acctest.CertificatePEM(t, "authority")}
	account, err := w.API().ReadAccounts(t.Context())
	w.NoError(err)
	w.account = account.ID
	w.user = w.Resource("outscale_user", acctest.Args{"user_name": "ci"}).String("id")
	w.group = w.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"}).String("id")
	w.policy = w.Resource("outscale_policy", acctest.Args{"policy_name": "read", "document": document}).String("orn")
	return w
}

// kind is a type of resource: a configuration of it, and the attributes that its identity takes from it.
type kind struct {
	config func(w world) acctest.Args
	parts  []string
	owner  bool // the identity has the owner's user_id as well
}

// kinds has every resource of the provider.
var kinds = map[string]kind{
	"outscale_access_key":          {func(world) acctest.Args { return acctest.Args{"user_name": "ci"} }, []string{"access_key_id"}, true},
	"outscale_rotating_access_key": {func(w world) acctest.Args { return pair(w, "1") }, []string{"access_key_id"}, true},
	"outscale_user":                {func(world) acctest.Args { return acctest.Args{"user_name": "alice"} }, []string{"user_id"}, false},
	"outscale_user_group":          {func(world) acctest.Args { return acctest.Args{"user_group_name": "dev"} }, []string{"user_group_id"}, false},
	"outscale_policy": {func(world) acctest.Args { return acctest.Args{"policy_name": "deploy", "document": document} },
		[]string{"orn"}, false},
	"outscale_api_access_rule": {func(world) acctest.Args { return acctest.Args{"ip_ranges": []string{"192.0.2.0/24"}} },
		[]string{"api_access_rule_id"}, false},
	"outscale_api_access_policy": {func(world) acctest.Args { return acctest.Args{"max_access_key_expiration_seconds": 0} }, []string{"id"}, false},
	"outscale_ca":                {func(w world) acctest.Args { return acctest.Args{"ca_pem": w.pem} }, []string{"ca_id"}, false},
	"outscale_policy_version": {func(w world) acctest.Args { return acctest.Args{"policy_orn": w.policy, "document": document} },
		[]string{"policy_orn", "version_id"}, false},
	"outscale_user_group_membership": {func(world) acctest.Args { return acctest.Args{"user_name": "ci", "user_group_name": "ops"} },
		[]string{"user_group_id", "user_id"}, false},
	"outscale_user_policy_link": {func(w world) acctest.Args { return acctest.Args{"user_name": "ci", "policy_orn": w.policy} },
		[]string{"user_id", "policy_orn"}, false},
	"outscale_user_group_policy_link": {func(w world) acctest.Args { return acctest.Args{"user_group_name": "ops", "policy_orn": w.policy} },
		[]string{"user_group_id", "policy_orn"}, false},
	"outscale_user_inline_policy": {func(world) acctest.Args {
		return acctest.Args{"user_name": "ci", "policy_name": "p", "document": document}
	}, []string{"user_id", "policy_name"}, false},
	"outscale_user_group_inline_policy": {func(world) acctest.Args {
		return acctest.Args{"user_group_name": "ops", "policy_name": "p", "document": document}
	}, []string{"user_group_id", "policy_name"}, false},
	"outscale_user_policies_exclusive": {func(w world) acctest.Args {
		return acctest.Args{"user_name": "ci", "policy_orns": []string{w.policy}}
	}, []string{"user_id"}, false},
	"outscale_user_inline_policies_exclusive": {func(world) acctest.Args {
		return acctest.Args{"user_name": "ci", "policy_names": []string{}}
	}, []string{"user_id"}, false},
	"outscale_user_group_policies_exclusive": {func(w world) acctest.Args {
		return acctest.Args{"user_group_name": "ops", "policy_orns": []string{w.policy}}
	}, []string{"user_group_id"}, false},
	"outscale_user_group_inline_policies_exclusive": {func(world) acctest.Args {
		return acctest.Args{"user_group_name": "ops", "policy_names": []string{}}
	}, []string{"user_group_id"}, false},
}

func pair(w world, trigger string) acctest.Args {
	return acctest.Args{"user_id": w.user, "lifetime": "30d", "rotate_before": "7d", "triggers": map[string]any{"t": trigger}}
}

// TestIdentity_everyResource: every resource of the provider has an identity that is set when the object is created, costs no
// call, is found again for a state of an older version, and imports the object. What a CLI generates for the import plans empty.
func TestIdentity_everyResource(t *testing.T) {
	schemas := acctest.NewProtocol(t)
	identities := schemas.IdentitySchemas()
	for _, typeName := range schemas.ResourceTypes() {
		t.Run(typeName, func(t *testing.T) {
			k, known := kinds[typeName]
			if identities[typeName] == nil || !known {
				t.Fatal("no identity, or not in the table of this test: see docs/dev/adding-a-resource.md")
			}
			w := newWorld(t)
			config := k.config(w)
			r := w.Resource(typeName, config)
			want := acctest.Args{"account_id": w.account}
			for _, name := range k.parts {
				want[name] = r.String(name)
			}
			if k.owner {
				want["user_id"] = w.user
			}
			expectIdentity(t, r, want)
			if typeName != "outscale_api_access_policy" { // the account tells one access policy from another, so that it is read in any case
				expectNoCostOf(t, w, r, config)
			}
			expectFoundAgain(t, w, r, want)
			expectImports(t, w, r, want)

			// A caller that may not read its account has the same without it.
			w = newWorld(t)
			w.SetFaults(acctest.Refusal("ReadAccounts"))
			if got := w.Resource(typeName, k.config(w)).Identity(); got["account_id"] != nil || got[k.parts[0]] == nil {
				t.Errorf("without the right to read the account: %v", got)
			}
		})
	}
}

func expectIdentity(t *testing.T, r *acctest.Resource, want acctest.Args) {
	t.Helper()
	if got := r.Identity(); !maps.Equal(got, want) {
		t.Errorf("identity %v, want %v", got, want)
	}
}

// expectNoCostOf an identity that is recorded, nor of one whose account the private state has.
func expectNoCostOf(t *testing.T, w world, r *acctest.Resource, config acctest.Args) {
	t.Helper()
	for range 2 {
		w.ResetCalls()
		r.ExpectEmptyPlan(config)
		if n := w.Calls("ReadAccounts"); n != 0 {
			t.Errorf("%d ReadAccounts in a plan without a change", n)
		}
		r.ForgetIdentity()
	}
}

// expectFoundAgain: a state of the official provider, or of an older version, has no identity. It gets the same one at one
// more call, also where the object is gone.
func expectFoundAgain(t *testing.T, w world, r *acctest.Resource, want acctest.Args) {
	t.Helper()
	r.ForgetIdentity()
	r.ForgetPrivate()
	w.ResetCalls()
	r.Read().ExpectNoErrors()
	if n := w.Calls("ReadAccounts"); n != 1 {
		t.Errorf("%d ReadAccounts, want 1", n)
	}
	if _, owned := want["user_id"]; owned && r.Type != "outscale_rotating_access_key" && r.Get("user_id") == nil {
		want = maps.Clone(want)
		want["user_id"] = nil // only the private state had it
	}
	expectIdentity(t, r, want)
	w.ResetCalls()
	r.ForgetIdentity()
	r.Read().ExpectNoErrors()
	if n := w.Calls("ReadAccounts"); n != 0 && r.Type != "outscale_api_access_policy" {
		t.Errorf("%d ReadAccounts once the private state has the account", n)
	}
}

func expectImports(t *testing.T, w world, r *acctest.Resource, want acctest.Args) {
	t.Helper()
	imported, got := w.ImportByIdentity(r.Type, want)
	got.ExpectNoErrors()
	imported.Expect(acctest.Args{"id": r.Get("id")})
	expectIdentity(t, imported, want)
	if r.Type != "outscale_ca" { // no action reads `ca_pem`
		imported.ExpectEmptyPlan(imported.GeneratedConfig())
	}

	short := maps.Clone(want) // the account is optional
	delete(short, "account_id")
	imported, got = w.ImportByIdentity(r.Type, short)
	got.ExpectNoErrors()
	expectIdentity(t, imported, want)

	imported, got = w.Import(r.Type, importID(r, want))
	got.ExpectNoErrors()
	expectIdentity(t, imported, want)

	wrong := maps.Clone(want)
	wrong["account_id"] = "000000000001"
	w.ResetCalls()
	_, got = w.ImportByIdentity(r.Type, wrong)
	got.ExpectError("Object not imported", "000000000001", w.account)
	w.ExpectCalls(map[string]int{"ReadAccounts": 1})

	r.Destroy()
	imported.ForgetIdentity()
	imported.Read().ExpectNoErrors()
}

// importID is the id that imports the resource.
func importID(r *acctest.Resource, identity acctest.Args) string {
	if r.Type == "outscale_policy" {
		return identity["orn"].(string)
	}
	return r.String("id")
}

// TestIdentity_accountNotReadable: the account stays empty, even when it can be read later, and an import that names one is
// refused.
func TestIdentity_accountNotReadable(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.SetFaults(acctest.Refusal("ReadAccounts"))
	config := acctest.Args{"user_name": "alice"}
	user := h.Resource("outscale_user", config)
	want := acctest.Args{"account_id": nil, "user_id": user.String("user_id")}
	expectIdentity(t, user, want)
	_, got := h.ImportByIdentity("outscale_user", acctest.Args{"account_id": "123456789012", "user_id": want["user_id"]})
	got.ExpectError("Object not imported", "123456789012", "ReadAccounts")
	h.SetFaults()
	user.ExpectEmptyPlan(config)
	expectIdentity(t, user, want)
}

// TestIdentity_importNotFound: an import of what does not exist says so, and nothing of states and older versions.
func TestIdentity_importNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	policy := strings.TrimSuffix(w.policy, "read") + "none"
	for typeName, id := range map[string]string{
		"outscale_api_access_rule":  "aar-00000000000000000000000000000000",
		"outscale_ca":               "ca-00000000000000000000000000000000",
		"outscale_policy":           policy,
		"outscale_policy_version":   w.policy + "/v7",
		"outscale_user_policy_link": w.user + "/" + w.policy,
	} {
		_, got := w.Import(typeName, id)
		got.ExpectError("Object not imported", id, "was not found in account "+w.account)
	}
	_, got := w.Import("outscale_policy", w.policy)
	got.ExpectNone()
}

// TestIdentity_failedUpdate: an update without a refresh that fails records the identity of a state that had none. An
// identity without values would stay.
func TestIdentity_failedUpdate(t *testing.T) {
	w := newWorld(t)
	user := w.Resource("outscale_user", acctest.Args{"user_name": "alice"})
	user.ForgetIdentity()
	user.SkipRefresh = true
	w.SetFaults(acctest.Refusal("UpdateUser"))
	user.Apply(acctest.Args{"user_name": "bob"}).ExpectError("User not updated")
	expectIdentity(t, user, acctest.Args{"account_id": w.account, "user_id": user.String("user_id")})
}

// TestIdentity_followsRotation: the identity of a pair names its current key.
func TestIdentity_followsRotation(t *testing.T) {
	w := newWorld(t)
	r := w.Resource("outscale_rotating_access_key", pair(w, "1"))
	first := r.String("access_key_id")
	r.Update(pair(w, "2"))
	if r.String("access_key_id") == first {
		t.Fatal("not rotated")
	}
	expectIdentity(t, r, acctest.Args{"account_id": w.account, "user_id": w.user, "access_key_id": r.String("access_key_id")})
}

// TestIdentity_importReadsOneOwner: with the owner's id, an import of a key lists the keys of one user only.
func TestIdentity_importReadsOneOwner(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"a", "b", "c"} {
		w.CreateUser(name)
	}
	key := w.CreateKey(api.CreateAccessKeyInput{UserName: "ci"})
	w.ResetCalls()
	imported, got := w.ImportByIdentity("outscale_access_key", acctest.Args{"access_key_id": key.ID, "user_id": w.user})
	got.ExpectNoErrors()
	imported.Expect(acctest.Args{"user_name": "ci", "user_id": w.user})
	if n := w.Calls("ReadAccessKeys"); n != 1 {
		t.Errorf("%d ReadAccessKeys, want 1", n)
	}
	_, got = w.ImportByIdentity("outscale_access_key", acctest.Args{"access_key_id": key.ID, "user_id": "ABSENT"})
	got.ExpectError("Access key not imported", "ABSENT", "Check the id and the account: `outscale-keys list`")
}

// TestIdentity_nameLikeAnID: an identity names a user by its id, also where another user has that id as its name.
func TestIdentity_nameLikeAnID(t *testing.T) {
	w := newWorld(t)
	link := w.Resource("outscale_user_policy_link", acctest.Args{"user_name": "ci", "policy_orn": w.policy})
	w.CreateUser(w.user)
	imported, got := w.ImportByIdentity("outscale_user_policy_link", acctest.Args{"user_id": w.user, "policy_orn": w.policy})
	got.ExpectNoErrors()
	imported.Expect(acctest.Args{"user_name": "ci", "id": link.Get("id")})
}
