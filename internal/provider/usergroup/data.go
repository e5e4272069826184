package usergroup

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/user"
)

// The data sources. API actions: ReadUserGroups, all pages, and ReadUserGroup; ReadUserGroups; ReadUserGroupsPerUser, and
// ReadUsers with `user_path`.
var (
	NewOne  = oneGroup.One("user_group", "user_groups", "Reads one group of EIM users and its members, by name or by id. A group that does not exist is an error.")
	NewList = groups.List("user_groups", "user_groups", "Lists the groups of EIM users of the account, from all pages. If no group matches, the list is empty.")
	// NewPerUser lists the groups of a user.
	NewPerUser = perUser.List("user_groups_per_user", "user_groups", "Lists the groups that an EIM user is a member of. If there is none, the list is empty. A user that does not exist is an error.")
)

// The arguments, and the filters of outscale_user_groups. The first two filters are the official provider's.
const (
	groupID, groupName, groupPath = "user_group_id", "user_group_name", "path"
	userName, userPath            = "user_name", "user_path"
	byPath, byID, byName          = "path_prefix", "user_group_ids", "user_group_names"
)

var groups = lookup.Kind[group.Group]{
	Singular: "user group", Plural: "user groups", ID: func(g group.Group) string { return g.ID },
	Filters: []string{byPath, byID, byName},
	Attributes: map[string]schema.Attribute{
		groupID:                  lookup.Text("The id of the group."),
		groupName:                lookup.Text("The name of the group."),
		groupPath:                lookup.Text("The path of the group."),
		"orn":                    lookup.Text("The OUTSCALE resource name of the group."),
		"creation_date":          lookup.Text("The date and time (UTC) at which the group was created."),
		"last_modification_date": lookup.Text("The date and time (UTC) at which the group was last modified."),
	},
	Values: values,
	Find: func(ctx context.Context, d *providerdata.Data, f filter.Set) ([]group.Group, error) {
		all, err := d.Groups.List(ctx)
		return slices.DeleteFunc(all, func(g group.Group) bool {
			return !f.Pass(byID, g.ID) || !f.Pass(byName, g.Name) || !f.PassPrefix(byPath, g.Path)
		}), err
	},
}

func values(g group.Group) map[string]attr.Value {
	return map[string]attr.Value{
		groupID: types.StringValue(g.ID), groupName: types.StringValue(g.Name), groupPath: types.StringValue(g.Path), "orn": types.StringValue(g.ORN),
		"creation_date": isodate.Of(&g.Created).StringValue, "last_modification_date": isodate.Of(&g.Modified).StringValue,
	}
}

// detailed is a group with its members.
type detailed struct {
	group.Group
	members []group.Member
}

var oneGroup = lookup.Kind[detailed]{
	Singular: "user group", Plural: "user groups", ID: func(g detailed) string { return g.ID },
	Arguments: map[string]schema.Attribute{
		groupID:   schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The id of the group."},
		groupName: schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The name of the group."},
		groupPath: schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The path of the group. If it is set, it must be the path that the group has."},
	},
	AnyOf: []string{groupName, groupID},
	Attributes: func() map[string]schema.Attribute {
		all := maps.Clone(groups.Attributes)
		all["user"] = schema.SetNestedAttribute{
			Computed: true, MarkdownDescription: "The members of the group.", NestedObject: schema.NestedAttributeObject{Attributes: user.Attributes},
		}
		return all
	}(),
	Values: func(g detailed) map[string]attr.Value {
		all := values(g.Group)
		all["user"] = types.SetValueMust(lookup.Objects(user.Attributes, user.Values, g.members))
		return all
	},
	Find: func(ctx context.Context, d *providerdata.Data, f filter.Set) ([]detailed, error) {
		found, err := find(ctx, d, f)
		if err != nil {
			return nil, err
		}
		members, err := d.Groups.Members(ctx, found.ID, domain.Identity{})
		return []detailed{{found, members}}, err
	},
}

// find returns the group that has the id, the name and the path that are asked for.
func find(ctx context.Context, d *providerdata.Data, f filter.Set) (found group.Group, err error) {
	gone := &domain.GoneError{Kind: domain.KindUserGroup}
	if ids, ok := f[groupID]; ok {
		gone.ID = ids[0]
	}
	if names, ok := f[groupName]; ok {
		gone.Name = names[0]
	}
	if gone.ID != "" {
		found, err = d.Groups.Read(ctx, gone.ID, domain.Identity{})
	} else {
		found, err = d.Groups.Find(ctx, gone.Name)
	}
	switch {
	case err == nil && !f.Pass(groupName, found.Name):
		return found, gone
	case err == nil && !f.Pass(groupPath, found.Path):
		return found, fmt.Errorf("the path of user group %s is %s, and not %s as in `path`", found.Name, found.Path, f[groupPath][0])
	}
	return found, err
}

var perUser = lookup.Kind[group.Group]{
	Singular: "user group", Plural: "user groups", ID: groups.ID, Attributes: groups.Attributes, Values: values,
	Arguments: map[string]schema.Attribute{
		userName: schema.StringAttribute{Required: true, MarkdownDescription: "The name of the user."},
		userPath: schema.StringAttribute{Optional: true, MarkdownDescription: "The path of the user. If it is set, it must be the path that the user has."},
	},
	Find: func(ctx context.Context, d *providerdata.Data, f filter.Set) ([]group.Group, error) {
		name := f[userName][0]
		found, err := d.Groups.OfUser(ctx, name)
		if paths, asked := f[userPath]; asked && err == nil {
			u, readErr := d.Users.Find(ctx, name)
			if err = readErr; err == nil && u.Path != paths[0] {
				err = fmt.Errorf("the path of user %s is %s, and not %s as in `user_path`", u.Name, u.Path, paths[0])
			}
		}
		return found, err
	},
}
