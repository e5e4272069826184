package conformance

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describetest"
)

// The fuzz targets run their seeds with every test; go test -fuzz FuzzBody ./simulator/internal/conformance looks for more.

// target is a simulator that is called without a network.
type target struct {
	handler   http.Handler
	validator *describetest.Validator
	now       func() time.Time
}

func newTarget(f *testing.F) target {
	f.Helper()
	still := newClock()
	sim, err := simulator.New(simulator.Options{
		RootAccessKey: rootID, RootSecretKey: rootSecret, AccountPassword: rootPassword, Seed: 1, Now: still.Now,
		Assumptions: simulator.Assumptions{NoLockout: true}, Limits: simulator.Limits{Requests: 100},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := sim.Close(); err != nil {
			f.Error(err)
		}
	})
	validator, err := describetest.New()
	if err != nil {
		f.Fatal(err)
	}
	return target{sim.Handler(), validator, still.Now}
}

// serve serves one request and validates the answer.
func (g target) serve(t *testing.T, r *http.Request) int {
	recorder := httptest.NewRecorder()
	g.validator.Handler(t, g.handler).ServeHTTP(recorder, r)
	if recorder.Code >= 500 {
		t.Errorf("%s: %d", r.URL.Path, recorder.Code)
	}
	return recorder.Code
}

// Only a signature of this request is accepted, for all values of the two headers.
func FuzzAuthorization(f *testing.F) {
	g := newTarget(f)
	const body = `{}`
	newRequest := func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/api/v1/ReadAccessKeys", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		return r
	}
	// The accepted values of the fuzzed headers: one valid signature per family.
	passes := map[[2]string]bool{}
	for _, family := range []family{osc4, aws4} {
		r := newRequest()
		family.sign(r, []byte(body), rootID, rootSecret, g.now())
		authorization, date := r.Header.Get("Authorization"), r.Header.Get(family.dateHeader)
		passes[[2]string{authorization, date}] = true
		f.Add(authorization, date)
		f.Add(authorization, "20260320T120001Z")
		f.Add(strings.ReplaceAll(authorization, "host;", ""), date)
		f.Add(strings.ReplaceAll(authorization, rootID, "OTHER"), date)
		f.Add(authorization[:len(authorization)-1], date)
		f.Add(authorization[:len(authorization)-1]+"g", date)
		f.Add(authorization[:len(authorization)-8]+"00000000", date)
	}
	for _, authorization := range []string{"", "Basic", "Basic Og==", "Basic !", "Bearer a", "OSC4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=////,SignedHeaders=;,Signature=", "OSC4-HMAC-SHA256 =,=,="} {
		f.Add(authorization, "")
	}
	f.Fuzz(func(t *testing.T, authorization, date string) {
		r := newRequest()
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Osc-Date", date)
		r.Header.Set("X-Amz-Date", date)
		if status := g.serve(t, r); status == http.StatusOK && !passes[[2]string{authorization, date}] && !sameSignature(authorization, date, passes) {
			t.Errorf("passes: %q at %q", authorization, date)
		}
	})
}

// sameSignature reports whether the header has the date of a valid one and differs from it only in space, in the order of the
// three parts or in the case of the digits, or is a valid Basic credential.
func sameSignature(authorization, date string, passes map[[2]string]bool) bool {
	normal := func(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), "")) }
	for pass := range passes {
		if date != pass[1] {
			continue
		}
		algorithm, parameters, _ := strings.Cut(pass[0], " ")
		left := normal(authorization)
		for _, part := range append(strings.Split(parameters, ","), algorithm) {
			left = strings.Replace(left, normal(part), "", 1)
		}
		if strings.Trim(left, ",") == "" {
			return true
		}
	}
	request := http.Request{Header: http.Header{"Authorization": {authorization}}}
	_, password, _ := request.BasicAuth()
	return password == rootPassword
}

// With a valid signature of any body, the answer is about the body and is as described.
func FuzzBody(f *testing.F) {
	g := newTarget(f)
	names := describe.Served()
	for i, name := range names {
		f.Add(uint8(i), strings.ReplaceAll(validBodies[name], "KEY", "NONE"))
		f.Add(uint8(i), `{"DryRun":true}`)
	}
	for i, scrap := range scraps {
		f.Add(uint8(i), scrap)
		f.Add(uint8(i), `{"Filters":`+scrap+`}`)
	}
	index := func(name string) uint8 { return uint8(slices.Index(names, name)) }
	f.Add(index("CreateAccessKey"), `{"ExpirationDate":"2063-04-05T06:07:08,9+0100","Tag":"é"}`)
	f.Add(index("ReadApiLogs"), `{"Filters":{"QueryDateAfter":"2026-03-20"},"With":{"AccountId":false},"NextPageToken":"YWZ0ZXI6MQ"}`)
	f.Fuzz(func(t *testing.T, action uint8, body string) {
		name := names[int(action)%len(names)]
		if strings.Contains(body, rootID) {
			return // it may delete the key that signs
		}
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/api/v1/"+name, strings.NewReader(body))
		osc4.sign(r, []byte(body), rootID, rootSecret, g.now())
		if status := g.serve(t, r); status == http.StatusUnauthorized {
			t.Errorf("%s: a valid signature is refused", name)
		}
	})
}
