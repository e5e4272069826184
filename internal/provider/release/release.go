// Package release keeps the memory of a provider from growing with the number of resources.
//
// GOTCHA: the framework (1.19.0) keeps a cancel function of each request until the process ends, and with it the
// request's context, whose values are the loggers: some 12 KiB for each of the five requests that a resource costs in a
// plan. A thousand keys would hold more than all the rest of the provider needs.
package release

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Server returns inner with the contexts of its frequent requests let go when each has been answered.
func Server(inner tfprotov6.ProviderServer) tfprotov6.ProviderServer { return server{inner} }

type server struct{ tfprotov6.ProviderServer }

// ValidateResourceConfig is inner's.
func (s server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return answered(ctx, req, s.ProviderServer.ValidateResourceConfig)
}

// UpgradeResourceState is inner's.
func (s server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return answered(ctx, req, s.ProviderServer.UpgradeResourceState)
}

// ReadResource is inner's.
func (s server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return answered(ctx, req, s.ProviderServer.ReadResource)
}

// PlanResourceChange is inner's.
func (s server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return answered(ctx, req, s.ProviderServer.PlanResourceChange)
}

// ApplyResourceChange is inner's.
func (s server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return answered(ctx, req, s.ProviderServer.ApplyResourceChange)
}

// answered calls with a context that is let go afterwards.
func answered[Req, Resp any](ctx context.Context, req Req, call func(context.Context, Req) (Resp, error)) (Resp, error) {
	c := &loose{}
	c.inner.Store(&ctx)
	defer c.inner.Store(nil)
	return call(c, req)
}

// loose is the context inside while the request lasts, and then a cancelled one without values.
type loose struct {
	inner atomic.Pointer[context.Context]
}

var over = make(chan struct{})

func init() { close(over) }

// Deadline is inner's while the request lasts.
func (l *loose) Deadline() (deadline time.Time, ok bool) {
	if c := l.inner.Load(); c != nil {
		return (*c).Deadline()
	}
	return time.Time{}, false
}

// Done is inner's while the request lasts, and closed afterwards.
func (l *loose) Done() <-chan struct{} {
	if c := l.inner.Load(); c != nil {
		return (*c).Done()
	}
	return over
}

// Err is inner's while the request lasts, and says afterwards that it is over.
func (l *loose) Err() error {
	if c := l.inner.Load(); c != nil {
		return (*c).Err()
	}
	return context.Canceled
}

// Value is inner's while the request lasts.
func (l *loose) Value(key any) any {
	if c := l.inner.Load(); c != nil {
		return (*c).Value(key)
	}
	return nil
}
