// Package filter is the `filter` block of data sources.
package filter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Block returns the schema of the block for a data source that knows these filter names. The validation refuses any other
// name.
func Block(names ...string) schema.SetNestedBlock {
	return schema.SetNestedBlock{
		MarkdownDescription: "Limits the result. Each block has one property and the values that match. An object must match all blocks. " +
			"Valid names: `" + strings.Join(names, "`, `") + "`.",
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{stringvalidator.OneOf(names...)},
				MarkdownDescription: "The name of the filter: `" + strings.Join(names, "`, `") + "`.",
			},
			"values": schema.ListAttribute{
				Required:            true,
				ElementType:         types.StringType,
				Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues()},
				MarkdownDescription: "The values that match. At least one.",
			},
		}},
	}
}

// IDAttribute is the `id` of a data source with a list, set by Set.ID.
func IDAttribute() schema.Attribute {
	return schema.StringAttribute{Optional: true, Computed: true,
		MarkdownDescription: "An id of the query. The same arguments give the same id in every run."}
}

type block struct {
	Name   types.String `tfsdk:"name"`
	Values types.List   `tfsdk:"values"`
}

// Set has the accepted values by filter name. Without a name, every value is accepted.
type Set map[string][]string

// From decodes the blocks of a configuration. Of two blocks with the same name, the values in both are accepted.
func From(ctx context.Context, blocks types.Set, diags *diag.Diagnostics) Set {
	var decoded []block
	diags.Append(blocks.ElementsAs(ctx, &decoded, false)...)
	set := Set{}
	for _, b := range decoded {
		var values []string
		diags.Append(b.Values.ElementsAs(ctx, &values, false)...)
		set.Limit(b.Name.ValueString(), values)
	}
	return set
}

// Limit accepts only these values under a name. If the name is already limited, the values in both are accepted.
func (s Set) Limit(name string, values []string) {
	have, limited := s[name]
	if !limited {
		s[name] = slices.Clone(values)
		return
	}
	s[name] = slices.DeleteFunc(slices.Clone(have), func(v string) bool { return !slices.Contains(values, v) })
}

// Pass reports whether a value is accepted under a name.
func (s Set) Pass(name, value string) bool {
	values, limited := s[name]
	return !limited || slices.Contains(values, value)
}

// PassPrefix reports whether a value begins with one that is accepted under a name.
func (s Set) PassPrefix(name, value string) bool {
	prefixes, limited := s[name]
	return !limited || slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(value, prefix) })
}

// PassAny reports whether one of the values is accepted under a name.
func (s Set) PassAny(name string, values []string) bool {
	_, limited := s[name]
	return !limited || slices.ContainsFunc(values, func(value string) bool { return s.Pass(name, value) })
}

// String returns the filters as a text, the same for the same filters: "access_key_ids = AK1, AK2; states = ACTIVE".
func (s Set) String() string {
	var parts []string
	for name, values := range s {
		sorted := slices.Clone(values)
		slices.Sort(sorted)
		parts = append(parts, name+" = "+strings.Join(sorted, ", "))
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

// ID returns an id that is the same in every run for the same arguments and filters, whatever is found.
func (s Set) ID(arguments ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(append(arguments, s.String()), "\n")))
	return hex.EncodeToString(sum[:8])
}
