package ephemeralkey_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const (
	ephemeralKey = "outscale_access_key"
	// enabled is the argument without which, or with true, a key is created.
	enabled = "enabled"
)

// expectClosed closes an opened key, and fails the test unless no key is left.
func expectClosed(t *testing.T, h *acctest.Protocol, opened *acctest.Opened) {
	t.Helper()
	opened.Close().ExpectNone()
	if keys := h.Keys(); len(keys) != 0 {
		t.Errorf("%d keys are left after the close", len(keys))
	}
}

// expectRenewal fails the test unless the key is to be renewed in this time, or up to a minute sooner.
func expectRenewal(t *testing.T, h *acctest.Protocol, opened *acctest.Opened, want time.Duration) {
	t.Helper()
	if in := opened.RenewAt.Sub(h.Simulator.Now()); in > want || in < want-time.Minute {
		t.Errorf("to be renewed in %s, want %s", in, want)
	}
}

// TestEphemeralKey_renewal: a renewal moves the expiry and keeps the id, the tag and the owner.
func TestEphemeralKey_renewal(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	opened := h.Ephemeral(ephemeralKey, acctest.Args{"lifetime": "20m", "tag": "of the run"}).Open()
	first := h.OnlyKey()
	opened.Expect(acctest.Args{"access_key_id": first.AccessKeyID, "secret_key": h.Issued()[0], "expiration_date": acctest.NotNull})
	expectRenewal(t, h, opened, 10*time.Minute)
	private := opened.Private
	h.Advance(10 * time.Minute)
	opened.Renew().ExpectNone()
	second := h.OnlyKey()
	if second.AccessKeyID != first.AccessKeyID || acctest.Tag(second) != "of the run" || second.State != "ACTIVE" {
		t.Errorf("the key became %s, %q, %s", second.AccessKeyID, acctest.Tag(second), second.State)
	}
	if moved := second.ExpirationDate.Sub(*first.ExpirationDate); moved < 10*time.Minute || moved > 11*time.Minute {
		t.Errorf("the expiry moved by %s, want 10 minutes", moved)
	}
	expectRenewal(t, h, opened, 10*time.Minute)
	h.Advance(15 * time.Minute) // past the first expiry
	opened.Private = private    // Terraform gives Close what Open returned
	expectClosed(t, h, opened)
}

// TestEphemeralKey_renewalFails: it is tried again while the key is good, and is an error when the key is gone or nearly due.
func TestEphemeralKey_renewalFails(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	opened := h.Ephemeral(ephemeralKey, acctest.Args{"lifetime": "10m"}).Open()
	opened.ExpectNone()
	h.SetFaults(acctest.Refusal("UpdateAccessKey"))
	h.Advance(5 * time.Minute)
	failed := opened.Renew()
	failed.ExpectWarning("Access key not renewed", "api:UpdateAccessKey", "the renewal is tried again before")
	if failed.HasError() {
		t.Errorf("there is an error: %s", failed)
	}
	expectRenewal(t, h, opened, 150*time.Second) // half of what is left
	h.Advance(4 * time.Minute)
	opened.Renew().ExpectError("Access key not renewed", "api:UpdateAccessKey")

	h.SetFaults()
	h.DeleteKey(h.OnlyKey())
	opened.Renew().ExpectError("Access key not renewed", "has no access key with the id")
	expectClosed(t, h, opened)
}

// TestEphemeralKey_endedByHand: a renewal does not change a key that somebody deactivated, a key that has expired, or an expiry
// that somebody moved to an earlier time. It warns, and the key is deleted at the end.
func TestEphemeralKey_endedByHand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(in *api.UpdateAccessKeyInput, now time.Time)
		want   string
	}{
		"deactivated": {func(in *api.UpdateAccessKeyInput, _ time.Time) { in.State = "INACTIVE" }, "is INACTIVE: somebody deactivated it"},
		"shortened":   {func(in *api.UpdateAccessKeyInput, now time.Time) { in.ExpirationDate = later(now, 45*time.Minute) }, "Somebody changed the expiry"},
		"expired":     {func(in *api.UpdateAccessKeyInput, now time.Time) { in.ExpirationDate = later(now, time.Minute) }, "before its renewal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			opened := h.Ephemeral(ephemeralKey, nil).Open()
			h.UpdateKey(h.OnlyKey(), func(in *api.UpdateAccessKeyInput) { c.change(in, h.Simulator.Now()) })
			h.Advance(30 * time.Minute)
			ended := h.OnlyKey()
			h.ResetCalls()
			renewed := opened.Renew()
			renewed.ExpectNoErrors()
			renewed.ExpectWarning("Access key not renewed: "+ended.AccessKeyID, c.want, "deletes it at the end of the run")
			h.ExpectWrites()
			if !opened.RenewAt.IsZero() {
				t.Errorf("to be renewed again on %s", opened.RenewAt)
			}
			if left := h.OnlyKey(); left.State != ended.State || !left.ExpirationDate.Equal(*ended.ExpirationDate) {
				t.Errorf("the key is %s and expires on %s", left.State, left.ExpirationDate)
			}
			expectClosed(t, h, opened)
		})
	}
}

// TestEphemeralKey_renewalSetsExpiry: a renewal gives the key its expiry again if somebody removed it.
func TestEphemeralKey_renewalSetsExpiry(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	opened := h.Ephemeral(ephemeralKey, nil).Open()
	h.UpdateKey(h.OnlyKey(), func(in *api.UpdateAccessKeyInput) { in.ExpirationDate, in.ClearExpirationDate = nil, true })
	h.Advance(30 * time.Minute)
	h.ResetCalls()
	opened.Renew().ExpectNone()
	h.ExpectCalls(map[string]int{"ReadAccessKeys": 1, "UpdateAccessKey": 1})
	if key := h.OnlyKey(); key.ExpirationDate == nil || key.ExpirationDate.After(h.Simulator.Now().Add(time.Hour)) {
		t.Errorf("the key expires on %v", key.ExpirationDate)
	}
	expectClosed(t, h, opened)
}

func later(now time.Time, by time.Duration) *time.Time {
	at := now.Add(by).Truncate(time.Second)
	return &at
}

// TestEphemeralKey_interruptedOpen: an interrupted Open revokes the key, because the CLI would not close it. The creation is
// completed, so that the id is known.
func TestEphemeralKey_interruptedOpen(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	gate := h.Gate()
	held := gate.HoldAnswer("CreateAccessKey")
	p := h.Start()
	answer := make(chan *acctest.Opened)
	go func() { answer <- p.Open(h.Ephemeral(ephemeralKey, nil)) }()
	held.Await(t)
	p.Interrupt()
	held.Release()
	opened := <-answer
	opened.ExpectErrorAmong("Access key not opened", "was interrupted")
	if !strings.Contains(opened.String(), "It was deleted, and nobody has its secret.") {
		t.Error(opened)
	}
	if n := len(gate.Keys()); n != 1 || len(h.Keys()) != 0 {
		t.Errorf("%d keys were created, %d are left", n, len(h.Keys()))
	}
}

// TestEphemeralKey_oneProcessForTwoBlocks, as under a debugger: the key is closed by the account that created it, and not by
// itself.
func TestEphemeralKey_oneProcessForTwoBlocks(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	p := h.Start()
	opened := p.Open(h.Ephemeral(ephemeralKey, nil))
	opened.ExpectNone()
	p.Configure(acctest.Args{"requests_per_second": 0, "access_key_id": opened.Get("access_key_id"), "secret_key_id": opened.Get("secret_key")})
	p.ExpectNone()
	opened.Renew().ExpectNone()
	expectClosed(t, h, opened)
}

// TestEphemeralKey_unknownValues: Open is deferred if the CLI allows it. No key is created in any case.
func TestEphemeralKey_unknownValues(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	waiting := acctest.NewProtocolOn(h.Account)
	waiting.Block["profile"] = acctest.Unknown
	for name, c := range map[string]struct {
		h      *acctest.Protocol
		config acctest.Args
		reason string
		part   string
	}{
		"provider": {waiting, nil, "PROVIDER_CONFIG_UNKNOWN", "`profile`"},
		enabled:    {h, acctest.Args{enabled: acctest.Unknown}, "RESOURCE_CONFIG_UNKNOWN", "`" + enabled + "` is known only after apply"},
		"owner":    {h, acctest.Args{"user_id": acctest.Unknown}, "RESOURCE_CONFIG_UNKNOWN", "`user_id`"},
	} {
		key := c.h.Ephemeral(ephemeralKey, c.config)
		key.Open().ExpectError("Access key not opened", c.part)
		key.DeferralAllowed = true
		deferred := key.Open()
		deferred.ExpectNone()
		if deferred.Deferred == nil || deferred.Deferred.Reason.String() != c.reason {
			t.Errorf("%s: deferred %v", name, deferred.Deferred)
		}
	}
	// Where no key is wanted, no account is needed.
	none := waiting.Ephemeral(ephemeralKey, acctest.Args{enabled: false}).Open()
	none.Expect(acctest.Args{"access_key_id": nil, "secret_key": nil, "expiration_date": nil})
	expectClosed(t, h, none)
	if n := len(h.Requests()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// TestEphemeralKey_ofUser: what is configured is what is created, it signs as the user, and its end deactivates it first.
func TestEphemeralKey_ofUser(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t, func(o *simulator.Options) {
		o.Grants = []simulator.Grant{{User: "alice", Actions: []string{"api:*"}}}
	})
	id := h.CreateUser("alice").ID
	opened := h.Ephemeral(ephemeralKey, acctest.Args{"user_id": id, "lifetime": "30m", "tag": "of the run"}).Open()
	made := h.OnlyKey()
	if left := made.ExpirationDate.Sub(h.Simulator.Now()); made.UserName != "alice" || acctest.Tag(made) != "of the run" || left > 30*time.Minute || left < 28*time.Minute {
		t.Errorf("created for %q with tag %q and %s to live", made.UserName, acctest.Tag(made), left)
	}
	secret, _ := opened.Get("secret_key").(string)
	if _, err := h.As(api.Credential{AccessKeyID: made.AccessKeyID, SecretKey: secret}).ReadUsers(t.Context(), nil); err != nil {
		t.Errorf("the key does not sign: %v", err)
	}
	expectClosed(t, h, opened)
	if got := h.Writes(); !slices.Equal(got, []string{"CreateAccessKey", "UpdateAccessKey", "UpdateAccessKey", "DeleteAccessKey"}) {
		t.Errorf("changing calls: %v", got)
	}
	if body := h.LastBody("UpdateAccessKey"); body["State"] != "INACTIVE" || body["ExpirationDate"] == nil {
		t.Errorf("deactivated with %v", body)
	}
}

// TestEphemeralKey_clockIsOff: the lifetime counts by the API's clock, on a machine that is three days behind.
func TestEphemeralKey_clockIsOff(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Clock = time.Now
	h.NoError(h.Simulator.MoveClock(72*time.Hour, true))
	opened := h.Ephemeral(ephemeralKey, acctest.Args{"lifetime": "30m"}).Open()
	opened.ExpectWarning("Clock of this machine is off")
	// The API tells its time in whole seconds, and calls take time.
	if left := h.OnlyKey().ExpirationDate.Sub(h.Simulator.Now()); left > 31*time.Minute || left < 28*time.Minute {
		t.Errorf("created with %s to live, want 30 minutes", left)
	}
	expectClosed(t, h, opened)
}

// TestEphemeralKey_badArguments are refused before anything is created.
func TestEphemeralKey_badArguments(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for _, lifetime := range []string{"5m", "25h", "an hour", ""} {
		h.Ephemeral(ephemeralKey, acctest.Args{"lifetime": lifetime}).Open().ExpectError("Lifetime not usable", acctest.At("lifetime"), "10m", "24h")
	}
	h.Ephemeral(ephemeralKey, acctest.Args{"tag": "outscale-unfinished-mine"}).Open().ExpectError("Tag is reserved", acctest.At("tag"))
	h.Ephemeral(ephemeralKey, acctest.Args{"user_name": "no spaces"}).Open().ExpectErrorAt("user_name", "must be the name of a user")
	h.Ephemeral(ephemeralKey, acctest.Args{"user_id": ""}).Open().ExpectErrorAt("user_id", "must be the id of a user")
	h.Ephemeral(ephemeralKey, acctest.Args{"user_name": "alice", "user_id": "AB"}).Open().ExpectErrorAmong("Invalid Attribute Combination")
	if n := len(h.Requests()); n != 0 {
		t.Errorf("%d calls were made", n)
	}
}

// TestEphemeralKey_overTheCeiling: a key whose lifetime exceeds the account's limit is not opened.
func TestEphemeralKey_overTheCeiling(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Ceiling(90 * time.Minute)
	h.Ephemeral(ephemeralKey, acctest.Args{"lifetime": "2h"}).Open().ExpectError("Access key would live too long", "`lifetime` is 2 hours", "90 minutes")
	h.ExpectWrites()
	expectClosed(t, h, h.Ephemeral(ephemeralKey, acctest.Args{"lifetime": "1h"}).Open())
}

// TestEphemeralKey_secondCallFails: with another expiry than configured the key is useless, and deleted; with its marker for
// a tag it is good enough for a run.
func TestEphemeralKey_secondCallFails(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.SetFaults(acctest.Refusal("UpdateAccessKey"))
	opened := h.Ephemeral(ephemeralKey, acctest.Args{"tag": "of the run"}).Open()
	opened.ExpectNoErrors()
	opened.ExpectWarning("Access key created, its tag not yet set", h.OnlyKey().AccessKeyID)
	h.SetFaults()
	opened.Renew().ExpectNone()
	if tag := acctest.Tag(h.OnlyKey()); tag != "of the run" {
		t.Errorf("after the renewal the tag is %q", tag)
	}
	expectClosed(t, h, opened)

	h.OnCall(func(action string) { // the expiry is changed out of band before the second call
		if action != "CreateAccessKey" {
			return
		}
		h.OnCall(nil)
		later := h.Simulator.Now().Add(48 * time.Hour)
		_, err := h.API().UpdateAccessKey(t.Context(), api.UpdateAccessKeyInput{ID: h.OnlyKey().AccessKeyID, State: "ACTIVE", ExpirationDate: &later})
		if err != nil {
			t.Error(err)
		}
		h.SetFaults(acctest.Refusal("UpdateAccessKey"))
	})
	failed := h.Ephemeral(ephemeralKey, nil).Open()
	failed.ExpectErrorAmong("Access key not opened", "`api:UpdateAccessKey`")
	if !strings.Contains(failed.String(), "It was deleted, and nobody") || strings.Contains(failed.String(), "in the state") {
		t.Error(failed)
	}
	if n := len(h.Keys()); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}

// TestEphemeralKey_fullQuota: the error names the keys that use up the quota, as for the resource.
func TestEphemeralKey_fullQuota(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t, func(o *simulator.Options) { o.Assumptions.KeyLimit = 2 })
	h.CreateUser("alice")
	first, second := h.CreateKey(api.CreateAccessKeyInput{UserName: "alice"}), h.CreateKey(api.CreateAccessKeyInput{UserName: "alice"})
	h.Ephemeral(ephemeralKey, acctest.Args{"user_name": "alice"}).Open().
		ExpectError("Access key not opened", "code 10005", first.ID, second.ID)
}

// TestEphemeralKey_closeFails: the error says that the key is tried once more when the provider ends, and when it expires.
func TestEphemeralKey_closeFails(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	opened := h.Ephemeral(ephemeralKey, nil).Open()
	h.SetFaults(simulator.Fault{Action: "DeleteAccessKey", Kind: faults.Status, Status: 403, Code: "4", Times: 1})
	opened.Close().ExpectError("Access key not closed", "once more when the provider ends", "expires on", "`api:DeleteAccessKey`")
	expectClosed(t, h, opened)
}

// TestEphemeralKey_unfinishedKeyNamed once in a process, for one read of its owner's keys.
func TestEphemeralKey_unfinishedKeyNamed(t *testing.T) {
	t.Parallel()
	for name, owner := range map[string]any{"of a user": "alice", "of the caller": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.CreateUser("alice")
			expires := h.Simulator.Now().Add(365 * 24 * time.Hour)
			userName, _ := owner.(string)
			id := h.CreateKey(api.CreateAccessKeyInput{UserName: userName, Tag: "terraform-unfinished-by-hand", ExpirationDate: &expires}).ID
			h.Advance(time.Hour)
			p := h.Start()
			first, second := p.Open(h.Ephemeral(ephemeralKey, acctest.Args{"user_name": owner})), p.Open(h.Ephemeral(ephemeralKey, acctest.Args{"user_name": owner}))
			first.ExpectNoErrors()
			first.ExpectWarning("Unfinished access key found: "+id, "oapi-cli DeleteAccessKey --AccessKeyId "+id)
			second.ExpectNone()
			if n := h.Calls("ReadAccessKeys"); n != 1 {
				t.Errorf("the keys were read %d times", n)
			}
			first.Close().ExpectNone()
			second.Close().ExpectNone()
		})
	}
}

// TestEphemeralKey_userDoesNotExistYet: the error of a plan that opens the key before its owner is created names what makes
// the plan wait.
func TestEphemeralKey_userDoesNotExistYet(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	opened := h.Ephemeral(ephemeralKey, acctest.Args{"user_name": "alice"}).Open()
	opened.ExpectError("Access key not opened", "user alice", "`user_id = outscale_user.NAME.user_id`", "`enabled = terraform.applying`")
	h.ExpectWrites("CreateAccessKey")
	h.Ephemeral(ephemeralKey, acctest.Args{"user_id": "robot"}).Open().
		ExpectError("Access key not opened", "\"robot\" does not look like the id of a user", "set `user_name` instead of `user_id`")
}
