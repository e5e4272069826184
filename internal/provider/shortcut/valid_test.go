package shortcut_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework-validators/boolvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/fields"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/shortcut"
)

type strict struct {
	Name   types.String `tfsdk:"name"`
	Colour types.String `tfsdk:"colour"`
	ID     types.String `tfsdk:"id"`
	Old    types.String `tfsdk:"old"`
	On     types.Bool   `tfsdk:"on"`
	Off    types.Bool   `tfsdk:"off"`
}

// TestValid: what the schema has nothing to say against, and nothing else.
func TestValid(t *testing.T) {
	f := &shortcut.For[strict, struct{}]{Fields: &fields.Of[strict]{}, Takes: func(s strict) bool { return s.Name.ValueString() != "taken" }, Schema: schema.Schema{
		Attributes: map[string]schema.Attribute{
			"name":   schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.LengthAtMost(6)}},
			"colour": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.ConflictsWith(path.MatchRoot("on"))}},
			"id":     schema.StringAttribute{Computed: true},
			"old":    schema.StringAttribute{Optional: true, DeprecationMessage: "old"},
			"on":     schema.BoolAttribute{Optional: true},
			"off":    schema.BoolAttribute{Optional: true, Validators: []validator.Bool{boolvalidator.Equals(true)}},
		},
	}}
	kind := f.Type(t.Context()).(tftypes.Object)
	text := func(value any) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }
	yes := tftypes.NewValue(tftypes.Bool, true)
	for name, c := range map[string]struct {
		set  map[string]tftypes.Value
		want bool
	}{
		"all that is asked":        {map[string]tftypes.Value{"name": text("bob")}, true},
		"not known yet":            {map[string]tftypes.Value{"name": text(tftypes.UnknownValue)}, true},
		"with a flag":              {map[string]tftypes.Value{"name": text("bob"), "on": yes}, true},
		"with a colour":            {map[string]tftypes.Value{"name": text("bob"), "colour": text("red")}, true},
		"nothing":                  {nil, false},
		"too long":                 {map[string]tftypes.Value{"name": text("robert!")}, false},
		"not the schema's to say":  {map[string]tftypes.Value{"name": text("taken")}, false},
		"two that are not allowed": {map[string]tftypes.Value{"name": text("bob"), "colour": text("red"), "on": yes}, false},
		"computed":                 {map[string]tftypes.Value{"name": text("bob"), "id": text("1")}, false},
		"deprecated":               {map[string]tftypes.Value{"name": text("bob"), "old": text("1")}, false},
		"with another validator":   {map[string]tftypes.Value{"name": text("bob"), "off": yes}, false},
	} {
		all := map[string]tftypes.Value{}
		for attribute, of := range kind.AttributeTypes {
			all[attribute] = tftypes.NewValue(of, nil)
		}
		for attribute, value := range c.set {
			all[attribute] = value
		}
		if got := f.Valid(t.Context(), tftypes.NewValue(kind, all)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
