package accesskey_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

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

// TestAccessKey_emptyUserName: an empty name means the caller, as in the official provider, with a warning. Its removal is
// not a change.
func TestAccessKey_emptyUserName(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.NewResource(accessKey)
	key.Plan(named("")).Expect(acctest.Create, nil).ExpectWarning("Empty user name", acctest.At("user_name"))
	key.Apply(named("")).ExpectNoErrors()
	key.Expect(acctest.Args{"user_name": "", "user_id": nil})
	for _, skips := range []bool{false, true} { // -refresh=false
		key.SkipRefresh = skips
		key.ExpectEmptyPlan(named("")).ExpectNone()
		key.ExpectEmptyPlan(acctest.Args{})
	}
	key.SkipRefresh = false
	h.CreateUser("alice")
	key.Apply(named("alice")).ExpectNoErrors()
	key.PlanExpectReplace(named(""), "user_name").ExpectWarning("Empty user name", acctest.At("user_name"))
}

// TestAccessKey_nullAndEmpty: for an expiry, a tag and the name of the owner, null and "" mean the same, so that a change
// between them is not a difference, for a key that was created, imported or taken over. An argument that is removed later
// is removed from the key.
func TestAccessKey_nullAndEmpty(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	left := acctest.Args{}
	empty := acctest.Args{"expiration_date": "", "tag": "", "user_name": ""}
	h.NewResource(accessKey).Plan(left).Expect(acctest.Create, empty) // at once: otherwise the next refresh would change an output
	imported, _ := h.Import(accessKey, h.CreateKey(api.CreateAccessKeyInput{}).ID)
	official := h.NewResource(accessKey)
	official.SetState(stateOfOfficialProvider(h.CreateKey(api.CreateAccessKeyInput{}), nil, nil))
	for name, key := range map[string]*acctest.Resource{
		"created without": h.Resource(accessKey, left), "created with empty": h.Resource(accessKey, empty), "imported": imported, "taken over": official,
	} {
		t.Log(name)
		for _, config := range []acctest.Args{left, empty, left, {"tag": ""}, {"expiration_date": ""}, {"user_name": ""}} {
			key.ExpectEmptyPlan(config).ExpectNone()
		}
	}
	key := h.Resource(accessKey, acctest.Args{"expiration_date": "2040-01-01", "tag": "x"})
	for _, config := range []acctest.Args{left, empty} {
		key.Plan(config).Expect(acctest.Update, acctest.Args{"expiration_date": "", "tag": "", "expired": false})
	}
	h.ResetCalls()
	key.Update(left)
	h.ExpectWrites("UpdateAccessKey")
	key.ExpectEmptyPlan(empty).ExpectNone()
}

// TestAccessKey_nullInOldState: without a refresh, null in the state of another provider or of an earlier version stays if the
// configuration does not set the arguments.
func TestAccessKey_nullInOldState(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.NewResource(accessKey)
	old := stateOfOfficialProvider(h.CreateKey(api.CreateAccessKeyInput{}), nil, nil)
	old["expired"] = false
	key.SetState(old)
	key.SkipRefresh = true
	key.ExpectEmptyPlan(acctest.Args{}).ExpectNone()
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
		key.ExpectEmptyPlan(key.GeneratedConfig())
	}
}

// TestAccessKey_markerAsTag: a tag in the form of a marker is refused at plan.
func TestAccessKey_markerAsTag(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for _, tag := range []string{"outscale-unfinished-mine", "terraform-unfinished-mine"} {
		h.NewResource(accessKey).Plan(acctest.Args{"tag": tag}).ExpectErrorAmong("Tag is reserved", acctest.At("tag"))
	}
}

// TestAccessKey_expiredStaysKnown: `expired` stays known if the date does not change.
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
