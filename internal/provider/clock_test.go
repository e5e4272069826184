package provider_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// clockIsOff is the summary of the warning.
const clockIsOff = "Clock of this machine is off"

// TestProvider_clockIsOff: the API is three days ahead and refuses signatures dated by the machine. Each process nevertheless
// works, after one refusal, and warns once.
func TestProvider_clockIsOff(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Clock = time.Now
	h.CreateUser("alice")
	h.NoError(h.Simulator.MoveClock(72*time.Hour, true))
	config := acctest.Args{"user_name": "alice", "expiration_date": h.Date(time.Hour)}
	first, second := h.NewResource("outscale_access_key"), h.NewResource("outscale_access_key")
	planning, applying := h.Start(), h.Start()
	plans := []*acctest.Plan{planning.Plan(first, config), planning.Plan(second, config)}
	var planned, applied int // warnings
	for _, plan := range plans {
		done := applying.Apply(plan, config)
		done.ExpectNoErrors()
		planned, applied = planned+plan.Count(clockIsOff), applied+done.Apply.Count(clockIsOff)
	}
	if planned > 1 || applied != 1 {
		t.Errorf("%d warnings in the plan and %d in the apply, want one", planned, applied)
	}
	refused, before := 0, 0
	for _, call := range h.Requests() {
		if call.Status == 401 {
			if refused++; before == 401 {
				t.Errorf("%s was refused after another call was", call.Action)
			}
		}
		before = call.Status
	}
	if refused != 2 {
		t.Errorf("%d calls were refused, want the first one of each process", refused)
	}

	// The API's clock decides which key has expired, already in the plan whose first answer shows it.
	h.NoError(h.Simulator.MoveClock(2*time.Hour, true))
	plan := first.Plan(config)
	plan.ExpectWarning("Access key has expired")
	plan.ExpectWarning(clockIsOff, "3 days behind", h.Endpoint)
}

// TestProvider_clockWithinTolerance: there is no warning, and the API refuses no call.
func TestProvider_clockWithinTolerance(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Clock = time.Now
	h.NoError(h.Simulator.MoveClock(4*time.Minute, true))
	created := h.NewResource("outscale_user").Apply(acctest.Args{"user_name": "alice"})
	created.ExpectNone()
	for _, call := range h.Requests() {
		if call.Status != 200 {
			t.Errorf("%s was answered with %d", call.Action, call.Status)
		}
	}
}

// TestProvider_wrongDateHeader: a proxy writes a date ten years ahead, and a login has no date that the API could refuse. The
// clock of this machine limits the expiry of a new key, and a valid key is not rotated.
func TestProvider_wrongDateHeader(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	target, err := url.Parse(h.Endpoint)
	h.NoError(err)
	gateway := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host },
		ModifyResponse: func(r *http.Response) error {
			r.Header.Set("Date", h.Simulator.Now().AddDate(10, 0, 0).UTC().Format(http.TimeFormat))
			return nil
		},
	})
	t.Cleanup(gateway.Close)
	h.Env("OSC_ACCESS_KEY", "")
	h.Env("OSC_SECRET_KEY", "")
	h.Env("OSC_LOGIN", simulator.DefaultEmail)
	h.Env("OSC_PASSWORD", simtest.AccountPassword)
	h.Env("OSC_ENDPOINT_API", gateway.URL+target.Path)
	h.CreateUser("alice")

	config := acctest.Args{"user_name": "alice", "lifetime": "30d", "rotate_before": "7d"}
	pair := h.NewResource("outscale_rotating_access_key")
	pair.Apply(config).ExpectNoErrors()
	pair.ExpectEmptyPlan(config).ExpectWarning(clockIsOff, "The earlier one decides")
	first := h.OnlyKey()
	bounded := func(what string, expires *time.Time, lifetime time.Duration) {
		t.Helper()
		if left := expires.Sub(h.Simulator.Now()); left > lifetime || left < lifetime-time.Minute {
			t.Errorf("%s expires in %s", what, left)
		}
	}
	bounded("the first key", first.ExpirationDate, 30*24*time.Hour)

	config["triggers"] = map[string]any{"why": "now"}
	pair.Apply(config).ExpectNoErrors()
	if id := pair.Get("previous_access_key_id"); id != first.AccessKeyID {
		t.Errorf("the key before is %v, want %s: it has not expired", id, first.AccessKeyID)
	}
	bounded("the next key", h.Key(pair.String("access_key_id")).ExpirationDate, 30*24*time.Hour)
	h.DeleteKey(h.Key(first.AccessKeyID))

	opened := h.Ephemeral("outscale_access_key", acctest.Args{"user_name": "alice", "lifetime": "10m"}).Open()
	for _, key := range h.Keys() {
		if key.AccessKeyID != pair.String("access_key_id") {
			bounded("the run-scoped key", key.ExpirationDate, 10*time.Minute)
		}
	}
	if in := opened.RenewAt.Sub(h.Simulator.Now()); in > 5*time.Minute || in < 4*time.Minute {
		t.Errorf("to be renewed in %s", in)
	}
	opened.Renew().ExpectNoErrors()
	opened.Close().ExpectNoErrors()
}
