package policyversion

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/policyjson"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
)

// model is the resource in a configuration, a plan and a state.
type model struct {
	ID             types.String   `tfsdk:"id"`
	PolicyORN      types.String   `tfsdk:"policy_orn"`
	Document       types.String   `tfsdk:"document"`
	SetAsDefault   types.Bool     `tfsdk:"set_as_default"`
	DefaultVersion types.Bool     `tfsdk:"default_version"`
	VersionID      types.String   `tfsdk:"version_id"`
	Body           types.String   `tfsdk:"body"`
	CreationDate   isodate.Value  `tfsdk:"creation_date"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

var codec base.Codec[model]

// describe names the version in a sentence.
func (m model) describe() string {
	return "version " + m.VersionID.ValueString() + " of policy " + m.PolicyORN.ValueString()
}

// importID is the id that an import of the version takes.
func (m model) importID() string { return m.PolicyORN.ValueString() + "/" + m.VersionID.ValueString() }

// withVersion returns the model with the values of the API. The document keeps the user's text if it means the same.
func (m model) withVersion(v policy.Version) model {
	if m.VersionID.ValueString() != v.ID || m.ID.ValueString() == "" {
		m.ID = types.StringValue(m.PolicyORN.ValueString() + "/" + v.ID)
	}
	m.VersionID, m.DefaultVersion = types.StringValue(v.ID), types.BoolValue(v.IsDefault)
	m.Body = types.StringValue(v.Document)
	m.Document = types.StringValue(policyjson.Keep(m.Document.ValueString(), v.Document))
	m.CreationDate = isodate.Keep(m.CreationDate, &v.Created)
	return m
}

// imported sets what an import cannot read from the API: `set_as_default` is true if the version is the default one.
func (m model) imported() model {
	if m.DefaultVersion.ValueBool() {
		m.SetAsDefault = types.BoolValue(true)
	}
	return m
}
