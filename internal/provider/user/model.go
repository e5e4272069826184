package user

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/fields"
)

// model is the resource in a configuration, a plan and a state.
type model struct {
	ID                   types.String   `tfsdk:"id"`
	UserID               types.String   `tfsdk:"user_id"`
	UserName             types.String   `tfsdk:"user_name"`
	Path                 types.String   `tfsdk:"path"`
	UserEmail            types.String   `tfsdk:"user_email"`
	CreationDate         isodate.Value  `tfsdk:"creation_date"`
	LastModificationDate isodate.Value  `tfsdk:"last_modification_date"`
	Timeouts             timeouts.Value `tfsdk:"timeouts"`
}

// userFields moves a model from and to what the CLI sends.
var userFields fields.Of[model]

// text names the user in a message.
func (m model) text() string {
	return fmt.Sprintf("user %s (id %s)", m.UserName.ValueString(), m.ID.ValueString())
}

// wish is what a plan asks of the user. An unknown e-mail is left to the API, which takes the account's.
func (m model) wish() credential.UserWish {
	return credential.UserWish{Name: m.UserName.ValueString(), Path: m.Path.ValueString(), Email: m.UserEmail.ValueString()}
}

// read takes over what the API says of the user.
func (m model) read(user credential.User) model {
	m.ID = types.StringValue(user.ID)
	m.UserID = types.StringValue(user.ID)
	m.UserName = types.StringValue(user.Name)
	m.Path = types.StringValue(user.Path)
	m.UserEmail = types.StringValue(user.Email)
	m.CreationDate = isodate.Keep(m.CreationDate, &user.Created)
	m.LastModificationDate = isodate.Keep(m.LastModificationDate, &user.Modified)
	return m
}
