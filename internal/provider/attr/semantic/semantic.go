// Package semantic is the string type of attributes whose text has a meaning, such as a date. It keeps the text of the user, and
// two texts with the same meaning are the same value.
//
// The type does not validate, because the framework would validate states as well, and a text that another provider wrote into a
// state must not stop a plan. Validate configurations with a validator.
package semantic

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Syntax reads texts. Its zero value must work.
type Syntax[V any] interface {
	// String returns the name of the type for messages of the framework.
	String() string
	// Read returns the meaning of a text of a state; false if it has none.
	Read(text string) (V, bool)
	// Equal compares two meanings.
	Equal(a, b V) bool
	// EmptyIsNone reports whether "" means the same as null.
	EmptyIsNone() bool
}

// Type is the attribute type, which is a string in the protocol.
type Type[S Syntax[V], V any] struct {
	basetypes.StringType
}

// String returns the name of the type for messages of the framework.
func (t Type[S, V]) String() string {
	var s S
	return s.String()
}

// ValueType returns a value of this type.
func (t Type[S, V]) ValueType(context.Context) attr.Value { return Value[S, V]{} }

// Equal reports whether other is the same type.
func (t Type[S, V]) Equal(other attr.Type) bool {
	_, same := other.(Type[S, V])
	return same
}

// ValueFromString converts a plain string.
func (t Type[S, V]) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Value[S, V]{StringValue: in}, nil
}

// ValueFromTerraform converts a value of the protocol.
func (t Type[S, V]) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	raw, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := raw.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("expected a string, got %T", raw)
	}
	return Value[S, V]{StringValue: text}, nil
}

// Value is a text with a meaning.
type Value[S Syntax[V], V any] struct {
	basetypes.StringValue
}

// Null is the absent value.
func Null[S Syntax[V], V any]() Value[S, V] { return Value[S, V]{basetypes.NewStringNull()} }

// Unknown is a value that is only known after apply.
func Unknown[S Syntax[V], V any]() Value[S, V] { return Value[S, V]{basetypes.NewStringUnknown()} }

// Text is a value written as text.
func Text[S Syntax[V], V any](text string) Value[S, V] {
	return Value[S, V]{basetypes.NewStringValue(text)}
}

// Type returns the type of the value.
func (v Value[S, V]) Type(context.Context) attr.Type { return Type[S, V]{} }

// Equal compares the texts. [Value.Same] compares what they mean.
func (v Value[S, V]) Equal(other attr.Value) bool {
	o, ok := other.(Value[S, V])
	return ok && v.StringValue.Equal(o.StringValue)
}

// None reports whether the value is null, or means the same.
func (v Value[S, V]) None() bool {
	var s S
	return v.IsNull() || s.EmptyIsNone() && !v.IsUnknown() && v.ValueString() == ""
}

// Meaning returns the meaning of the text; false if the value is unknown, null or cannot be read.
func (v Value[S, V]) Meaning() (meaning V, ok bool) {
	if v.IsUnknown() || v.None() {
		return meaning, false
	}
	var s S
	return s.Read(v.ValueString())
}

// Same reports whether both values mean the same. An unknown value is not the same as any other. A value that cannot be read is
// the same only as its own text.
func (v Value[S, V]) Same(other Value[S, V]) bool {
	if v.IsUnknown() || other.IsUnknown() {
		return false
	}
	if v.StringValue.Equal(other.StringValue) { // the usual case
		return true
	}
	if v.None() || other.None() {
		return v.None() && other.None()
	}
	a, okA := v.Meaning()
	b, okB := other.Meaning()
	if okA && okB {
		var s S
		return s.Equal(a, b)
	}
	return v.ValueString() == other.ValueString()
}

// StringSemanticEquals makes the framework keep the text of the user if two texts mean the same.
func (v Value[S, V]) StringSemanticEquals(_ context.Context, other basetypes.StringValuable) (bool, diag.Diagnostics) {
	o, ok := other.(Value[S, V])
	return ok && v.Same(o), nil
}
