package api

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestReadAPIAccessPolicy_limit(t *testing.T) {
	r := newRig(t, ok(`{"ApiAccessPolicy":{"RequireTrustedEnv":true,"MaxAccessKeyExpirationSeconds":3153600000},"ResponseContext":{"RequestId":"r"}}`))
	got, err := r.ReadAPIAccessPolicy(context.Background())
	if err != nil || got.KeyLifetime != 36500*24*time.Hour {
		t.Errorf("got %+v, %v", got, err)
	}
	if r.bodies[0] != "{}" {
		t.Errorf("sent %s", r.bodies[0])
	}
	// The answer must say that there is no limit.
	for _, body := range []string{`{}`, `{"ApiAccessPolicy":{"RequireTrustedEnv":false}}`} {
		if _, err := newRig(t, ok(body)).ReadAPIAccessPolicy(context.Background()); err == nil {
			t.Errorf("%s passes for a policy", body)
		}
	}
}

func TestIsUnknownAction_codes(t *testing.T) {
	for want, answers := range map[bool][]reply{
		true: {problem(http.StatusBadRequest, "5011", "")},
		false: {problem(http.StatusBadRequest, "5027", ""), problem(http.StatusNotFound, "5060", ""), problem(http.StatusForbidden, "4", ""),
			{status: http.StatusNotFound, body: "no such page"}, {status: http.StatusBadRequest, body: "no JSON"}},
	} {
		for _, a := range answers {
			_, err := newRig(t, a).ReadAPIAccessPolicy(context.Background())
			if err == nil || IsUnknownAction(err) != want {
				t.Errorf("%d %s: unknown %v, want %v", a.status, a.body, !want, want)
			}
		}
	}
}

func TestReadAPILogs_page(t *testing.T) {
	r := newRig(t, ok(`{"Logs":[{"QueryAccessKey":"AK1","QueryDate":"2026-01-02T03:04:05.006Z"},{"QueryDate":"2026-01-02T03:04:06.000+0000"}],`+
		`"NextPageToken":"more","ResponseContext":{"RequestId":"r"}}`), ok(`{"Logs":[]}`), ok(`{}`), ok(`{"Logs":[{"QueryAccessKey":"AK1","QueryDate":"yesterday"}]}`))
	ctx, from, to := context.Background(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)
	query := LogQuery{After: from, Before: to}
	page, err := r.ReadAPILogs(ctx, query, "")
	if err != nil || page.Next != "more" || len(page.Calls) != 2 || page.Calls[0] != (Call{AccessKeyID: "AK1", At: time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)}) ||
		page.Calls[1].AccessKeyID != "" {
		t.Errorf("got %+v, %v", page, err)
	}
	const without = `"AccountId":false,"CallDuration":false,"QueryAccessKey":true,"QueryApiName":false,"QueryApiVersion":false,"QueryCallName":false,` +
		`"QueryDate":true,"QueryHeaderRaw":false,"QueryHeaderSize":false,"QueryIpAddress":false,"QueryPayloadRaw":false,"QueryPayloadSize":false,` +
		`"QueryUserAgent":false,"RequestId":false,"ResponseSize":false,"ResponseStatusCode":false`
	const filters = `"Filters":{"QueryDateAfter":"2026-01-01T00:00:00.000Z","QueryDateBefore":"2026-01-03T00:00:00.000Z"}`
	if want := `{"ResultsPerPage":1000,"With":{` + without + `},` + filters + `}`; r.bodies[0] != want {
		t.Errorf("sent\n%s\nwant\n%s", r.bodies[0], want)
	}
	if page, err := r.ReadAPILogs(ctx, query, "more"); err != nil || page.Next != "" || len(page.Calls) != 0 {
		t.Errorf("an empty page gives %+v, %v", page, err)
	}
	if want := `{"NextPageToken":"more","ResultsPerPage":1000,"With":{` + without + `},` + filters + `}`; r.bodies[1] != want {
		t.Errorf("sent\n%s\nwant\n%s", r.bodies[1], want)
	}
	same := newRig(t, ok(`{"Logs":[],"NextPageToken":"more"}`))
	if _, err := same.ReadAPILogs(ctx, query, "more"); err == nil || !strings.Contains(err.Error(), "that of this page") {
		t.Errorf("a page that leads to itself: %v", err)
	}
	for range 2 {
		if _, err := r.ReadAPILogs(ctx, query, ""); err == nil {
			t.Errorf("%s passes for a page", r.bodies[len(r.bodies)-1])
		}
	}
}

func TestReadAPILogs_calls(t *testing.T) {
	r := newRig(t, ok(`{"Logs":[{"QueryAccessKey":"AK1","QueryDate":"2026-01-02T03:04:05.006Z","QueryIpAddress":"192.0.2.7","QueryCallName":"ReadUsers",`+
		`"QueryUserAgent":"`+strings.Repeat("x", maxClient-1)+`é","ResponseStatusCode":403}],"ResponseContext":{"RequestId":"r"}}`))
	page, err := r.ReadAPILogs(context.Background(), LogQuery{AccessKeyIDs: []string{"AK1"}, Addresses: true, Calls: true}, "")
	want := Call{
		AccessKeyID: "AK1", At: time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC), Address: "192.0.2.7", Action: "ReadUsers",
		Client: strings.Repeat("x", maxClient-1), Refused: true,
	}
	if err != nil || len(page.Calls) != 1 || page.Calls[0] != want {
		t.Errorf("got %+v, %v", page, err)
	}
	for _, part := range []string{
		`"QueryAccessKeys":["AK1"]`, `"QueryIpAddress":true`, `"QueryCallName":true`, `"QueryUserAgent":true`, `"ResponseStatusCode":true`,
		`"QueryPayloadRaw":false`, `"QueryHeaderRaw":false`,
	} {
		if !strings.Contains(r.bodies[0], part) {
			t.Errorf("sent %s without %s", r.bodies[0], part)
		}
	}
}
