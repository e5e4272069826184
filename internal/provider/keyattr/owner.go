package keyattr

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// What the API accepts as the id of an object, the name of a user, the name of a group or a policy (A35), the path of any of
// these, and the ORN of a policy.
var (
	ObjectID = regexp.MustCompile(`^[A-Za-z0-9]+$`)
	UserName = regexp.MustCompile(`^[A-Za-z0-9+=,.@_-]{1,64}$`)
	Name     = regexp.MustCompile(`^[A-Za-z0-9+=,.@_-]{1,128}$`)
	Path     = regexp.MustCompile(`^/([A-Za-z0-9_/]*/)?$`)

	PolicyORN = regexp.MustCompile(`^orn:ows:(iam|idauth):\S*:\d{12}:policy/\S+$`)
)

// PolicyORNValidator accepts the ORN of a managed policy.
func PolicyORNValidator() validator.String {
	return stringvalidator.RegexMatches(PolicyORN, "must be the ORN of a policy: orn:ows:idauth::123456789012:policy/NAME")
}

// UserNameValidator accepts the name of a user. It accepts "" with a warning, because the official provider takes it for the
// caller.
func UserNameValidator() validator.String { return userNameValidator{} }

// userNameValidator is UserNameValidator, without the warning if quiet is set.
type userNameValidator struct{ quiet bool }

func (userNameValidator) Description(context.Context) string {
	return "must be the name of a user: 1 to 64 of A-Z a-z 0-9 + = , . @ _ - (leave the argument out for a key of the caller's own)"
}

func (v userNameValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v userNameValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	switch name := req.ConfigValue.ValueString(); {
	case req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || UserName.MatchString(name):
	case name == "" && v.quiet:
	case name == "":
		resp.Diagnostics.Append(emptyName(req.Path)...)
	default:
		resp.Diagnostics.AddAttributeError(req.Path, "Malformed user name",
			fmt.Sprintf("`%s` %s. It is %s.", req.Path, v.Description(ctx), text.Quote(name)))
	}
}

// warnEmptyName warns of an empty name if the plan creates a key. It does not warn for a key of the caller: its state has an
// empty name, and so has the configuration that the CLI generates from the state.
func warnEmptyName(config Key, state *Key) diag.Diagnostics {
	if !config.UserName.IsNull() && !config.UserName.IsUnknown() && !isSet(config.UserName) && (state == nil || isSet(state.UserName)) {
		return emptyName(AtUserName)
	}
	return nil
}

func emptyName(at path.Path) (diags diag.Diagnostics) {
	diags.AddAttributeWarning(at, "Empty user name", fmt.Sprintf(
		"`%s` is \"\", which means the caller. If the value comes from a variable that should have a name, the key gets the wrong owner.\n\n"+
			"Leave the argument out for a key of the caller.", at))
	return diags
}

// isSet reports whether a value is known and neither null nor "".
func isSet(v types.String) bool { return v.ValueString() != "" }

// withOwnerID returns the state of a key with the recorded id of its owner, if it has only the name. The owner may have been
// renamed since, by hand or earlier in the same apply, so the id decides whether another id is that of the same user.
func (k Key) withOwnerID(id string) Key {
	if !isSet(k.UserID) && isSet(k.UserName) {
		k.UserID = TextOrNull(id)
	}
	return k
}

// OwnerLookup reports whether the plan of a key depends on whether one user has both this id and this name. needed is false
// if configuration and state say it, or if a value is unknown.
func OwnerLookup(config Key, state *Key) (id, name string, needed bool) {
	id, name = config.UserID.ValueString(), config.UserName.ValueString()
	if id == "" {
		return "", "", false
	}
	if state != nil {
		if state.UserID.ValueString() == id && (name == "" || state.UserName.ValueString() == name) {
			return "", "", false
		}
		if name == "" && !isSet(state.UserID) {
			name = state.UserName.ValueString()
		}
	}
	return id, name, name != ""
}

// sameUser reports whether the user with this id has this name. If the provider is unknown, or after an error, it returns
// true, because a key must not be replaced on a guess.
func sameUser(ctx context.Context, d *providerdata.Data, id, name string, diags *diag.Diagnostics) bool {
	if d.Unknown() {
		return true
	}
	found, err := d.Users.Read(ctx, id, d.IdentityOfAccount())
	if _, gone := diag.Gone(err); gone {
		return false
	}
	if err != nil {
		diag.Add(diags, NotPlanned, "Finding out whether the user with id "+id+" is "+name, err)
		return true
	}
	return found.Name == name
}

// refuseMissingOwner refuses a new key whose `user_id` no user has. Unlike a name, an id cannot be that of a user that the same
// apply creates. If the users cannot be read, the apply reports it.
func refuseMissingOwner(ctx context.Context, d *providerdata.Data, config Key, diags *diag.Diagnostics) {
	if d.Unknown() {
		return
	}
	_, err := d.Users.Read(ctx, config.UserID.ValueString(), d.IdentityOfAccount())
	if advice := diag.MissingOwner(err); advice != "" {
		diag.AddWithAdvice(diags, NotPlanned, "Planning an access key for "+config.OwnerText(), err, advice+DestroyHint)
	}
}

// refuseTwoOwners refuses a configuration that names two different owners. It accepts an id and a name of the same user, as in
// a configuration that the CLI generates for an import. same is the result of sameUser, true if no look-up was needed.
func refuseTwoOwners(config Key, same bool) (diags diag.Diagnostics) {
	id, name := config.UserID.ValueString(), config.UserName.ValueString()
	if id == "" || config.UserName.IsNull() || config.UserName.IsUnknown() || name != "" && same {
		return nil
	}
	problem := fmt.Sprintf("`user_name` is %q, and the user with the `user_id` %q does not have this name.", name, id)
	if name == "" {
		problem = fmt.Sprintf("`user_name` is \"\", which means the caller, and `user_id` is %q.", id)
	}
	diags.AddAttributeError(AtUserID, "Owner named twice", problem+"\n\nRemove one of the two arguments. With `user_id` alone the key stays when its owner is renamed.")
	return diags
}

// KeepsOwner reports whether the configuration names the owner of the key.
//
// An unknown owner counts as another one, as everywhere in Terraform: it may come from a user that is created or replaced, and
// the API does not delete a user that still has this key.
func KeepsOwner(config, state Key, f Facts) bool {
	name := config.UserName.ValueString()
	state = state.withOwnerID(f.OwnerID)
	switch {
	case isSet(config.UserID) && isSet(state.UserID):
		return config.UserID.Equal(state.UserID)
	case isSet(config.UserID):
		return isSet(state.UserName) && f.SameUser && (name == "" || name == state.UserName.ValueString())
	case name != "":
		return config.UserName.Equal(state.UserName) && !f.IsReplaced
	case config.UserName.IsUnknown() || config.UserID.IsUnknown():
		return false
	}
	return !isSet(state.UserName) && !isSet(state.UserID)
}

// ReplacedOwner returns the arguments for the owner whose change replaces the key.
func ReplacedOwner(plan, state Key) (replace path.Paths) {
	if !plan.UserID.Equal(state.UserID) {
		replace.Append(AtUserID)
	}
	if !plan.UserName.IsUnknown() || plan.UserID.IsNull() {
		replace.Append(AtUserName)
	}
	return replace
}

// WithReplacedOwner makes the id of an owner unknown that the same run replaces. The name stays the same, and a CLI replaces a
// resource only for an attribute that changes.
func (k Key) WithReplacedOwner(f Facts) Key {
	if f.IsReplaced {
		k.UserID = types.StringUnknown()
	}
	return k
}

// WarnUnknownOwner warns of a replacement whose only reason is that the owner is replaced or unknown. what says what is replaced.
func WarnUnknownOwner(config, state Key, f Facts, what string) (diags diag.Diagnostics) {
	at, argument := AtUserName, "user_name"
	switch {
	case f.IsReplaced:
		diags.AddWarning("Access key replaced with its owner: "+state.ID.ValueString(), fmt.Sprintf(
			"The same run destroys the owner of %s and creates another user: %s.", state.Describe(), what))
		return diags
	case config.UserName.IsUnknown():
	case config.UserID.IsUnknown() && !isSet(config.UserName):
		at, argument = AtUserID, "user_id"
	default:
		return nil
	}
	diags.AddAttributeWarning(at, "Access key replaced because its owner is unknown: "+state.ID.ValueString(), fmt.Sprintf(
		"`%s` of %s is known only after apply, so it may be another user: %s, even if the owner turns out to be the same.\n\n"+
			"With `depends_on`, including that of a module, the results of a data source are unknown when one of its dependencies changes. "+
			"Name the owner by a managed resource (`outscale_user.NAME.user_id`) or a literal, or apply the other change first (`-target`).",
		argument, state.Describe(), what))
	return diags
}

// KnownOwner reports whether the owner of a planned key is known.
func (k Key) KnownOwner() bool {
	return !k.UserID.IsUnknown() && (!k.UserName.IsUnknown() || isSet(k.UserID))
}
