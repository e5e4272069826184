package provider_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// BenchmarkUnchanged measures the provider for an unchanged resource in a plan, without a CLI. All iterations share one read
// of the API. The time includes the encoding and decoding of the requests on the CLI's side.
func BenchmarkUnchanged(b *testing.B) {
	for name, config := range map[string]acctest.Args{
		"outscale_user":       {"user_name": "bob", "path": "/"},
		"outscale_access_key": {"state": "ACTIVE", "expiration_date": "2060-01-01"},
	} {
		h := acctest.NewProtocol(b)
		r, p := h.Resource(name, config), h.Start()
		b.Run(name+"/refresh", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Read(r).ExpectNoErrors()
			}
		})
		r.SkipRefresh = true
		b.Run(name+"/plan", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if plan := p.Plan(r, config); plan.Action != acctest.NoOp {
					b.Fatalf("planned to %s: %s", plan.Action, plan)
				}
			}
		})
	}
}
