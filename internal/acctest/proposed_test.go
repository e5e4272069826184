package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func textAttribute(name string, set func(a *tfprotov6.SchemaAttribute)) *tfprotov6.SchemaAttribute {
	a := &tfprotov6.SchemaAttribute{Name: name, Type: tftypes.String}
	set(a)
	return a
}

func required(a *tfprotov6.SchemaAttribute)  { a.Required = true }
func optional(a *tfprotov6.SchemaAttribute)  { a.Optional = true }
func computed(a *tfprotov6.SchemaAttribute)  { a.Computed = true }
func either(a *tfprotov6.SchemaAttribute)    { a.Optional, a.Computed = true, true }
func writeOnly(a *tfprotov6.SchemaAttribute) { a.Optional, a.WriteOnly = true, true }

// example has every kind of attribute, nested blocks of every mode and nested attributes.
func example() schemaBlock {
	inner := []*tfprotov6.SchemaAttribute{textAttribute("key", required), textAttribute("made", computed), textAttribute("either", either)}
	nested := func(name string, mode tfprotov6.SchemaNestedBlockNestingMode) *tfprotov6.SchemaNestedBlock {
		return &tfprotov6.SchemaNestedBlock{TypeName: name, Nesting: mode, Block: &tfprotov6.SchemaBlock{Attributes: inner}}
	}
	object := func(name string, mode tfprotov6.SchemaObjectNestingMode) *tfprotov6.SchemaAttribute {
		return &tfprotov6.SchemaAttribute{Name: name, Optional: true, Computed: true, NestedType: &tfprotov6.SchemaObject{Nesting: mode, Attributes: inner}}
	}
	return blockOf(&tfprotov6.SchemaBlock{
		Attributes: []*tfprotov6.SchemaAttribute{
			textAttribute("optional", optional), textAttribute("computed", computed), textAttribute("either", either), textAttribute("secret", writeOnly),
			object("object", tfprotov6.SchemaObjectNestingModeSingle), object("objects", tfprotov6.SchemaObjectNestingModeList),
		},
		BlockTypes: []*tfprotov6.SchemaNestedBlock{
			nested("single", tfprotov6.SchemaNestedBlockNestingModeSingle), nested("group", tfprotov6.SchemaNestedBlockNestingModeGroup),
			nested("list", tfprotov6.SchemaNestedBlockNestingModeList), nested("set", tfprotov6.SchemaNestedBlockNestingModeSet),
			nested("map", tfprotov6.SchemaNestedBlockNestingModeMap),
		},
	})
}

type many = []map[string]any

// TestProposedNewState_rules tests each rule of the CLIs' ProposedNew.
func TestProposedNewState_rules(t *testing.T) {
	t.Parallel()
	s := example()
	for name, c := range map[string]struct{ prior, config, want Args }{
		"a create takes the configuration": {nil, Args{"optional": "a"}, Args{"optional": "a", "computed": nil, "either": nil, "list": []any{}, "single": nil}},
		"computed is kept": {
			Args{"computed": "c", "either": "e", "optional": "o"}, Args{}, Args{"computed": "c", "either": "e", "optional": nil},
		},
		"configured wins":                      {Args{"either": "e", "optional": "o"}, Args{"either": "E", "optional": "O"}, Args{"either": "E", "optional": "O"}},
		"unknown wins":                         {Args{"either": "e"}, Args{"either": Unknown}, Args{"either": Unknown}},
		"a write-only argument is passed on":   {Args{}, Args{"secret": "s"}, Args{"secret": "s"}},
		"single: absent":                       {Args{"single": Args{"key": "k", "made": "m"}}, Args{}, Args{"single": nil}},
		"single: merged":                       {Args{"single": Args{"key": "k", "made": "m"}}, Args{"single": Args{"key": "K"}}, Args{"single": Args{"key": "K", "made": "m"}}},
		"single: new":                          {Args{}, Args{"single": Args{"key": "K"}}, Args{"single": Args{"key": "K", "made": nil}}},
		"group: merged":                        {Args{"group": Args{"made": "m"}}, Args{"group": Args{"key": "K"}}, Args{"group": Args{"key": "K", "made": "m"}}},
		"list: by index":                       {Args{"list": many{{"key": "a", "made": "1"}, {"key": "b", "made": "2"}}}, Args{"list": many{{"key": "b"}}}, Args{"list": []any{Args{"key": "b", "made": "1", "either": nil}}}},
		"list: longer":                         {Args{"list": many{{"key": "a", "made": "1"}}}, Args{"list": many{{"key": "a"}, {"key": "b"}}}, Args{"list": []any{Args{"key": "a", "made": "1", "either": nil}, Args{"key": "b", "made": nil, "either": nil}}}},
		"list: unknown":                        {Args{"list": many{{"key": "a"}}}, Args{"list": Unknown}, Args{"list": Unknown}},
		"map: by key":                          {Args{"map": map[string]map[string]any{"x": {"key": "a", "made": "1"}}}, Args{"map": map[string]map[string]any{"x": {"key": "b"}, "y": {"key": "c"}}}, Args{"map": Args{"x": Args{"key": "b", "made": "1"}, "y": Args{"key": "c", "made": nil}}}},
		"set: by what is configured":           {Args{"set": many{{"key": "a", "made": "1"}, {"key": "b", "made": "2"}}}, Args{"set": many{{"key": "b"}}}, Args{"set": []any{Args{"key": "b", "made": "2", "either": nil}}}},
		"set: another one":                     {Args{"set": many{{"key": "a", "made": "1"}}}, Args{"set": many{{"key": "b"}}}, Args{"set": []any{Args{"key": "b", "made": nil, "either": nil}}}},
		"set: two alike are used once":         {Args{"set": many{{"key": "a", "made": "1"}}}, Args{"set": many{{"key": "a"}, {"key": "a", "either": "x"}}}, Args{"set": []any{Args{"key": "a", "made": "1", "either": nil}, Args{"key": "a", "made": nil, "either": "x"}}}},
		"nested attribute: kept if computed":   {Args{"object": Args{"made": "m"}}, Args{}, Args{"object": Args{"made": "m"}}},
		"nested attribute: configured is gone": {Args{"object": Args{"key": "k", "made": "m"}}, Args{}, Args{"object": nil}},
		"nested attributes: configured":        {Args{"objects": []any{Args{"key": "k", "made": "m"}}}, Args{}, Args{"objects": nil}},
		"nested attribute: merged":             {Args{"object": Args{"key": "k", "made": "m"}}, Args{"object": Args{"key": "K"}}, Args{"object": Args{"key": "K", "made": "m"}}},
		"nested attribute: unknown":            {Args{"object": Args{"made": "m"}}, Args{"object": Unknown}, Args{"object": Unknown}},
	} {
		prior := null(s.object)
		if c.prior != nil {
			prior = s.configured(c.prior)
		}
		got, _ := fromValue(proposedNewState(s, prior, s.configured(c.config))).(map[string]any)
		if text := mismatches(got, c.want); text != "" {
			t.Errorf("%s: %s", name, text)
		}
	}
	if got := proposedNewState(s, null(s.object), null(s.object)); !got.IsNull() {
		t.Error("null became a value")
	}
}

// TestWithIgnoredChanges_prior: the configuration has the prior values of ignored attributes, unless the object is new.
func TestWithIgnoredChanges_prior(t *testing.T) {
	t.Parallel()
	s := example()
	prior, config := s.configured(Args{"optional": "o", "computed": "c", "either": "e"}), s.configured(Args{"optional": "O", "either": "E"})
	for name, c := range map[string]struct {
		ignore []string
		prior  tftypes.Value
		want   Args
	}{
		"one":    {[]string{"optional"}, prior, Args{"optional": "o", "either": "E", "computed": nil}},
		"all":    {[]string{"all"}, prior, Args{"optional": "o", "either": "e", "computed": nil}},
		"none":   {nil, prior, Args{"optional": "O", "either": "E"}},
		"create": {[]string{"all"}, null(s.object), Args{"optional": "O", "either": "E"}},
	} {
		got := fromValue(withIgnoredChanges(s, c.ignore, c.prior, config)).(map[string]any)
		if text := mismatches(got, c.want); text != "" {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestInvalidPlan_rules: plans that the CLIs report as "Provider produced invalid plan".
func TestInvalidPlan_rules(t *testing.T) {
	t.Parallel()
	s := example()
	for name, c := range map[string]struct {
		prior, config, planned Args
		valid                  bool
	}{
		"as configured":           {nil, Args{"optional": "a", "list": many{{"key": "k"}}}, Args{"optional": "a", "list": many{{"key": "k", "made": Unknown}}}, true},
		"another spelling":        {Args{"optional": "a"}, Args{"optional": "A"}, Args{"optional": "a"}, true},
		"computed":                {nil, Args{}, Args{"computed": Unknown, "either": "e"}, true},
		"not computed":            {nil, Args{}, Args{"optional": "a"}, false},
		"kept though removed":     {Args{"optional": "a"}, Args{}, Args{"optional": "a"}, false},
		"another value":           {Args{"optional": "a"}, Args{"optional": "b"}, Args{"optional": "c"}, false},
		"computed and configured": {nil, Args{"either": "a"}, Args{"either": "b"}, false},
		"write-only":              {nil, Args{"secret": "s"}, Args{}, true},
		"write-only in the plan":  {nil, Args{"secret": "s"}, Args{"secret": "s"}, false},
		"a block too many":        {nil, Args{}, Args{"list": many{{"key": "k"}}}, false},
		"another block":           {nil, Args{"single": Args{"key": "a"}}, Args{"single": Args{"key": "b"}}, false},
	} {
		prior := null(s.object)
		if c.prior != nil {
			prior = s.configured(c.prior)
		}
		if text := invalidPlan(s, prior, s.configured(c.config), s.configured(c.planned)); (text == "") != c.valid {
			t.Errorf("%s: valid %t, want %t (%s)", name, text == "", c.valid, text)
		}
	}
	if invalidPlan(s, null(s.object), s.configured(nil), null(s.object)) == "" || invalidPlan(s, s.configured(nil), null(s.object), s.configured(nil)) == "" {
		t.Error("a null plan for a configured object, or a plan for a null configuration, is accepted")
	}
}

// TestInconsistent_rules: results that the CLIs report as "Provider produced inconsistent result after apply".
func TestInconsistent_rules(t *testing.T) {
	t.Parallel()
	s := example()
	for name, c := range map[string]struct {
		planned, actual Args
		consistent      bool
	}{
		"same":             {Args{"optional": "a"}, Args{"optional": "a"}, true},
		"unknown":          {Args{"computed": Unknown}, Args{"computed": "c"}, true},
		"unknown and null": {Args{"computed": Unknown}, Args{}, true},
		"another":          {Args{"optional": "a"}, Args{"optional": "b"}, false},
		"gone":             {Args{"optional": "a"}, Args{}, false},
		"come":             {Args{}, Args{"optional": "a"}, false},
		"in a list":        {Args{"list": many{{"key": "a"}}}, Args{"list": many{{"key": "b"}}}, false},
		"longer list":      {Args{"list": many{{"key": "a"}}}, Args{"list": many{{"key": "a"}, {"key": "b"}}}, false},
		"in a set":         {Args{"set": many{{"key": "a"}}}, Args{"set": many{{"key": "b"}}}, false},
		"in a map":         {Args{"map": map[string]map[string]any{"x": {"key": "a"}}}, Args{"map": map[string]map[string]any{"y": {"key": "a"}}}, false},
	} {
		if text := inconsistent(s.configured(c.planned), s.configured(c.actual)); (text == "") != c.consistent {
			t.Errorf("%s: consistent %t, want %t (%s)", name, text == "", c.consistent, text)
		}
	}
}
