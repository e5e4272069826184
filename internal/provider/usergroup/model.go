package usergroup

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
)

// model is the resource in a configuration, a plan and a state.
type model struct {
	ID                   types.String   `tfsdk:"id"`
	UserGroupID          types.String   `tfsdk:"user_group_id"`
	UserGroupName        types.String   `tfsdk:"user_group_name"`
	Path                 types.String   `tfsdk:"path"`
	ORN                  types.String   `tfsdk:"orn"`
	ForceDestroy         types.Bool     `tfsdk:"force_destroy"`
	User                 types.Set      `tfsdk:"user"`
	Policy               types.Set      `tfsdk:"policy"`
	CreationDate         isodate.Value  `tfsdk:"creation_date"`
	LastModificationDate isodate.Value  `tfsdk:"last_modification_date"`
	Timeouts             timeouts.Value `tfsdk:"timeouts"`
}

var codec base.Codec[model]

// describe names the group in a sentence.
func (m model) describe() string {
	return fmt.Sprintf("user group %s (id %s)", m.UserGroupName.ValueString(), m.ID.ValueString())
}

func (m model) toSpec() group.Spec {
	return group.Spec{Name: m.UserGroupName.ValueString(), Path: m.Path.ValueString()}
}

// withGroup returns the model with the values of the API.
func (m model) withGroup(found group.Group) model {
	m.ID, m.UserGroupID = types.StringValue(found.ID), types.StringValue(found.ID)
	m.UserGroupName, m.Path, m.ORN = types.StringValue(found.Name), types.StringValue(found.Path), types.StringValue(found.ORN)
	m.CreationDate = isodate.Keep(m.CreationDate, &found.Created)
	m.LastModificationDate = isodate.Keep(m.LastModificationDate, &found.Modified)
	return m
}
