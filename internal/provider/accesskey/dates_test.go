package accesskey_test

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// accessKey is the type under test, user the one that owns some of the keys.
const (
	accessKey   = "outscale_access_key"
	rotatingKey = "outscale_rotating_access_key"
	user        = "outscale_user"
)

const day = 24 * time.Hour

// expiry is the expiry of the one key at the API, "" for none.
func expiry(h *acctest.Protocol) string {
	if date := h.OnlyKey().ExpirationDate; date != nil {
		return date.UTC().Format(time.RFC3339Nano)
	}
	return ""
}

func dated(text string) acctest.Args { return acctest.Args{"expiration_date": text} }

// TestAccessKey_dateKeptAsWritten: each form, its instant at the API, and an empty plan afterwards.
func TestAccessKey_dateKeptAsWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2030-06-14":                   "2030-06-14T00:00:00Z",
		"2030-06-14T00:00:00.000Z":     "2030-06-14T00:00:00Z",
		"2030-06-14T12:30:00Z":         "2030-06-14T12:30:00Z",
		"2030-06-14T12:30:00.125Z":     "2030-06-14T12:30:00.125Z",
		"2030-06-14T12:30:00.000+0000": "2030-06-14T12:30:00Z",
		"2030-06-14T12:30:00+02:00":    "2030-06-14T10:30:00Z",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.Resource(accessKey, dated(text)).Expect(dated(text))
			if got := expiry(h); got != want {
				t.Errorf("expires at the API %q, want %q", got, want)
			}
		})
	}
}

// TestAccessKey_badDate: the plan says which forms are allowed, and makes no call.
func TestAccessKey_badDate(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for text, want := range map[string]string{
		"2030-06-14T00:00:00.0001Z": "at most three digits",
		"2030":                      "a year alone",
		"2030-06":                   "a month alone",
		"2030-02-30":                "no day 2030-02-30",
		"next summer":               "neither a date",
		"2020-06-14":                "2020-06-14",
	} {
		plan := h.NewResource(accessKey).Plan(dated(text))
		if errs := plan.Errors(); len(errs) != 1 {
			t.Errorf("%s: %d errors: %s", text, len(errs), plan)
			continue
		}
		plan.ExpectError(plan.Errors()[0].Summary, acctest.At("expiration_date"), want)
	}
	if calls := h.Requests(); len(calls) != 0 {
		t.Errorf("%d calls were made", len(calls))
	}
}

// TestAccessKey_otherSpellingOfDate: another spelling of the date is not a change, and neither is "" in place of no date.
func TestAccessKey_otherSpellingOfDate(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.Resource(accessKey, dated("2030-06-14"))
	key.ExpectEmptyPlan(dated("2030-06-14T00:00:00.000Z"))
	key.ExpectEmptyPlan(dated("2030-06-14T02:00:00+02:00"))
	key.Plan(dated("2030-06-15")).Expect(acctest.Update, nil)
	key.Update(dated("2030-06-15"))
	if got := expiry(h); got != "2030-06-15T00:00:00Z" {
		t.Errorf("expires %q", got)
	}
	key.Plan(dated("")).Expect(acctest.Update, acctest.Args{"expired": false, "expiration_date": ""})
	key.Update(dated(""))
	key.Expect(dated(""))
	if got := expiry(h); got != "" {
		t.Errorf("expires %q", got)
	}
	h.ResetCalls()
	key.Update(acctest.Args{})
	key.Expect(acctest.Args{"expiration_date": ""})
	h.ExpectWrites()
}

// TestAccessKey_expiredKey: an expired key prevents neither a plan nor a destroy. A plan
// refuses a change without a later date.
func TestAccessKey_expiredKey(t *testing.T) {
	t.Parallel()
	for name, owner := range map[string]any{"of the caller": nil, "of a user": "alice"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.CreateUser("alice")
			config := acctest.Args{"user_name": owner, "expiration_date": h.Date(time.Hour)}
			key := h.Resource(accessKey, config)
			key.Expect(acctest.Args{"expired": false})
			h.Advance(2 * time.Hour)
			key.Apply(config).ExpectNoErrors()
			key.ExpectEmptyPlan(config)
			key.Expect(acctest.Args{"expired": true, "state": "ACTIVE"})
			key.Plan(acctest.Args{"user_name": owner, "expiration_date": config["expiration_date"], "tag": "late"}).
				ExpectError("Expired access key not changed: "+key.String("id"), acctest.At("expiration_date"), "only together with a later expiry", "`-refresh=false`")
			key.ExpectEmptyPlan(config)
			key.Destroy()
			if n := len(h.Keys()); n != 0 {
				t.Errorf("%d keys are left", n)
			}
		})
	}
}

// TestAccessKey_expiredKeyRenewed: a later date renews the key in place.
func TestAccessKey_expiredKeyRenewed(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.Resource(accessKey, dated(h.Date(time.Hour)))
	id := key.Get("access_key_id")
	h.Advance(2 * time.Hour)
	later := dated(h.Date(7 * time.Hour))
	key.Plan(later).Expect(acctest.Update, acctest.Args{"access_key_id": id})
	key.Update(later)
	key.Expect(acctest.Args{"access_key_id": id, "expired": false})
}

// from2020 sets the clock of a simulator to 2020. It then accepts signatures with any date.
func from2020(o *simulator.Options) {
	began := time.Now()
	o.Now = func() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Since(began)) }
	o.Assumptions.ClockWindow = -1
}

// TestAccessKey_dateWarnings: a plan says that a key has expired, and that it will work again without its date.
func TestAccessKey_dateWarnings(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t, from2020)
	key := h.Resource(accessKey, dated("2021-01-01"))
	id := key.String("id")
	h.Advance(400 * day)
	key.ExpectEmptyPlan(dated("2021-01-01")).ExpectWarning("Access key has expired", id, "2021-01-01T00:00:00.000Z")
	key.Plan(acctest.Args{}).Expect(acctest.Update, nil).ExpectWarning("Access key will no longer expire", id, "will work again")
	key.Plan(acctest.Args{"expiration_date": "2021-01-02"}).ExpectErrorAt("expiration_date", "and it is now 2021-", "If you are destroying this configuration")
	key.Destroy()
	if len(h.Keys()) != 0 {
		t.Error("the expired key is still there")
	}
}

// TestAccessKey_pastDateOfKeyThatIsGone: a plan and a destroy succeed; only the creation of the key is refused.
func TestAccessKey_pastDateOfKeyThatIsGone(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t, from2020)
	at := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	id := h.CreateKey(api.CreateAccessKeyInput{ExpirationDate: &at}).ID
	key, imported := h.Import(accessKey, id)
	imported.ExpectNoErrors()
	other, imported := h.Import(accessKey, id)
	imported.ExpectNoErrors()
	h.DeleteKey(h.OnlyKey())
	h.Advance(400 * day)

	plan := key.Plan(dated("2021-01-01"))
	plan.Expect(acctest.Create, nil)
	plan.ExpectWarning("Access key is gone", id)
	plan.ExpectWarning("Expiration date in the past: new key of the caller", acctest.At("expiration_date"))
	key.Destroy()

	h.ResetCalls()
	other.Apply(dated("2021-01-01")).ExpectError("Expiration date in the past", acctest.At("expiration_date"))
	if n := h.Calls("CreateAccessKey"); n != 0 {
		t.Errorf("%d CreateAccessKey with a date that has passed", n)
	}
}
