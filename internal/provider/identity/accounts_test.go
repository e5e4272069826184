package identity_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// otherAccount is another account that has users, groups and policies of the same names.
func otherAccount(t *testing.T) *acctest.Account {
	t.Helper()
	other := acctest.NewAccount(t, func(o *simulator.Options) {
		o.Seed, o.RootAccessKey, o.RootSecretKey = 42, "OTHERROOTACCESSKEY01", "OTHERROOTSECRET0000000000000000000000001"
	})
	client := other.API()
	for _, name := range []string{"ci", "alice"} {
		other.CreateUser(name)
		other.CreateKey(api.CreateAccessKeyInput{UserName: name})
	}
	for _, name := range []string{"ops", "dev"} {
		_, err := client.CreateUserGroup(t.Context(), name, "/")
		other.NoError(err)
	}
	for _, name := range []string{"read", "deploy"} {
		_, err := client.CreatePolicy(t.Context(), api.CreatePolicyInput{Name: name, Path: "/", Document: document})
		other.NoError(err)
	}
	return other
}

// use makes the provider sign for an account from now on.
func (w world) use(a *acctest.Account) {
	w.Env("OSC_ACCESS_KEY", a.RootAccessKey)
	w.Env("OSC_SECRET_KEY", a.RootSecretKey)
	w.Env("OSC_ENDPOINT_API", a.Endpoint)
}

// TestIdentity_anotherAccount: with the credential of another account, a plan and a destruction of every resource are errors
// that name both accounts. Nothing is created, and the states stay. With the right credential nothing has changed, and the
// account is not read.
func TestIdentity_anotherAccount(t *testing.T) {
	configs := map[string]func(world) acctest.Args{
		"outscale_access_key of the caller": func(world) acctest.Args { return acctest.Args{} },
		"outscale_access_key by id":         func(w world) acctest.Args { return acctest.Args{"user_id": w.user} },
		"outscale_rotating_access_key by name": func(world) acctest.Args {
			return acctest.Args{"user_name": "ci", "lifetime": "30d", "rotate_before": "7d"}
		},
		"outscale_rotating_access_key of the caller": func(world) acctest.Args { return acctest.Args{"lifetime": "30d", "rotate_before": "7d"} },
		"outscale_user_policy_link by id":            func(w world) acctest.Args { return acctest.Args{"user_id": w.user, "policy_orn": w.policy} },
		"outscale_user_group_membership by id":       func(w world) acctest.Args { return acctest.Args{"user_id": w.user, "user_group_id": w.group} },
	}
	for typeName, k := range kinds {
		configs[typeName] = k.config
	}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, other := newWorld(t), otherAccount(t)
			typeName, _, _ := strings.Cut(name, " ")
			args := config(w)
			r := w.Resource(typeName, args)
			there := other.Simulator.State().Account.AccountID

			w.use(other)
			plan := r.Plan(args)
			expectBothAccounts(t, "plan", plan.Diagnostics, w.account, there)
			expectBothAccounts(t, "destruction", r.TryDestroy(), w.account, there)
			if deletesAtAPI := !strings.HasSuffix(typeName, "_exclusive") && typeName != "outscale_api_access_policy"; deletesAtAPI {
				r.SkipRefresh = true
				expectBothAccounts(t, "destruction without a refresh", r.TryDestroy(), w.account, there)
				r.ForceReplace, r.CreateBeforeDestroy = true, true
				expectBothAccounts(t, "replacement without a refresh", r.Apply(args).Diagnostics, w.account, there)
				r.ForceReplace, r.SkipRefresh = false, false
			}
			if !r.Exists() {
				t.Error("it was forgotten")
			}
			for _, call := range other.Requests() {
				if !strings.HasPrefix(call.Action, "Read") && call.Status < 400 {
					t.Errorf("%s was executed: %s", call.Action, call.Body)
				}
			}

			w.use(w.Account)
			w.ResetCalls()
			r.ExpectEmptyPlan(args)
			if n := w.Calls("ReadAccounts"); n != 0 && typeName != "outscale_api_access_policy" {
				t.Errorf("%d ReadAccounts where everything is there", n)
			}

			w.use(other)
			w.Block["allowed_account_ids"] = []any{w.account}
			other.ResetCalls()
			expectBothAccounts(t, "plan of a new one", w.NewResource(typeName).Plan(args).Diagnostics, w.account, there)
			other.ExpectCalls(map[string]int{"ReadAccounts": 1})
		})
	}
}

func expectBothAccounts(t *testing.T, what string, got acctest.Diagnostics, here, there string) {
	t.Helper()
	for _, d := range got.Errors() {
		if strings.Contains(d.Detail, here) && strings.Contains(d.Detail, there) {
			return
		}
	}
	t.Errorf("%s: no error names accounts %s and %s: %s", what, here, there, got)
}

// keyConfigs are a key and a pair of an owner.
func keyConfigs(owner acctest.Args) map[string]acctest.Args {
	pair := maps.Clone(owner)
	pair["lifetime"], pair["rotate_before"] = "30d", "7d"
	return map[string]acctest.Args{"outscale_access_key": owner, "outscale_rotating_access_key": pair}
}

// TestIdentity_anotherCaller: a key of the caller is not gone when the caller is now another user of the same account.
func TestIdentity_anotherCaller(t *testing.T) {
	for typeName, config := range keyConfigs(acctest.Args{}) {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			eve := h.CreateUser("eve")
			h.NoError(h.API().PutUserPolicy(t.Context(), "eve", api.InlinePolicy{Name: "all", Document: `{"Statement":[{"Effect":"Allow","Action":["api:*"],"Resource":["*"]}]}`}))
			eves := h.CreateKey(api.CreateAccessKeyInput{UserName: "eve"})
			r := h.Resource(typeName, config)
			h.Env("OSC_ACCESS_KEY", eves.ID)
			h.Env("OSC_SECRET_KEY", eves.SecretKey)
			expectKept(t, h, r, r.Plan(config).Diagnostics, h.RootAccessKey, eve.ID)
			expectKept(t, h, r, r.TryDestroy(), h.RootAccessKey, eve.ID)
		})
	}
}

// TestIdentity_nameOfAnotherOwner: a key by the name of its owner is not gone when the owner was renamed and the name given
// to another user.
func TestIdentity_nameOfAnotherOwner(t *testing.T) {
	for typeName, config := range keyConfigs(acctest.Args{"user_name": "bob"}) {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			bob := h.CreateUser("bob")
			r := h.Resource(typeName, config)
			_, err := h.API().UpdateUser(t.Context(), api.UpdateUserInput{UserName: "bob", NewUserName: "robert"})
			h.NoError(err)
			other := h.CreateUser("bob")
			planned := r.Plan(config).Diagnostics
			expectKept(t, h, r, planned, bob.ID, other.ID)
			planned.ExpectErrorAmong("Access key not read", "terraform import ADDRESS robert/")
			expectKept(t, h, r, r.TryDestroy(), bob.ID, other.ID)
		})
	}
}

// expectKept fails the test unless there is one error that names both, nothing was changed, and the states stay.
func expectKept(t *testing.T, h *acctest.Protocol, r *acctest.Resource, got acctest.Diagnostics, recorded, current string) {
	t.Helper()
	got.ExpectErrorAmong("Access key not read", recorded, current)
	if !r.Exists() {
		t.Error("it was forgotten")
	}
	h.ExpectWrites("CreateAccessKey", "UpdateAccessKey") // its creation
}

// TestIdentity_nothingRecorded: an object of a state that has no account is not gone because another account lacks it. The
// first refresh that finds it records the account.
func TestIdentity_nothingRecorded(t *testing.T) {
	for typeName, k := range kinds {
		if typeName == "outscale_api_access_policy" {
			continue // every account has one
		}
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			w, other := newWorld(t), otherAccount(t)
			config := k.config(w)
			r := w.Resource(typeName, config)
			r.ForgetPrivate()
			r.ForgetIdentity()
			w.use(other)
			there := other.Simulator.State().Account.AccountID
			r.Plan(config).ExpectError("Object not found, and its account is not recorded", there, "allowed_account_ids", r.String(k.parts[0]))
			r.SkipRefresh = true
			r.TryDestroy().ExpectError("Object not found, and its account is not recorded", there, "allowed_account_ids", r.String(k.parts[0]))
			r.SkipRefresh = false
			if !r.Exists() {
				t.Error("it was forgotten")
			}
			other.ExpectWrites()

			w.use(w.Account)
			r.ExpectEmptyPlan(config)
			w.use(other)
			expectBothAccounts(t, "plan once the account is recorded", r.Plan(config).Diagnostics, w.account, there)
		})
	}
}

// TestIdentity_nothingRecordedKeepsWarnings: other warnings of the read are shown, once, whether its object is there or not.
func TestIdentity_nothingRecordedKeepsWarnings(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t), otherAccount(t)
	w.Clock = func() time.Time { return time.Now().AddDate(0, 0, 3) }
	config := acctest.Args{"user_name": "bob"}
	r := w.Resource("outscale_user", config)
	state := map[string]any{}
	w.NoError(json.Unmarshal(r.State(), &state))
	expect := func(d acctest.Diagnostics) {
		t.Helper()
		if d.Count("User is gone")+d.Count("Policy is gone") > 0 {
			t.Errorf("warned that it is gone: %s", d)
		}
		if n := d.Count("Clock of this machine is off"); n != 1 {
			t.Errorf("%d warnings about the clock: %s", n, d)
		}
	}
	_, imported := w.Import("outscale_policy", "orn:ows:idauth::"+w.account+":policy/none")
	imported.ExpectError("Object not imported")
	expect(imported)
	w.use(other)
	r.SetState(state)
	expect(r.Plan(config).Diagnostics)
	r.SkipRefresh = true
	expect(r.TryDestroy())
	w.use(w.Account)
	expect(r.TryDestroy())
}

// TestIdentity_nothingRecordedAndGone: what proves that a key is gone, of which nothing is recorded: its owner, an account
// that the provider block confirms, or nothing where the account cannot be read.
func TestIdentity_nothingRecordedAndGone(t *testing.T) {
	for name, c := range map[string]struct {
		owner    func(w world) acctest.Args
		prepare  func(w world)
		believed bool
	}{
		"owner by name":          {func(world) acctest.Args { return acctest.Args{"user_name": "ci"} }, func(world) {}, false},
		"the caller":             {func(world) acctest.Args { return acctest.Args{} }, func(world) {}, false},
		"owner by id":            {func(w world) acctest.Args { return acctest.Args{"user_id": w.user} }, func(world) {}, true},
		"account confirmed":      {func(world) acctest.Args { return acctest.Args{} }, func(w world) { w.Block["allowed_account_ids"] = []any{w.account} }, true},
		"account cannot be read": {func(world) acctest.Args { return acctest.Args{} }, func(w world) { w.SetFaults(acctest.Refusal("ReadAccounts")) }, true},
		"several accounts allowed": {func(world) acctest.Args { return acctest.Args{} }, func(w world) {
			w.Block["allowed_account_ids"] = []any{w.account, "000000000001"}
		}, false},
	} {
		for _, typeName := range []string{"outscale_access_key", "outscale_rotating_access_key"} {
			t.Run(name+" "+typeName, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				config := keyConfigs(c.owner(w))[typeName]
				r := w.Resource(typeName, config)
				state := map[string]any{}
				w.NoError(json.Unmarshal(r.State(), &state))
				w.DeleteKey(w.OnlyKey())
				r.ForgetPrivate()
				r.ForgetIdentity()
				c.prepare(w)
				plan := r.Plan(config)
				switch {
				case !c.believed:
					plan.ExpectError("Object not found, and its account is not recorded", w.account)
				case plan.HasError() || plan.Action == acctest.NoOp:
					t.Errorf("planned to %s: %s", plan.Action, plan.Diagnostics)
				}
				r.SetState(state)
				r.SkipRefresh = true
				if got := r.TryDestroy(); got.HasError() == c.believed || r.Exists() == c.believed {
					t.Errorf("destroyed without a refresh: %s", got)
				}
			})
		}
	}
}
