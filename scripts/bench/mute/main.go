// Command mute is a provider with this provider's schemas that does nothing: what is read is as the state says, what is
// proposed is planned, and no API is asked. What a plan takes with it is what the CLI and the plugin protocol take for such
// objects. No provider of them can take less.
package main

import (
	"context"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
)

func main() {
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_OUTSCALE"} {
		_ = os.Setenv(name, "OFF") // as the provider does; a name without = and NUL is always taken
	}
	inner := provider.NewServer("mute", provider.Host{Env: os.LookupEnv})
	err := tf6server.Serve("registry.terraform.io/outscale-access/outscale", func() tfprotov6.ProviderServer { return mute{inner} })
	if err != nil {
		log.Fatal(err)
	}
}

// mute answers the requests of a plan but for the one that only the schema can answer: what a state is in the protocol's form.
type mute struct{ tfprotov6.ProviderServer }

// ConfigureProvider takes everything.
func (mute) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

// ValidateResourceConfig finds everything right.
func (mute) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

// ReadResource finds nothing changed.
func (mute) ReadResource(_ context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: req.Private, NewIdentity: req.CurrentIdentity}, nil
}

// PlanResourceChange plans what is proposed.
func (mute) PlanResourceChange(_ context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: req.ProposedNewState, PlannedPrivate: req.PriorPrivate, PlannedIdentity: req.PriorIdentity}, nil
}
