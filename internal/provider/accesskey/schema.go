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

// Schema has no plan modifiers and no defaults: decide does both.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = Schema(ctx)
}

// Schema returns the schema of the resource. It is exported for rotatingkey: see Model.
func Schema(ctx context.Context) schema.Schema {
	attributes := keyattr.Attributes(descriptions)
	attributes["state"] = schema.StringAttribute{
		Optional: true, Computed: true,
		Validators: []validator.String{stringvalidator.OneOf(string(key.Active), string(key.Inactive))},
		MarkdownDescription: "The state of the key. Valid values are `ACTIVE` and `INACTIVE`. Changed in place. " +
			"Default: `ACTIVE` for a new key. An existing key keeps its state, even if somebody deactivated it outside of Terraform.",
	}
	attributes["expiration_date"] = schema.StringAttribute{
		CustomType: isodate.Type{}, Optional: true, Computed: true,
		Validators: []validator.String{isodate.Validator()},
		MarkdownDescription: "When the key expires: " + isodate.Allowed + ". A new value must be in the future, and within the account's maximum lifetime of keys. " +
			"Values are kept as written and compared as instants. Changed in place. " +
			"Default: the key does not expire, and an expiry that it has is removed. `\"\"` means the same.",
	}
	attributes["last_modification_date"] = schema.StringAttribute{
		CustomType: isodate.Type{}, Computed: true,
		MarkdownDescription: "The date and time (UTC) of the last change.",
	}
	attributes["expired"] = schema.BoolAttribute{
		Computed:            true,
		MarkdownDescription: "Whether `expiration_date` has passed. The API refuses the requests of an expired key, and does not change its `state`.",
	}
	return schema.Schema{
		MarkdownDescription: "Manages an access key.",
		Attributes:          attributes,
		Blocks:              map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}

var descriptions = map[string]string{
	"user_name": "The name of the EIM user that owns the key. A change replaces the key, and so does a rename of the user. " +
		"Default: the caller that signs the requests, which can be the root account. `\"\"` means the same. " +
		"If `user_id` is set, this is computed. If both are set, they must name the same user.",
	"user_id": "The id of the EIM user that owns the key, such as `outscale_user.NAME.user_id`. A rename of the user does not replace the key. " +
		"A change to another user does, and so does an id that is known only after apply. " +
		"Naming the same user by id instead of by name, or the reverse, changes nothing. " +
		"Null if the owner is not named by its id, other than after an import. If both are set, `user_name` and `user_id` must name the same user.",
	"tag": "A tag. It must not begin with `" + key.MarkerPrefix + "`. Changed in place. " +
		"Default: no tag, and a tag that was set outside of Terraform is removed. `\"\"` means the same.",
	"access_key_id": "The id of the access key.",
	"secret_key": "The secret of the key, 40 characters, **in clear in the state**. The API returns it only when it creates the key. " +
		"Null if `seal_to` is set, and after an import without `secret_key_wo`.",
	"secret_key_wo": "The secret of an imported key, if you still have it. It is in no plan and no state. " +
		"The provider makes one call that is signed with it. It then stores the secret as `secret_key`, or as `sealed_secret_key` if `seal_to` is set. " +
		"A wrong secret is an error, and nothing is changed. The argument is used if the state has no secret, or if `secret_key_wo_version` changes. " +
		"It is not used for a new key, which has a secret of its own. Needs Terraform 1.11 or later, or OpenTofu 1.11 or later.",
	"secret_key_wo_version": "A number. If it changes, `secret_key_wo` is used again. " +
		"If the recipients in `seal_to` change at the same time, the secret is encrypted to the new ones, and the key is not replaced.",
	"seal_to": "The public keys that the secret is encrypted to, so that it is never in a state or a plan in clear. " +
		"Valid values are 1 to 20 age recipients (`age1...`) and SSH public keys (`ssh-ed25519`, or `ssh-rsa` of 2048 bits or more), " +
		"or age's post-quantum recipients (`age1pq1...`) only, or exactly one armored OpenPGP public key. Each recipient can decrypt the secret. " +
		"The public keys are checked, and an encryption is tried, before the access key is created. " +
		"If the state has the secret, adding `seal_to` encrypts it in place. " +
		"Other recipients, or none, replace the key, because only a recipient can read the secret. Order and spelling do not matter. " +
		"Do not use a private key. An empty list is an error. Default: null, and the secret is stored as `secret_key`.",
	"sealed_secret_key": "The secret, encrypted to the public keys in `seal_to`, as armored text. " +
		"The ephemeral resource `outscale_access_key_secret`, `age -d -i KEYFILE` and `gpg -d` decrypt it. " +
		"Null without `seal_to`, and after an import without `secret_key_wo`.",
	"creation_date": "The date and time (UTC) of the creation.",
}
