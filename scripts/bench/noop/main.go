// Command noop is a provider with the schemas of this provider that calls no API: a read returns the state, and a plan returns
// the proposed state. A plan with it takes the time of the CLI and of the plugin protocol, which no provider can reduce.
//
// If OUTSCALE_BENCH_FRAMEWORK is set, terraform-plugin-framework answers the requests, for resources that do nothing. The plan
// then includes the time of the framework, which no provider on the framework can reduce.
package main

import (
	"context"
	"log"
	"os"
	"runtime/debug"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
)

func main() {
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO", "TF_LOG_PROVIDER_OUTSCALE"} {
		_ = os.Setenv(name, "OFF") // as the provider does; Setenv fails only for a name with = or NUL
	}
	host := provider.Host{Env: os.LookupEnv}
	newServer := func() tfprotov6.ProviderServer { return noop{provider.NewServer("noop", host)} }
	if os.Getenv("OUTSCALE_BENCH_FRAMEWORK") != "" {
		debug.SetGCPercent(400) // as in the provider, but without its memory limit
		newServer = providerserver.NewProtocol6(idle{provider.New("noop", host)()})
	}
	if err := tf6server.Serve("registry.terraform.io/outscale-access/outscale", newServer); err != nil {
		log.Fatal(err)
	}
}

// noop answers the requests of a plan itself, except UpgradeResourceState, which needs the schema.
type noop struct{ tfprotov6.ProviderServer }

// ConfigureProvider accepts every configuration.
func (noop) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

// ValidateResourceConfig accepts every configuration.
func (noop) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

// ReadResource returns the current state.
func (noop) ReadResource(_ context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: req.Private, NewIdentity: req.CurrentIdentity}, nil
}

// PlanResourceChange returns the proposed state.
func (noop) PlanResourceChange(_ context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: req.ProposedNewState, PlannedPrivate: req.PriorPrivate, PlannedIdentity: req.PriorIdentity}, nil
}
