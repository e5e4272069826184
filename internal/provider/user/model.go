package user

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// model is the resource in a configuration, a plan and a state.
type model struct {
	ID                   types.String   `tfsdk:"id"`
	UserID               types.String   `tfsdk:"user_id"`
	UserName             types.String   `tfsdk:"user_name"`
	Path                 types.String   `tfsdk:"path"`
	UserEmail            types.String   `tfsdk:"user_email"`
	ForceDestroy         types.Bool     `tfsdk:"force_destroy"`
	Policy               types.Set      `tfsdk:"policy"`
	CreationDate         isodate.Value  `tfsdk:"creation_date"`
	LastModificationDate isodate.Value  `tfsdk:"last_modification_date"`
	Timeouts             timeouts.Value `tfsdk:"timeouts"`
}

var codec base.Codec[model]

// describe names the user in a sentence.
func (m model) describe() string {
	return fmt.Sprintf("user %s (id %s)", m.UserName.ValueString(), m.ID.ValueString())
}

// toSpec returns the planned user. The API sets an unknown e-mail address to that of the account.
func (m model) toSpec() user.Spec {
	return user.Spec{Name: m.UserName.ValueString(), Path: m.Path.ValueString(), Email: m.UserEmail.ValueString()}
}

// withUser returns the model with the values of the API.
func (m model) withUser(found user.User) model {
	m.ID, m.UserID = types.StringValue(found.ID), types.StringValue(found.ID)
	m.UserName = types.StringValue(found.Name)
	m.Path = types.StringValue(found.Path)
	m.UserEmail = types.StringValue(found.Email)
	m.CreationDate = isodate.Keep(m.CreationDate, &found.Created)
	m.LastModificationDate = isodate.Keep(m.LastModificationDate, &found.Modified)
	return m
}
