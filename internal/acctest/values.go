package acctest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Args has the values of a block of configuration by argument, or the expected values. A value is a string, bool, int or float64, a
// slice for a list or set, a map for a map or object, a []map[string]any for repeated blocks, nil for null, or Unknown for a value
// that is known after apply.
type Args = map[string]any

type marker string

const (
	// Unknown is a value that is known after apply, in a configuration or in an expected plan.
	Unknown marker = "(known after apply)"
	// NotNull matches every known value except null. It is for expectations only.
	NotNull marker = "(not null)"
)

// Matches returns the expectation of a string that matches a regular expression.
func Matches(pattern string) *regexp.Regexp { return regexp.MustCompile(pattern) }

// toValue returns a value of type t. It panics if v does not fit the type, which is a defect of the test.
func toValue(t tftypes.Type, v any) tftypes.Value {
	if v == nil {
		return null(t)
	}
	if v == Unknown {
		return tftypes.NewValue(t, tftypes.UnknownValue)
	}
	switch t := t.(type) {
	case tftypes.Object:
		all := map[string]tftypes.Value{}
		for name, attribute := range t.AttributeTypes {
			all[name] = toValue(attribute, v.(map[string]any)[name])
		}
		return tftypes.NewValue(t, all)
	case tftypes.List:
		return tftypes.NewValue(t, elements(t.ElementType, v))
	case tftypes.Set:
		return tftypes.NewValue(t, elements(t.ElementType, v))
	case tftypes.Map:
		all := map[string]tftypes.Value{}
		for entries := reflect.ValueOf(v).MapRange(); entries.Next(); {
			all[entries.Key().String()] = toValue(t.ElementType, entries.Value().Interface())
		}
		return tftypes.NewValue(t, all)
	}
	if t.Is(tftypes.Number) {
		return tftypes.NewValue(t, number(v))
	}
	return tftypes.NewValue(t, v)
}

// number converts a Go number to the form of the protocol.
func number(v any) *big.Float {
	if whole, ok := v.(int); ok {
		return big.NewFloat(float64(whole))
	}
	return big.NewFloat(v.(float64))
}

// elements returns the items of a list or set.
func elements(t tftypes.Type, v any) []tftypes.Value {
	all := []tftypes.Value{}
	for items, i := reflect.ValueOf(v), 0; i < items.Len(); i++ {
		all = append(all, toValue(t, items.Index(i).Interface()))
	}
	return all
}

// configured returns the value of a block of configuration, as a CLI decodes it. Attributes that are not set are null, and repeated
// blocks that are not set are empty.
func (s schemaBlock) configured(set map[string]any) tftypes.Value {
	all := map[string]tftypes.Value{}
	for _, a := range s.attributes {
		all[a.Name] = toValue(a.ValueType(), set[a.Name])
	}
	for _, b := range s.blocks {
		all[b.TypeName] = nestedBlocks(b, set[b.TypeName])
	}
	for name := range set {
		if _, ok := all[name]; !ok {
			panic(fmt.Sprintf("there is no argument %q", name))
		}
	}
	return tftypes.NewValue(s.object, all)
}

func nestedBlocks(b *tfprotov6.SchemaNestedBlock, v any) tftypes.Value {
	if v == Unknown {
		return tftypes.NewValue(b.ValueType(), tftypes.UnknownValue)
	}
	inner := blockOf(b.Block)
	switch b.Nesting {
	case tfprotov6.SchemaNestedBlockNestingModeList, tfprotov6.SchemaNestedBlockNestingModeSet:
		all := []tftypes.Value{}
		blocks, _ := v.([]map[string]any)
		for _, block := range blocks {
			all = append(all, inner.configured(block))
		}
		return tftypes.NewValue(b.ValueType(), all)
	case tfprotov6.SchemaNestedBlockNestingModeMap:
		all := map[string]tftypes.Value{}
		blocks, _ := v.(map[string]map[string]any)
		for name, block := range blocks {
			all[name] = inner.configured(block)
		}
		return tftypes.NewValue(b.ValueType(), all)
	}
	if v == nil {
		return null(b.ValueType())
	}
	return inner.configured(v.(map[string]any))
}

func null(t tftypes.Type) tftypes.Value { return tftypes.NewValue(t, nil) }

// attributes returns the values of an object by name, or nil if the object is null or unknown.
func attributes(object tftypes.Value) map[string]tftypes.Value {
	if object.IsNull() || !object.IsKnown() {
		return nil
	}
	all := map[string]tftypes.Value{}
	mustAs(object, &all)
	return maps.Clone(all) // As returns the map of the value itself
}

// items returns the elements of a list or set, or nil if it is null or unknown.
func items(list tftypes.Value) []tftypes.Value {
	if list.IsNull() || !list.IsKnown() {
		return nil
	}
	var all []tftypes.Value
	mustAs(list, &all)
	return slices.Clone(all) // As returns the slice of the value itself
}

// mustAs decodes a value whose type fits.
func mustAs(v tftypes.Value, target any) {
	if err := v.As(target); err != nil {
		panic(err)
	}
}

// fromValue returns a value in the form of Args: numbers are float64, lists and sets []any, maps and objects map[string]any.
func fromValue(v tftypes.Value) any {
	switch {
	case !v.IsKnown():
		return Unknown
	case v.IsNull():
		return nil
	case v.Type().Is(tftypes.String):
		var text string
		mustAs(v, &text)
		return text
	case v.Type().Is(tftypes.Bool):
		var is bool
		mustAs(v, &is)
		return is
	case v.Type().Is(tftypes.Number):
		var n big.Float
		mustAs(v, &n)
		f, _ := n.Float64()
		return f
	case v.Type().Is(tftypes.Object{}), v.Type().Is(tftypes.Map{}):
		all := map[string]any{}
		for name, value := range attributes(v) {
			all[name] = fromValue(value)
		}
		return all
	}
	all := []any{}
	for _, value := range items(v) {
		all = append(all, fromValue(value))
	}
	return all
}

// toJSON returns a value in JSON, as a CLI writes it into a state file. Unknown values are null.
func toJSON(v tftypes.Value) []byte {
	text, err := json.Marshal(forJSON(fromValue(v)))
	if err != nil {
		panic(err)
	}
	return text
}

func forJSON(v any) any {
	switch v := v.(type) {
	case marker:
		return nil
	case map[string]any:
		for name := range v {
			v[name] = forJSON(v[name])
		}
	case []any:
		for i := range v {
			v[i] = forJSON(v[i])
		}
	}
	return v
}

// dynamic encodes a value for the protocol.
func dynamic(v tftypes.Value) *tfprotov6.DynamicValue {
	packed, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		panic(err)
	}
	return &packed
}

// Mismatch returns how a value differs from the expected one, or "" if it does not. Both are in the form of Args. An expected object
// can omit attributes.
func Mismatch(got, want any) string { return mismatch(got, want) }

// mismatch is Mismatch.
func mismatch(got, want any) string {
	switch want := want.(type) {
	case marker:
		if want == NotNull && got != nil && got != Unknown || got == any(want) {
			return ""
		}
	case *regexp.Regexp:
		if text, ok := got.(string); ok && want.MatchString(text) {
			return ""
		}
		return fmt.Sprintf("got %s, want a match of %s", shown(got), want)
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			break
		}
		return mismatches(object, want)
	default:
		if reflect.DeepEqual(normal(got), normal(want)) {
			return ""
		}
	}
	return fmt.Sprintf("got %s, want %s", shown(got), shown(want))
}

// mismatches returns the differences of the attributes in want.
func mismatches(got, want map[string]any) string {
	var all []string
	for name, value := range want {
		if text := mismatch(got[name], value); text != "" {
			all = append(all, name+": "+text)
		}
	}
	return strings.Join(all, "; ")
}

// normal converts a value so that it can be compared: numbers to float64, slices to []any.
func normal(v any) any {
	if whole, ok := v.(int); ok {
		return float64(whole)
	}
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice {
		all := []any{}
		for i := range list.Len() {
			all = append(all, normal(list.Index(i).Interface()))
		}
		return all
	}
	return v
}

// shown writes a value into a failure, without what may be a secret.
func shown(v any) string {
	text := fmt.Sprintf("%#v", v)
	return secretShape.ReplaceAllString(text, "(40 characters)")
}
