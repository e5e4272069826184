package user

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// The data sources. API action: ReadUsers, all pages.
var (
	NewOne  = oneUser().One("user", "users", "Reads one EIM user, by name or by id. It is an error if no user matches, or more than one.")
	NewList = users.List("users", "users", "Lists the EIM users of the account, from all pages. If no user matches, the list is empty.")
)

// The arguments of the data source for one user, and the filters of both. The first filter is the official provider's.
const (
	userID, userName = "user_id", "user_name"
	byID, byName     = "user_ids", "user_names"
)

var users = lookup.Kind[user.User]{
	Singular: "user", Plural: "users",
	ID: func(u user.User) string { return u.ID }, Name: func(u user.User) string { return u.Name },
	Filters: []string{byID, byName}, Attributes: Attributes, Values: Values,
	Find: func(ctx context.Context, d *providerdata.Data, f filter.Set) ([]user.User, error) {
		all, err := d.Users.List(ctx)
		return slices.DeleteFunc(all, func(u user.User) bool {
			return !f.Pass(byID, u.ID) || !f.Pass(byName, u.Name) || !f.Pass(userID, u.ID) || !f.Pass(userName, u.Name)
		}), err
	},
}

// oneUser returns users with arguments for the id and the name.
func oneUser() lookup.Kind[user.User] {
	one := users
	one.Arguments = map[string]schema.Attribute{
		userID:   schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The id of the user."},
		userName: schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The name of the user."},
	}
	one.AnyOf = []string{userID, userName, "filter"}
	return one
}

// Attributes are those of a user in a data source.
var Attributes = map[string]schema.Attribute{
	userID:                   lookup.Text("The id of the user."),
	userName:                 lookup.Text("The name of the user."),
	"path":                   lookup.Text("The path of the user."),
	"user_email":             lookup.Text("The e-mail address of the user."),
	"creation_date":          lookup.Text("The date and time (UTC) at which the user was created."),
	"last_modification_date": lookup.Text("The date and time (UTC) at which the user was last modified."),
}

// Values are the values of Attributes.
func Values(u user.User) map[string]attr.Value {
	return map[string]attr.Value{
		userID: types.StringValue(u.ID), userName: types.StringValue(u.Name), "path": types.StringValue(u.Path), "user_email": types.StringValue(u.Email),
		"creation_date": isodate.Of(&u.Created).StringValue, "last_modification_date": isodate.Of(&u.Modified).StringValue,
	}
}
