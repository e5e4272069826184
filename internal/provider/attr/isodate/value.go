package isodate

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/semantic"
)

var (
	_ basetypes.StringTypable                    = Type{}
	_ basetypes.StringValuableWithSemanticEquals = Value{}
)

// Type is the attribute type of a date. Validate configurations with [Validator].
type Type = semantic.Type[syntax, time.Time]

// Value is a date with the text of the user. Null and "" both mean no date.
type Value = semantic.Value[syntax, time.Time]

type syntax struct{}

func (syntax) String() string                     { return "isodate.Type" }
func (syntax) Read(text string) (time.Time, bool) { return Instant(text) }
func (syntax) Equal(a, b time.Time) bool          { return a.Equal(b) }
func (syntax) EmptyIsNone() bool                  { return true }

// Null is the absent date.
func Null() Value { return semantic.Null[syntax]() }

// Unknown is a date that is only known after apply.
func Unknown() Value { return semantic.Unknown[syntax]() }

// Text is a date written as text.
func Text(text string) Value { return semantic.Text[syntax](text) }

// Of returns an instant as a value; null for nil.
func Of(at *time.Time) Value {
	if at == nil {
		return Null()
	}
	return Text(Format(*at))
}

// At returns the instant of a date, nil if it has none.
func At(v Value) *time.Time {
	if at, ok := v.Meaning(); ok {
		return &at
	}
	return nil
}

// Keep returns v, with the text of the user, if it means the date of the API, and otherwise the date of the API.
func Keep(v Value, at *time.Time) Value {
	now := Of(at)
	if v.Same(now) {
		return v
	}
	return now
}
