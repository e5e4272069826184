package acctest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// invalidPlan returns why a CLI would refuse a plan ("Provider produced invalid plan"). A planned value must be the configured value,
// or the prior value if both mean the same. It can be any value if the attribute is computed and is null in the configuration.
// Write-only arguments must be null.
func invalidPlan(s schemaBlock, prior, config, planned tftypes.Value) string {
	if planned.IsNull() != config.IsNull() {
		return fmt.Sprintf("planned null: %t, configured null: %t", planned.IsNull(), config.IsNull())
	}
	before, configured, after := attributes(prior), attributes(config), attributes(planned)
	var wrong []string
	for _, a := range s.attributes {
		if text := invalidAttribute(a, before[a.Name], configured[a.Name], after[a.Name]); text != "" {
			wrong = append(wrong, a.Name+": "+text)
		}
	}
	for _, b := range s.blocks {
		config, planned := configured[b.TypeName], after[b.TypeName]
		if b.Nesting == tfprotov6.SchemaNestedBlockNestingModeSet || config.Equal(planned) {
			continue // the elements of a set have no keys to match them
		}
		if text := invalidBlocks(b, before[b.TypeName], config, planned); text != "" {
			wrong = append(wrong, b.TypeName+": "+text)
		}
	}
	return strings.Join(wrong, "; ")
}

func invalidAttribute(a *tfprotov6.SchemaAttribute, prior, config, planned tftypes.Value) string {
	switch {
	case a.WriteOnly:
		if !planned.IsNull() {
			return "a write-only argument is in the plan"
		}
	case planned.Equal(config), a.Computed && (!a.Optional || config.IsNull()):
	case !config.IsNull() && isSet(prior) && planned.Equal(prior):
	case a.NestedType != nil: // parts may be computed
	case config.IsNull():
		return "planned, though it is neither configured nor computed"
	default:
		return fmt.Sprintf("planned %s, configured %s", shown(fromValue(planned)), shown(fromValue(config)))
	}
	return ""
}

// isSet reports whether a value exists and is not null.
func isSet(v tftypes.Value) bool { return v.Type() != nil && !v.IsNull() }

func invalidBlocks(b *tfprotov6.SchemaNestedBlock, prior, config, planned tftypes.Value) string {
	if b.Nesting != tfprotov6.SchemaNestedBlockNestingModeList {
		if !isSet(prior) {
			prior = null(config.Type())
		}
		return invalidPlan(blockOf(b.Block), prior, config, planned)
	}
	before, configured, after := items(prior), items(config), items(planned)
	if len(configured) != len(after) {
		return fmt.Sprintf("%d planned, %d configured", len(after), len(configured))
	}
	for i := range after {
		old := null(configured[i].Type())
		if i < len(before) {
			old = before[i]
		}
		if text := invalidPlan(blockOf(b.Block), old, configured[i], after[i]); text != "" {
			return text
		}
	}
	return ""
}

// inconsistent returns the differences between a plan and its result: every known value of the plan must be the same.
func inconsistent(planned, actual tftypes.Value) string {
	if !planned.IsKnown() {
		return ""
	}
	if planned.IsNull() || actual.IsNull() || !actual.IsKnown() || planned.Type().Is(tftypes.Set{}) {
		if planned.Type().Is(tftypes.Set{}) && !planned.IsFullyKnown() || planned.Equal(actual) {
			return ""
		}
		return fmt.Sprintf("planned %s, is %s", shown(fromValue(planned)), shown(fromValue(actual)))
	}
	switch {
	case planned.Type().Is(tftypes.Object{}), planned.Type().Is(tftypes.Map{}):
		return inconsistentEntries(attributes(planned), attributes(actual))
	case planned.Type().Is(tftypes.List{}):
		want, got := items(planned), items(actual)
		if len(want) != len(got) {
			return fmt.Sprintf("%d elements planned, there are %d", len(want), len(got))
		}
		for i := range want {
			if text := inconsistent(want[i], got[i]); text != "" {
				return fmt.Sprintf("[%d]: %s", i, text)
			}
		}
		return ""
	}
	if !planned.Equal(actual) {
		return fmt.Sprintf("planned %s, is %s", shown(fromValue(planned)), shown(fromValue(actual)))
	}
	return ""
}

func inconsistentEntries(planned, actual map[string]tftypes.Value) string {
	var wrong []string
	for name, want := range planned {
		got, ok := actual[name]
		if !ok {
			wrong = append(wrong, name+": gone")
		} else if text := inconsistent(want, got); text != "" {
			wrong = append(wrong, name+": "+text)
		}
	}
	for name := range actual {
		if _, ok := planned[name]; !ok {
			wrong = append(wrong, name+": not planned")
		}
	}
	slices.Sort(wrong)
	return strings.Join(wrong, "; ")
}

// replacementPaths returns the top-level attributes that require a replacement and that the plan changes.
func replacementPaths(paths []*tftypes.AttributePath, prior, planned tftypes.Value) []string {
	before, after := attributes(prior), attributes(planned)
	var names []string
	for _, path := range paths {
		steps := path.Steps()
		name, ok := steps[0].(tftypes.AttributeName)
		if !ok {
			panic("a path that does not begin with an attribute: " + path.String())
		}
		if v := after[string(name)]; !v.IsFullyKnown() || !v.Equal(before[string(name)]) {
			names = append(names, string(name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
