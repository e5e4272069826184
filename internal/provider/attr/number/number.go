// Package number has the validators of number arguments. These have the framework's type for any number, because its types for
// 64 bits report a fraction or a number that is too large as a bug of the provider.
package number

import (
	"context"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Summary is the summary of errors about a number that an argument does not accept.
const Summary = "Number not valid"

// Whole returns the validator of a whole number from least to most.
func Whole(least, most int64) validator.Number { return bounds{least, most, true} }

// Between returns the validator of a number from least to most, which may be a fraction.
func Between(least, most int64) validator.Number { return bounds{least, most, false} }

type bounds struct {
	least, most int64
	whole       bool
}

func (b bounds) Description(context.Context) string {
	kind := "a number"
	if b.whole {
		kind = "a whole number"
	}
	return fmt.Sprintf("must be %s from %d to %d", kind, b.least, b.most)
}

func (b bounds) MarkdownDescription(ctx context.Context) string { return b.Description(ctx) }

func (b bounds) ValidateNumber(ctx context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	v := req.ConfigValue.ValueBigFloat()
	if v.Cmp(new(big.Float).SetInt64(b.least)) < 0 || v.Cmp(new(big.Float).SetInt64(b.most)) > 0 || b.whole && !v.IsInt() {
		resp.Diagnostics.AddAttributeError(req.Path, Summary, fmt.Sprintf("`%s` is %s, but %s.", req.Path, v.Text('g', 10), b.Description(ctx)))
	}
}

// Of returns a whole number as a value.
func Of(n int64) types.Number { return types.NumberValue(new(big.Float).SetInt64(n)) }

// Int64 returns a whole number that a validator has accepted; 0 for null and for an unknown value.
func Int64(v types.Number) int64 {
	if v.IsNull() || v.IsUnknown() {
		return 0
	}
	n, _ := v.ValueBigFloat().Int64()
	return n
}
