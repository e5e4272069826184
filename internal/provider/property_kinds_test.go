package provider_test

import (
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// kind is a type of resource in a world.
type kind struct {
	typeName string
	// config is a random configuration.
	config func(w *world) acctest.Args
	// ignorable are the arguments that ignore_changes may name, those of a group together.
	ignorable [][]string
	// createsBefore allows create_before_destroy: names are not unique.
	createsBefore bool
	// atAPI is what the API has of a resource, by attribute; nil for nothing.
	atAPI func(w *world, r *acctest.Resource) acctest.Args
	// drift changes the object outside of Terraform, and says what it did.
	drift func(w *world, r *acctest.Resource) string
	// lateDrift is a change that an apply accepts after the plan was made; nil for none.
	lateDrift func(w *world, r *acctest.Resource) string
	// importID is what an import names, "" while it would not find all that the state has.
	importID func(w *world, r *acctest.Resource) string
}

var kinds = []kind{
	{
		typeName: "outscale_access_key", createsBefore: true, atAPI: keyAtAPI, drift: driftKey, lateDrift: changeKey, importID: importKey,
		ignorable: [][]string{{"state"}, {"tag"}, {"expiration_date"}, {"user_name", "user_id"}},
		config: func(w *world) acctest.Args {
			config := w.owner()
			w.maybe(config, "tag", "", "red", "blue")
			w.maybe(config, "state", "ACTIVE", "INACTIVE")
			w.maybe(config, "expiration_date", "", w.Date(1000*time.Hour), w.Date(2000*time.Hour))
			return config
		},
	},
	{
		typeName: "outscale_rotating_access_key", createsBefore: true, atAPI: pairAtAPI, drift: driftKey, lateDrift: changeKey, importID: importPair,
		ignorable: [][]string{{"tag"}, {"triggers"}, {"lifetime", "rotate_before"}, {"user_name", "user_id"}},
		config: func(w *world) acctest.Args {
			config := w.owner()
			config["lifetime"], config["rotate_before"] = pick(w, "36h", "10d", "240h"), pick(w, "12h", "1d", "24h")
			w.maybe(config, "tag", "", "red", "blue")
			w.maybe(config, "triggers", map[string]any{"v": "1"}, map[string]any{"v": "2"})
			return config
		},
	},
	{
		typeName: "outscale_user", ignorable: [][]string{{"user_name"}, {"path"}, {"user_email"}},
		config: func(w *world) acctest.Args {
			config := acctest.Args{"user_name": pick(w, "user-a", "user-b")}
			w.maybe(config, "path", "/", "/team/")
			w.maybe(config, "user_email", "a@example.com", "b@example.com")
			return config
		},
		atAPI: func(w *world, r *acctest.Resource) acctest.Args {
			for _, u := range w.Users() {
				if u.UserID == r.Get("user_id") {
					return acctest.Args{"user_name": u.UserName, "path": u.Path, "user_email": u.UserEmail, "creation_date": u.CreationDate, "last_modification_date": u.LastModificationDate}
				}
			}
			return nil
		},
		drift: func(w *world, r *acctest.Resource) string {
			if name := r.String("user_name"); w.oneIn(2) {
				w.try(w.API().UpdateUser(w.t.Context(), api.UpdateUserInput{UserName: name, NewUserName: "renamed", NewPath: "/other/", NewUserEmail: "c@example.com"}))
				return "user changed"
			}
			w.forget(w.API().DeleteUser(w.t.Context(), r.String("user_name")))
			return "user deleted"
		},
		importID: func(_ *world, r *acctest.Resource) string { return r.String("user_id") },
	},
	{
		typeName: "outscale_user_group", ignorable: [][]string{{"user_group_name"}, {"path"}, {"force_destroy"}},
		config: func(w *world) acctest.Args {
			config := acctest.Args{"user_group_name": pick(w, "group-a", "group-b")}
			w.maybe(config, "path", "/", "/team/")
			w.maybe(config, "force_destroy", true, false)
			return config
		},
		atAPI: func(w *world, r *acctest.Resource) acctest.Args {
			for _, g := range w.Simulator.State().UserGroups {
				if g.UserGroupID == r.Get("user_group_id") {
					return acctest.Args{"user_group_name": g.Name, "path": g.Path, "orn": g.Orn, "last_modification_date": g.LastModificationDate}
				}
			}
			return nil
		},
		drift: func(w *world, r *acctest.Resource) string {
			ref := api.GroupRef{Name: r.String("user_group_name"), Path: r.String("path")}
			if w.oneIn(2) {
				w.try(w.API().UpdateUserGroup(w.t.Context(), api.UpdateUserGroupInput{Group: ref, NewName: "renamed", NewPath: "/other/"}))
				return "group changed"
			}
			w.forget(w.API().DeleteUserGroup(w.t.Context(), ref, true))
			return "group deleted"
		},
		importID: func(_ *world, r *acctest.Resource) string { return r.String("user_group_id") },
	},
	{
		typeName: "outscale_policy", ignorable: [][]string{{"policy_name"}, {"path"}, {"description"}, {"document"}, {"force_detach"}},
		config: func(w *world) acctest.Args {
			config := acctest.Args{"policy_name": pick(w, "policy-a", "policy-b"), "document": pick(w, documents...)}
			w.maybe(config, "path", "/", "/team/")
			w.maybe(config, "description", "", "one", "two")
			w.maybe(config, "force_detach", true, false)
			return config
		},
		atAPI: func(w *world, r *acctest.Resource) acctest.Args {
			for _, p := range w.Simulator.State().Policies {
				if p.Orn == r.Get("orn") {
					return acctest.Args{
						"policy_name": p.PolicyName, "path": p.Path, "description": p.Description, "document": versionBody(p, r),
						"policy_default_version_id": p.PolicyDefaultVersionID, "policy_id": p.PolicyID,
					}
				}
			}
			return nil
		},
		drift: func(w *world, r *acctest.Resource) string {
			if w.oneIn(2) {
				w.try(w.API().CreatePolicyVersion(w.t.Context(), r.String("orn"), documents[0], true))
				return "another version made the default"
			}
			w.forget(w.API().DeletePolicy(w.t.Context(), r.String("orn")))
			return "policy deleted"
		},
		importID: func(_ *world, r *acctest.Resource) string { return r.String("orn") },
	},
	{
		typeName: "outscale_user_policy_link", ignorable: [][]string{{"user_name", "user_id"}, {"policy_orn"}},
		config: func(w *world) acctest.Args { return w.with(w.user(), "policy_orn", pick(w, w.policies...)) },
		atAPI: func(w *world, r *acctest.Resource) acctest.Args {
			user := w.userOf(r)
			return when(slices.Contains(user.PolicyOrns, r.String("policy_orn")), acctest.Args{"user_name": user.UserName, "policy_orn": r.Get("policy_orn")})
		},
		drift: func(w *world, r *acctest.Resource) string {
			w.forget(w.API().UnlinkPolicy(w.t.Context(), r.String("policy_orn"), w.userOf(r).UserName))
			return "policy unlinked"
		},
		importID: func(w *world, r *acctest.Resource) string { return w.userOf(r).UserName + "/" + r.String("policy_orn") },
	},
	{
		typeName: "outscale_user_group_policy_link", ignorable: [][]string{{"user_group_name", "user_group_id"}, {"policy_orn"}},
		config: func(w *world) acctest.Args { return w.with(w.team(), "policy_orn", pick(w, w.policies...)) },
		atAPI: func(w *world, r *acctest.Resource) acctest.Args {
			return when(slices.Contains(w.groupState().PolicyOrns, r.String("policy_orn")), acctest.Args{"user_group_name": w.group.Name, "policy_orn": r.Get("policy_orn")})
		},
		drift: func(w *world, r *acctest.Resource) string {
			w.forget(w.API().UnlinkManagedPolicyFromUserGroup(w.t.Context(), r.String("policy_orn"), w.group.Name))
			return "policy unlinked"
		},
		importID: func(w *world, r *acctest.Resource) string { return w.group.ID + "/" + r.String("policy_orn") },
	},
	{
		typeName: "outscale_user_group_membership", ignorable: [][]string{{"user_name", "user_id"}, {"user_group_name", "user_group_id"}},
		config: func(w *world) acctest.Args {
			config := w.user()
			for name, value := range w.team() {
				config[name] = value
			}
			return config
		},
		atAPI: func(w *world, r *acctest.Resource) acctest.Args {
			user := w.userOf(r)
			return when(slices.Contains(user.UserGroups, w.group.Name), acctest.Args{"user_name": user.UserName, "user_group_name": w.group.Name})
		},
		drift: func(w *world, r *acctest.Resource) string {
			w.forget(w.API().RemoveUserFromUserGroup(w.t.Context(), api.GroupRef{Name: w.group.Name}, api.UserRef{Name: w.userOf(r).UserName}))
			return "user removed from the group"
		},
		importID: func(w *world, r *acctest.Resource) string { return w.group.Name + "/" + w.userOf(r).UserName },
	},
	{
		typeName: "outscale_user_inline_policy", ignorable: [][]string{{"user_name", "user_id"}, {"policy_name"}, {"document"}},
		config: func(w *world) acctest.Args { return w.inline(w.user()) },
		atAPI: func(w *world, r *acctest.Resource) acctest.Args {
			return w.inlineAtAPI(r, w.userOf(r).UserName, "")
		},
		drift: func(w *world, r *acctest.Resource) string {
			if name := r.String("policy_name"); w.oneIn(2) {
				w.NoError(w.API().PutUserPolicy(w.t.Context(), w.userOf(r).UserName, api.InlinePolicy{Name: name, Document: documents[2]}))
			} else {
				w.forget(w.API().DeleteUserPolicy(w.t.Context(), w.userOf(r).UserName, name))
			}
			return "inline policy of a user changed or deleted"
		},
		importID: func(w *world, r *acctest.Resource) string {
			return w.userOf(r).UserName + "/" + r.String("policy_name")
		},
	},
	{
		typeName: "outscale_user_group_inline_policy", ignorable: [][]string{{"user_group_name", "user_group_id"}, {"policy_name"}, {"document"}},
		config: func(w *world) acctest.Args { return w.inline(w.team()) },
		atAPI: func(w *world, r *acctest.Resource) acctest.Args {
			return w.inlineAtAPI(r, "", w.group.Name)
		},
		drift: func(w *world, r *acctest.Resource) string {
			if name := r.String("policy_name"); w.oneIn(2) {
				w.NoError(w.API().PutUserGroupPolicy(w.t.Context(), api.GroupRef{Name: w.group.Name}, api.InlinePolicy{Name: name, Document: documents[2]}))
			} else {
				w.forget(w.API().DeleteUserGroupPolicy(w.t.Context(), api.GroupRef{Name: w.group.Name}, name))
			}
			return "inline policy of a group changed or deleted"
		},
		importID: func(w *world, r *acctest.Resource) string { return w.group.Name + "/" + r.String("policy_name") },
	},
}

// documents are policy documents. The first two mean the same.
var documents = []string{
	`{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`,
	`{"Statement": [ {"Action": ["api:ReadUsers"], "Resource": ["*"], "Effect": "Allow"} ]}`,
	`{"Statement":[{"Effect":"Deny","Action":["api:DeleteUser","api:CreateUser"],"Resource":["*"]}]}`,
}

func pick[T any](w *world, from ...T) T { return from[w.random.IntN(len(from))] }

// maybe sets an argument to one of the values, or leaves it out.
func (w *world) maybe(config acctest.Args, name string, values ...any) {
	if !w.oneIn(5) {
		config[name] = pick(w, values...)
	}
}

func (w *world) with(config acctest.Args, name string, value any) acctest.Args {
	config[name] = value
	return config
}

func when(is bool, args acctest.Args) acctest.Args {
	if !is {
		return nil
	}
	return args
}

// user names an owner, mostly the same one and by its id.
func (w *world) user() acctest.Args {
	owner := w.owners[0]
	if w.oneIn(12) {
		owner = w.owners[1]
	}
	switch w.random.IntN(4) {
	case 0:
		return acctest.Args{"user_name": owner.Name}
	case 1:
		return acctest.Args{"user_name": owner.Name, "user_id": owner.ID}
	default:
		return acctest.Args{"user_id": owner.ID}
	}
}

// owner names one of the owners, or the caller.
func (w *world) owner() acctest.Args {
	if w.oneIn(20) {
		return acctest.Args{}
	}
	return w.user()
}

// team names the group.
func (w *world) team() acctest.Args {
	if w.oneIn(2) {
		return acctest.Args{"user_group_name": w.group.Name}
	}
	return acctest.Args{"user_group_id": w.group.ID}
}

func (w *world) inline(config acctest.Args) acctest.Args {
	config["policy_name"], config["document"] = pick(w, "inline-a", "inline-b"), pick(w, documents...)
	return config
}

func (w *world) inlineAtAPI(r *acctest.Resource, user, group string) acctest.Args {
	for _, p := range w.Simulator.State().InlinePolicies {
		if p.UserName == user && p.UserGroupName == group && p.PolicyName == r.Get("policy_name") {
			return acctest.Args{"policy_name": p.PolicyName, "document": p.Body}
		}
	}
	return nil
}

// userOf is the user that a resource names, as it is now.
func (w *world) userOf(r *acctest.Resource) admin.User {
	for _, u := range w.Users() {
		if u.UserID == r.Get("user_id") {
			return u
		}
	}
	return admin.User{}
}

func (w *world) groupState() admin.UserGroup {
	for _, g := range w.Simulator.State().UserGroups {
		if g.UserGroupID == w.group.ID {
			return g
		}
	}
	return admin.UserGroup{}
}

func keyArgs(k admin.AccessKey) acctest.Args {
	return acctest.Args{
		"access_key_id": k.AccessKeyID, "user_name": k.UserName, "state": k.State, "tag": acctest.Tag(k), "expiration_date": k.ExpirationDate, "creation_date": k.CreationDate,
	}
}

func (w *world) keyWithID(id any) (admin.AccessKey, bool) {
	keys := w.Keys()
	i := slices.IndexFunc(keys, func(k admin.AccessKey) bool { return k.AccessKeyID == id })
	if i < 0 {
		return admin.AccessKey{}, false
	}
	return keys[i], true
}

func keyAtAPI(w *world, r *acctest.Resource) acctest.Args {
	k, there := w.keyWithID(r.Get("id"))
	return when(there, keyArgs(k))
}

func pairAtAPI(w *world, r *acctest.Resource) acctest.Args {
	args := keyAtAPI(w, r)
	if previous, there := w.keyWithID(r.Get("previous_access_key_id")); args != nil && there {
		args["previous_access_key_id"], args["previous_expiration_date"] = previous.AccessKeyID, previous.ExpirationDate
	}
	return args
}

func importKey(w *world, r *acctest.Resource) string {
	k, _ := w.keyWithID(r.Get("id"))
	if k.UserName != "" && w.oneIn(2) {
		return k.UserName + "/" + k.AccessKeyID
	}
	return k.AccessKeyID
}

// importPair imports the current key of a pair, while there is no other.
func importPair(w *world, r *acctest.Resource) string {
	if r.Get("previous_access_key_id") != nil {
		return ""
	}
	return importKey(w, r)
}

func driftKey(w *world, r *acctest.Resource) string {
	switch w.random.IntN(8) {
	case 0:
		if k, there := w.keyWithID(r.Get("id")); there && !k.Expired {
			w.DeleteKey(k)
		}
		return "key deleted"
	case 1:
		return w.renameOwner()
	}
	return changeKey(w, r)
}

func changeKey(w *world, r *acctest.Resource) string {
	k, there := w.keyWithID(r.Get("id"))
	if !there || k.Expired {
		return "nothing"
	}
	tag, expires := pick(w, "green", "red"), w.Simulator.Now().Add(time.Duration(1+w.random.IntN(500))*time.Hour)
	w.UpdateKey(k, func(in *api.UpdateAccessKeyInput) {
		switch w.random.IntN(4) {
		case 0:
			in.Tag = &tag
		case 1:
			in.ExpirationDate = &expires
		case 2:
			in.ExpirationDate, in.ClearExpirationDate = nil, true
		default:
			in.State = pick(w, "ACTIVE", "INACTIVE")
		}
	})
	return "key changed"
}

// versionBody is the document of the policy's version that the resource manages: the one that its state has, or else the
// oldest one. A version that was made by hand may be older.
func versionBody(p admin.Managed, r *acctest.Resource) string {
	for _, v := range p.Versions {
		if v.Body == r.Get("document") {
			return v.Body
		}
	}
	return p.Versions[0].Body
}
