package simulator

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A signature is verified over the canonical form of SigV4, for every form in which a request can be sent.
func TestSignature_canonicalForm(t *testing.T) {
	hash := hexHash(body)
	for name, change := range map[string]func(*requestSigner){
		"spaces inside a header": func(k *requestSigner) {
			k.extra, k.headers = http.Header{"X-Note": {"a  b   c"}}, []string{"host", "x-note", "x-osc-date"}
			k.signedValues = map[string]string{"x-note": "a b c"}
		},
		"spaces around a header": func(k *requestSigner) {
			k.extra, k.headers = http.Header{"X-Note": {"  a b "}}, []string{"host", "x-note", "x-osc-date"}
			k.signedValues = map[string]string{"x-note": "a b"}
		},
		"header with two values": func(k *requestSigner) {
			k.extra, k.headers = http.Header{"X-Note": {"a  b", " c"}}, []string{"host", "x-note", "x-osc-date"}
			k.signedValues = map[string]string{"x-note": "a b,c"}
		},
		"query out of order":       func(k *requestSigner) { k.query, k.signedQuery = "b=2&a=1", "a=1&b=2" },
		"query with a name twice":  func(k *requestSigner) { k.query, k.signedQuery = "a=2&a=1", "a=1&a=2" },
		"query sorted by name":     func(k *requestSigner) { k.query, k.signedQuery = "a-b=1&a=2", "a=2&a-b=1" },
		"query without a value":    func(k *requestSigner) { k.query, k.signedQuery = "flag&&", "flag=" },
		"query encoded anew":       func(k *requestSigner) { k.query, k.signedQuery = "a=b/c+d%7e%2f&e=%3D", "a=b%2Fc%20d~%2F&e=%3D" },
		"query that is not a code": func(k *requestSigner) { k.query, k.signedQuery = "a=%zz", "a=%25zz" },
		"osc-cli": func(k *requestSigner) {
			k.path, k.signedPath = "//api/latest/ReadAccessKeys", "/api/latest/ReadAccessKeys"
			k.extra = http.Header{"X-Osc-Target": {"OutscaleService.ReadAccessKeys"}}
			k.headers = []string{"host", "x-osc-date", "x-osc-target"}
		},
		"repeated slashes as sent":   func(k *requestSigner) { k.path = "//api///v1//ReadAccessKeys" },
		"repeated slashes collapsed": func(k *requestSigner) { k.path, k.signedPath = "//api///v1//ReadAccessKeys", "/api/v1/ReadAccessKeys" },
		"host without port":          func(k *requestSigner) { k.signedHost = "sim.test" },
		"IPv6 host without port":     func(k *requestSigner) { k.host, k.signedHost = "[::1]:3000", "::1" },
		"host without port, slashes": func(k *requestSigner) {
			k.path, k.signedPath, k.signedHost = "//api/v1/ReadAccessKeys", "/api/v1/ReadAccessKeys", "sim.test"
		},
		"host without port, slashes as sent":  func(k *requestSigner) { k.path, k.signedHost = "//api/v1/ReadAccessKeys", "sim.test" },
		"content hash":                        signedHash("X-Osc-Content-Sha256", hash),
		"content hash of the other family":    signedHash("X-Amz-Content-Sha256", hash),
		"content hash that is not signed":     func(k *requestSigner) { k.extra = http.Header{"X-Amz-Content-Sha256": {"UNSIGNED-PAYLOAD"}} },
		"a header that ends in another hash ": signedHash("X-Content-Sha512", "anything"),
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

// signedHash adds a signed header.
func signedHash(name, value string) func(*requestSigner) {
	return func(k *requestSigner) {
		k.extra = http.Header{name: {value}}
		k.headers = []string{"host", strings.ToLower(name), "x-osc-date"}
	}
}

func TestSignature_otherForms(t *testing.T) {
	for name, wrong := range map[string]struct {
		change func(*requestSigner)
		reason string
	}{
		"spaces signed as sent": {func(k *requestSigner) {
			k.extra, k.headers = http.Header{"X-Note": {"a  b"}}, []string{"host", "x-note", "x-osc-date"}
		}, "does not match this request"},
		"query not signed":         {func(k *requestSigner) { k.query = "a=1" }, "does not match this request"},
		"query signed as sent":     {func(k *requestSigner) { k.query, k.signedQuery = "b=2&a=1", "b=2&a=1" }, "does not match this request"},
		"other host":               {func(k *requestSigner) { k.signedHost = "other.test" }, "does not match this request"},
		"host with another port":   {func(k *requestSigner) { k.signedHost = "sim.test:3001" }, "does not match this request"},
		"path with more slashes":   {func(k *requestSigner) { k.signedPath = "//api/v1/ReadAccessKeys" }, "does not match this request"},
		"hash of another body":     {signedHash("X-Amz-Content-Sha256", hexHash("{} ")), "content hash is not the hash of the body: x-amz-content-sha256"},
		"hash of another body OSC": {signedHash("X-Osc-Content-Sha256", hexHash("")), "content hash is not the hash of the body: x-osc-content-sha256"},
		"unsigned payload":         {signedHash("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"), "content hash is not the hash of the body"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newHarness(t)
			k := r.signer("ReadAccessKeys", body)
			wrong.change(k)
			r.send(k.request(body)).refused(http.StatusUnauthorized, "1", kindAccessDenied)
			if !strings.Contains(r.lastReason(), wrong.reason) {
				t.Errorf("reason %q, want %q", r.lastReason(), wrong.reason)
			}
		})
	}
}

func TestSignature_strictHost(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.StrictHost = true })
	k := r.signer("ReadAccessKeys", body)
	k.signedHost = "sim.test"
	r.send(k.request(body)).refused(http.StatusUnauthorized, "1", kindAccessDenied)
	r.must("ReadAccessKeys", body)
}

// Without Options.CORS, answers have no CORS headers, and a preflight request has a wrong method.
func TestCORS_off(t *testing.T) {
	r := newHarness(t)
	got := r.send(preflight())
	got.refused(http.StatusMethodNotAllowed, "2", kindAccessDenied)
	for _, header := range []http.Header{got.header, r.call("ReadAccessKeys", body).header} {
		for name := range header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s: %q", name, header.Get(name))
			}
		}
	}
}

func TestCORS_on(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.CORS = true })
	recorder := serveRaw(r.Handler(), preflight())
	want := map[string]string{
		"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "POST",
		"Access-Control-Allow-Headers": "authorization,x-osc-date", "Access-Control-Allow-Private-Network": "true",
		"Access-Control-Max-Age": "600",
	}
	for name, value := range want {
		if got := recorder.Header().Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if recorder.Code != http.StatusNoContent || recorder.Body.Len() > 0 {
		t.Errorf("preflight: %d %q", recorder.Code, recorder.Body)
	}
	if n := len(r.Requests()); n != 0 {
		t.Errorf("a preflight counts as %d calls", n)
	}
	for _, got := range []reply{r.call("ReadAccessKeys", body), r.call("ReadNothing", body)} {
		if got.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("answer %d without an allowed origin", got.status)
		}
	}
}

func preflight() *http.Request {
	r := httptest.NewRequest(http.MethodOptions, "http://sim.test:3000/api/v1/ReadAccessKeys", nil)
	r.Header.Set("Origin", "https://page.example")
	r.Header.Set("Access-Control-Request-Method", http.MethodPost)
	r.Header.Set("Access-Control-Request-Headers", "authorization,x-osc-date")
	r.Header.Set("Access-Control-Request-Private-Network", "true")
	return r
}
