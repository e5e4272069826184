package base_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

var thing = schema.Schema{
	Attributes: map[string]schema.Attribute{
		"name":  schema.StringAttribute{Optional: true},
		"since": schema.StringAttribute{Optional: true, CustomType: isodate.Type{}},
		"parts": schema.ListAttribute{Optional: true, ElementType: types.StringType},
		"on":    schema.BoolAttribute{Optional: true},
	},
}

// Part is embedded in whole, as keyattr.Key is in a model.
type Part struct {
	Name  types.String  `tfsdk:"name"`
	Since isodate.Value `tfsdk:"since"`
}

type whole struct {
	Part
	On    types.Bool `tfsdk:"on"`
	Parts types.List `tfsdk:"parts"`
}

var texts = tftypes.List{ElementType: tftypes.String}

func object(name, since, parts, on tftypes.Value) tftypes.Value {
	return tftypes.NewValue(
		tftypes.Object{AttributeTypes: map[string]tftypes.Type{"name": tftypes.String, "since": tftypes.String, "parts": texts, "on": tftypes.Bool}},
		map[string]tftypes.Value{"name": name, "since": since, "parts": parts, "on": on})
}

func text(value any) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }

// TestCodec_roundTrip: an object that is decoded and encoded again is unchanged, even with null and unknown values.
func TestCodec_roundTrip(t *testing.T) {
	var codec base.Codec[whole]
	for name, raw := range map[string]tftypes.Value{
		"known": object(text("a"), text("2030-01-01"), tftypes.NewValue(texts, []tftypes.Value{text("x"), text("y")}), tftypes.NewValue(tftypes.Bool, true)),
		"null":  object(text(nil), text(nil), tftypes.NewValue(texts, nil), tftypes.NewValue(tftypes.Bool, nil)),
		"unknown": object(text(tftypes.UnknownValue), text(tftypes.UnknownValue), tftypes.NewValue(texts, tftypes.UnknownValue),
			tftypes.NewValue(tftypes.Bool, tftypes.UnknownValue)),
		"unknown within": object(text(""), text(""), tftypes.NewValue(texts, []tftypes.Value{text(tftypes.UnknownValue), text(nil)}), tftypes.NewValue(tftypes.Bool, false)),
	} {
		var diags diag.Diagnostics
		var back tftypes.Value
		codec.Encode(thing, &back, codec.Decode(thing, raw, &diags), &diags)
		if diags.HasError() {
			t.Fatalf("%s: %v", name, diags)
		}
		if !back.Equal(raw) {
			t.Errorf("%s: %s came back as %s", name, raw, back)
		}
	}
}

// TestCodec_zeroModel: the zero model is encoded as an object of nulls, although its lists have no element type.
func TestCodec_zeroModel(t *testing.T) {
	var codec base.Codec[whole]
	var raw tftypes.Value
	var diags diag.Diagnostics
	if codec.Encode(thing, &raw, whole{}, &diags); diags.HasError() {
		t.Fatal(diags)
	}
	if want := object(text(nil), text(nil), tftypes.NewValue(texts, nil), tftypes.NewValue(tftypes.Bool, nil)); !raw.Equal(want) {
		t.Errorf("got %s", raw)
	}
}

// TestCodec_modelDoesNotFit: for a model that does not fit its schema, the error shows no value.
func TestCodec_modelDoesNotFit(t *testing.T) {
	raw := object(text("secret"), text(nil), tftypes.NewValue(texts, nil), tftypes.NewValue(tftypes.Bool, nil))
	refused := func(diags diag.Diagnostics, part string) {
		t.Helper()
		if len(diags) != 1 || !strings.Contains(diags[0].Detail(), part) || strings.Contains(diags[0].Detail(), "secret") {
			t.Errorf("%v does not say %q, or shows a value", diags, part)
		}
	}
	var missing base.Codec[struct {
		Name types.String `tfsdk:"name"`
	}]
	var unknown base.Codec[struct {
		Other types.String `tfsdk:"other"`
	}]
	var wrong base.Codec[struct {
		Name types.Bool `tfsdk:"name"`
	}]
	var null base.Codec[whole]
	var a, b, c, d diag.Diagnostics
	missing.Decode(thing, raw, &a)
	refused(a, "1 fields for 4 attributes")
	unknown.Decode(thing, raw, &b)
	refused(b, "Other has no attribute")
	wrong.Decode(thing, raw, &c)
	refused(c, "Name is a")
	null.Decode(thing, tftypes.NewValue(raw.Type(), nil), &d)
	refused(d, "there is no object")
}
