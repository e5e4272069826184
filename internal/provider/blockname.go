package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// inSet begins an element of a set in a path of the framework, as in `policy[Value({"policy_orn":"x"})].policy_orn`.
const inSet = "[Value("

// nameBlock rewrites the paths in a diagnostic. The framework names an element of a set by its whole value. nameBlock removes the
// value from the path, and adds the texts of the block to the detail.
func nameBlock(d *tfprotov6.Diagnostic) {
	d.Summary = withoutElements(d.Summary)
	short := withoutElements(d.Detail)
	if short != d.Detail {
		d.Detail = short + blockOf(d.Attribute)
	}
}

// withoutElements removes the elements from the paths in a text: `policy.policy_orn`.
func withoutElements(s string) string {
	before, after, found := strings.Cut(s, inSet)
	if !found {
		return s
	}
	quoted := false
	for i := 0; i < len(after); i++ {
		switch {
		case after[i] == '\\':
			i++
		case after[i] == '"':
			quoted = !quoted
		case !quoted && strings.HasPrefix(after[i:], ")]"):
			return before + withoutElements(after[i+len(")]"):])
		}
	}
	return s
}

// blockOf returns a sentence that shows the first block of a set in a path; "" if the element is not a block or has no texts.
func blockOf(path *tftypes.AttributePath) string {
	block := ""
	for _, step := range path.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			block = string(step)
		case tftypes.ElementKeyValue:
			var arguments map[string]tftypes.Value
			if tftypes.Value(step).As(&arguments) != nil {
				return ""
			}
			var shown []string
			for _, name := range slices.Sorted(maps.Keys(arguments)) {
				var value string
				if v := arguments[name]; v.IsKnown() && !v.IsNull() && v.As(&value) == nil {
					shown = append(shown, name+" = "+text.Quote(value))
				}
			}
			if len(shown) == 0 {
				return ""
			}
			return fmt.Sprintf("\n\nThe block: %s { %s }", block, strings.Join(shown, ", "))
		}
	}
	return ""
}
