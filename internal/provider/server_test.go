package provider

import (
	"context"
	"runtime"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// TestServer_optionalInterfaces: a wrapper that embeds less than the framework's server would answer "not implemented" to list
// resources and actions.
func TestServer_optionalInterfaces(t *testing.T) {
	s := NewServer("test", Host{})
	if _, ok := s.(tfprotov6.ListResourceServer); !ok {
		t.Error("list resources are hidden")
	}
	if _, ok := s.(tfprotov6.ActionServer); !ok {
		t.Error("actions are hidden")
	}
	if _, ok := s.(tfprotov6.StateStoreServer); !ok {
		t.Error("state stores are hidden")
	}
}

// retaining keeps the same part of each request as framework 1.19.0.
type retaining struct {
	protocol
	cancels []context.CancelFunc
	last    context.Context
}

type valueKey struct{}

func (r *retaining) ReadResource(ctx context.Context, _ *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	ctx, cancel := context.WithCancel(ctx)
	r.cancels = append(r.cancels, cancel)
	r.last = ctx
	if ctx.Value(valueKey{}) == nil || ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return &tfprotov6.ReadResourceResponse{}, nil
}

// TestDetach_freesRequestContext: the values of a request's context are freed after the answer, although the framework keeps the
// cancel function.
func TestDetach_freesRequestContext(t *testing.T) {
	r := &retaining{}
	freed := make(chan struct{})
	func() {
		value := &[1 << 20]byte{}
		runtime.AddCleanup(value, func(struct{}) { close(freed) }, struct{}{})
		ctx, done := context.WithCancel(context.WithValue(context.Background(), valueKey{}, value))
		defer done() // gRPC cancels the context of a request after its answer
		if answer, err := (server{protocol: r}).ReadResource(ctx, nil); err != nil || answer == nil {
			t.Fatalf("the request did not see its context: %v", err)
		}
	}()
	if r.last.Value(valueKey{}) != nil || r.last.Err() == nil {
		t.Fatal("the context still has its values, or is not cancelled")
	}
	for range 10 {
		runtime.GC()
	}
	<-freed
	runtime.KeepAlive(r)
}

// TestDetach_cancelledRequest: a request sees that it was cancelled.
func TestDetach_cancelledRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), valueKey{}, "a logger"))
	cancel()
	if _, err := (server{protocol: &retaining{}}).ReadResource(ctx, nil); err == nil {
		t.Error("a cancelled request went on")
	}
}
