package api

import (
	"strings"
	"testing"
)

func TestCallerAddress(t *testing.T) {
	const mine, others = `{"QueryDate":"2026-01-02T03:04:05.006Z","QueryIpAddress":"192.0.2.7","RequestId":"r1"}`, `{"QueryDate":"2026-01-02T03:04:06.006Z","QueryIpAddress":"198.51.100.1","RequestId":"x"}`
	for name, c := range map[string]struct{ logs, want string }{
		"the call of this process":   {mine + "," + others, "192.0.2.7"},
		"the log lags behind":        {others + "," + others, "198.51.100.1"},
		"several, and none is known": {others + "," + strings.ReplaceAll(mine, "r1", "y"), ""},
		"nothing":                    {"", ""},
		"not an address":             {strings.ReplaceAll(mine, "192.0.2.7", "console"), ""},
	} {
		r := newRig(t, ok(`{"Accounts":[{"AccountId":"1"}],"ResponseContext":{"RequestId":"r1"}}`), ok(`{"Logs":[`+c.logs+`],"ResponseContext":{"RequestId":"r2"}}`))
		if _, err := r.ReadAccounts(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := r.CallerAddress(t.Context())
		if err != nil || got.IsValid() != (c.want != "") || got.IsValid() && got.String() != c.want {
			t.Errorf("%s: %s, %v, want %q", name, got, err, c.want)
		}
		if !strings.Contains(r.bodies[1], `"QueryAccessKeys":["`+testKey.AccessKeyID+`"]`) {
			t.Errorf("%s: asked for %s", name, r.bodies[1])
		}
	}
}
