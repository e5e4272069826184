package provider_test

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// BenchmarkUnchanged is what the provider itself takes for each request that an unchanged resource costs in a plan,
// without the CLI and without the API: the one read is shared.
func BenchmarkUnchanged(b *testing.B) {
	for name, arguments := range map[string]map[string]tftypes.Value{
		"outscale_user":       {"user_name": text("bob"), "path": text("/")},
		"outscale_access_key": {"state": text("ACTIVE"), "expiration_date": text("2060-01-01")},
	} {
		p := speak(b, provider.NewServer("bench", hostOn(b, simtest.Start(b))))
		config := p.object(p.types[name], arguments)
		state, private := p.made(name, config)
		each := func(request func() ([]*tfprotov6.Diagnostic, error)) func(*testing.B) {
			return func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					diagnostics, err := request()
					p.must(err)
					p.quiet(diagnostics)
				}
			}
		}
		b.Run(name+"/validate", each(func() ([]*tfprotov6.Diagnostic, error) {
			got, err := p.ValidateResourceConfig(b.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: name, Config: config})
			return got.Diagnostics, err
		}))
		rests := &tfprotov6.RawState{JSON: asJSON(b, p.values(p.types[name], state))}
		b.Run(name+"/upgrade", each(func() ([]*tfprotov6.Diagnostic, error) {
			got, err := p.UpgradeResourceState(b.Context(), &tfprotov6.UpgradeResourceStateRequest{TypeName: name, RawState: rests})
			return got.Diagnostics, err
		}))
		b.Run(name+"/read", each(func() ([]*tfprotov6.Diagnostic, error) {
			got, err := p.ReadResource(b.Context(), &tfprotov6.ReadResourceRequest{TypeName: name, CurrentState: state, Private: private})
			return got.Diagnostics, err
		}))
		b.Run(name+"/plan", each(func() ([]*tfprotov6.Diagnostic, error) {
			got, err := p.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{
				TypeName: name, Config: config, PriorState: state, ProposedNewState: state, PriorPrivate: private,
			})
			return got.Diagnostics, err
		}))
	}
}

// asJSON is a state as a CLI keeps it, with something of another provider in it.
func asJSON(t testing.TB, state map[string]tftypes.Value) []byte {
	t.Helper()
	plain := map[string]any{"request_id": "of the official provider"}
	for name, value := range state {
		plain[name] = plainly(t, value)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func plainly(t testing.TB, value tftypes.Value) any {
	t.Helper()
	if value.IsNull() {
		return nil
	}
	var err error
	defer func() {
		if err != nil {
			t.Fatal(err)
		}
	}()
	switch value.Type().(type) {
	case tftypes.Object:
		members, plain := map[string]tftypes.Value{}, map[string]any{}
		err = value.As(&members)
		for name, member := range members {
			plain[name] = plainly(t, member)
		}
		return plain
	case tftypes.List:
		var items []tftypes.Value
		err = value.As(&items)
		plain := []any{}
		for _, item := range items {
			plain = append(plain, plainly(t, item))
		}
		return plain
	}
	if value.Type().Is(tftypes.Bool) {
		var yes bool
		err = value.As(&yes)
		return yes
	}
	var text string
	err = value.As(&text)
	return text
}
