package accesskey_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// TestAccessKey_secondCallFails: the key exists, so that its id and its secret are in the state; the next apply replaces
// it, and nothing is left behind.
func TestAccessKey_secondCallFails(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	config := acctest.Args{"state": "INACTIVE", "tag": "mine"}
	key := h.NewResource(accessKey)
	h.SetFaults(acctest.Refusal("UpdateAccessKey"))
	failed := key.Apply(config)
	made := h.OnlyKey()
	failed.ExpectError("Access key not created", made.AccessKeyID, "Request id:")
	key.Expect(acctest.Args{"access_key_id": made.AccessKeyID, "secret_key": h.Issued()[0]})

	h.SetFaults()
	key.Plan(config).Expect(acctest.Replace, nil).Apply().ExpectNoErrors()
	if now := h.OnlyKey(); now.AccessKeyID == made.AccessKeyID || now.State != "INACTIVE" {
		t.Errorf("not replaced as configured: %+v", now)
	}
	key.ExpectEmptyPlan(config)
}

// TestAccessKey_lostResponse: the key of the lost answer is removed, and another one is created.
func TestAccessKey_lostResponse(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	h.SetFaults(simulator.Fault{Action: "CreateAccessKey", Kind: faults.DropAfter, Times: 1})
	key := h.Resource(accessKey, acctest.Args{"user_name": "alice", "expiration_date": "2030-01-01"})
	if got := expiry(h); got != "2030-01-01T00:00:00Z" || h.OnlyKey().AccessKeyID != key.Get("access_key_id") {
		t.Errorf("expires %q", got)
	}
	if n := h.Calls("CreateAccessKey"); n != 2 {
		t.Errorf("%d CreateAccessKey", n)
	}
}

// TestAccessKey_markerIsCleared: if the call that clears the marker failed, the next apply clears it.
func TestAccessKey_markerIsCleared(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.NewResource(accessKey)
	h.SetFaults(acctest.Refusal("UpdateAccessKey"))
	created := key.Apply(acctest.Args{})
	created.ExpectNoErrors()
	if len(created.Warnings()) != 1 || acctest.Tag(h.OnlyKey()) == "" {
		t.Fatalf("tag %q, diagnostics %s", acctest.Tag(h.OnlyKey()), created)
	}
	h.SetFaults()
	key.Plan(acctest.Args{}).Expect(acctest.Update, nil)
	key.Update(acctest.Args{})
	if tag := acctest.Tag(h.OnlyKey()); tag != "" {
		t.Errorf("the tag is still %q", tag)
	}
}

// TestAccessKey_fullQuota: the error names the keys that use up the quota.
func TestAccessKey_fullQuota(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t, func(o *simulator.Options) { o.Assumptions.KeyLimit = 2 })
	h.CreateUser("alice")
	first, second := h.Resource(accessKey, named("alice")), h.Resource(accessKey, named("alice"))
	h.NewResource(accessKey).Apply(named("alice")).ExpectError("Access key not created", "code 10005", first.String("id"), second.String("id"))
	if n := len(h.Keys()); n != 2 {
		t.Errorf("%d keys", n)
	}
}

// signedBy is a new account whose provider signs with a key of user, who may call only action.
func signedBy(t *testing.T, user, action string) *acctest.Protocol {
	t.Helper()
	h := acctest.NewProtocol(t, func(o *simulator.Options) {
		o.Grants = []simulator.Grant{{User: user, Actions: []string{action}}}
	})
	h.CreateUser(user)
	signer := h.CreateKey(api.CreateAccessKeyInput{UserName: user})
	h.Env("OSC_ACCESS_KEY", signer.ID)
	h.Env("OSC_SECRET_KEY", signer.SecretKey)
	return h
}

// TestAccessKey_missingRight: the error names the action to grant.
func TestAccessKey_missingRight(t *testing.T) {
	t.Parallel()
	h := signedBy(t, "clerk", "api:Read*")
	h.NewResource(accessKey).Apply(acctest.Args{}).
		ExpectError("Access key not created", "HTTP status 403", "code 4", "Request id: ", "`api:CreateAccessKey`")
}

// TestAccessKey_ownSigningKey: the key that signs the calls is neither destroyed nor deactivated.
func TestAccessKey_ownSigningKey(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key, imported := h.Import(accessKey, h.RootAccessKey)
	imported.ExpectNoErrors()
	key.ExpectEmptyPlan(acctest.Args{})
	key.TryDestroy().ExpectError("Access key not deleted", "signs the calls of this provider")
	key.Apply(acctest.Args{"state": "INACTIVE"}).ExpectError("Access key not updated")
	h.ExpectWrites()
	key.ExpectEmptyPlan(acctest.Args{})
}

// TestAccessKey_timeoutsKept: a change of the timeouts makes no call.
func TestAccessKey_timeoutsKept(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	with := func(create string) acctest.Args {
		return acctest.Args{"timeouts": acctest.Args{"create": create, "read": "1m", "update": "1m", "delete": "1m"}}
	}
	key := h.Resource(accessKey, with("1m"))
	h.ResetCalls()
	key.Plan(with("2m")).Expect(acctest.Update, nil)
	key.Update(with("2m"))
	h.ExpectWrites()
	key.Expect(with("2m"))
}

// TestAccessKey_timeoutsEnd: each operation on a slow API ends with its timeout.
func TestAccessKey_timeoutsEnd(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	short := acctest.Args{"update": "1s", "delete": "1s"}
	key := h.Resource(accessKey, acctest.Args{"tag": "x", "timeouts": short})
	slow := faults.Duration(3 * time.Second)
	h.SetFaults(simulator.Fault{Action: "UpdateAccessKey", Kind: faults.Latency, Latency: slow}, simulator.Fault{Action: "DeleteAccessKey", Kind: faults.Latency, Latency: slow})
	key.Apply(acctest.Args{"tag": "y", "timeouts": short}).ExpectError("Access key not updated")
	key.TryDestroy().ExpectError("Access key not deleted")
}

// TestAccessKey_refusedTag: the key with the tag is not there, and the error names the argument; keys created after it are
// created under markers, and their tags can be changed.
func TestAccessKey_refusedTag(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	refused := simulator.Fault{Action: "UpdateAccessKey", Kind: faults.Status, Status: 400, Code: "4106", Times: 1}
	h.SetFaults(refused)
	p, long, good := h.Start(), h.NewResource(accessKey), h.NewResource(accessKey)
	longPlan, goodPlan := long.Plan(acctest.Args{"tag": "long"}), good.Plan(acctest.Args{"tag": "good"})
	failed := p.Apply(longPlan, acctest.Args{"tag": "long"})
	failed.ExpectError("Access key not created", acctest.At("tag"), "code 4106", "`tag`")
	p.Apply(goodPlan, acctest.Args{"tag": "good"}).ExpectNoErrors()
	if made := h.OnlyKey(); long.Exists() || acctest.Tag(made) != "good" {
		t.Errorf("in the state: %t; at the API: %+v", long.Exists(), made)
	}
	for _, tag := range createdUnder(t, h) {
		if !strings.HasPrefix(tag, "outscale-unfinished-") {
			t.Errorf("a key was created under the tag %q", tag)
		}
	}
	long.Update(acctest.Args{"tag": "long"})
	h.SetFaults(refused)
	long.Apply(acctest.Args{"tag": "too long"}).ExpectError("Access key not updated", acctest.At("tag"), "code 4106", "`tag`")
	if tag := acctest.Tag(h.Key(long.String("id"))); tag != "long" {
		t.Errorf("tag %q", tag)
	}
	long.Update(acctest.Args{"tag": "too long"})
}

// createdUnder are the tags of the calls that created keys.
func createdUnder(t *testing.T, h *acctest.Protocol) (tags []string) {
	t.Helper()
	for _, call := range h.Requests() {
		var body struct{ Tag string }
		if call.Action != "CreateAccessKey" {
			continue
		}
		h.NoError(json.Unmarshal(call.Body, &body))
		tags = append(tags, body.Tag)
	}
	if len(tags) == 0 {
		t.Error("no key was created")
	}
	return tags
}

// TestAccessKey_changedBetweenPlanAndApply: the key changes between the plan and its apply.
func TestAccessKey_changedBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(h *acctest.Protocol) error
		failed bool
	}{
		"deactivated": {func(h *acctest.Protocol) error {
			h.UpdateKey(h.OnlyKey(), func(in *api.UpdateAccessKeyInput) { in.State = "INACTIVE" })
			return nil
		}, false},
		"expiry removed": {func(h *acctest.Protocol) error {
			h.UpdateKey(h.OnlyKey(), func(in *api.UpdateAccessKeyInput) { in.ExpirationDate, in.ClearExpirationDate = nil, true })
			return nil
		}, false},
		"expiry shortened": {func(h *acctest.Protocol) error {
			soon := h.Simulator.Now().AddDate(0, 0, 7)
			h.UpdateKey(h.OnlyKey(), func(in *api.UpdateAccessKeyInput) { in.ExpirationDate = &soon })
			return nil
		}, true},
		"owner renamed": {func(h *acctest.Protocol) error {
			_, err := h.API().UpdateUser(t.Context(), api.UpdateUserInput{UserName: "alice", NewUserName: "robert"})
			return err
		}, false},
		"deleted": {func(h *acctest.Protocol) error {
			h.DeleteKey(h.OnlyKey())
			if len(h.Keys()) != 0 {
				return errors.New("the key is not deleted")
			}
			return nil
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			id := h.CreateUser("alice").ID
			key := h.Resource(accessKey, acctest.Args{"user_id": id, "expiration_date": "2030-01-01"})
			config := acctest.Args{"user_id": id, "expiration_date": "2030-01-01", "tag": "x"}
			plan := key.Plan(config).Expect(acctest.Update, nil)
			h.NoError(c.change(h))
			applied := plan.Apply()
			if c.failed {
				applied.ExpectError("Access key not updated")
				if keys := h.Keys(); len(keys) == 1 { // nothing was changed, and the next plan shows the change
					if acctest.Tag(keys[0]) != "" || keys[0].ExpirationDate.Year() == 2030 {
						t.Errorf("tag %q, expires %v", acctest.Tag(keys[0]), keys[0].ExpirationDate)
					}
					key.Plan(config).Expect(acctest.Update, nil)
				} else {
					key.Plan(config).Expect(acctest.Create, nil)
				}
				key.Update(config)
				return
			}
			applied.ExpectNoErrors()
			if now := h.OnlyKey(); acctest.Tag(now) != "x" || now.ExpirationDate == nil || (name == "deactivated") != (now.State == "INACTIVE") {
				t.Errorf("tag %q, expires %v, state %s", acctest.Tag(now), now.ExpirationDate, now.State)
			}
			key.ExpectEmptyPlan(config)
		})
	}
}
