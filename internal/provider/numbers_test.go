package provider_test

import (
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestInputs_numbers gives invalid numbers to every number argument. The error names the argument. It does not report a bug of
// the provider, as the framework does for a number that does not fit into 64 bits.
func TestInputs_numbers(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	plain, from, refused := h.Block, 0, 0
	inputs := h.NumberInputs()
	for _, in := range inputs {
		for _, value := range []any{1.5, 1e30, -1, -0.5, 1e300} {
			switch in.Kind {
			case "provider":
				h.Block = in.With(plain, value)
				h.Start()
				h.Block = plain
			case "resource":
				r := h.NewResource(in.Type)
				if r.Apply(in.With(minimal[in.Type], value)); r.Exists() {
					r.TryDestroy()
				}
			case "data":
				h.DataSource(in.Type, in.With(minimal[in.Type], value))
			default:
				t.Fatalf("%s %s %s: how is it tried?", in.Kind, in.Type, in.Path)
			}
			shown := h.Shown()[from:]
			from += len(shown)
			if strings.Contains(shown, "error in the provider") || strings.Contains(shown, "to the provider developer") {
				t.Errorf("%s %s %s = %v is called a defect: %s", in.Kind, in.Type, in.Path, value, shown)
			}
			if strings.Contains(shown, "Number not valid") {
				refused++
				if !strings.Contains(shown, "`"+in.Path+"` is ") || !strings.Contains(shown, " from ") {
					t.Errorf("%s %s %s = %v: %s", in.Kind, in.Type, in.Path, value, shown)
				}
			}
		}
	}
	if want := 3*5 + 4; refused != want || len(inputs) < 5 {
		t.Errorf("%d of the numbers of %d arguments were refused, want %d", refused, len(inputs), want)
	}
}
