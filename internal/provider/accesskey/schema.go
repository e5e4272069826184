package accesskey

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// Schema has no plan modifiers and no defaults: what is null, unknown or kept is decided in one place (decide).
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = Schema(ctx)
}

// Schema is the schema of the resource, from whose state a pair of keys can be made.
func Schema(ctx context.Context) schema.Schema {
	attributes := keyattr.Attributes(descriptions)
	attributes["state"] = schema.StringAttribute{
		Optional: true, Computed: true,
		Validators: []validator.String{stringvalidator.OneOf(string(key.Active), string(key.Inactive))},
		MarkdownDescription: "The state of the key: `ACTIVE`, with which it can be used, or `INACTIVE`. No default: left out, a new key is `ACTIVE`, " +
			"and an existing one stays as it is, also when somebody deactivated it by hand. Changed in place.",
	}
	attributes["expiration_date"] = schema.StringAttribute{
		CustomType: isodate.Type{}, Optional: true, Computed: true,
		Validators: []validator.String{isodate.Validator()},
		MarkdownDescription: "The moment the key expires: " + isodate.Allowed + ". It is kept as written and compared as an instant. " +
			"Left out, or `\"\"`, the key does not expire: taking the argument out of a configuration removes the date at the API. " +
			"A date in the past is refused when it is new. Changed in place.",
	}
	attributes["last_modification_date"] = schema.StringAttribute{
		CustomType: isodate.Type{}, Computed: true,
		MarkdownDescription: "The date and time (UTC) at which the key was last modified.",
	}
	attributes["expired"] = schema.BoolAttribute{
		Computed: true,
		MarkdownDescription: "Whether `expiration_date` has passed. The API keeps such a key in the state it had, also `ACTIVE`, " +
			"but refuses what it signs.",
	}
	return schema.Schema{
		MarkdownDescription: "Manages an access key.",
		Attributes:          attributes,
		Blocks:              map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}

var descriptions = map[string]string{
	"user_name": "The name of the EIM user that owns the key. With neither this nor `user_id`, the key belongs to whoever sends the requests, " +
		"which can be the root account. A change replaces the key, and so does a rename of the user. " +
		"When `user_id` is set instead, this is computed: the name the user has today. Together with `user_id` only if both name the same user.",
	"user_id": "The id of the EIM user that owns the key, as `outscale_user.NAME.user_id`. The key then survives a rename of its owner untouched. " +
		"A change to another user replaces the key, and so does an id that is only known after apply; " +
		"naming the same user by id instead of by name, or the reverse, does not. " +
		"Empty when the configuration names the owner otherwise, unless an import found it. Together with `user_name` only if both name the same user.",
	"tag":           "A tag, any text that does not begin with `" + key.MarkerPrefix + "`. Left out, or `\"\"`, the key has none: a tag that was set elsewhere is removed. Changed in place.",
	"access_key_id": "The id of the access key.",
	"secret_key": "The secret that signs requests, 40 characters, **in clear in the state**. Always empty with `seal_to`, in plans too. " +
		"The API shows the secret once, when the key is created: empty after an import.",
	"secret_key_wo": "The secret of the key, if you still have it: for a key that was imported. Write-only: it is never in a plan or a state. " +
		"It is taken if the state has no secret, or if `secret_key_wo_version` changes. The provider checks it with one call that is signed with it, and then stores it as `secret_key`, " +
		"or sealed as `sealed_secret_key` if `seal_to` is set. A wrong secret is an error, and nothing is changed. A new key has a secret of its own, and this one is not used. " +
		"Needs Terraform 1.11 or later, or OpenTofu 1.11 or later.",
	"secret_key_wo_version": "Any number. A change takes `secret_key_wo` again, also with other recipients in `seal_to`: the key is then not replaced.",
	"seal_to": "The public keys that the secret is sealed to, so that it is never in a state or a plan in clear: 1 to 20 age recipients (`age1...`) " +
		"and SSH public keys (`ssh-ed25519`, `ssh-rsa` of 2048 bits or more), or age's post-quantum recipients (`age1pq1...`) only, or exactly one armored OpenPGP public key. " +
		"Each of them opens the secret. They are checked, and a sealing is tried, before the key is created. " +
		"Added to a key whose secret is in the state, it seals that secret in place. Other recipients for a sealed key, or none, replace the key: " +
		"nobody but a recipient can read the secret to seal it again. Another order or spelling of the same recipients changes nothing. Never a private key.",
	"sealed_secret_key": "The secret, sealed to the keys of `seal_to`: armored text, opened by the ephemeral resource `outscale_access_key_secret`, " +
		"by `age -d -i KEYFILE` or by `gpg -d`. Empty without `seal_to`, and for an imported key, whose secret nobody can read any more.",
	"creation_date": "The date and time (UTC) at which the key was created.",
}
