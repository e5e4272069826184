package simulator

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const body = `{}`

func aws(k *requestSigner) {
	k.algorithm, k.prefix, k.terminator = "AWS4-HMAC-SHA256", "AWS4", "aws4_request"
	k.dateHeader, k.headers = "X-Amz-Date", []string{"host", "x-amz-date"}
}

func TestSignature_accepted(t *testing.T) {
	for name, change := range map[string]func(*requestSigner){
		"OSC4":                func(*requestSigner) {},
		"AWS4":                aws,
		"latest":              func(k *requestSigner) { k.path = "/api/latest/ReadAccessKeys" },
		"A22 any region":      func(k *requestSigner) { k.region = "no-such-region-9" },
		"A22 any service":     func(k *requestSigner) { k.service = "osc" },
		"no content type":     func(k *requestSigner) { k.headers = []string{"host", "x-osc-date"} },
		"A20 5 minutes early": func(k *requestSigner) { k.timestamp = epoch.Add(-5*time.Minute + time.Second).Format(timestampLayout) },
		"A20 5 minutes late":  func(k *requestSigner) { k.timestamp = epoch.Add(5 * time.Minute).Format(timestampLayout) },
		"commas without space": func(k *requestSigner) {
			k.authorization = func(s string) string { return strings.ReplaceAll(s, ", ", ",") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newHarness(t)
			k := r.signer("ReadAccessKeys", body)
			change(k)
			if got := r.send(k.request(body)); got.status != http.StatusOK {
				t.Errorf("%d %v: %s", got.status, got.body, r.lastReason())
			}
		})
	}
}

// Each mistake alone is refused, and the record of calls has the reason.
func TestSignature_refused(t *testing.T) {
	cut := func(what string) func(*requestSigner) {
		return func(k *requestSigner) {
			k.authorization = func(s string) string { return strings.Replace(s, what, "", 1) }
		}
	}
	swap := func(from, to string) func(*requestSigner) {
		return func(k *requestSigner) {
			k.authorization = func(s string) string { return strings.Replace(s, from, to, 1) }
		}
	}
	for _, wrong := range []struct {
		name   string
		change func(*requestSigner)
		code   string
		reason string
	}{
		{"unknown key", func(k *requestSigner) { k.keyID = "NOSUCHKEY00000000000" }, "4120", "the access key is unknown"},
		{"other secret", func(k *requestSigner) { k.secret = rootSecret[1:] + "X" }, "1", "does not match this request"},
		{"other body", func(k *requestSigner) { k.hashedBody = `{"DryRun":true}` }, "1", "does not match this request"},
		{"other signature", func(k *requestSigner) { k.signatureOf = func(string) string { return strings.Repeat("0", 64) } }, "1", "does not match this request"},
		{"prefix of the other family", func(k *requestSigner) { k.prefix = "AWS4" }, "1", "does not match this request"},
		{"short signature", func(k *requestSigner) { k.signatureOf = func(s string) string { return s[:62] } }, "1", "64 hexadecimal"},
		{"no hexadecimal", func(k *requestSigner) { k.signatureOf = func(s string) string { return "zz" + s[2:] } }, "1", "64 hexadecimal"},
		{"empty signature", func(k *requestSigner) { k.signatureOf = func(string) string { return "" } }, "1", "64 hexadecimal"},
		{"host not signed", func(k *requestSigner) { k.headers = []string{"content-type", "x-osc-date"} }, "1", "the host header is not signed"},
		{"date not signed", func(k *requestSigner) { k.headers = []string{"content-type", "host"} }, "1", "the date header is not signed"},
		{"date of the other family", func(k *requestSigner) {
			aws(k)
			k.dateHeader = "X-Osc-Date"
			k.headers = []string{"host", "x-osc-date"}
		}, "1", "the date header is not signed"},
		{"signed header absent", func(k *requestSigner) { k.headers = []string{"host", "x-absent", "x-osc-date"} }, "1", "not in the request: x-absent"},
		{"names not sorted", func(k *requestSigner) { k.headers = []string{"x-osc-date", "host"} }, "1", "not in lower case, sorted"},
		{"name twice", func(k *requestSigner) { k.headers = []string{"host", "host", "x-osc-date"} }, "1", "without repetition"},
		{"names in upper case", func(k *requestSigner) { k.headers = []string{"Content-Type", "host", "x-osc-date"} }, "1", "not in lower case"},
		{"Authorization signed", func(k *requestSigner) { k.headers = []string{"authorization", "host", "x-osc-date"} }, "1", "names the Authorization header"},
		{"no names", swap("SignedHeaders=content-type;host;x-osc-date", "SignedHeaders="), "1", "SignedHeaders is missing"},
		{"no SignedHeaders", cut("SignedHeaders=content-type;host;x-osc-date, "), "1", "SignedHeaders is missing"},
		{"no Credential", swap("Credential=", "Credentials="), "1", "Credential is not KEY/DATE"},
		{"short scope", swap("/api/osc4_request", "/osc4_request"), "1", "Credential is not KEY/DATE"},
		{"empty region", func(k *requestSigner) { k.region = "" }, "1", "Credential is not KEY/DATE"},
		{"terminator of the other family", func(k *requestSigner) { k.terminator = "aws4_request" }, "1", "does not end in osc4_request"},
		{"Credential twice", swap("Credential=", "Credential=x, Credential="), "1", "not a list of"},
		{"no list", swap("Credential=", ""), "1", "not a list of"},
		{"nothing after the algorithm", func(k *requestSigner) { k.authorization = func(string) string { return "OSC4-HMAC-SHA256" } }, "1", "not a list of"},
		{"A20 too old", func(k *requestSigner) {
			k.timestamp = epoch.Add(-5*time.Minute - 1*time.Second).Format(timestampLayout)
		}, "1", "more than 5m0s off"},
		{"A20 too new", func(k *requestSigner) { k.timestamp = epoch.Add(5*time.Minute + time.Second).Format(timestampLayout) }, "1", "more than 5m0s off"},
		{"A20 unreadable", func(k *requestSigner) { k.timestamp = epoch.Format(time.RFC3339) }, "1", "is not YYYYMMDDTHHMMSSZ"},
		{"day of another date", func(k *requestSigner) { k.day = "20260101" }, "1", "not the day of the date header"},
		{"A19 unknown type", func(k *requestSigner) { k.authorization = func(string) string { return "Bearer x" } }, "12", "none of"},
		{"A19 empty", func(k *requestSigner) { k.authorization = func(string) string { return "" } }, "12", "none of"},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			r := newHarness(t)
			k := r.signer("ReadAccessKeys", body)
			wrong.change(k)
			got := r.send(k.request(body))
			switch wrong.code {
			case "4120":
				got.refused(http.StatusBadRequest, "4120", "InvalidParameterValue")
			default:
				got.refused(http.StatusUnauthorized, wrong.code, "AccessDenied")
			}
			if wrong.code != "12" && got.details() != "" {
				t.Errorf("details %q; those of the API are empty", got.details())
			}
			if !strings.Contains(r.lastReason(), wrong.reason) {
				t.Errorf("reason %q, want %q", r.lastReason(), wrong.reason)
			}
		})
	}
}

func TestAuthentication_badHeaders(t *testing.T) {
	r := newHarness(t)
	none := httptest.NewRequest(http.MethodPost, "/api/v1/ReadAccessKeys", strings.NewReader(body))
	r.send(none).refused(http.StatusUnauthorized, "1", "AccessDenied") // A19
	two := r.signed("ReadAccessKeys", body)
	two.Header.Add("Authorization", two.Header.Get("Authorization"))
	r.send(two).refused(http.StatusUnauthorized, "1", "AccessDenied")
	dates := r.signed("ReadAccessKeys", body)
	dates.Header.Add("X-Osc-Date", dates.Header.Get("X-Osc-Date"))
	r.send(dates).refused(http.StatusUnauthorized, "1", "AccessDenied")
	if !strings.Contains(r.lastReason(), "more than once") {
		t.Error(r.lastReason())
	}
	// A hash that the client states is not trusted: the simulator hashes the body.
	stated := r.signed("ReadAccessKeys", body)
	stated.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	stated.Body = http.NoBody
	r.send(stated).refused(http.StatusUnauthorized, "1", "AccessDenied")
	// ReadRegions accepts unsigned calls and ignores signatures.
	open := httptest.NewRequest(http.MethodPost, "/api/v1/ReadRegions", nil)
	open.Header.Set("Authorization", "nonsense")
	if got := r.send(open); got.status != http.StatusOK {
		t.Error(got.body)
	}
}

// Both alphabets of base64 are accepted: osc-cli uses the one for URLs.
func TestBasic_alphabets(t *testing.T) {
	const password = "?>?>~~~ÿÿ"
	r := newHarness(t, func(o *Options) { o.AccountPassword = password })
	plain := DefaultEmail + ":" + password
	standard, forURLs := base64.StdEncoding.EncodeToString([]byte(plain)), base64.URLEncoding.EncodeToString([]byte(plain))
	if standard == forURLs {
		t.Fatal("the credential is the same in both alphabets")
	}
	for _, encoded := range []string{standard, forURLs} {
		request := basicRequest("ReadAccessKeys", body, "", "")
		request.Header.Set("Authorization", "Basic "+encoded)
		if got := r.send(request); got.status != http.StatusOK {
			t.Errorf("%s: %d %s", encoded, got.status, r.lastReason())
		}
	}
}

func TestBasic_credentials(t *testing.T) {
	r := newHarness(t)
	if got := r.send(basicRequest("ReadAccessKeys", body, "Account@example.com", rootPassword)); got.status != http.StatusOK {
		t.Error(got.status, got.body)
	}
	r.send(basicRequest("ReadUsers", body, DefaultEmail, rootPassword)).refused(http.StatusUnauthorized, "9", "AuthFailure")
	r.send(basicRequest("ReadAccessKeys", body, "nobody@example.com", rootPassword)).refused(http.StatusBadRequest, "4120", "InvalidParameterValue")
	r.send(basicRequest("ReadAccessKeys", body, DefaultEmail, "wrong")).refused(http.StatusUnauthorized, "1", "AccessDenied")
	garbled := basicRequest("ReadAccessKeys", body, "", "")
	garbled.Header.Set("Authorization", "Basic !!!")
	r.send(garbled).refused(http.StatusUnauthorized, "1", "AccessDenied")
	open := newHarness(t, func(o *Options) { o.AccountPassword = "" })
	open.send(basicRequest("ReadAccessKeys", body, DefaultEmail, "")).refused(http.StatusUnauthorized, "1", "AccessDenied")
}

func TestSignature_clockWindow(t *testing.T) {
	for name, test := range map[string]struct {
		window time.Duration
		off    time.Duration
		good   bool
	}{
		"10 s, 9 s off":  {10 * time.Second, -9 * time.Second, true},
		"10 s, 12 s off": {10 * time.Second, -12 * time.Second, false},
		"off, a day off": {-1, 24 * time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newHarness(t, func(o *Options) { o.Assumptions.ClockWindow = test.window })
			k := r.signer("ReadAccessKeys", body)
			k.timestamp = epoch.Add(test.off).Format(timestampLayout)
			k.day = k.timestamp[:8]
			if got := r.send(k.request(body)); (got.status == http.StatusOK) != test.good {
				t.Errorf("%d %v", got.status, r.lastReason())
			}
		})
	}
}

func TestSignature_inactiveAndExpiredKeys(t *testing.T) {
	for _, code := range []string{"", "1", "4120"} {
		r := newHarness(t, func(o *Options) { o.Assumptions.DeadKeyCode = code })
		refused := func(who *harness) {
			t.Helper()
			got := who.call("ReadAccessKeys", body)
			if code == "4120" {
				got.refused(http.StatusBadRequest, "4120", "InvalidParameterValue")
				return
			}
			got.refused(http.StatusUnauthorized, "1", "AccessDenied")
		}
		off, short := r.createKey(`{}`), r.createKey(`{"ExpirationDate":"2026-01-02T04:00:00Z"}`)
		r.must("UpdateAccessKey", `{"AccessKeyId":%q,"State":"INACTIVE"}`, off["AccessKeyId"])
		refused(r.as(off))
		r.as(short).must("ReadAccessKeys", body)
		r.clock.move(time.Hour)
		refused(r.as(short))
		if !strings.Contains(r.lastReason(), "expired at 2026-01-02T04:00:00") {
			t.Error(r.lastReason())
		}
	}
	// A deleted key is unknown with every value of the switch.
	r := newHarness(t)
	gone := r.createKey(`{}`)
	r.must("DeleteAccessKey", `{"AccessKeyId":%q}`, gone["AccessKeyId"])
	r.as(gone).call("ReadAccessKeys", body).refused(http.StatusBadRequest, "4120", "InvalidParameterValue")
}

func TestLockout_fourFailures(t *testing.T) {
	r := newHarness(t)
	bad := *r
	bad.secret = "wrong"
	fail := func(times int) {
		t.Helper()
		for range times {
			bad.call("ReadAccessKeys", body).refused(http.StatusUnauthorized, "1", "AccessDenied")
		}
	}
	locked := func(seconds string) {
		t.Helper()
		got := r.call("ReadAccessKeys", body) // even the right signature
		got.refused(http.StatusUnauthorized, "13", "AccessDenied")
		if !strings.Contains(got.details(), "locked for "+seconds+" seconds") {
			t.Error(got.details())
		}
	}
	fail(3)
	r.must("ReadAccessKeys", body) // success resets
	fail(4)
	locked("60")
	r.clock.move(59 * time.Second)
	locked("60")
	r.clock.move(time.Second)
	fail(4)
	locked("120")
	for minutes := 2; minutes <= 11; minutes++ {
		r.clock.move(time.Duration(minutes) * time.Minute)
		fail(4)
	}
	locked("600") // never more than ten minutes
	other := r.createKeyUnlocked()
	r.as(other).must("ReadAccessKeys", body) // the lock is that of one key
	for range 4 {
		r.send(basicRequest("ReadAccessKeys", body, DefaultEmail, "wrong")).refused(http.StatusUnauthorized, "1", "AccessDenied")
	}
	r.send(basicRequest("ReadAccessKeys", body, DefaultEmail, rootPassword)).refused(http.StatusUnauthorized, "13", "AccessDenied")

	unknown := *r
	unknown.keyID = "NOSUCHKEY00000000000"
	for range 4 {
		unknown.call("ReadAccessKeys", body).refused(http.StatusBadRequest, "4120", "InvalidParameterValue")
	}
	unknown.call("ReadAccessKeys", body).refused(http.StatusUnauthorized, "13", "AccessDenied")

	malformed := *r
	malformed.keyID = "MALFORMED00000000000"
	for range 4 {
		k := malformed.signer("ReadAccessKeys", body)
		k.signatureOf = func(string) string { return "no signature" }
		r.send(k.request(body)).refused(http.StatusUnauthorized, "1", "AccessDenied")
	}
	malformed.call("ReadAccessKeys", body).refused(http.StatusUnauthorized, "13", "AccessDenied")

	free := newHarness(t, func(o *Options) { o.Assumptions.NoLockout = true })
	bad = *free
	bad.secret = "wrong"
	fail(9)
	free.must("ReadAccessKeys", body)
}

// createKeyUnlocked creates a key with Basic authentication while the root key is locked.
func (r *harness) createKeyUnlocked() map[string]any {
	r.t.Helper()
	got := r.send(basicRequest("CreateAccessKey", body, DefaultEmail, rootPassword))
	if got.status != http.StatusOK {
		r.t.Fatal(got.body)
	}
	return got.body["AccessKey"].(map[string]any)
}

func TestLockout_bounded(t *testing.T) {
	var l lockouts
	for i := range 3 * maxFailing {
		l.failed(time.Duration(i).String(), epoch)
	}
	if len(l.failing) > maxFailing {
		t.Errorf("%d names are kept", len(l.failing))
	}
}

func TestSigningKeys_bounded(t *testing.T) {
	var keys signingKeys
	for i := range 3 * maxSigningKeys {
		keys.put(derivation{region: time.Duration(i).String()}, []byte{1})
	}
	if len(keys.keys) > maxSigningKeys {
		t.Errorf("%d keys are kept", len(keys.keys))
	}
}

func TestCall_orderOfChecks(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Grants = []Grant{{User: "app", Actions: []string{"api:ReadUsers"}}} })
	r.createUser("app")
	app := r.as(r.createKey(`{"UserName":"app"}`))
	late := func(action, body string) *requestSigner {
		k := app.signer(action, body)
		k.timestamp = epoch.Add(-time.Hour).Format(timestampLayout)
		return k
	}
	// Route before key, key before signature, signature before clock, clock before
	// rights, rights before members, members before existence.
	k := late("NoSuchAction", body)
	k.keyID = "NOSUCHKEY00000000000"
	r.send(k.request(body)).refused(http.StatusBadRequest, "5011", "InvalidResource")
	k = late("ReadUsers", body)
	k.secret = "wrong"
	r.send(k.request(body))
	if !strings.Contains(r.lastReason(), "does not match this request") {
		t.Error(r.lastReason())
	}
	r.send(late("DeleteUser", body).request(body)).refused(http.StatusUnauthorized, "1", "AccessDenied")
	app.call("DeleteUser", `{"Nonsense":1}`).refused(http.StatusForbidden, "4", "AccessDenied")
	r.call("DeleteUser", `{"UserName":"nobody","Nonsense":1}`).refused(http.StatusBadRequest, "4045", "InvalidParameterValue")
}

func TestExplain_refusedSignature(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Explain = true })
	k := r.signer("ReadAccessKeys", body)
	k.secret = "wrong"
	request := k.request(body)
	request.Header.Set("Cookie", "a-cookie")
	r.send(request)
	text := r.log.String()
	for _, want := range []string{"canonical_request=", "string_to_sign=", `POST\n/api/v1/ReadAccessKeys`, "host:sim.test:3000", "OSC4-HMAC-SHA256"} {
		if !strings.Contains(text, want) {
			t.Errorf("log lacks %q:\n%s", want, text)
		}
	}
	signature := request.Header.Get("Authorization")
	for _, secret := range []string{rootSecret, rootKey, "a-cookie", signature[len(signature)-64:]} {
		if strings.Contains(text, secret) {
			t.Errorf("log shows %q", secret)
		}
	}
	// Nothing is logged without the option.
	quiet := newHarness(t)
	k.secret = "wrong"
	quiet.send(k.request(body))
	if quiet.log.Len() > 0 {
		t.Error(quiet.log)
	}
}
