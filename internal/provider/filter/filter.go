// Package filter is the `filter` block that the data sources share.
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

// Block returns the schema of the block for a data source that knows these filter names. Any other name is refused
// before anything is read.
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
				Validators:          []validator.List{listvalidator.SizeAtLeast(1)},
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

// Set is what a data source is asked to find: by filter name, the values that pass. A name that is absent lets
// everything pass.
type Set map[string][]string

// From decodes the blocks of a configuration. Two blocks of one name leave what both let pass.
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

// Limit lets only these values pass under a name, besides what was asked under it before.
func (s Set) Limit(name string, values []string) {
	have, limited := s[name]
	if !limited {
		s[name] = slices.Clone(values)
		return
	}
	s[name] = slices.DeleteFunc(slices.Clone(have), func(v string) bool { return !slices.Contains(values, v) })
}

// Pass reports whether a value passes under a name.
func (s Set) Pass(name, value string) bool {
	values, limited := s[name]
	return !limited || slices.Contains(values, value)
}

// PassPrefix reports whether a value begins with one that passes under a name.
func (s Set) PassPrefix(name, value string) bool {
	prefixes, limited := s[name]
	return !limited || slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(value, prefix) })
}

// PassAny reports whether one of the values passes under a name.
func (s Set) PassAny(name string, values []string) bool {
	_, limited := s[name]
	return !limited || slices.ContainsFunc(values, func(value string) bool { return s.Pass(name, value) })
}

// String says what was asked for, the same for the same question: "access_key_ids = AK1, AK2; states = ACTIVE".
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

// ID is a stable id of a question: the same arguments give the same id in every run, whatever is found.
func (s Set) ID(arguments ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(append(arguments, s.String()), "\n")))
	return hex.EncodeToString(sum[:8])
}
