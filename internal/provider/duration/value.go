package duration

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

// Type is the attribute type of a duration: on the wire a string. Configurations are checked by [Validator], a state
// never is.
type Type struct {
	basetypes.StringType
}

// String names the type in messages of the framework.
func (t Type) String() string { return "duration.Type" }

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

// Value is a duration as the user wrote it.
type Value struct {
	basetypes.StringValue
}

// Null is the absent duration.
func Null() Value { return Value{StringValue: basetypes.NewStringNull()} }

// Unknown is a duration that only apply will know.
func Unknown() Value { return Value{StringValue: basetypes.NewStringUnknown()} }

// Text is a duration written as text.
func Text(text string) Value { return Value{StringValue: basetypes.NewStringValue(text)} }

// Type returns the type of the value.
func (v Value) Type(context.Context) attr.Type { return Type{} }

// Equal compares the texts. [Value.Same] compares what they mean.
func (v Value) Equal(other attr.Value) bool {
	o, ok := other.(Value)
	return ok && v.StringValue.Equal(o.StringValue)
}

// Length returns how long it is; false where that is not known or cannot be read.
func (v Value) Length() (time.Duration, bool) {
	if v.IsNull() || v.IsUnknown() {
		return 0, false
	}
	length, err := Parse(v.ValueString())
	return length, err == nil
}

// Same reports whether both values are of the same length. What cannot be read is the same as nothing but its own text.
func (v Value) Same(other Value) bool {
	a, okA := v.Length()
	b, okB := other.Length()
	if okA && okB {
		return a == b
	}
	return v.Equal(other)
}

// StringSemanticEquals lets the framework keep the user's own text where two texts are of one length.
func (v Value) StringSemanticEquals(_ context.Context, other basetypes.StringValuable) (bool, diag.Diagnostics) {
	o, ok := other.(Value)
	return ok && v.Same(o), nil
}
