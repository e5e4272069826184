package acceptance_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestAccProvider_unknownCredential: if the credential is unknown at plan, the provider makes no call, also not with the credential of
// the environment. The apply uses the configured one.
func TestAccProvider_unknownCredential(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	s := c.Workspace(fmt.Sprintf(`
resource "terraform_data" "later" {
  input = %q
}

provider "outscale" {
  requests_per_second = 0
  dynamic "api" {
    for_each = terraform_data.later.output == "" ? [] : [1]
    content {
      endpoint = terraform_data.later.output
    }
  }
}
`, c.Endpoint) + owner("alice") + acctest.Key("this", byID))
	if r := s.Plan(); r.Code != 2 || len(c.Requests()) != 0 {
		t.Fatalf("plan ended with %d after %d calls:\n%s", r.Code, len(c.Requests()), r.Output)
	}
	s.Apply()
	s.EmptyPlan()
}

// TestAccProvider_proxy: an error of a proxy is reported with the address, the cause and the remedy. The endpoints have names, because
// a proxy is never used for loopback addresses. No request leaves the machine.
func TestAccProvider_proxy(t *testing.T) {
	t.Parallel()
	serve := func(status int) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>no</html>", status) }))
		t.Cleanup(s.Close)
		return s.URL
	}
	const named = "https://api.eu-west-2.outscale.com"
	plain := strings.Replace(named, "https", "http", 1)
	for name, test := range map[string]struct {
		endpoint, variable, proxy string
		want                      []string
	}{
		"not reachable":     {named, "HTTPS_PROXY", "http://127.0.0.1:1", []string{"127.0.0.1:1", "The proxy of this machine was not reached. Check HTTPS_PROXY"}},
		"requires a login":  {named, "HTTPS_PROXY", serve(http.StatusProxyAuthRequired), []string{"HTTP status 407", "set it in HTTPS_PROXY"}},
		"refuses":           {named, "HTTPS_PROXY", serve(http.StatusForbidden), []string{"HTTP status 403", "The proxy refused the connection"}},
		"plain, fails":      {plain, "HTTP_PROXY", serve(http.StatusBadGateway), []string{"HTTP 502", "a proxy or the login page of a network"}},
		"plain, with login": {plain, "HTTP_PROXY", serve(http.StatusProxyAuthRequired), []string{"407", "set it in HTTP_PROXY"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := acctest.NewCLI(t)
			c.Env("OSC_ENDPOINT_API", test.endpoint)
			c.Env(test.variable, test.proxy)
			r := c.Workspace("data \"outscale_users\" \"all\" {}\n").Plan()
			if r.Code != 1 {
				t.Errorf("plan ended with %d", r.Code)
			}
			r.Contains(t, append(test.want, "Users not read", test.endpoint+"/api/v1")...)
		})
	}
}
