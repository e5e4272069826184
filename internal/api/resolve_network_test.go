package api

import (
	"net/url"
	"strings"
	"testing"
)

// A malformed proxy variable is an error if it applies to the endpoint.
func TestResolve_proxies(t *testing.T) {
	const bad = "http://user:p%ss@proxy:3128"
	for name, c := range map[string]struct {
		env   map[string]string
		names string // of the variable in the error, "" = none
		proxy string
	}{
		"HTTPS_PROXY":         {inEnv("HTTPS_PROXY", bad), "HTTPS_PROXY", ""},
		"https_proxy":         {inEnv("https_proxy", bad), "https_proxy", ""},
		"HTTP_PROXY":          {inEnv("HTTP_PROXY", "http://x y", "OSC_ENDPOINT_API", "http://api.example.com"), "HTTP_PROXY", ""},
		"of the other scheme": {inEnv("HTTP_PROXY", bad), "", ""},
		"the endpoint is out": {inEnv("HTTPS_PROXY", bad, "NO_PROXY", ".outscale.com"), "", ""},
		"on this machine":     {inEnv("HTTPS_PROXY", bad, "HTTP_PROXY", bad, "OSC_ENDPOINT_API", "http://127.0.0.1:3000"), "", ""},
		"a good one":          {inEnv("HTTPS_PROXY", "http://user:p%25ss@proxy:3128"), "", "proxy:3128"},
		"a host and a port":   {inEnv("HTTPS_PROXY", "proxy:3128"), "", "proxy:3128"},
		"of another kind":     {inEnv("HTTPS_PROXY", "ftp://proxy"), "HTTPS_PROXY", ""},
		"none":                {inEnv(), "", ""},
	} {
		cfg, _, err := (sources{env: c.env}).resolve(t)
		if c.names != "" {
			if err == nil || !strings.Contains(err.Error(), c.names+" is not the address of a proxy") || strings.Contains(err.Error(), "p%ss") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		endpoint, _ := url.Parse(cfg.Endpoint)
		host := ""
		if through, err := cfg.Proxy(endpoint); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if through != nil {
			host = through.Host
		}
		if host != c.proxy {
			t.Errorf("%s: through %q, want %q", name, host, c.proxy)
		}
	}
}

// Settings that are a risk or that are not read cause a warning.
func TestResolve_warnings(t *testing.T) {
	for name, c := range map[string]struct {
		sources
		summary string
		want    string // part of the detail, "" = no such warning
	}{
		"plain http":              {sources{env: inEnv("OSC_ENDPOINT_API", "http://api.example.com")}, "Endpoint without TLS", "http://api.example.com/api/v1 without TLS"},
		"plain http by protocol":  {sources{env: inEnv("OSC_PROTOCOL", "http")}, "Endpoint without TLS", "without TLS"},
		"plain http, the machine": {sources{env: inEnv("OSC_ENDPOINT_API", "http://127.0.0.2:3000")}, "Endpoint without TLS", ""},
		"plain http, localhost":   {sources{env: inEnv("OSC_ENDPOINT_API", "http://localhost:3000")}, "Endpoint without TLS", ""},
		"plain http, IPv6":        {sources{env: inEnv("OSC_ENDPOINT_API", "http://[::1]:3000")}, "Endpoint without TLS", ""},
		"https":                   {sources{env: inEnv()}, "Endpoint without TLS", ""},
		"insecure in the block":   {sources{block: Settings{Insecure: p(true)}, env: inEnv()}, "Certificate not verified", "`insecure` of the provider block"},
		"insecure in env":         {sources{env: inEnv("OSC_TLS_SKIP_VERIFY", "yes")}, "Certificate not verified", "OSC_TLS_SKIP_VERIFY"},
		"insecure in a profile":   {sources{files: profileWith(`,"tls_skip_verify":true`)}, "Certificate not verified", "tls_skip_verify of profile"},
		"not insecure":            {sources{block: Settings{Insecure: p(false)}, env: inEnv("OSC_TLS_SKIP_VERIFY", "yes")}, "Certificate not verified", ""},
		"an older variable":       {sources{env: inEnv("OUTSCALE_REGION", "us-east-2")}, "Variable not read", "OUTSCALE_REGION (its name is OSC_REGION)"},
		"an older one, and now":   {sources{env: inEnv("OUTSCALE_REGION", "us-east-2", "OSC_REGION", "us-east-2")}, "Variable not read", ""},
		"the method":              {sources{env: inEnv("OSC_AUTH_METHOD", "password")}, "OSC_AUTH_METHOD not read", "OSC_AUTH_METHOD is not read"},
		"a short secret":          {sources{env: inEnv("OSC_SECRET_KEY", goodSecret[:39])}, "Unusual access key", "20 and 39 characters"},
		"usual lengths":           {sources{env: inEnv()}, "Unusual access key", ""},
	} {
		cfg, _, err := c.resolve(t)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		found := ""
		for _, w := range cfg.Warnings {
			if w.Summary == c.summary {
				found += w.Summary + ": " + w.Detail
			}
			if strings.Contains(w.Detail, goodSecret[:20]) {
				t.Errorf("%s: the secret shows in %s", name, w.Detail)
			}
		}
		if (found != "") != (c.want != "") || !strings.Contains(found, c.want) {
			t.Errorf("%s: %q, want %q", name, found, c.want)
		}
	}
	older := map[string]string{"OUTSCALE_ACCESSKEYID": goodID, "OUTSCALE_SECRETKEYID": goodSecret, "OUTSCALE_OAPI_URL": "x"}
	_, all := (sources{env: older, files: map[string]string{".osc_sdk/config.json": "{}"}}).refused(t)
	for _, want := range []string{"OUTSCALE_ACCESSKEYID (its name is OSC_ACCESS_KEY)", "OUTSCALE_SECRETKEYID (its name is OSC_SECRET_KEY)", "HOME/.osc_sdk/config.json exists, but is not read"} {
		if !strings.Contains(all, want) || strings.Contains(all, goodSecret) {
			t.Errorf("%s, want %s", all, want)
		}
	}
}
