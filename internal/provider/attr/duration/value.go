package duration

import (
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/semantic"
)

var (
	_ basetypes.StringTypable                    = Type{}
	_ basetypes.StringValuableWithSemanticEquals = Value{}
)

// Type is the attribute type of a duration. Validate configurations with [Validator].
type Type = semantic.Type[syntax, time.Duration]

// Value is a duration with the text of the user.
type Value = semantic.Value[syntax, time.Duration]

type syntax struct{}

func (syntax) String() string                { return "duration.Type" }
func (syntax) Equal(a, b time.Duration) bool { return a == b }
func (syntax) EmptyIsNone() bool             { return false }

func (syntax) Read(text string) (time.Duration, bool) {
	length, err := Parse(text)
	return length, err == nil
}

// Null is the absent duration.
func Null() Value { return semantic.Null[syntax]() }

// Unknown is a duration that is only known after apply.
func Unknown() Value { return semantic.Unknown[syntax]() }

// Text is a duration written as text.
func Text(text string) Value { return semantic.Text[syntax](text) }

// Of returns a length in the largest unit of which it is a whole number.
func Of(length time.Duration) Value {
	n, unit := inUnits(length)
	return Text(strconv.FormatInt(n, 10) + unit[:1])
}
