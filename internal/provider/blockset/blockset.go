// Package blockset plans set blocks whose elements have computed attributes: the `policy` and `user` blocks of the official
// provider's schemas.
//
// GOTCHA: an element of a set has no address, so that neither the CLI nor the framework can keep the computed attributes of
// an element when another one of its attributes changes. This package finds an element by its key.
package blockset

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Element is one block: a struct with tfsdk tags.
type Element[E any] interface {
	// Key identifies the block among those of its resource. It may be unknown.
	Key() types.String
	// Planned returns the configured block with its computed attributes: those of the block in the state with the same key,
	// or unknown ones if prior is nil.
	Planned(prior *E) E
	// Known returns the block with null in place of every unknown value.
	Known() E
}

// codecs has the *base.Codec[E] of each type E of blocks.
//
// GOTCHA: ElementsAs and SetValueFrom of the framework do the same, but compile a regular expression for each field (see
// base.Codec). With them, the provider's CPU in a plan of 150 users with three policies each is 14 % higher.
var codecs sync.Map

func codecOf[E any]() *base.Codec[E] {
	codec, _ := codecs.LoadOrStore(reflect.TypeFor[E](), &base.Codec[E]{})
	return codec.(*base.Codec[E])
}

// block is the type of one block, as the schema of its codec.
type block struct{ kind attr.Type }

func (b block) Type() attr.Type { return b.kind }

// Decode returns the blocks of a set. A null or unknown set has none.
func Decode[E Element[E]](ctx context.Context, set types.Set, diags *diag.Diagnostics) (elements []E) {
	for _, value := range set.Elements() {
		raw, err := value.ToTerraformValue(ctx)
		diag.AddDefect(diags, err)
		elements = append(elements, codecOf[E]().Decode(block{set.ElementType(ctx)}, raw, diags))
	}
	return elements
}

// Removed returns the blocks of a state that a configuration does not have. It returns none if keys in the configuration
// are unknown.
func Removed[E Element[E]](ctx context.Context, config, state types.Set, diags *diag.Diagnostics) []E {
	configured := Decode[E](ctx, config, diags)
	if config.IsUnknown() || slices.ContainsFunc(configured, func(e E) bool { return e.Key().IsUnknown() }) {
		return nil
	}
	return Without(Decode[E](ctx, state, diags), configured)
}

// Encode returns the set of the blocks, empty for none. kind is the set's element type.
func Encode[E Element[E]](ctx context.Context, kind attr.Type, elements []E, diags *diag.Diagnostics) types.Set {
	values := make([]attr.Value, len(elements))
	for i, e := range elements {
		var raw tftypes.Value
		codecOf[E]().Encode(block{kind}, &raw, e, diags)
		var err error
		values[i], err = kind.ValueFromTerraform(ctx, raw)
		diag.AddDefect(diags, err)
	}
	set, more := types.SetValue(kind, values)
	diags.Append(more...)
	return set
}

// Plan returns the set to plan for a configured one. A set that is unknown, as of a dynamic block, stays unknown. block is
// the name of the blocks, and key is the name of the argument that identifies them: two blocks with the same key are an
// error.
func Plan[E Element[E]](ctx context.Context, config, state types.Set, block, key string, diags *diag.Diagnostics) types.Set {
	if config.IsUnknown() {
		return config
	}
	prior := Decode[E](ctx, state, diags)
	planned := Decode[E](ctx, config, diags)
	for i, e := range planned {
		if Find(planned[:i], e.Key()) != nil {
			diags.AddAttributeError(path.Root(block), "Block is there twice", fmt.Sprintf("Several `%s` blocks have the `%s` %s, with other arguments that differ. Keep one of them.",
				block, key, text.Word(e.Key().ValueString())))
			return config
		}
	}
	for i, e := range planned {
		planned[i] = e.Planned(Find(prior, e.Key()))
	}
	return Encode(ctx, config.ElementType(ctx), planned, diags)
}

// Find returns the block with a key, or nil.
func Find[E Element[E]](elements []E, key types.String) *E {
	if i := slices.IndexFunc(elements, func(e E) bool { return !key.IsUnknown() && e.Key().Equal(key) }); i >= 0 {
		return &elements[i]
	}
	return nil
}

// Or returns value, or otherwise if value is unknown.
func Or[V attr.Value](value, otherwise V) V {
	if value.IsUnknown() {
		return otherwise
	}
	return value
}

// Without returns the blocks of all whose key no block of others has.
func Without[E Element[E]](all, others []E) []E {
	return slices.DeleteFunc(slices.Clone(all), func(e E) bool { return Find(others, e.Key()) != nil })
}
