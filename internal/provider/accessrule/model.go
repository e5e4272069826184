package accessrule

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
)

// model is the resource in a configuration, a plan and a state.
type model struct {
	ID           types.String   `tfsdk:"id"`
	RuleID       types.String   `tfsdk:"api_access_rule_id"`
	IPRanges     types.Set      `tfsdk:"ip_ranges"`
	CAIDs        types.Set      `tfsdk:"ca_ids"`
	CNs          types.Set      `tfsdk:"cns"`
	Description  types.String   `tfsdk:"description"`
	AllowLockout types.Bool     `tfsdk:"allow_lockout"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

var codec base.Codec[model]

func (m model) describe() string { return "API access rule " + m.ID.ValueString() }

// isKnown reports whether all criteria are known.
func (m model) isKnown(ctx context.Context) bool {
	for _, set := range []types.Set{m.IPRanges, m.CAIDs, m.CNs} {
		if value, err := set.ToTerraformValue(ctx); err != nil || !value.IsFullyKnown() {
			return false
		}
	}
	return true
}

// toRule returns the rule with the id of a state, "" for a new rule.
func (m model) toRule(id string) access.Rule {
	return access.Rule{ID: id, IPRanges: items(m.IPRanges), CAIDs: items(m.CAIDs), CNs: items(m.CNs), Description: m.Description.ValueString()}
}

// withRule returns the model with the values of the API. Ranges keep the user's form if they are the same.
func (m model) withRule(found access.Rule) model {
	m.ID, m.RuleID = types.StringValue(found.ID), types.StringValue(found.ID)
	if m.IPRanges.IsNull() || !access.SameRanges(items(m.IPRanges), found.IPRanges) {
		m.IPRanges = setOf(found.IPRanges)
	}
	m.CAIDs, m.CNs, m.Description = setOf(found.CAIDs), setOf(found.CNs), types.StringValue(found.Description)
	return m
}

func items(set types.Set) (all []string) {
	for _, element := range set.Elements() {
		if text, ok := element.(types.String); ok {
			all = append(all, text.ValueString())
		}
	}
	slices.Sort(all)
	return all
}

func setOf(all []string) types.Set {
	elements := make([]attr.Value, len(all))
	for i, text := range all {
		elements[i] = types.StringValue(text)
	}
	return types.SetValueMust(types.StringType, elements)
}
