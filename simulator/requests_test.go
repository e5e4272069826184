package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
)

func TestAnswer_headers(t *testing.T) {
	r := newHarness(t)
	got := r.call("ReadRegions", "")
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Date": "Fri, 02 Jan 2026 03:04:05 GMT",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
		}
	}
	if got.header.Get("Content-Length") == "" {
		t.Error("no Content-Length")
	}
	id := got.body["ResponseContext"].(map[string]any)["RequestId"].(string)
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("request id %q", id)
	}
}

func TestRequest_unknownMember(t *testing.T) {
	r := newHarness(t)
	for action, body := range map[string]string{
		"ReadAccessKeys": `{"Foo":1}`, "CreateAccessKey": `{"userName":"x"}`, "ReadUsers": `{"Filters":{"UserNames":["x"]}}`,
		"ReadAccounts": `{"Filters":{}}`, "DeleteUser": `{"UserName":"x","Path":"/"}`,
	} {
		r.call(action, "%s", body).refused(http.StatusBadRequest, "4045", "InvalidParameterValue")
	}
}

func TestRequest_olderVersion(t *testing.T) {
	old := newHarness(t, func(o *Options) { o.APIVersion = "1.39" })
	id := old.createKey(`{"Tag":"x"}`)["AccessKeyId"]
	for _, member := range []string{`"Tag":"y"`, `"ClearTag":true`, `"ClearExpirationDate":true`} {
		old.call("UpdateAccessKey", `{"AccessKeyId":%q,"State":"ACTIVE",%s}`, id, member).refused(http.StatusBadRequest, "4045", "InvalidParameterValue")
	}
	old.call("UpdateAccessKey", `{"AccessKeyId":%q}`, id).refused(http.StatusBadRequest, "4046", "InvalidParameterValue")
	old.must("UpdateAccessKey", `{"AccessKeyId":%q,"State":"INACTIVE"}`, id)
	older := newHarness(t, func(o *Options) { o.APIVersion = "1.34.0" })
	older.call("CreateAccessKey", `{"Tag":"x"}`).refused(http.StatusBadRequest, "4045", "InvalidParameterValue")
	oldest := newHarness(t, func(o *Options) { o.APIVersion = "1.15" })
	oldest.call("ReadUsers", `{}`).refused(http.StatusBadRequest, "5011", "InvalidResource")
}

func TestRequest_missingAndWrongType(t *testing.T) {
	r := newHarness(t)
	for _, body := range []string{`{}`, `{"AccessKeyId":""}`} {
		r.call("DeleteAccessKey", "%s", body).refused(http.StatusBadRequest, "4046", "InvalidParameterValue")
	}
	for _, body := range []string{
		`{"DryRun":"true"}`, `{"Tag":1}`, `{"UserName":null}`, `{"Filters":[]}`, `{"Filters":{"States":"ACTIVE"}}`, `{"Filters":{"States":[1]}}`,
	} {
		got := r.call("ReadAccessKeys", "%s", body)
		got.refused(http.StatusBadRequest, "3019", "InvalidParameterType")
	}
	for _, body := range []string{`[]`, `"x"`, `1`, `null`, `true`, `{`, `{"a"}`, `{}{}`, `{} x`, "\x00", `{"Tag":"` + "\n" + `"}`, strings.Repeat("[", 20_000)} {
		r.call("ReadAccessKeys", "%s", body).refused(http.StatusBadRequest, "4045", "InvalidParameterValue")
	}
	for _, body := range []string{"", " ", `{}`, " {\n} "} {
		r.must("ReadAccessKeys", "%s", body)
	}
}

func TestServed_matchesDescriptionTable(t *testing.T) {
	names := slices.Sorted(maps.Keys(served))
	if table := describe.Served(); !slices.Equal(names, table) {
		t.Errorf("the simulator serves %v; the generated table has %v", names, table)
	}
}

func TestRoute_unknownActionAndMethod(t *testing.T) {
	r := newHarness(t)
	unknown := r.call("ReadNothing", `{}`)
	unknown.refused(http.StatusBadRequest, "5011", "InvalidResource")
	there := r.call("ReadVms", `{}`)
	there.refused(http.StatusNotImplemented, "0", "DefaultError")
	if !strings.Contains(unknown.details(), "does not exist") || !strings.Contains(there.details(), "not simulated") {
		t.Errorf("details %q and %q", unknown.details(), there.details())
	}
	for _, path := range []string{"/", "/api/v1/", "/api/v2/ReadUsers", "/api/v1/ReadUsers/", "/api/v1/readusers", "/api/v1/Read%55sers2", "/oapi/v0/ReadUsers"} {
		r.send(httptest.NewRequest(http.MethodPost, path, nil)).refused(http.StatusBadRequest, "5011", "InvalidResource")
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		got := r.send(httptest.NewRequest(method, "/api/v1/ReadUsers", nil))
		got.refused(http.StatusMethodNotAllowed, "2", "AccessDenied")
		if got.header.Get("Allow") != http.MethodPost {
			t.Error(got.header)
		}
	}
}

func TestRequest_bodyLimit(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Limits.Body = 1000 })
	r.call("ReadAccessKeys", `{"Tag":%q}`, strings.Repeat("x", 1000)).refused(http.StatusRequestEntityTooLarge, "4106", "InvalidParameterValue")
	r.must("ReadAccessKeys", `{"Tag":%q}`, strings.Repeat("x", 900))
	// Without a Content-Length the bytes are counted.
	k := r.signer("ReadAccessKeys", "")
	endless := k.request("")
	endless.Body, endless.ContentLength = io.NopCloser(bytes.NewReader(make([]byte, 5000))), -1
	r.send(endless).refused(http.StatusRequestEntityTooLarge, "4106", "InvalidParameterValue")
	broken := k.request("")
	broken.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), failing{}))
	r.send(broken).refused(http.StatusBadRequest, "4045", "InvalidParameterValue")
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broken") }

func TestFaults_kinds(t *testing.T) {
	r := newHarness(t)
	set := func(faults ...Fault) {
		t.Helper()
		if err := r.SetFaults(faults); err != nil {
			t.Fatal(err)
		}
	}
	// dropped reports whether the connection was closed without an answer.
	dropped := func(request *http.Request) (cut bool) {
		defer func() {
			err, ok := recover().(error)
			cut = ok && errors.Is(err, http.ErrAbortHandler)
		}()
		r.Handler().ServeHTTP(httptest.NewRecorder(), request)
		return false
	}
	count := func() int { return len(r.State().AccessKeys) }

	set(Fault{Action: "CreateAccessKey", Kind: "drop_before", Times: 1}, Fault{Action: "CreateAccessKey", Kind: "drop_after", Times: 1})
	if !dropped(r.signed("CreateAccessKey", `{}`)) || count() != 1 {
		t.Errorf("drop_before: %d keys", count())
	}
	if !dropped(r.signed("CreateAccessKey", `{}`)) || count() != 2 {
		t.Errorf("drop_after: %d keys", count())
	}
	r.createKey(`{}`) // both are spent
	all := r.Requests()
	for i, want := range []string{"drop_before 0", "drop_after 200", " 200"} {
		if got := fmt.Sprintf("%s %d", all[i].Fault, all[i].Status); got != want {
			t.Errorf("record %d: %q, want %q", i, got, want)
		}
	}

	for _, test := range []struct {
		fault  Fault
		status int
		code   string
		kind   string
	}{
		{Fault{Kind: "status"}, 500, "0", "InternalError"},
		{Fault{Kind: "status", Status: 503}, 503, "0", "InternalError"},
		{Fault{Kind: "status", Status: 409, Code: "6003"}, 409, "6003", "InvalidState"},
		{Fault{Kind: "status", Status: 424, Code: "1000"}, 424, "1000", "DependencyProblem"},
		{Fault{Kind: "status", Status: 400}, 400, "0", "DefaultError"},
		{Fault{Kind: "status", Status: 401, Code: "9"}, 401, "9", "AuthFailure"},
		{Fault{Kind: "status", Status: 401, Code: "20"}, 401, "20", "PasswordExpired"},
		{Fault{Kind: "throttle"}, 429, "24", "AccessDenied"},
		{Fault{Kind: "throttle", Code: "25"}, 429, "25", "AccessDenied"},
		{Fault{Kind: "throttle", Code: "6"}, 503, "6", "AccessDenied"},
		{Fault{Kind: "throttle", Code: "4120"}, 400, "4120", "InvalidParameterValue"},
	} {
		set(test.fault)
		got := r.call("ReadAccessKeys", `{}`)
		got.refused(test.status, test.code, test.kind)
		if limited := test.fault.Kind == "throttle" && test.code != "4120"; limited != (got.details() == "Request rate exceeded.") {
			t.Errorf("%+v: details %q", test.fault, got.details())
		}
	}

	set(Fault{Kind: "latency", Latency: 1}, Fault{Action: "ReadUsers", Kind: "latency", Latency: 1e9 * 60})
	r.must("ReadAccessKeys", `{}`)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if !dropped(r.signed("ReadUsers", `{}`).WithContext(gone)) {
		t.Error("a client that closed its connection was answered")
	}
	if err := r.SetFaults([]Fault{{Kind: "nonsense"}}); err == nil || len(r.Faults()) != 2 {
		t.Errorf("%v, %v", err, r.Faults())
	}
}

func TestNew_twoSimulators(t *testing.T) {
	one, two := newHarness(t), newHarness(t, func(o *Options) { o.Seed = 8 })
	key := one.createKey(`{}`)
	one.createUser("bob")
	if err := one.SetFaults([]Fault{{Kind: "status"}}); err != nil {
		t.Fatal(err)
	}
	if err := one.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	two.as(key).call("ReadAccessKeys", `{}`).refused(http.StatusBadRequest, "4120", "InvalidParameterValue")
	if users := two.must("ReadUsers", `{}`)["Users"]; len(users.([]any)) != 0 {
		t.Error(users)
	}
	if !two.Now().Equal(epoch) || two.Stats()["CreateUser"] != 0 || len(two.State().AccessKeys) != 1 {
		t.Error(two.Now(), two.Stats(), two.State())
	}
	if reflect.DeepEqual(one.State().Account, two.State().Account) {
		t.Error("two seeds made the same account")
	}
	same := newHarness(t)
	if got := same.createKey(`{}`); got["AccessKeyId"] != key["AccessKeyId"] || got["SecretKey"] != key["SecretKey"] {
		t.Error("the same seed made another key")
	}
}
