package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/middleware/auth"
	"github.com/outscale/osc-sdk-go/v3/pkg/profile"
)

// signature computes the AWS4 signature of the request that arrived, by the API's documentation. It shares no code with the
// signer.
func signature(t *testing.T, secret string, req *http.Request, host, body string) string {
	t.Helper()
	parts := regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?Signature=`).
		FindStringSubmatch(req.Header.Get("Authorization"))
	if parts == nil {
		t.Fatalf("Authorization = %q", req.Header.Get("Authorization"))
	}
	date := req.Header.Get("X-Amz-Date")
	sum := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	mac := func(key []byte, s string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(s))
		return h.Sum(nil)
	}
	var headers strings.Builder
	for _, name := range strings.Split(parts[5], ";") {
		value := req.Header.Get(name)
		if name == "host" {
			value = host
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, value)
	}
	canonical := "POST\n" + req.URL.Path + "\n\n" + headers.String() + "\n" + parts[5] + "\n" + sum(body)
	scope := parts[2] + "/" + parts[3] + "/" + parts[4] + "/aws4_request"
	key := []byte("AWS4" + secret)
	for _, s := range []string{parts[2], parts[3], parts[4], "aws4_request"} {
		key = mac(key, s)
	}
	return hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+date+"\n"+scope+"\n"+sum(canonical)))
}

func TestSign_documentedForm(t *testing.T) {
	r := &rig{}
	var checked int
	r.serve(t, func(w http.ResponseWriter, req *http.Request, n int) {
		header := req.Header.Get("Authorization")
		if want := signature(t, testKey.SecretKey, req, req.Host, r.bodies[n-1]); !strings.HasSuffix(header, "Signature="+want) {
			t.Errorf("Authorization = %q, want the signature %s", header, want)
		}
		if !strings.Contains(header, "Credential="+testKey.AccessKeyID+"/") || !strings.Contains(header, "/eu-west-2/osc/") {
			t.Errorf("Authorization = %q", header)
		}
		if req.Method != http.MethodPost || req.URL.Path != "/api/v1/ReadAccessKeys" || req.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s %v", req.Method, req.URL, req.Header)
		}
		checked++
		_, _ = w.Write([]byte(keysBody))
	})
	if _, err := r.ReadAccessKeys(context.Background(), ReadAccessKeysInput{UserName: "bob", IDs: []string{"AK"}}); err != nil || checked != 1 {
		t.Fatalf("%v, %d requests checked", err, checked)
	}
}

func TestSign_login(t *testing.T) {
	r := &rig{}
	r.serve(t, func(w http.ResponseWriter, req *http.Request, _ int) {
		if login, password, ok := req.BasicAuth(); !ok || login != "me@example.com" || password != "my-password" {
			t.Errorf("Authorization = %q", req.Header.Get("Authorization"))
		}
		_, _ = w.Write([]byte(keysBody))
	})
	c := r.client(t, Config{Endpoint: r.server.URL + "/api/v1", Credential: Credential{Login: "me@example.com", Password: "my-password"}})
	if err := actions["ReadAccessKeys"](c, context.Background()); err != nil || c.AccessKeyID() != "" {
		t.Fatal(err)
	}
}

// Each attempt has a new signature, because after a wait of minutes the old one could be too old.
func TestSign_eachAttempt(t *testing.T) {
	now := noon
	moment := func(n int) time.Time { return noon.Add(time.Duration(n) * 4 * time.Minute) }
	script := []reply{problem(429, "24", ""), problem(503, "6", ""), problem(500, "0", ""), {}, ok(keysBody)}
	r := &rig{}
	r.serve(t, func(w http.ResponseWriter, req *http.Request, n int) {
		r.mu.Lock()
		body := r.bodies[n-1]
		r.mu.Unlock()
		if want := signature(t, testKey.SecretKey, req, req.Host, body); !strings.HasSuffix(req.Header.Get("Authorization"), want) {
			t.Errorf("attempt %d has another signature than %s", n, want)
		}
		w.Header().Set("Date", moment(n-1).Format(http.TimeFormat))
		script[n-1].write(w)
	})
	c := r.client(t, Config{Endpoint: r.endpoint, Region: "eu-west-2", Credential: testKey, Now: func() time.Time { return now }})
	c.sleep = func(context.Context, time.Duration) error {
		now = now.Add(4 * time.Minute)
		c.timeouts.faulty = time.Hour
		return nil
	}
	if err := actions["ReadAccessKeys"](c, context.Background()); err != nil || r.sent() != 5 {
		t.Fatalf("%d requests, %v", r.sent(), err)
	}
	for i, head := range r.heads {
		if got, want := head.Get("X-Amz-Date"), moment(i).Format("20060102T150405Z"); got != want {
			t.Errorf("attempt %d is dated %q, want %q", i+1, got, want)
		}
	}
}

// The signature and the headers are those of the official SDK at the same time.
func TestSign_sameAsSDK(t *testing.T) {
	for _, region := range []string{"", "us-west-1"} {
		theirs, err := auth.NewSecurityProviderAWSv4(testKey.AccessKeyID, testKey.SecretKey, "", profile.OscServiceApi, region)
		if err != nil {
			t.Fatal(err)
		}
		request := func() *http.Request {
			req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://api.example.com:8443/api/v1/ReadAccessKeys", strings.NewReader(`{"A":1}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			return req
		}
		want := request()
		if _, err := theirs.Decorate(nobody{}).RoundTrip(want); !errors.Is(err, errNobody) {
			t.Fatal(err)
		}
		at, err := time.Parse("20060102T150405Z", want.Header.Get("X-Amz-Date"))
		if err != nil {
			t.Fatal(err)
		}
		ours, err := signing(Config{Credential: testKey, Region: region})
		if err != nil {
			t.Fatal(err)
		}
		got := request()
		if err := ours(got, []byte(`{"A":1}`), at); err != nil || !reflect.DeepEqual(got.Header, want.Header) {
			t.Errorf("region %q: %v\n got %v\nwant %v", region, err, got.Header, want.Header)
		}
	}
}

var errNobody = errors.New("nobody answers")

type nobody struct{}

func (nobody) RoundTrip(*http.Request) (*http.Response, error) { return nil, errNobody }

func TestNew_invalidConfig(t *testing.T) {
	for want, cfg := range map[string]Config{
		"No credential":       {Endpoint: "https://x/api/v1"},
		"Half a credential":   {Endpoint: "https://x/api/v1", Credential: Credential{AccessKeyID: "AK"}},
		"Two credentials":     {Endpoint: "https://x/api/v1", Credential: Credential{AccessKeyID: "AK", SecretKey: "s", Login: "l", Password: "p"}},
		"Endpoint not usable": {Endpoint: "https://me:hush@x/api/v1", Credential: testKey},
	} {
		_, err := New(cfg)
		if e, ok := err.(*ConfigError); !ok || e.Summary != want || strings.Contains(err.Error(), "hush") { //nolint:errorlint // the very type
			t.Errorf("%v, want %s", err, want)
		}
	}
	for _, rate := range []float64{1e-300, 1e-9, 0.009, -1, math.NaN(), math.Inf(1), math.Inf(-1)} {
		_, err := New(Config{Endpoint: "https://x/api/v1", Credential: testKey, RequestsPerSecond: rate})
		var refused *ConfigError
		if !errors.As(err, &refused) || refused.Summary != "Rate not usable" {
			t.Errorf("%v requests per second: %v", rate, err)
		}
	}
	for _, rate := range []float64{0, 0.01, 5, 1e300} {
		if _, err := New(Config{Endpoint: "https://x/api/v1", Credential: testKey, RequestsPerSecond: rate}); err != nil {
			t.Errorf("%v requests per second: %v", rate, err)
		}
	}
	for _, endpoint := range []string{"", "api.example.com", "ftp://x", "https://", "https://x/?a=b", "https://x/#a", "http://[::1"} {
		if _, err := New(Config{Endpoint: endpoint, Credential: testKey}); err == nil {
			t.Errorf("the endpoint %q was accepted", endpoint)
		}
	}
}
