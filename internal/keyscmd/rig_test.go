package keyscmd

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// rig runs the command on its own simulator.
type rig struct {
	*simtest.Server
	t       testing.TB
	client  *api.Client // signs as root
	signer  api.Credential
	in      string
	stdin   io.Reader         // in place of in
	ctx     context.Context   // nil = that of the test
	out     io.Writer         // nil = what run returns
	asked   bool              // In is a terminal
	columns int               // of the terminal that both outputs are, 0 = none
	env     map[string]string // in addition to the credential and the endpoint
	find    func(program string) error
	start   func(ctx context.Context, argv, env []string) (int, error)
	version string
	now     func() time.Time // the machine's clock, nil = the simulator's
	both    *bytes.Buffer    // receives both outputs in the order in which they are written; nil = separate outputs
	front   *httptest.Server // the API, with the addresses of from and the refusals of refuse
	refuse  func(action string) bool
	status  int // of a refusal, 0 = 400
}

func newRig(t testing.TB, opts ...func(*simulator.Options)) *rig {
	t.Helper()
	r := &rig{Server: simtest.Start(t, opts...), t: t, env: map[string]string{}, version: "test"}
	r.signer = api.Credential{AccessKeyID: r.RootAccessKey, SecretKey: r.RootSecretKey}
	r.front = httptest.NewServer(http.HandlerFunc(r.fromElsewhere))
	t.Cleanup(r.front.Close)
	r.client = r.as(r.signer, r.Endpoint, "")
	return r
}

func (r *rig) as(signer api.Credential, endpoint, userAgent string) *api.Client {
	r.t.Helper()
	client, err := api.New(api.Config{Endpoint: endpoint, Region: "eu-west-2", Credential: signer, UserAgent: userAgent, Now: r.Simulator.Now})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(client.CloseIdleConnections)
	return client
}

// fromMark separates a user agent from the address of its calls.
const fromMark = " from "

// from returns a client whose calls come from an address.
func (r *rig) from(address string, signer api.AccessKey, userAgent string) *api.Client {
	r.t.Helper()
	return r.as(api.Credential{AccessKeyID: signer.ID, SecretKey: signer.SecretKey}, r.front.URL+"/api/v1", userAgent+fromMark+address)
}

func (r *rig) fromElsewhere(w http.ResponseWriter, req *http.Request) {
	if userAgent, address, found := strings.Cut(req.UserAgent(), fromMark); found {
		req.Header.Set("User-Agent", userAgent)
		req.RemoteAddr = net.JoinHostPort(address, "1")
	}
	if r.refuse != nil && r.refuse(path.Base(req.URL.Path)) {
		code := "4047"
		if r.status == http.StatusForbidden {
			code = "4"
		}
		w.WriteHeader(cmp.Or(r.status, http.StatusBadRequest))
		_, _ = io.WriteString(w, `{"Errors":[{"Code":"`+code+`","Type":"InvalidParameterValue","Details":""}],"ResponseContext":{"RequestId":"r"}}`)
		return
	}
	r.Simulator.Handler().ServeHTTP(w, req)
}

func (r *rig) advance(by time.Duration) {
	r.t.Helper()
	if err := r.Simulator.Advance(by); err != nil {
		r.t.Fatal(err)
	}
}

// nthCall picks the n-th call of an action.
func nthCall(action string, n int) func(string) bool {
	return func(called string) bool {
		if called == action {
			n--
		}
		return called == action && n == 0
	}
}

// run runs the command, as root unless signer is another, and returns its exit code and both outputs.
func (r *rig) run(args ...string) (code int, out, errOut string) {
	r.t.Helper()
	env := map[string]string{"OSC_ACCESS_KEY": r.signer.AccessKeyID, "OSC_SECRET_KEY": r.signer.SecretKey, "OSC_ENDPOINT_API": r.Endpoint}
	maps.Copy(env, r.env)
	stdin := r.stdin
	if stdin == nil {
		stdin = strings.NewReader(r.in)
	}
	var stdout, stderr bytes.Buffer
	host := Host{
		Env: func(name string) (string, bool) { v, found := env[name]; return v, found },
		Now: r.Simulator.Now, In: stdin, Out: &stdout, Err: &stderr, Interactive: r.asked, Find: r.find, Start: r.start,
		Columns: r.columns, Progress: r.columns,
	}
	if r.find == nil {
		host.Find = func(string) error { return nil }
	}
	if r.out != nil {
		host.Out = r.out
	}
	if r.now != nil {
		host.Now = r.now
	}
	if r.both != nil {
		host.Out, host.Err = r.both, r.both
	}
	ctx := r.ctx
	if ctx == nil {
		ctx = r.t.Context()
	}
	code = Run(ctx, r.version, append([]string{"--requests-per-second", "0"}, args...), host)
	for _, secret := range []string{r.RootSecretKey, r.signer.SecretKey} {
		if strings.Contains(stdout.String()+stderr.String(), secret) {
			r.t.Error("the output has the secret of the caller")
		}
	}
	if strings.Contains(stderr.String(), "goroutine ") {
		r.t.Errorf("a stack trace: %s", stderr.String())
	}
	return code, stdout.String(), stderr.String()
}
