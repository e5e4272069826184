package managedpolicy

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
)

// model is the resource in a configuration, a plan and a state.
type model struct {
	ID                   types.String   `tfsdk:"id"`
	ORN                  types.String   `tfsdk:"orn"`
	PolicyID             types.String   `tfsdk:"policy_id"`
	PolicyName           types.String   `tfsdk:"policy_name"`
	Path                 types.String   `tfsdk:"path"`
	Description          types.String   `tfsdk:"description"`
	Document             types.String   `tfsdk:"document"`
	ForceDetach          types.Bool     `tfsdk:"force_detach"`
	DefaultVersionID     types.String   `tfsdk:"policy_default_version_id"`
	IsLinkable           types.Bool     `tfsdk:"is_linkable"`
	ResourcesCount       types.Int64    `tfsdk:"resources_count"`
	CreationDate         isodate.Value  `tfsdk:"creation_date"`
	LastModificationDate isodate.Value  `tfsdk:"last_modification_date"`
	Timeouts             timeouts.Value `tfsdk:"timeouts"`
}

var codec base.Codec[model]

// describe names the policy in a sentence.
func (m model) describe() string { return "policy " + m.ID.ValueString() }

func (m model) toSpec() policy.Spec {
	return policy.Spec{
		Name: m.PolicyName.ValueString(), Path: m.Path.ValueString(), Description: m.Description.ValueString(), Document: m.Document.ValueString(),
	}
}

// replaces reports whether the plan replaces the policy of the state.
func (m model) replaces(state model) bool {
	return !m.PolicyName.Equal(state.PolicyName) || !m.Path.Equal(state.Path) || m.Description.ValueString() != state.Description.ValueString()
}

// withPolicy returns the model with the values of the API. Without a description it has "", so that null and "" in a
// configuration are the same.
func (m model) withPolicy(found policy.Policy) model {
	m.ID, m.ORN, m.PolicyID = types.StringValue(found.ORN), types.StringValue(found.ORN), types.StringValue(found.ID)
	m.PolicyName, m.Path = types.StringValue(found.Name), types.StringValue(found.Path)
	m.Description = types.StringValue(found.Description)
	m.DefaultVersionID = types.StringValue(found.DefaultVersionID)
	m.IsLinkable, m.ResourcesCount = types.BoolValue(found.IsLinkable), types.Int64Value(int64(found.ResourcesCount))
	m.CreationDate = isodate.Keep(m.CreationDate, &found.Created)
	m.LastModificationDate = isodate.Keep(m.LastModificationDate, &found.Modified)
	return m
}

// withComputed returns the model with the computed values of a state.
func (m model) withComputed(state model) model {
	changed := state
	changed.ForceDetach, changed.Timeouts, changed.Document, changed.Description = m.ForceDetach, m.Timeouts, m.Document, m.Description
	return changed
}
