package provider

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// protocol is everything that the framework's server implements, the optional parts of the protocol included. The CLI
// side finds those with type assertions on the outermost server, so a wrapper must not embed less.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// NewServer returns the plugin server of a provider of that version on that host.
func NewServer(version string, host Host) tfprotov6.ProviderServer {
	p := New(version, host)().(*Provider)
	p.requests = &providerdata.Requests{}
	return server{providerserver.NewProtocol6(p)().(protocol), p.requests}
}

// server is the framework's server. It counts the requests under way, keeps the memory of the process from growing with the
// number of resources, and conceals what no diagnostic may repeat (conceal.go).
//
// GOTCHA: framework 1.19.0 stores a cancel function for every request until the process ends (registerContext in
// internal/proto6server/serve.go), and with it the context of the request with its loggers: about 12 KiB for each of the
// four requests that a resource takes in a plan. Without the detached contexts a plan of 300 keys takes 145 MiB instead
// of 33. detach can go when the framework cancels the context of a request after its answer.
type server struct {
	protocol
	requests *providerdata.Requests
}

// The requests below are those that a plan or an apply makes for each object.

func (s server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	defer s.requests.Begin()()
	return concealed(ctx, req, detaching(s.protocol.ValidateResourceConfig))
}

func (s server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	defer s.requests.Begin()()
	return concealed(ctx, req, detaching(s.protocol.UpgradeResourceState))
}

func (s server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	defer s.requests.Begin()()
	return concealed(ctx, req, detaching(s.protocol.ReadResource))
}

func (s server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	defer s.requests.Begin()()
	return concealed(ctx, req, detaching(s.protocol.PlanResourceChange))
}

func (s server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	defer s.requests.Begin()()
	return concealed(ctx, req, detaching(s.protocol.ApplyResourceChange))
}

func (s server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	defer s.requests.Begin()()
	return concealed(ctx, req, s.protocol.ReadDataSource)
}

func (s server) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	defer s.requests.Begin()()
	return concealed(ctx, req, s.protocol.OpenEphemeralResource)
}

// detaching is a call through detach.
func detaching[Req, Resp any](call func(context.Context, Req) (Resp, error)) func(context.Context, Req) (Resp, error) {
	return func(ctx context.Context, req Req) (Resp, error) { return detach(ctx, req, call) }
}

// detach calls with a context that does not hold the context of the request once the call has returned.
func detach[Req, Resp any](ctx context.Context, req Req, call func(context.Context, Req) (Resp, error)) (Resp, error) {
	d := &detached{done: ctx.Done()}
	d.deadline, d.hasDeadline = ctx.Deadline()
	d.request.Store(&ctx)
	defer d.request.Store(nil)
	return call(d, req)
}

// detached is the context of a request. After the request it has no values any more, so that what outlives the request
// writes no log lines; its deadline and its Done channel stay what they were.
type detached struct {
	request     atomic.Pointer[context.Context]
	done        <-chan struct{}
	deadline    time.Time
	hasDeadline bool
}

func (d *detached) Deadline() (time.Time, bool) { return d.deadline, d.hasDeadline }

func (d *detached) Done() <-chan struct{} { return d.done }

func (d *detached) Err() error {
	if ctx := d.request.Load(); ctx != nil {
		return (*ctx).Err()
	}
	select {
	case <-d.done:
		return context.Canceled
	default:
		return nil
	}
}

func (d *detached) Value(key any) any {
	if ctx := d.request.Load(); ctx != nil {
		return (*ctx).Value(key)
	}
	return nil
}
