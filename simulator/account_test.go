package simulator

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

func TestReadAccounts_andRegions(t *testing.T) {
	r := newHarness(t)
	accounts := objects(r.must("ReadAccounts", `{}`)["Accounts"])
	if len(accounts) != 1 || len(accounts[0]["AccountId"].(string)) != 12 || len(accounts[0]["CustomerId"].(string)) != 8 ||
		accounts[0]["Email"] != DefaultEmail || accounts[0]["OutscaleLoginAllowed"] != false {
		t.Error(accounts)
	}
	found := map[any]any{}
	for _, region := range objects(r.must("ReadRegions", `{}`)["Regions"]) {
		found[region["RegionName"]] = region["Endpoint"]
	}
	if len(found) != 5 || found["eu-west-2"] != "api.eu-west-2.outscale.com" {
		t.Error(found)
	}
}

func TestCheckAuthentication_basic(t *testing.T) {
	r := newHarness(t)
	r.must("CheckAuthentication", `{"Login":%q,"Password":%q}`, DefaultEmail, rootPassword)
	for range 2 * failuresToLock { // no lock-out count
		r.call("CheckAuthentication", `{"Login":%q,"Password":"x"}`, DefaultEmail).refused(http.StatusBadRequest, "4120", "InvalidParameterValue")
		r.call("CheckAuthentication", `{"Login":"x@example.com","Password":%q}`, rootPassword).refused(http.StatusBadRequest, "4120", "InvalidParameterValue")
	}
	r.call("CheckAuthentication", `{"Login":"x"}`).refused(http.StatusBadRequest, "4046", "InvalidParameterValue")
}

func TestUpdateApiAccessPolicy_lifetime(t *testing.T) {
	r := newHarness(t)
	if got := fmt.Sprint(r.must("ReadApiAccessPolicy", `{}`)["ApiAccessPolicy"]); got != "map[MaxAccessKeyExpirationSeconds:0 RequireTrustedEnv:false]" {
		t.Error(got)
	}
	for _, bad := range []string{`-1,"RequireTrustedEnv":false`, `3153600001,"RequireTrustedEnv":false`, `0,"RequireTrustedEnv":true`} {
		r.call("UpdateApiAccessPolicy", `{"MaxAccessKeyExpirationSeconds":%s}`, bad).refused(http.StatusBadRequest, "4047", "InvalidParameterValue")
	}
	r.call("UpdateApiAccessPolicy", `{"RequireTrustedEnv":false}`).refused(http.StatusBadRequest, "4046", "InvalidParameterValue")
	r.must("UpdateAccessKey", `{"AccessKeyId":%q,"ExpirationDate":"2026-02-01"}`, rootKey)
	r.must("UpdateApiAccessPolicy", `{"MaxAccessKeyExpirationSeconds":3153600000,"RequireTrustedEnv":false}`)
	if got := fmt.Sprint(r.must("ReadApiAccessPolicy", `{}`)["ApiAccessPolicy"]); got != "map[MaxAccessKeyExpirationSeconds:3.1536e+09 RequireTrustedEnv:false]" {
		t.Error(got)
	}
}

func TestReadApiLogs_filters(t *testing.T) {
	r := newHarness(t)
	key := r.createKey(`{}`)
	other := r.as(key)
	r.clock.move(time.Hour)
	other.must("CheckAuthentication", `{"Login":%q,"Password":%q}`, DefaultEmail, rootPassword)
	r.clock.move(time.Hour)
	r.call("DeleteUser", `{"UserName":"nobody"}`)
	other.as(map[string]any{"AccessKeyId": "NOSUCHKEY00000000000", "SecretKey": "x"}).call("ReadUsers", `{}`) // a call without a caller

	logs := func(request string, args ...any) []map[string]any {
		t.Helper()
		return objects(r.must("ReadApiLogs", request, args...)["Logs"])
	}
	names := func(logs []map[string]any) (out []any) {
		for _, one := range logs {
			out = append(out, one["QueryCallName"])
		}
		return out
	}
	all := logs(`{}`)
	if got := fmt.Sprint(names(all)); got != "[CreateAccessKey CheckAuthentication DeleteUser]" {
		t.Fatal(got)
	}
	check := all[1]
	for name, want := range map[string]any{
		"QueryApiName": "oapi", "QueryAccessKey": key["AccessKeyId"], "QueryDate": "2026-01-02T04:04:05.678Z",
		"ResponseStatusCode": 200.0, "QueryApiVersion": "1.40.1", "QueryIpAddress": "192.0.2.1",
		"QueryPayloadRaw": `{"Login":"account@example.com","Password":"(removed)"}`,
		"QueryHeaderRaw":  "Host: sim.test:3000\nAuthorization: *****\nContent-Type: application/json\nX-Osc-Date: 20260102T040405Z",
	} {
		if check[name] != want {
			t.Errorf("%s is %v, want %v", name, check[name], want)
		}
	}
	if all[2]["ResponseStatusCode"] != 400.0 || len(check) != 16 {
		t.Error(all[2], len(check))
	}
	for filters, want := range map[string]string{
		fmt.Sprintf(`"QueryAccessKeys":[%q]`, key["AccessKeyId"]): "[CheckAuthentication]",
		`"QueryCallNames":["DeleteUser","X"]`:                     "[DeleteUser]",
		`"ResponseStatusCodes":[400]`:                             "[DeleteUser]",
		`"QueryApiNames":["ec2"]`:                                 "[]",
		`"QueryDateAfter":"2026-01-02T04:04:05.678Z","QueryDateBefore":"2026-01-02T04:04:05.678Z"`: "[CheckAuthentication]",
		`"QueryDateBefore":"2026-01-02"`:                     "[]",
		`"QueryDateBefore":"2026-01-02T03:04:05.678Z"`:       "[CreateAccessKey]",
		fmt.Sprintf(`"RequestIds":[%q]`, check["RequestId"]): "[CheckAuthentication]",
		`"QueryUserAgents":["x"]`:                            "[]", `"QueryIpAddresses":["192.0.2.1"],"QueryCallNames":["CreateAccessKey"]`: "[CreateAccessKey]",
	} {
		if got := fmt.Sprint(names(logs(`{"Filters":{%s}}`, filters))); got != want {
			t.Errorf("%s: %s, want %s", filters, got, want)
		}
	}
	few := logs(`{"ResultsPerPage":1,"With":{"QueryHeaderRaw":false,"QueryPayloadRaw":false,"RequestId":true}}`)[0]
	if _, there := few["QueryHeaderRaw"]; there || len(few) != 14 {
		t.Error(few)
	}
	for _, bad := range []string{`{"ResultsPerPage":0}`, `{"ResultsPerPage":1001}`, `{"NextPageToken":"x"}`, `{"NextPageToken":""}`} {
		r.call("ReadApiLogs", "%s", bad).refused(http.StatusBadRequest, "4047", "InvalidParameterValue")
	}
	r.call("ReadApiLogs", `{"Filters":{"QueryDateAfter":"x"}}`).refused(http.StatusBadRequest, "3019", "InvalidParameterType")
}

func TestReadApiLogs_pages(t *testing.T) {
	r := newHarness(t)
	for range 7 {
		r.must("ReadAccessKeys", `{}`)
	}
	const filter = `"Filters":{"QueryCallNames":["ReadAccessKeys"]},"ResultsPerPage":3`
	var sizes []int
	token := ""
	for {
		page := r.must("ReadApiLogs", `{%s%s}`, filter, token)
		sizes = append(sizes, len(page["Logs"].([]any)))
		next, more := page["NextPageToken"]
		if !more {
			break
		}
		token = fmt.Sprintf(`,"NextPageToken":%q`, next)
	}
	if fmt.Sprint(sizes) != "[3 3 1]" {
		t.Error(sizes)
	}
	// Without a bound the log covers two days. Older calls, up to 32 days, need a bound.
	r.clock.move(49 * time.Hour)
	count := func(filters string) int {
		return len(r.must("ReadApiLogs", `{"Filters":{"QueryCallNames":["ReadAccessKeys"]%s}}`, filters)["Logs"].([]any))
	}
	if got := count(""); got != 0 {
		t.Errorf("%d calls in the last 48 hours", got)
	}
	if got := count(`,"QueryDateAfter":"2026-01-02"`); got != 7 {
		t.Errorf("%d calls in the two days from that date", got)
	}
	r.clock.move(30 * 24 * time.Hour)
	if got := count(`,"QueryDateAfter":"2026-01-02"`); got != 0 {
		t.Errorf("%d calls older than 32 days", got)
	}
}

// The description gives CallDuration in microseconds. The fault makes the call last at least 20,000 of them.
func TestReadApiLogs_callDuration(t *testing.T) {
	r := newHarness(t)
	if err := r.SetFaults([]Fault{{Kind: faults.Latency, Action: "ReadUsers", Latency: faults.Duration(20 * time.Millisecond)}}); err != nil {
		t.Fatal(err)
	}
	r.must("ReadUsers", `{}`)
	logs := objects(r.must("ReadApiLogs", `{"Filters":{"QueryCallNames":["ReadUsers"]}}`)["Logs"])
	if len(logs) != 1 || logs[0]["CallDuration"].(float64) < 20_000 {
		t.Errorf("%v", logs)
	}
}
