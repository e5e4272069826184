package accesskey_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// tooLong is the summary of the error about a key that expires later than the account allows.
const tooLong = "Access key would live too long"

// limitedTo30Days is an account whose access policy allows a lifetime of 30 days.
func limitedTo30Days(t *testing.T) *acctest.Protocol {
	t.Helper()
	h := acctest.NewProtocol(t)
	h.Ceiling(30 * day)
	return h
}

// TestAccessKey_ceilingAtPlan: a date that is too late, or no date, is an error that names the latest date. Nothing is
// created. A plan without changes, a change of another attribute and a destroy do not read the policy.
func TestAccessKey_ceilingAtPlan(t *testing.T) {
	t.Parallel()
	h := limitedTo30Days(t)
	now := h.Simulator.Now()
	h.Advance(now.Truncate(time.Hour).Add(time.Hour).Sub(now)) // to a full hour, which then stays the same during the test
	latest := h.Simulator.Now().Add(30 * day).UTC().Format("2006-01-02T15:")
	h.NewResource(accessKey).Plan(acctest.Args{}).ExpectError(tooLong, acctest.At("expiration_date"), "There is no `expiration_date`", "30 days", latest)
	h.NewResource(accessKey).Plan(dated(h.Date(31*day))).ExpectError(tooLong, acctest.At("expiration_date"), "30 days", latest,
		"apply that first, with `-target`", "`-refresh=false`")
	if n := h.Calls("ReadApiAccessPolicy"); n != 2 || len(h.Writes()) > 0 {
		t.Errorf("two plans read the policy %d times and wrote %v", n, h.Writes())
	}

	date := h.Date(29 * day)
	key := h.Resource(accessKey, acctest.Args{"expiration_date": date, "tag": "a"})
	h.ResetCalls()
	key.ExpectEmptyPlan(acctest.Args{"expiration_date": date, "tag": "a"})
	h.ExpectCalls(map[string]int{"ReadAccessKeys": 1})
	key.Update(acctest.Args{"expiration_date": date, "tag": "b"})
	if n := h.Calls("ReadApiAccessPolicy"); n != 0 {
		t.Errorf("a change of the tag read the policy %d times", n)
	}
	key.Plan(acctest.Args{"tag": "b"}).ExpectError(tooLong, acctest.At("expiration_date"))
	h.ResetCalls()
	key.Destroy()
	if n := h.Calls("ReadApiAccessPolicy"); n != 0 {
		t.Errorf("a destruction read the policy %d times", n)
	}
}

// TestAccessKey_ceilingAtApply: a date that is known only during the apply is checked before the key is created.
func TestAccessKey_ceilingAtApply(t *testing.T) {
	t.Parallel()
	h := limitedTo30Days(t)
	plan := h.NewResource(accessKey).Plan(acctest.Args{"expiration_date": acctest.Unknown}).Expect(acctest.Create, nil)
	plan.ApplyWith(dated(h.Date(31*day))).ExpectError(tooLong, "30 days")
	h.ExpectWrites()
}

// TestAccessKey_ceilingNotReadable: if the caller may not read the policy, or the API has none, the plan succeeds. The API
// refuses the date.
func TestAccessKey_ceilingNotReadable(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"no right":       {Kind: faults.Status, Status: http.StatusForbidden, Code: "4"},
		"unknown action": {Kind: faults.Status, Status: http.StatusBadRequest, Code: "5011"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := limitedTo30Days(t)
			fault.Action, fault.Probability = "ReadApiAccessPolicy", 1
			h.SetFaults(fault)
			plan := h.NewResource(accessKey).Plan(dated(h.Date(31 * day)))
			plan.Expect(acctest.Create, nil)
			plan.Apply().ExpectError("Access key not created", "code 4047")
			if len(h.Keys()) != 0 {
				t.Error("a key is left")
			}
		})
	}
}

// TestAccessKey_ceilingReadFails: if the limit cannot be read, the plan fails.
func TestAccessKey_ceilingReadFails(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.SetFaults(simulator.Fault{Action: "ReadApiAccessPolicy", Kind: faults.Status, Status: http.StatusBadRequest, Code: "4047", Probability: 1})
	h.NewResource(accessKey).Plan(acctest.Args{}).ExpectError("Access key not planned")
}

// TestAccessKey_callsOfCreation: two calls for each key, and once per process those for the limits of the account.
func TestAccessKey_callsOfCreation(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	planning, applying := h.Start(), h.Start()
	var plans []*acctest.Plan
	for range 5 {
		plans = append(plans, planning.Plan(h.NewResource(accessKey), named("alice")).Expect(acctest.Create, nil))
	}
	h.ExpectCalls(map[string]int{"ReadApiAccessPolicy": 1, "ReadUsers": 1, "ReadAccessKeys": 1})
	h.ResetCalls()
	for _, plan := range plans {
		applying.Apply(plan, named("alice")).ExpectNoErrors()
	}
	h.ExpectCalls(map[string]int{"ReadAccounts": 1, "ReadApiAccessPolicy": 1, "ReadUsers": 1, "ReadAccessKeys": 1, "CreateAccessKey": 5, "UpdateAccessKey": 5})

	// If the run creates the owner too, its keys are not read.
	h.ResetCalls()
	plan := h.NewResource(accessKey).Plan(identified(acctest.Unknown)).Expect(acctest.Create, nil)
	h.ExpectCalls(map[string]int{"ReadApiAccessPolicy": 1})
	bob := h.Resource(user, named("bob"))
	h.ResetCalls()
	plan.ApplyWith(identified(bob.Get("user_id"))).ExpectNoErrors()
	if h.Calls("CreateAccessKey") != 1 || h.Calls("UpdateAccessKey") != 1 {
		t.Errorf("calls: %v", h.Counts())
	}
}

// createKeys creates keys out of band for an owner, "" for the caller.
func createKeys(h *acctest.Protocol, userName string, n int) {
	for i := range n {
		h.CreateKey(api.CreateAccessKeyInput{UserName: userName, Tag: fmt.Sprintf("by hand %d", i)})
	}
}

// TestAccessKey_replacementMakesRoom: a replacement works with a full quota.
func TestAccessKey_replacementMakesRoom(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	one, other := acctest.AgePair(t), acctest.AgePair(t)
	key := h.Resource(accessKey, acctest.Args{"seal_to": []string{one.Public}})
	createKeys(h, "", 8) // with the key that signs, the quota of 10 is full
	key.Plan(acctest.Args{"seal_to": []string{other.Public}}).Expect(acctest.Replace, nil).Apply().ExpectNoErrors()
	if n := len(h.Keys()); n != 9 {
		t.Errorf("%d keys", n)
	}
}

// TestAccessKey_secretSigns: the secret in the state can sign calls while the key is ACTIVE and has not expired.
func TestAccessKey_secretSigns(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	at := h.Date(time.Hour)
	key := h.Resource(accessKey, dated(at))
	signs := func(want bool) {
		t.Helper()
		client := h.As(api.Credential{AccessKeyID: key.String("access_key_id"), SecretKey: key.String("secret_key")})
		if _, err := client.ReadAccessKeys(t.Context(), api.ReadAccessKeysInput{}); (err == nil) != want {
			t.Errorf("the key can be used: %v, want %v", err == nil, want)
		}
	}
	signs(true)
	key.Update(acctest.Args{"expiration_date": at, "state": "INACTIVE"})
	signs(false)
	key.Update(acctest.Args{"expiration_date": at, "state": "ACTIVE"})
	signs(true)
	h.Advance(2 * time.Hour)
	key.ExpectEmptyPlan(acctest.Args{"expiration_date": at, "state": "ACTIVE"})
	key.Expect(acctest.Args{"expired": true})
	signs(false)
}
