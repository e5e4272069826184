// Package shortcut answers the requests that a resource costs in every plan, where the answer is that nothing changes: with
// the very bytes that the CLI sent. Everything else, and every word to the user, is the framework's turn.
//
// The framework (1.19.0) walks the schema several times for each request, whatever comes of it: most of the provider's
// processor time in a plan that changes nothing. internal/provider has a benchmark of it (BenchmarkUnchanged).
package shortcut

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Server returns inner with shortcuts for these types of resources. of is asked for each request, because a resource can
// tell nothing before the provider is configured: nil then.
func Server(inner tfprotov6.ProviderServer, of func(typeName string) Resource) tfprotov6.ProviderServer {
	return &server{ProviderServer: inner, of: of, looks: map[*context.CancelFunc]bool{}}
}

type server struct {
	tfprotov6.ProviderServer
	of    func(typeName string) Resource
	mu    sync.Mutex
	looks map[*context.CancelFunc]bool // those under way
}

// StopProvider ends what is being looked up at the API, and what inner does.
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	s.mu.Lock()
	for end := range s.looks {
		(*end)()
	}
	s.mu.Unlock()
	return s.ProviderServer.StopProvider(ctx, req)
}

// look returns a context that StopProvider ends, and what ends it after the request.
func (s *server) look(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancel(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looks[&end] = true
	return ctx, func() {
		end()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.looks, &end)
	}
}

// ValidateResourceConfig answers itself if nothing is to be said.
func (s *server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	if r := s.of(req.TypeName); r != nil {
		if config, given := object(ctx, r, req.Config); given && r.Valid(ctx, config) {
			return &tfprotov6.ValidateResourceConfigResponse{}, nil
		}
	}
	return s.ProviderServer.ValidateResourceConfig(ctx, req)
}

// UpgradeResourceState reads a state of the present version. A state of the official provider may hold more than the schema
// has.
func (s *server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if r := s.of(req.TypeName); r != nil && req.Version == r.Version() && req.RawState != nil && len(req.RawState.JSON) > 0 {
		kind := r.Type(ctx)
		if value, err := rested(kind, req.RawState.JSON); err == nil {
			if state, err := tfprotov6.NewDynamicValue(kind, value); err == nil {
				return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, nil
			}
		}
	}
	return s.ProviderServer.UpgradeResourceState(ctx, req)
}

// ReadResource looks at the API, and answers itself if nothing is to be said.
func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	if r := s.of(req.TypeName); r != nil && req.CurrentIdentity == nil {
		if state, ok := object(ctx, r, req.CurrentState); ok {
			looking, done := s.look(ctx)
			defer done()
			var same bool
			if ctx, same = r.Same(looking, state); same {
				return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: req.Private}, nil
			}
		}
	}
	return s.ProviderServer.ReadResource(ctx, req)
}

// PlanResourceChange answers itself if the plan is the state and nothing is to be said.
func (s *server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	if r := s.of(req.TypeName); r != nil && req.PriorIdentity == nil && proposed(req) {
		state, known := object(ctx, r, req.PriorState)
		config, given := object(ctx, r, req.Config)
		if known && given && r.Keeps(ctx, config, state) {
			return &tfprotov6.PlanResourceChangeResponse{PlannedState: req.PriorState, PlannedPrivate: req.PriorPrivate}, nil
		}
	}
	return s.ProviderServer.PlanResourceChange(ctx, req)
}

// proposed reports whether the CLI sees no change: then what it proposes is the state, byte for byte.
func proposed(req *tfprotov6.PlanResourceChangeRequest) bool {
	return req.PriorState != nil && req.ProposedNewState != nil && len(req.PriorState.MsgPack) > 0 &&
		string(req.PriorState.MsgPack) == string(req.ProposedNewState.MsgPack)
}

// object reads an object that is there.
func object(ctx context.Context, r Resource, sent *tfprotov6.DynamicValue) (tftypes.Value, bool) {
	if sent == nil {
		return tftypes.Value{}, false
	}
	value, err := sent.Unmarshal(r.Type(ctx))
	return value, err == nil && value.IsKnown() && !value.IsNull()
}
