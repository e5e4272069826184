// Package lookup makes the data sources that show a list of the API: one for all objects that match, and one for exactly
// one object. Both have the same filters, and the same attributes of an object.
package lookup

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Kind is a kind of object T that can be looked up.
type Kind[T any] struct {
	Singular, Plural string                                                             // in sentences: "API access rule", "API access rules"
	Attributes       map[string]schema.Attribute                                        // of an object, all of them computed
	Values           func(T) map[string]attr.Value                                      // of these attributes
	ID               func(T) string                                                     // names the object among others
	Name             func(T) string                                                     // shown with the ID if several match; nil = the ID is enough
	Filters          []string                                                           // the names that the block `filter` accepts; none = there is no such block
	Arguments        map[string]schema.Attribute                                        // of the data sources, strings: Find gets them as filters
	AnyOf            []string                                                           // the data source for one object needs at least one of these
	Find             func(context.Context, *providerdata.Data, filter.Set) ([]T, error) // returns the objects that match, from all pages

	FilterRequired bool // the data source for one object needs a block `filter`
	// FindAnswer replaces Find in data sources with the attribute request_id. It also returns the id of the last answer.
	FindAnswer func(context.Context, *providerdata.Data, filter.Set) ([]T, string, error)
}

const (
	idAttribute      = "id"
	filterAttribute  = "filter"
	requestAttribute = "request_id"
)

// source is the common part of both data sources.
type source[T any] struct {
	base.DataSourceBase
	kind        Kind[T]
	description string
	summary     string // of errors
}

// find reads the configuration and the objects, and begins the state.
func (d *source[T]) find(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) ([]T, filter.Set, bool) {
	diags := &resp.Diagnostics
	filters := filter.Set{}
	if len(d.kind.Filters) > 0 {
		var blocks types.Set
		diags.Append(req.Config.GetAttribute(ctx, path.Root(filterAttribute), &blocks)...)
		filters = filter.From(ctx, blocks, diags)
	}
	for name := range d.kind.Arguments {
		var value types.String
		diags.Append(req.Config.GetAttribute(ctx, path.Root(name), &value)...)
		if !value.IsNull() {
			filters.Limit(name, []string{value.ValueString()})
		}
	}
	ctx, end, ok := d.BeginRead(ctx, diags, d.summary, base.Fixed(base.ReadTimeout))
	if !ok {
		return nil, nil, false
	}
	defer end()
	var found []T
	var requestID string
	var err error
	if d.kind.FindAnswer != nil {
		found, requestID, err = d.kind.FindAnswer(ctx, d.Data, filters)
	} else {
		found, err = d.kind.Find(ctx, d.Data, filters)
	}
	if err != nil {
		diag.Add(diags, d.summary, "Reading "+d.kind.Plural+with(filters), err)
		return nil, nil, false
	}
	resp.State.Raw = req.Config.Raw
	if d.kind.FindAnswer != nil {
		diags.Append(resp.State.SetAttribute(ctx, path.Root(requestAttribute), requestID)...)
	}
	return found, filters, true
}

func with(filters filter.Set) string {
	if asked := filters.String(); asked != "" {
		return " with " + text.Escape(asked)
	}
	return ""
}

func (d *source[T]) schema(attributes map[string]schema.Attribute, filterRequired bool) schema.Schema {
	maps.Copy(attributes, d.kind.Arguments)
	if d.kind.FindAnswer != nil {
		attributes[requestAttribute] = Text("The id of the API's last answer. It is another one after each read.")
	}
	s := schema.Schema{MarkdownDescription: d.description, Attributes: attributes, Blocks: map[string]schema.Block{}}
	if len(d.kind.Filters) > 0 {
		block := filter.Block(d.kind.Filters...)
		if filterRequired {
			block.MarkdownDescription = "Required at least once. " + block.MarkdownDescription
			block.Validators = []validator.Set{setvalidator.IsRequired()}
		}
		s.Blocks[filterAttribute] = block
	}
	return s
}

// id returns the configured id, or else the other one.
func id(ctx context.Context, req datasource.ReadRequest, otherwise string, diags *diag.Diagnostics) types.String {
	var configured types.String
	diags.Append(req.Config.GetAttribute(ctx, path.Root(idAttribute), &configured)...)
	if configured.IsNull() {
		return types.StringValue(otherwise)
	}
	return configured
}

// list is the data source for all objects that match.
type list[T any] struct {
	source[T]
	suffix, attribute string
}

// List returns the data source outscale_SUFFIX, with the objects in that attribute. An empty list is not an error.
func (k Kind[T]) List(suffix, attribute, description string) func() datasource.DataSource {
	return func() datasource.DataSource {
		return &list[T]{source[T]{base.NewDataSource(suffix), k, description, sentence(k.Plural) + " not read"}, suffix, attribute}
	}
}

// Schema implements datasource.DataSource.
func (d *list[T]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = d.schema(map[string]schema.Attribute{
		idAttribute: filter.IDAttribute(),
		d.attribute: schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "The " + d.kind.Plural + " that match.",
			NestedObject: schema.NestedAttributeObject{Attributes: d.kind.Attributes},
		},
	}, false)
}

// Read lists the objects.
func (d *list[T]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	found, filters, ok := d.find(ctx, req, resp)
	if !ok {
		return
	}
	element, values := Objects(d.kind.Attributes, d.kind.Values, found)
	objects, diags := types.ListValue(element, values)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(d.attribute), objects)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(idAttribute), id(ctx, req, filters.ID(d.suffix), &resp.Diagnostics))...)
}

// Objects returns objects as the elements of a list or a set attribute, with their type.
func Objects[T any](attributes map[string]schema.Attribute, values func(T) map[string]attr.Value, objects []T) (attr.Type, []attr.Value) {
	kind := types.ObjectType{AttrTypes: map[string]attr.Type{}}
	for name, a := range attributes {
		kind.AttrTypes[name] = a.GetType()
	}
	elements := make([]attr.Value, len(objects))
	for i, object := range objects {
		elements[i] = types.ObjectValueMust(kind.AttrTypes, values(object))
	}
	return kind, elements
}

// one is the data source for exactly one object.
type one[T any] struct {
	source[T]
	plural string // the suffix of the data source for any number of objects
}

// One returns the data source outscale_SUFFIX for exactly one object. If no object matches, or several do, the error names
// them. plural is the suffix of the data source for several.
func (k Kind[T]) One(suffix, plural, description string) func() datasource.DataSource {
	return func() datasource.DataSource {
		return &one[T]{source[T]{base.NewDataSource(suffix), k, description, sentence(k.Singular) + " not read"}, plural}
	}
}

// Schema implements datasource.DataSource.
func (d *one[T]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := maps.Clone(d.kind.Attributes)
	attributes[idAttribute] = schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The id of the " + d.kind.Singular + "."}
	resp.Schema = d.schema(attributes, d.kind.FilterRequired)
}

// ConfigValidators implements datasource.DataSourceWithConfigValidators.
func (d *one[T]) ConfigValidators(context.Context) []datasource.ConfigValidator {
	if len(d.kind.AnyOf) == 0 {
		return nil
	}
	var paths []path.Expression
	for _, name := range d.kind.AnyOf {
		paths = append(paths, path.MatchRoot(name))
	}
	return []datasource.ConfigValidator{datasourcevalidator.AtLeastOneOf(paths...)}
}

// Read finds the object.
func (d *one[T]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	found, filters, ok := d.find(ctx, req, resp)
	if !ok {
		return
	}
	if want := id(ctx, req, "", &resp.Diagnostics).ValueString(); want != "" {
		filters.Limit(idAttribute, []string{want})
		found = slices.DeleteFunc(found, func(object T) bool { return d.kind.ID(object) != want })
	}
	if len(found) != 1 {
		resp.Diagnostics.AddError(d.summary, d.notOne(found, filters))
		return
	}
	for name, value := range d.kind.Values(found[0]) {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(idAttribute), d.kind.ID(found[0]))...)
}

// notOne returns the text of the error if not exactly one object matches.
func (d *one[T]) notOne(found []T, filters filter.Set) string {
	asked := ""
	if words := filters.String(); words != "" {
		asked = " " + text.Escape(words)
	}
	if len(found) == 0 {
		return fmt.Sprintf("No %s matches%s.\n\nCheck the arguments. The data source `outscale_%s` accepts an empty result.", d.kind.Singular, asked, d.plural)
	}
	names := make([]string, 0, len(found))
	for _, object := range found {
		name := text.Word(d.kind.ID(object))
		if d.kind.Name != nil {
			name = text.Word(d.kind.Name(object)) + " (" + name + ")"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return fmt.Sprintf("%d %s match%s: %s.\n\nAsk for one of them, or use the data source `outscale_%s`.", len(found), d.kind.Plural, asked, strings.Join(names, ", "), d.plural)
}

// sentence returns words with a capital first letter.
func sentence(words string) string { return strings.ToUpper(words[:1]) + words[1:] }

// Text is a computed string attribute.
func Text(description string) schema.Attribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

// Texts is a computed list of strings.
func Texts(description string) schema.Attribute {
	return schema.ListAttribute{ElementType: types.StringType, Computed: true, MarkdownDescription: description}
}

// TextsOf is the value of Texts.
func TextsOf(items []string) attr.Value {
	values := make([]attr.Value, len(items))
	for i, item := range items {
		values[i] = types.StringValue(item)
	}
	return types.ListValueMust(types.StringType, values)
}
