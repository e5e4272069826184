package accesskey_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

func ptr[T any](v T) *T { return &v }

// TestAccessKey_switchedOffKeyStaysOff: a deactivated key stays INACTIVE if the configuration does not set `state`, even if
// another attribute changes.
func TestAccessKey_switchedOffKeyStaysOff(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.Resource(accessKey, dated("2030-01-01"))
	key.Expect(acctest.Args{"state": "ACTIVE"})
	h.UpdateKey(h.OnlyKey(), func(in *api.UpdateAccessKeyInput) { in.State = "INACTIVE" })
	key.ExpectEmptyPlan(dated("2030-01-01"))
	key.Expect(acctest.Args{"state": "INACTIVE"})

	changed := acctest.Args{"expiration_date": "2030-01-02", "tag": "x"}
	key.Plan(changed).Expect(acctest.Update, acctest.Args{"state": "INACTIVE"})
	key.Update(changed)
	if state := h.OnlyKey().State; state != "INACTIVE" {
		t.Errorf("the key is %s again", state)
	}
	key.Update(acctest.Args{"expiration_date": "2030-01-02", "tag": "x", "state": "ACTIVE"})
	if now := h.OnlyKey(); now.State != "ACTIVE" || now.ExpirationDate == nil {
		t.Errorf("state %s, expires %v", now.State, now.ExpirationDate)
	}
}

// TestAccessKey_driftRepaired: the state, expiry and tag are changed, removed and added out of band.
func TestAccessKey_driftRepaired(t *testing.T) {
	t.Parallel()
	other := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	full := acctest.Args{"state": "ACTIVE", "expiration_date": "2030-01-01", "tag": "mine"}
	for name, c := range map[string]struct {
		config acctest.Args
		drift  func(in *api.UpdateAccessKeyInput)
	}{
		"state":             {full, func(in *api.UpdateAccessKeyInput) { in.State = "INACTIVE" }},
		"expiry moved":      {full, func(in *api.UpdateAccessKeyInput) { in.ExpirationDate = &other }},
		"expiry removed":    {full, func(in *api.UpdateAccessKeyInput) { in.ExpirationDate, in.ClearExpirationDate = nil, true }},
		"tag changed":       {full, func(in *api.UpdateAccessKeyInput) { in.Tag = ptr("theirs") }},
		"tag removed":       {full, func(in *api.UpdateAccessKeyInput) { in.ClearTag = true }},
		"expiry added":      {acctest.Args{}, func(in *api.UpdateAccessKeyInput) { in.ExpirationDate = &other }},
		"tag added":         {acctest.Args{}, func(in *api.UpdateAccessKeyInput) { in.Tag = ptr("theirs") }},
		"tag added to \"\"": {acctest.Args{"tag": ""}, func(in *api.UpdateAccessKeyInput) { in.Tag = ptr("theirs") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			key := h.Resource(accessKey, c.config)
			before := h.OnlyKey()
			h.UpdateKey(before, c.drift)
			key.Plan(c.config).Expect(acctest.Update, acctest.Args{"access_key_id": before.AccessKeyID})
			key.Update(c.config)
			now := h.OnlyKey()
			if now.State != before.State || acctest.Tag(now) != acctest.Tag(before) || fmt.Sprint(now.ExpirationDate) != fmt.Sprint(before.ExpirationDate) {
				t.Errorf("repaired to %s, %q, %v; it was %s, %q, %v", now.State, acctest.Tag(now), now.ExpirationDate,
					before.State, acctest.Tag(before), before.ExpirationDate)
			}
		})
	}
}

// TestAccessKey_tag: set, changed, emptied, set again and removed.
func TestAccessKey_tag(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.Resource(accessKey, acctest.Args{"tag": "one"})
	for _, tag := range []any{"two", "", "three", nil} {
		config := acctest.Args{"tag": tag}
		key.Update(config)
		want, _ := tag.(string)
		key.Expect(acctest.Args{"tag": want})
		if got := acctest.Tag(h.OnlyKey()); got != want {
			t.Errorf("tag %q, want %q", got, want)
		}
	}
}

// TestAccessKey_goneOutOfBand: the key is planned again, and a warning names the key that is gone.
func TestAccessKey_goneOutOfBand(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	owner := h.Resource(user, acctest.Args{"user_name": "alice"})
	key := h.Resource(accessKey, acctest.Args{"user_name": "alice"})
	gone := h.OnlyKey()
	h.DeleteKey(gone)
	plan := key.Plan(acctest.Args{"user_name": "alice"})
	plan.Expect(acctest.Create, nil)
	plan.ExpectWarning("Access key is gone", "The access key "+gone.AccessKeyID+" of user alice no longer exists at the API")
	if key.Destroy(); len(h.Writes()) != 3 {
		t.Errorf("the destruction of a key that is gone called %v", h.Writes())
	}

	h.NoError(h.API().DeleteUser(t.Context(), "alice"))
	ownerPlan := owner.Plan(acctest.Args{"user_name": "alice"})
	ownerPlan.Expect(acctest.Create, nil)
	ownerPlan.ExpectWarning("User is gone", "alice")
}

// TestAccessKey_ownerIsGone: a key whose owner is named by its id is planned again, with the owner.
func TestAccessKey_ownerIsGone(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	owner := h.Resource(user, acctest.Args{"user_name": "alice"})
	key := h.Resource(accessKey, acctest.Args{"user_id": owner.Get("user_id")})
	h.DeleteKey(h.OnlyKey())
	h.NoError(h.API().DeleteUser(t.Context(), "alice"))
	owner.Plan(acctest.Args{"user_name": "alice"}).Expect(acctest.Create, nil)
	again := key.Plan(acctest.Args{"user_id": acctest.Unknown}).Expect(acctest.Create, nil)
	owner.Update(acctest.Args{"user_name": "alice"})
	again.ApplyWith(acctest.Args{"user_id": owner.Get("user_id")}).ExpectNoErrors()
	key.ExpectEmptyPlan(acctest.Args{"user_id": owner.Get("user_id")})
}

// TestAccessKey_plansOnlyRead: a plan and a refresh of many keys of one owner cost one read of its keys.
func TestAccessKey_plansOnlyRead(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	owner := h.Resource(user, acctest.Args{"user_name": "alice"})
	config := acctest.Args{"user_name": "alice", "expiration_date": "2030-01-01"}
	var keys []*acctest.Resource
	for range 8 {
		keys = append(keys, h.Resource(accessKey, config))
	}
	h.ResetCalls()
	p := h.Start()
	p.Plan(owner, acctest.Args{"user_name": "alice"}).Expect(acctest.NoOp, nil)
	for _, key := range keys {
		p.Plan(key, config).Expect(acctest.NoOp, nil)
	}
	h.ExpectCalls(map[string]int{"ReadUsers": 1, "ReadAccessKeys": 1})
}
