package provider_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestADeadEndpointIsReported with its address, the cause and what to look at. That it takes less than 30 s is proved in
// virtual time (TestReportedInTime): here it would be a matter of how busy the machine is.
func TestADeadEndpointIsReported(t *testing.T) {
	t.Parallel()
	w := New(t)
	// Nobody listens on port 1, and no other test can be given it, as it could a port that was just closed.
	const address = "127.0.0.1:1"
	w.Env("OSC_ENDPOINT_API", "http://"+address)
	r := w.Workspace("data \"outscale_users\" \"all\" {}\n").Plan()
	if r.Code != 1 {
		t.Errorf("plan ended with %d", r.Code)
	}
	r.Contains(t, "Users not read", "http://"+address+"/api/v1 was not reached", "refused", "Check `region` and `api.endpoint`")
}

// TestARefusedCredentialIsReported with the address that refused it, for many that ask at once, at the cost of one request:
// four refusals in a row would lock the access out. A key of another region is an unknown one.
func TestARefusedCredentialIsReported(t *testing.T) {
	t.Parallel()
	wrong := "WRONGSECRET00000000000000000000000000000"
	for name, c := range map[string]struct {
		variable, value string
		want            []string
	}{
		"a wrong secret": {"OSC_SECRET_KEY", wrong, []string{"HTTP status 401 from ", "code 1", "Check the secret"}},
		"another region": {"OSC_ACCESS_KEY", "ABCDEFGHIJ0123456789", []string{"HTTP status 400 from ", "code 4120", "that it belongs to this `region`"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			w.Env(c.variable, c.value)
			r := w.Workspace("data \"outscale_users\" \"all\" {}\ndata \"outscale_access_keys\" \"of\" {\n  count = 10\n  user_name = \"user${count.index}\"\n}\n").Plan()
			r.Contains(t, append(c.want, "Users not read", c.want[0]+w.Endpoint, "was not sent, because the credential was refused a moment before")...)
			w.Must(Absent("the output", []byte(r.Output), wrong))
			if calls := w.Simulator.Requests(); len(calls) != 1 {
				t.Errorf("%d calls, want one", len(calls))
			}
		})
	}
}

// TestADeadEndpointIsReportedToAll that ask, with the cause that one of them found.
func TestADeadEndpointIsReportedToAll(t *testing.T) {
	t.Parallel()
	w := New(t)
	const address = "http://127.0.0.1:1"
	w.Env("OSC_ENDPOINT_API", address)
	r := w.Workspace("data \"outscale_access_keys\" \"of\" {\n  count = 30\n  user_name = \"user${count.index}\"\n}\n").Plan()
	r.Contains(t, "Access keys not read", "was not sent, because "+address+"/api/v1 was given up on a moment before", "refused", "Check `region` and `api.endpoint`")
}

// TestWhatStandsInTheWayIsReported: with the address, the cause and what to do. A proxy is never asked for an
// address of this machine, so that these endpoints have names; nothing leaves the machine for them.
func TestWhatStandsInTheWayIsReported(t *testing.T) {
	t.Parallel()
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html>Welcome to the network. Please log in.</html>")
	})
	answers := func(status int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>no</html>", status) })
	}
	serve := func(h http.Handler) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	secure := httptest.NewUnstartedServer(page)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	const named = "https://api.eu-west-2.outscale.com"
	for name, c := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"an untrusted authority": {map[string]string{"OSC_ENDPOINT_API": secure.URL},
			[]string{secure.URL + "/api/v1 was not reached", "unknown authority", "add the authority to this machine's trusted ones"}},
		"http to an https port": {map[string]string{"OSC_ENDPOINT_API": strings.Replace(secure.URL, "https", "http", 1)},
			[]string{"HTTP status 400 from " + strings.Replace(secure.URL, "https", "http", 1), "try https in `api.endpoint`"}},
		"https to an http port": {map[string]string{"OSC_ENDPOINT_API": strings.Replace(serve(page), "http", "https", 1)},
			[]string{"/api/v1 was not reached", "does not speak TLS. Check its scheme"}},
		"a page in the API's place": {map[string]string{"OSC_ENDPOINT_API": serve(page)},
			[]string{"was sent to http://127.0.0.1", "HTTP 200 with a body that is not the API's answer", "text/html", "Something else answers in the API's place"}},
		"a path that is not there": {map[string]string{"OSC_ENDPOINT_API": serve(answers(404))},
			[]string{"HTTP status 404 from http://127.0.0.1", "This does not look like the OUTSCALE API"}},
		"a proxy that nobody serves": {map[string]string{"OSC_ENDPOINT_API": named, "HTTPS_PROXY": "http://127.0.0.1:1"},
			[]string{named + "/api/v1 was not reached", "127.0.0.1:1", "The proxy of this machine was not reached. Check HTTPS_PROXY"}},
		"a proxy that wants a login": {map[string]string{"OSC_ENDPOINT_API": named, "HTTPS_PROXY": serve(answers(407))},
			[]string{named + "/api/v1 was not reached", "HTTP status 407", "put it into HTTPS_PROXY"}},
		"a proxy that refuses": {map[string]string{"OSC_ENDPOINT_API": named, "HTTPS_PROXY": serve(answers(403))},
			[]string{named + "/api/v1 was not reached", "HTTP status 403", "The proxy does not let this machine through"}},
		"a plain proxy that fails": {map[string]string{"OSC_ENDPOINT_API": strings.Replace(named, "https", "http", 1), "HTTP_PROXY": serve(answers(502))},
			[]string{"HTTP status 502 from http://api.eu-west-2.outscale.com/api/v1", "This does not look like the OUTSCALE API", "whether a proxy is in the way"}},
		"a plain proxy that wants a login": {map[string]string{"OSC_ENDPOINT_API": strings.Replace(named, "https", "http", 1), "HTTP_PROXY": serve(answers(407))},
			[]string{"HTTP status 407 from http://api.eu-west-2.outscale.com/api/v1", "put it into HTTP_PROXY"}},
		"a region that is not there": {map[string]string{"OSC_REGION": "eu-west-9"},
			[]string{"https://api.eu-west-9.outscale.com/api/v1 was not reached", `The region "eu-west-9" is none of those that are known: ap-northeast-1,`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			w.Env("OSC_ENDPOINT_API", "")
			for variable, value := range c.env {
				w.Env(variable, value)
			}
			r := w.Workspace("data \"outscale_users\" \"all\" {}\n").Plan()
			if r.Code != 1 {
				t.Errorf("plan ended with %d", r.Code)
			}
			r.Contains(t, append(c.want, "Users not read")...)
		})
	}
}
