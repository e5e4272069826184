package provider

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// protocol is all that the framework's server implements, with the optional parts of the protocol. plugin-go finds those with
// type assertions on the outermost server, so a wrapper must embed all of them.
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

// server is the framework's server. It counts the requests in flight, keeps the memory of the process from growing with the
// number of resources, and conceals what no diagnostic may repeat (conceal.go).
//
// GOTCHA: framework 1.19.0 stores a cancel function for every request until the process ends (registerContext in
// internal/proto6server/serve.go). The function holds the context of the request with its loggers: about 12 KiB for each of the
// four requests of a resource in a plan. Without detached contexts a plan of 300 keys takes 145 MiB instead of 33. They can be
// removed when the framework cancels the context of a request after its answer.
type server struct {
	protocol
	requests *providerdata.Requests
}

// The requests below are those that a plan or an apply makes for each object.

func (s server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return forObject(ctx, s, req, s.protocol.ValidateResourceConfig)
}

func (s server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return forObject(ctx, s, req, s.protocol.UpgradeResourceState)
}

func (s server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return forObject(ctx, s, req, s.protocol.ReadResource)
}

// PlanResourceChange has a time limit, so that a plan does not wait silently for a long Retry-After.
func (s server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	ctx, cancel := timelimit.With(ctx, timelimit.Limit{Duration: base.ReadTimeout})
	defer cancel()
	return forObject(ctx, s, req, s.protocol.PlanResourceChange)
}

func (s server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return forObject(ctx, s, req, s.protocol.ApplyResourceChange)
}

func (s server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return forObject(ctx, s, req, s.protocol.ReadDataSource)
}

func (s server) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return forObject(ctx, s, req, s.protocol.OpenEphemeralResource)
}

// forObject handles a request that a CLI sends once per object. It counts the request, gives it a detached context, and removes
// secrets from its diagnostics.
func forObject[Req, Resp any](ctx context.Context, s server, req Req, call func(context.Context, Req) (Resp, error)) (Resp, error) {
	defer s.requests.Begin()()
	d := &detached{done: ctx.Done()}
	d.deadline, d.hasDeadline = ctx.Deadline()
	d.request.Store(&ctx)
	defer d.request.Store(nil)
	return concealed(d, req, call)
}

// detached is the context of a request. Some code outlives its request, such as a shared read. It must not write log lines of a
// request that has ended, nor keep its values in memory. So after the request, detached releases the request's own context and has
// no values. Its deadline and its Done channel stay the same.
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
