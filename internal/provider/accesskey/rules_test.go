package accesskey_test

import (
	"encoding/json"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// stateAsConfig are values of a state as a configuration.
func stateAsConfig(t *testing.T, r *acctest.Resource, names ...string) acctest.Args {
	t.Helper()
	all, config := map[string]any{}, acctest.Args{}
	if err := json.Unmarshal(r.State(), &all); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if all[name] != nil {
			config[name] = all[name]
		}
	}
	return config
}

// TestAccessKey_applySendsThePlan: under ignore_changes = [state] the CLI plans with the state's value, and applies with the
// configuration's. A key that was deactivated by hand, and whose plan changes the date only, stays INACTIVE.
func TestAccessKey_applySendsThePlan(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("ci")
	config := acctest.Args{"user_name": "ci", "state": "ACTIVE", "expiration_date": "2040-01-01"}
	key := h.Resource(accessKey, config)
	h.UpdateKey(h.OnlyKey(), func(in *api.UpdateAccessKeyInput) { in.State = "INACTIVE" })
	key.Read().ExpectNone()
	key.IgnoreChanges = []string{"state"}
	config["expiration_date"] = "2041-01-01"
	key.Plan(config).Expect(acctest.Update, acctest.Args{"state": "INACTIVE"}).Apply().ExpectNoErrors()
	if now := h.OnlyKey(); now.State != "INACTIVE" || key.String("state") != "INACTIVE" {
		t.Errorf("the key is %s, and the state says %s", now.State, key.String("state"))
	}
}

// TestAccessKey_ignoreChangesAll: the CLI plans with the values of the state, those of computed attributes included. Nothing is
// changed or refused.
func TestAccessKey_ignoreChangesAll(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	owner := h.Resource(user, named("ci"))
	key := h.Resource(accessKey, identified(owner.Get("user_id")))
	key.IgnoreChanges = []string{"all"}
	key.ExpectEmptyPlan(identified(owner.Get("user_id"))).ExpectNone()
	key.Destroy()
}

// TestAccessKey_emptyUserName is the caller, as the official provider takes it, with a warning; left out later, it is no
// change.
func TestAccessKey_emptyUserName(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.NewResource(accessKey)
	key.Plan(named("")).Expect(acctest.Create, nil).ExpectWarning("Empty user name", acctest.At("user_name"))
	key.Apply(named("")).ExpectNoErrors()
	key.Expect(acctest.Args{"user_name": "", "user_id": nil})
	key.Plan(named("")).Expect(acctest.NoOp, nil)
	key.ExpectEmptyPlan(acctest.Args{})
}

// TestAccessKey_generatedConfiguration: the CLI generates a configuration for an import from the state, with the owner's
// name and id. Its plan is empty.
func TestAccessKey_generatedConfiguration(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	for _, in := range []api.CreateAccessKeyInput{{UserName: "alice", Tag: "x"}, {}} {
		key, imported := h.Import(accessKey, h.CreateKey(in).ID)
		imported.ExpectNoErrors()
		key.ExpectEmptyPlan(stateAsConfig(t, key, "user_name", "user_id", "state", "expiration_date", "tag"))
	}
}

// TestAccessKey_markerAsTag is refused at plan: every run would name the key as one to be removed.
func TestAccessKey_markerAsTag(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for _, tag := range []string{"outscale-unfinished-mine", "terraform-unfinished-mine"} {
		h.NewResource(accessKey).Plan(acctest.Args{"tag": tag}).ExpectErrorAmong("Tag is reserved", acctest.At("tag"))
	}
}

// TestAccessKey_expiredStaysKnown where the date does not change.
func TestAccessKey_expiredStaysKnown(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.Resource(accessKey, dated("2040-01-01"))
	for _, with := range []acctest.Args{{"tag": "x"}, {"state": "INACTIVE"}} {
		with["expiration_date"] = "2040-01-01"
		key.Plan(with).Expect(acctest.Update, acctest.Args{"expired": false})
	}
	key.Plan(dated("2041-01-01")).Expect(acctest.Update, acctest.Args{"expired": acctest.Unknown})
}
