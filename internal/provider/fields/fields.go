// Package fields moves values between what a CLI sent and the struct that a resource works on.
//
// GOTCHA: the framework (1.19.0) does the same by Get and Set, and compiles a regular expression for each field of the
// struct each time, among more: half of the processor time of a plan that changes nothing. Here a struct is looked at
// once, and then only values move.
package fields

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Schema is what a resource.Schema says of the type of its object.
type Schema interface{ Type() attr.Type }

// Of moves the fields of T, a struct whose every field has a tfsdk tag and an attr.Value's type: one for each attribute
// and block of the schema. It is bound to the schema of its first use. It is safe for concurrent use.
type Of[T any] struct {
	once   sync.Once
	object tftypes.Object
	fields []field
	err    error
}

type field struct {
	name  string
	index int
	kind  attr.Type
	null  tftypes.Value
}

// summary of the errors, which only a defect of the provider can bring about.
const summary = "Values not understood"

// Get reads an object, which must be neither null nor unknown, into out.
func (o *Of[T]) Get(ctx context.Context, schema Schema, raw tftypes.Value, out *T) diag.Diagnostics {
	all := map[string]tftypes.Value{}
	err := o.bind(ctx, schema)
	switch {
	case err != nil:
	case raw.IsNull() || !raw.IsKnown():
		err = errors.New("there is no object")
	default:
		err = raw.As(&all)
	}
	into := reflect.ValueOf(out).Elem()
	for _, f := range o.fields {
		if err != nil {
			break
		}
		var value attr.Value
		if value, err = f.kind.ValueFromTerraform(ctx, all[f.name]); err == nil {
			into.Field(f.index).Set(reflect.ValueOf(value))
		}
	}
	return failed(err)
}

// Put writes an object over *raw.
func (o *Of[T]) Put(ctx context.Context, schema Schema, raw *tftypes.Value, from T) diag.Diagnostics {
	if err := o.bind(ctx, schema); err != nil {
		return failed(err)
	}
	all, in := make(map[string]tftypes.Value, len(o.fields)), reflect.ValueOf(from)
	for _, f := range o.fields {
		value, ok := in.Field(f.index).Interface().(attr.Value)
		if !ok || value.IsNull() { // also the zero value of a list, which does not know the type of its elements
			all[f.name] = f.null
			continue
		}
		written, err := value.ToTerraformValue(ctx)
		if err != nil {
			return failed(fmt.Errorf("%s: %w", f.name, err))
		}
		all[f.name] = written
	}
	if err := tftypes.ValidateValue(o.object, all); err != nil {
		return failed(err)
	}
	*raw = tftypes.NewValue(o.object, all)
	return nil
}

// Type is the type of the object.
func (o *Of[T]) Type(ctx context.Context, schema Schema) tftypes.Type {
	_ = o.bind(ctx, schema) // an error is Get's and Put's to tell
	return o.object
}

// Equal reports whether two structs have the same values, to the letter. Both have been through Get, or are made of what has.
func (o *Of[T]) Equal(a, b T) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for _, f := range o.fields {
		value, ok := x.Field(f.index).Interface().(attr.Value)
		other, too := y.Field(f.index).Interface().(attr.Value)
		if !ok || !too || !value.Equal(other) {
			return false
		}
	}
	return len(o.fields) > 0
}

// bind finds the field of each attribute, once.
func (o *Of[T]) bind(ctx context.Context, schema Schema) error {
	o.once.Do(func() {
		kind := schema.Type()
		object, ok := kind.TerraformType(ctx).(tftypes.Object)
		typed, known := kind.(attr.TypeWithAttributeTypes)
		if !ok || !known {
			o.err = fmt.Errorf("the schema is of type %s, not an object", kind)
			return
		}
		o.object = object
		kinds, structure := typed.AttributeTypes(), reflect.TypeFor[T]()
		for i := range structure.NumField() {
			name := structure.Field(i).Tag.Get("tfsdk")
			kind, found := kinds[name]
			if !found {
				o.err = fmt.Errorf("the field %s has no attribute", structure.Field(i).Name)
				return
			}
			if got := reflect.TypeOf(kind.ValueType(ctx)); got != structure.Field(i).Type {
				o.err = fmt.Errorf("the field %s is a %s, and its attribute a %s", structure.Field(i).Name, structure.Field(i).Type, got)
				return
			}
			o.fields = append(o.fields, field{name: name, index: i, kind: kind, null: tftypes.NewValue(object.AttributeTypes[name], nil)})
		}
		if len(o.fields) != len(kinds) {
			o.err = fmt.Errorf("%d fields for %d attributes", len(o.fields), len(kinds))
		}
	})
	return o.err
}

func failed(err error) (diags diag.Diagnostics) {
	if err != nil {
		// The values may hold a secret: the error names types and attributes only.
		diags.AddError(summary, fmt.Sprintf("%v. This is a defect of the provider, please report it.", err))
	}
	return diags
}
