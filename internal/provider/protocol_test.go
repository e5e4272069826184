package provider_test

import (
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// protocol speaks with the provider as a CLI does, in this process.
type protocol struct {
	tfprotov6.ProviderServer
	t     testing.TB
	types map[string]tftypes.Object // of the resources
}

// hostOn is a machine whose environment names this simulator.
func hostOn(t testing.TB, sim *simtest.Server) provider.Host {
	env := map[string]string{
		"OSC_ENDPOINT_API": sim.Endpoint, "OSC_REGION": "eu-west-2",
		"OSC_ACCESS_KEY": sim.RootAccessKey, "OSC_SECRET_KEY": sim.RootSecretKey,
	}
	return provider.Host{
		Env:  func(name string) (string, bool) { value, set := env[name]; return value, set },
		Home: t.TempDir(), Now: sim.Simulator.Now,
	}
}

// speak configures a provider that has no pace of its own: a clock that stands still would hold it up.
func speak(t testing.TB, server tfprotov6.ProviderServer) *protocol {
	t.Helper()
	p := &protocol{ProviderServer: server, t: t, types: map[string]tftypes.Object{}}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	p.must(err)
	for name, schema := range schemas.ResourceSchemas {
		p.types[name] = schema.ValueType().(tftypes.Object)
	}
	block := schemas.Provider.ValueType().(tftypes.Object)
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: p.object(block, map[string]tftypes.Value{
		"requests_per_second": tftypes.NewValue(tftypes.Number, 0),
	})})
	p.must(err)
	p.quiet(configured.Diagnostics)
	return p
}

// object is a value of a type that is null but for what is set, its repeated blocks empty.
func (p *protocol) object(kind tftypes.Object, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	p.t.Helper()
	all := map[string]tftypes.Value{}
	for name, attribute := range kind.AttributeTypes {
		var value any
		if list, ok := attribute.(tftypes.List); ok && !list.ElementType.Is(tftypes.String) {
			value = []tftypes.Value{}
		}
		all[name] = tftypes.NewValue(attribute, value)
	}
	maps.Copy(all, set)
	value, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, all))
	p.must(err)
	return &value
}

// values are the attributes of an object.
func (p *protocol) values(kind tftypes.Object, packed *tfprotov6.DynamicValue) map[string]tftypes.Value {
	p.t.Helper()
	value, err := packed.Unmarshal(kind)
	p.must(err)
	all := map[string]tftypes.Value{}
	p.must(value.As(&all))
	return all
}

// made makes a resource and returns its state.
func (p *protocol) made(name string, config *tfprotov6.DynamicValue) (state *tfprotov6.DynamicValue, private []byte) {
	p.t.Helper()
	none, err := tfprotov6.NewDynamicValue(p.types[name], tftypes.NewValue(p.types[name], nil))
	p.must(err)
	plan, err := p.PlanResourceChange(p.t.Context(), &tfprotov6.PlanResourceChangeRequest{TypeName: name, Config: config, PriorState: &none, ProposedNewState: config})
	p.must(err)
	p.quiet(plan.Diagnostics)
	applied, err := p.ApplyResourceChange(p.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: name, Config: config, PriorState: &none, PlannedState: plan.PlannedState, PlannedPrivate: plan.PlannedPrivate,
	})
	p.must(err)
	p.quiet(applied.Diagnostics)
	return applied.NewState, applied.Private
}

func (p *protocol) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *protocol) quiet(diagnostics []*tfprotov6.Diagnostic) {
	p.t.Helper()
	for _, d := range diagnostics {
		p.t.Fatalf("%s: %s", d.Summary, d.Detail)
	}
}

func text(value any) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }
