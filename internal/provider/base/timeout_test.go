package base

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// TestTimeoutsBlock_tooShort: every timeout below a second is refused, with its name.
func TestTimeoutsBlock_tooShort(t *testing.T) {
	block, _ := TimeoutsBlock(t.Context()).(schema.SingleNestedBlock)
	for _, name := range []string{"create", "read", "update", "delete"} {
		attribute, _ := block.Attributes[name].(schema.StringAttribute)
		for value, refused := range map[string]bool{"0s": true, "-5m": true, "1ms": true, "999ms": true, "1s": false, "2h": false} {
			var resp validator.StringResponse
			at := path.Root("timeouts").AtName(name)
			for _, v := range attribute.Validators {
				v.ValidateString(t.Context(), validator.StringRequest{Path: at, ConfigValue: types.StringValue(value)}, &resp)
			}
			if resp.Diagnostics.HasError() != refused {
				t.Errorf("%s = %q: %v", name, value, resp.Diagnostics)
			}
			if refused && resp.Diagnostics.HasError() && !strings.Contains(resp.Diagnostics[0].Detail(), "`timeouts."+name+"`") {
				t.Errorf("%s is not named: %v", name, resp.Diagnostics)
			}
		}
	}
}
