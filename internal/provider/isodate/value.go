package isodate

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var (
	_ basetypes.StringTypable                    = Type{}
	_ basetypes.StringValuable                   = Value{}
	_ basetypes.StringValuableWithSemanticEquals = Value{}
)

// Type is the attribute type of a date: on the wire a string.
//
// It has no validation of its own on purpose: the framework would run it on the state as well, and a text that another
// provider once wrote there must never stop a plan. Configurations are checked by [Validator].
type Type struct {
	basetypes.StringType
}

// String names the type in messages of the framework.
func (t Type) String() string { return "isodate.Type" }

// ValueType returns the value this type makes.
func (t Type) ValueType(context.Context) attr.Value { return Value{} }

// Equal reports whether other is the same type.
func (t Type) Equal(other attr.Type) bool {
	o, ok := other.(Type)
	return ok && t.StringType.Equal(o.StringType)
}

// ValueFromString wraps a plain string.
func (t Type) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Value{StringValue: in}, nil
}

// ValueFromTerraform reads the wire form.
func (t Type) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	raw, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := raw.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("expected a string, got %T", raw)
	}
	return Value{StringValue: text}, nil
}

// Value is a date as the user wrote it. Null and "" both mean: no date.
type Value struct {
	basetypes.StringValue
}

// Null is the absent date.
func Null() Value { return Value{StringValue: basetypes.NewStringNull()} }

// Unknown is a date that apply will decide.
func Unknown() Value { return Value{StringValue: basetypes.NewStringUnknown()} }

// Text is a date written as text.
func Text(text string) Value { return Value{StringValue: basetypes.NewStringValue(text)} }

// Of writes an instant; nil gives the absent date.
func Of(at *time.Time) Value {
	if at == nil {
		return Null()
	}
	return Text(Format(*at))
}

// Type returns the type of the value.
func (v Value) Type(context.Context) attr.Type { return Type{} }

// Equal compares the texts. [Value.Same] compares what they mean.
func (v Value) Equal(other attr.Value) bool {
	o, ok := other.(Value)
	return ok && v.StringValue.Equal(o.StringValue)
}

// None reports whether the value says that there is no date.
func (v Value) None() bool {
	return !v.IsUnknown() && v.ValueString() == ""
}

// Instant returns the moment the value names; false when it names none or cannot be read.
func (v Value) Instant() (time.Time, bool) {
	if v.IsUnknown() || v.None() {
		return time.Time{}, false
	}
	return Instant(v.ValueString())
}

// Same reports whether both values mean the same: the same instant, or both no date. An unknown value, or one that
// cannot be read, is the same as nothing but its own text.
func (v Value) Same(other Value) bool {
	if v.IsUnknown() || other.IsUnknown() {
		return false
	}
	if v.None() || other.None() {
		return v.None() && other.None()
	}
	a, okA := v.Instant()
	b, okB := other.Instant()
	if okA && okB {
		return a.Equal(b)
	}
	return v.ValueString() == other.ValueString()
}

// Keep returns v when it still says what the API says, so that the words of the user survive, else the API's date.
func (v Value) Keep(at *time.Time) Value {
	now := Of(at)
	if v.Same(now) {
		return v
	}
	return now
}

// StringSemanticEquals lets the framework keep the user's own text where two texts name one instant.
func (v Value) StringSemanticEquals(_ context.Context, other basetypes.StringValuable) (bool, diag.Diagnostics) {
	o, ok := other.(Value)
	return ok && v.Same(o), nil
}
