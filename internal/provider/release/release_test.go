package release_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/release"
)

// hoarder keeps what the framework keeps of a request.
type hoarder struct {
	tfprotov6.ProviderServer
	kept []context.CancelFunc
	last context.Context
}

type key struct{}

func (h *hoarder) ReadResource(ctx context.Context, _ *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	ctx, cancel := context.WithCancel(ctx)
	h.kept = append(h.kept, cancel)
	h.last = ctx
	if ctx.Value(key{}) == nil || ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return &tfprotov6.ReadResourceResponse{}, nil
}

// What a request's context holds is free when the request has been answered, whoever keeps its cancel function.
func TestTheContextOfARequestIsLetGo(t *testing.T) {
	h := &hoarder{}
	s := release.Server(h)
	freed := make(chan struct{})
	func() {
		value := &[1 << 20]byte{}
		runtime.AddCleanup(value, func(struct{}) { close(freed) }, struct{}{})
		ctx, done := context.WithCancel(context.WithValue(context.Background(), key{}, value))
		defer done() // as gRPC does when it has sent the answer
		if answer, err := s.ReadResource(ctx, nil); err != nil || answer == nil {
			t.Fatalf("the request did not see its context: %v", err)
		}
	}()
	if h.last.Value(key{}) != nil || h.last.Err() == nil {
		t.Fatal("the context goes on after the answer")
	}
	for range 10 {
		runtime.GC()
	}
	<-freed
	runtime.KeepAlive(h)
}

// A request that is cancelled knows it.
func TestARequestIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "a logger"))
	cancel()
	if _, err := release.Server(&hoarder{}).ReadResource(ctx, nil); err == nil {
		t.Error("a cancelled request went on")
	}
}
