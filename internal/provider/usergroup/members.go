package usergroup

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/blockset"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// member is one `user` block.
type member struct {
	UserName             types.String  `tfsdk:"user_name"`
	UserID               types.String  `tfsdk:"user_id"`
	Path                 types.String  `tfsdk:"path"`
	CreationDate         isodate.Value `tfsdk:"creation_date"`
	LastModificationDate isodate.Value `tfsdk:"last_modification_date"`
}

// userBlock is the name of the block.
const userBlock = "user"

func memberBlock() schema.Block {
	return schema.SetNestedBlock{
		MarkdownDescription: "A user that is a member of the group. If there is a block, the blocks are the complete list: other members are removed. " +
			"Removing the last block removes the members that the blocks had added. Without blocks the members of the group are not managed here.",
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"user_name": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{keyattr.UserValidator()},
				MarkdownDescription: "The name of the user. A user that is renamed stays a member: it is found by its id.",
			},
			"path": schema.StringAttribute{
				Optional: true, Computed: true,
				Validators:          keyattr.PathValidators(),
				MarkdownDescription: "The path of the user. If it is set, it must be the path that the user has.",
			},
			"user_id":                schema.StringAttribute{Computed: true, MarkdownDescription: "The id of the user."},
			"creation_date":          base.Date("The date and time (UTC) at which the user was created."),
			"last_modification_date": base.Date("The date and time (UTC) at which the user was last modified."),
		}},
	}
}

func memberType() attr.Type {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"user_name": types.StringType, "user_id": types.StringType, "path": types.StringType,
		"creation_date": isodate.Type{}, "last_modification_date": isodate.Type{},
	}}
}

// Key implements blockset.Element.
func (m member) Key() types.String { return m.UserName }

// Planned implements blockset.Element.
func (m member) Planned(prior *member) member {
	if prior != nil {
		planned := *prior
		if !m.Path.IsNull() {
			planned.Path = m.Path
		}
		return planned
	}
	m.UserID, m.CreationDate, m.LastModificationDate = types.StringUnknown(), isodate.Unknown(), isodate.Unknown()
	if m.Path.IsNull() {
		m.Path = types.StringUnknown()
	}
	return m
}

// Known implements blockset.Element.
func (m member) Known() member {
	return m.filled(member{CreationDate: isodate.Null(), LastModificationDate: isodate.Null()})
}

// filled returns the block with the values of has in place of unknown ones.
func (m member) filled(has member) member {
	m.UserID, m.Path = blockset.Or(m.UserID, has.UserID), blockset.Or(m.Path, has.Path)
	m.CreationDate = blockset.Or(m.CreationDate, has.CreationDate)
	m.LastModificationDate = blockset.Or(m.LastModificationDate, has.LastModificationDate)
	return m
}

// memberOf returns the block of a user; old is its previous block, or nil.
func memberOf(u group.Member, old *member) member {
	m := member{UserName: types.StringValue(u.Name), UserID: types.StringValue(u.ID), Path: types.StringValue(u.Path)}
	if old == nil {
		old = &member{CreationDate: isodate.Null(), LastModificationDate: isodate.Null()}
	}
	m.CreationDate = isodate.Keep(old.CreationDate, &u.Created)
	m.LastModificationDate = isodate.Keep(old.LastModificationDate, &u.Modified)
	return m
}

// members returns the blocks of the members of the group.
func (r *Resource) members(ctx context.Context, id string, recorded domain.Identity, have []member) ([]member, error) {
	found, err := r.Data.Groups.Members(ctx, id, recorded)
	if err != nil {
		return nil, err
	}
	members := make([]member, 0, len(found))
	for _, u := range found {
		members = append(members, memberOf(u, blockset.Find(have, types.StringValue(u.Name))))
	}
	return members, nil
}

// setMembers removes the users that are in the state and not in the plan. Then it adds those that are in the plan and not
// in the state. Unless the group is new, it does not add a user that is already a member. It compares users by their ids,
// because a name in the plan can be the new name of a user in the state. It returns the blocks for the state, even after an
// error, which is in diags: they include a user that the API may have added, so that a destroy removes it.
func (r *Resource) setMembers(ctx context.Context, g group.Group, isNew bool, state, plan []member, summary string, diags *diag.Diagnostics) []member {
	if sameMembers(state, plan) {
		return plan
	}
	planned := make([]user.User, 0, len(plan))
	for _, m := range plan {
		u, err := r.Data.Users.Find(ctx, m.UserName.ValueString())
		if err == nil && !m.Path.IsUnknown() && m.Path.ValueString() != u.Path {
			err = fmt.Errorf("the path of user %s is %s, and not %s as in its block", u.Name, u.Path, m.Path.ValueString())
		}
		if err != nil {
			diag.Add(diags, summary, "Looking for user "+m.UserName.ValueString()+" of the group", err)
			return state
		}
		planned = append(planned, u)
	}
	done := slices.Clone(state)
	for _, m := range state {
		if slices.ContainsFunc(planned, func(u user.User) bool { return u.ID == m.UserID.ValueString() }) {
			continue
		}
		if err := r.removeMember(ctx, g, m); err != nil {
			diag.Add(diags, summary, fmt.Sprintf("Removing user %s from user group %s", m.UserName.ValueString(), g.Name), err)
			return done
		}
		done = blockset.Without(done, []member{m})
	}
	have := ids(state)
	if !isNew && slices.ContainsFunc(planned, func(u user.User) bool { return !slices.Contains(have, u.ID) }) { // after an import, for example
		members, _ := r.Data.Groups.Members(ctx, g.ID, g.Identity) // a caller that may not read them adds them again, which has no effect
		for _, m := range members {
			have = append(have, m.ID)
		}
	}
	for i, u := range planned {
		var err error
		if !slices.Contains(have, u.ID) {
			err = r.Data.Groups.AddMember(ctx, g.ID, g.Identity, u.Name)
		}
		if err == nil || domain.MayBeDone(err) {
			r.Data.Memory.Established.Store("user "+u.Name+" in user group "+g.Name, true)
			is := plan[i].filled(memberOf(u, nil))
			done = append(slices.DeleteFunc(done, func(m member) bool { return m.UserID.ValueString() == u.ID }), is)
		}
		if err != nil {
			diag.Add(diags, summary, fmt.Sprintf("Adding user %s to user group %s", u.Name, g.Name), err)
			return done
		}
	}
	return done
}

// ids returns the ids of the users of blocks.
func ids(members []member) (ids []string) {
	for _, m := range members {
		ids = append(ids, m.UserID.ValueString())
	}
	return ids
}

// sameMembers reports whether the blocks name the same users with the same paths.
func sameMembers(state, plan []member) bool {
	return len(state) == len(plan) && !slices.ContainsFunc(plan, func(m member) bool {
		old := blockset.Find(state, m.UserName)
		return old == nil || !old.Path.Equal(m.Path)
	})
}

// removeMember removes a user by its current name. A user that no longer exists is not a member.
func (r *Resource) removeMember(ctx context.Context, g group.Group, m member) error {
	name := m.UserName.ValueString()
	if id := m.UserID.ValueString(); id != "" {
		now, err := r.Data.Users.Read(ctx, id, domain.Identity{})
		switch {
		case domain.IsGone(err):
			return nil
		case err != nil:
			return err
		}
		name = now.Name
	}
	return r.Data.Groups.RemoveMember(ctx, g.ID, g.Identity, name)
}
