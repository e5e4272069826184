package filter

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func blocks(t *testing.T, pairs ...any) types.Set {
	t.Helper()
	kind := types.ObjectType{AttrTypes: map[string]attr.Type{"name": types.StringType, "values": types.ListType{ElemType: types.StringType}}}
	var elements []attr.Value
	for i := 0; i < len(pairs); i += 2 {
		values, diags := types.ListValueFrom(context.Background(), types.StringType, pairs[i+1])
		if diags.HasError() {
			t.Fatal(diags)
		}
		elements = append(elements, types.ObjectValueMust(kind.AttrTypes, map[string]attr.Value{
			"name": types.StringValue(pairs[i].(string)), "values": values,
		}))
	}
	return types.SetValueMust(kind, elements)
}

func TestPass_allBlocks(t *testing.T) {
	var diags diag.Diagnostics
	set := From(context.Background(), blocks(t, "states", []string{"ACTIVE", "INACTIVE"}, "ids", []string{"a"}), &diags)
	set.Limit("states", []string{"INACTIVE"})
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"states", "INACTIVE", true}, {"states", "ACTIVE", false}, {"ids", "a", true}, {"ids", "b", false}, {"tags", "anything", true},
	} {
		if got := set.Pass(c.name, c.value); got != c.want {
			t.Errorf("%s = %s passes: %v, want %v", c.name, c.value, got, c.want)
		}
	}
	if diags.HasError() {
		t.Error(diags)
	}
}

func TestPass_noBlocks(t *testing.T) {
	var diags diag.Diagnostics
	set := From(context.Background(), types.SetNull(types.StringType), &diags)
	if diags.HasError() || !set.Pass("ids", "a") || set.String() != "" {
		t.Errorf("%v, %v", set, diags)
	}
}

func TestString_sorted(t *testing.T) {
	a := Set{"states": {"B", "A"}, "ids": {"x"}}
	b := Set{"ids": {"x"}, "states": {"A", "B"}}
	if a.String() != "ids = x; states = A, B" || a.String() != b.String() {
		t.Errorf("%q, %q", a.String(), b.String())
	}
}

func TestID_dependsOnFilters(t *testing.T) {
	a := Set{"states": {"B", "A"}}
	if a.ID("alice") != (Set{"states": {"A", "B"}}).ID("alice") {
		t.Error("the order of values must not matter")
	}
	if a.ID("alice") == a.ID("bob") || a.ID("alice") == (Set{}).ID("alice") {
		t.Error("another question has another id")
	}
}
