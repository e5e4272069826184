// Package semantic is the string type for attributes whose text has a meaning, such as a date: the text is kept as the
// user wrote it, and two texts with one meaning are the same value.
//
// The type has no validation of its own on purpose: the framework would run it on the state as well, and a text that
// another provider once wrote there must never stop a plan. Validate configurations with a validator.
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
	// String names the type in messages of the framework.
	String() string
	// Read returns the meaning of a text that is in a state; false when it has none.
	Read(text string) (V, bool)
	// Equal compares two meanings.
	Equal(a, b V) bool
	// EmptyIsNone reports whether "" means the same as no value at all.
	EmptyIsNone() bool
}

// Type is the attribute type: in the protocol a string.
type Type[S Syntax[V], V any] struct {
	basetypes.StringType
}

// String names the type in messages of the framework.
func (t Type[S, V]) String() string {
	var s S
	return s.String()
}

// ValueType returns the value this type makes.
func (t Type[S, V]) ValueType(context.Context) attr.Value { return Value[S, V]{} }

// Equal reports whether other is the same type.
func (t Type[S, V]) Equal(other attr.Type) bool {
	_, same := other.(Type[S, V])
	return same
}

// ValueFromString wraps a plain string.
func (t Type[S, V]) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Value[S, V]{StringValue: in}, nil
}

// ValueFromTerraform reads the form of the protocol.
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

// None reports whether the value is known to be absent.
func (v Value[S, V]) None() bool {
	var s S
	return v.IsNull() || s.EmptyIsNone() && !v.IsUnknown() && v.ValueString() == ""
}

// Meaning returns what the text means; false when it is unknown, absent or cannot be read.
func (v Value[S, V]) Meaning() (meaning V, ok bool) {
	if v.IsUnknown() || v.None() {
		return meaning, false
	}
	var s S
	return s.Read(v.ValueString())
}

// Same reports whether both values mean the same. An unknown value is the same as no other, and one that cannot be read as
// nothing but its own text.
func (v Value[S, V]) Same(other Value[S, V]) bool {
	if v.IsUnknown() || other.IsUnknown() {
		return false
	}
	if v.StringValue.Equal(other.StringValue) { // the usual case: nothing changed
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

// StringSemanticEquals lets the framework keep the user's text where two texts mean the same.
func (v Value[S, V]) StringSemanticEquals(_ context.Context, other basetypes.StringValuable) (bool, diag.Diagnostics) {
	o, ok := other.(Value[S, V])
	return ok && v.Same(o), nil
}
