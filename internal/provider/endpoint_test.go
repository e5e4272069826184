package provider_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// closedPort is an address without a listener. A port that was just closed could be reused by another test.
const closedPort = "http://127.0.0.1:1"

// readAll reads n data sources with one process, with the concurrency of the CLIs.
func readAll(h *acctest.Protocol, n int, read func(p *acctest.Process, i int) *acctest.Data) []*acctest.Data {
	p, all := h.Start(), make([]*acctest.Data, n)
	acctest.Concurrently(n, func(i int) { all[i] = read(p, i) })
	return all
}

// TestProvider_deadEndpoint: all reads report the address, the cause and what to check. The tests of the client prove in virtual
// time that this takes less than 30 s.
func TestProvider_deadEndpoint(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Env("OSC_ENDPOINT_API", closedPort)
	notSent := 0
	for _, data := range readAll(h, 30, func(p *acctest.Process, i int) *acctest.Data {
		return p.DataSource("outscale_access_keys", acctest.Args{"user_name": "user" + string(rune('a'+i))})
	}) {
		data.ExpectError("Access keys not read", closedPort+"/api/v1", "refused", "Check `region` and `api.endpoint`")
		if strings.Contains(data.String(), "was not sent, because an earlier call in this run could not reach "+closedPort+"/api/v1") {
			notSent++
		}
	}
	if notSent == 0 {
		t.Error("every call waited for the endpoint by itself")
	}
}

// TestProvider_refusedCredential: many reads at once report the credential and the address that refused it, after one request:
// four refusals in a row would lock the account. A key of another region is unknown.
func TestProvider_refusedCredential(t *testing.T) {
	t.Parallel()
	wrong := "WRONGSECRET00000000000000000000000000000"
	for name, c := range map[string]struct {
		variable, value string
		want            []any
	}{
		"a wrong secret": {"OSC_SECRET_KEY", wrong, []any{"HTTP status 401 from ", "code 1", "The credential is access key ", " from the environment. ", "Check the secret"}},
		"another region": {"OSC_ACCESS_KEY", "ABCDEFGHIJ0123456789", []any{"HTTP status 400 from ", "code 4120", "The credential is access key ABCDEFGHIJ0123456789 from the environment. ", "that `region` is its region"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.Env(c.variable, c.value)
			notSent := 0
			for _, data := range readAll(h, 11, func(p *acctest.Process, i int) *acctest.Data {
				return p.DataSource("outscale_access_keys", acctest.Args{"user_name": "user" + string(rune('a'+i))})
			}) {
				data.ExpectError("Access keys not read", append(c.want, c.want[0].(string)+h.Endpoint)...)
				if strings.Contains(data.String(), "was not sent, because the credential was refused shortly before") {
					notSent++
				}
				h.NoError(acctest.Absent("the error", []byte(data.String()), wrong))
			}
			if n := len(h.Requests()); n != 1 || notSent != 10 {
				t.Errorf("%d calls, want one; %d were not sent, want 10", n, notSent)
			}
		})
	}
}

// TestProvider_notTheAPI: an answer that is not the API's is reported with the address, the cause and a remedy.
func TestProvider_notTheAPI(t *testing.T) {
	t.Parallel()
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html>Welcome to the network. Please log in.</html>")
	})
	missing := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>no</html>", http.StatusNotFound) })
	serve := func(h http.Handler) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	secure := httptest.NewUnstartedServer(page)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plainly := strings.Replace(secure.URL, "https", "http", 1)
	for name, c := range map[string]struct {
		variable, value string
		want            []any
	}{
		"an untrusted authority": {"OSC_ENDPOINT_API", secure.URL,
			[]any{"was not sent to " + secure.URL + "/api/v1: ", "unknown authority", "add its certificate authority"}},
		"http to an https port": {"OSC_ENDPOINT_API", plainly, []any{"was sent to " + plainly, "HTTP 400", "try https in `api.endpoint`"}},
		"https to an http port": {"OSC_ENDPOINT_API", strings.Replace(serve(page), "http", "https", 1),
			[]any{"/api/v1: ", "does not speak TLS. Check its scheme"}},
		"a page in the API's place": {"OSC_ENDPOINT_API", serve(page),
			[]any{"was sent to http://127.0.0.1", "HTTP 200 with a body that is not the API's answer", "text/html", "The answer is not in the form of the API"}},
		"a path that is not there": {"OSC_ENDPOINT_API", serve(missing), []any{"was sent to http://127.0.0.1", "HTTP 404", "The answer is not in the form of the API"}},
		"an unknown region": {"OSC_REGION", "eu-west-9",
			[]any{"was not sent to https://api.eu-west-9.outscale.com/api/v1: ", `The region "eu-west-9" is not one of the known regions: ap-northeast-1,`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.Env("OSC_ENDPOINT_API", "")
			h.Env(c.variable, c.value)
			h.DataSource("outscale_users", nil).ExpectError("Users not read", c.want...)
		})
	}
}
