package fields_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/fields"
)

var thing = schema.Schema{
	Attributes: map[string]schema.Attribute{
		"name":  schema.StringAttribute{Optional: true},
		"since": schema.StringAttribute{Optional: true, CustomType: isodate.Type{}},
		"parts": schema.ListAttribute{Optional: true, ElementType: types.StringType},
		"on":    schema.BoolAttribute{Optional: true},
	},
}

type whole struct {
	On    types.Bool    `tfsdk:"on"`
	Name  types.String  `tfsdk:"name"`
	Since isodate.Value `tfsdk:"since"`
	Parts types.List    `tfsdk:"parts"`
}

var texts = tftypes.List{ElementType: tftypes.String}

func object(name, since, parts, on tftypes.Value) tftypes.Value {
	return tftypes.NewValue(
		tftypes.Object{AttributeTypes: map[string]tftypes.Type{"name": tftypes.String, "since": tftypes.String, "parts": texts, "on": tftypes.Bool}},
		map[string]tftypes.Value{"name": name, "since": since, "parts": parts, "on": on})
}

func text(value any) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }

// What is read and written again is what it was, whatever is null or unknown in it.
func TestThereAndBack(t *testing.T) {
	var of fields.Of[whole]
	for name, raw := range map[string]tftypes.Value{
		"known": object(text("a"), text("2030-01-01"), tftypes.NewValue(texts, []tftypes.Value{text("x"), text("y")}), tftypes.NewValue(tftypes.Bool, true)),
		"null":  object(text(nil), text(nil), tftypes.NewValue(texts, nil), tftypes.NewValue(tftypes.Bool, nil)),
		"unknown": object(text(tftypes.UnknownValue), text(tftypes.UnknownValue), tftypes.NewValue(texts, tftypes.UnknownValue),
			tftypes.NewValue(tftypes.Bool, tftypes.UnknownValue)),
		"unknown within": object(text(""), text(""), tftypes.NewValue(texts, []tftypes.Value{text(tftypes.UnknownValue), text(nil)}), tftypes.NewValue(tftypes.Bool, false)),
	} {
		var got whole
		if diags := of.Get(t.Context(), thing, raw, &got); diags.HasError() {
			t.Fatalf("%s: %v", name, diags)
		}
		var back tftypes.Value
		if diags := of.Put(t.Context(), thing, &back, got); diags.HasError() {
			t.Fatalf("%s: %v", name, diags)
		}
		if !back.Equal(raw) {
			t.Errorf("%s: %s came back as %s", name, raw, back)
		}
	}
}

// A struct that nobody read into has no types in its lists, and is an object of nulls.
func TestTheZeroStructIsNull(t *testing.T) {
	var of fields.Of[whole]
	var raw tftypes.Value
	if diags := of.Put(t.Context(), thing, &raw, whole{}); diags.HasError() {
		t.Fatal(diags)
	}
	if want := object(text(nil), text(nil), tftypes.NewValue(texts, nil), tftypes.NewValue(tftypes.Bool, nil)); !raw.Equal(want) {
		t.Errorf("got %s", raw)
	}
}

// A struct that does not fit its schema says so, and names no value.
func TestStructsThatDoNotFit(t *testing.T) {
	raw := object(text("secret"), text(nil), tftypes.NewValue(texts, nil), tftypes.NewValue(tftypes.Bool, nil))
	refused := func(err string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(err, part) {
				t.Errorf("%q does not say %q", err, part)
			}
		}
		if strings.Contains(err, "secret") {
			t.Errorf("the error holds a value: %s", err)
		}
	}
	var missing fields.Of[struct {
		Name types.String `tfsdk:"name"`
	}]
	var m struct {
		Name types.String `tfsdk:"name"`
	}
	refused(missing.Get(t.Context(), thing, raw, &m)[0].Detail(), "1 fields for 4 attributes")
	var unknown fields.Of[struct {
		Other types.String `tfsdk:"other"`
	}]
	var u struct {
		Other types.String `tfsdk:"other"`
	}
	refused(unknown.Get(t.Context(), thing, raw, &u)[0].Detail(), "Other has no attribute")
	var wrong fields.Of[struct {
		Name types.Bool `tfsdk:"name"`
	}]
	var w struct {
		Name types.Bool `tfsdk:"name"`
	}
	refused(wrong.Get(t.Context(), thing, raw, &w)[0].Detail(), "Name is a")
	var of fields.Of[whole]
	if diags := of.Get(t.Context(), thing, tftypes.NewValue(raw.Type(), nil), &whole{}); !diags.HasError() {
		t.Error("a null object was read")
	}
}
