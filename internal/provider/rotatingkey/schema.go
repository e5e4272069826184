package rotatingkey

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// Schema has no plan modifiers and no defaults: decide does both.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := keyattr.Attributes(descriptions)
	attributes["lifetime"] = schema.StringAttribute{
		CustomType: duration.Type{}, Required: true,
		Validators: []validator.String{duration.Validator(leastWindow)},
		MarkdownDescription: "How long each key is valid: " + duration.Allowed + ". It must be longer than `rotate_before`, and at most 100 years (`36500d`) and the account's maximum lifetime of keys. " +
			"Each key is created with its expiry, which the API enforces. Changed in place: a longer lifetime applies from the next key on, " +
			"a shorter one also gives the current key an earlier expiry. Values are kept as written and compared by their length.",
	}
	attributes["rotate_before"] = schema.StringAttribute{
		CustomType: duration.Type{}, Required: true,
		Validators: []validator.String{duration.Validator(leastWindow)},
		MarkdownDescription: "How long before its expiry a key is replaced, in the form of `lifetime`. At least one minute, and shorter than `lifetime`. " +
			"Terraform has to run within this time, and the old and the new key are both valid in it. " +
			"Changed in place. If the new `rotates_after` has passed, the key is rotated.",
	}
	attributes["triggers"] = schema.MapAttribute{
		ElementType: types.StringType, Optional: true,
		MarkdownDescription: "A map of any strings. A change rotates the key. If a value is known only after apply, the plan shows a rotation, " +
			"and the apply rotates the key if the value is another one. The old key stays valid until its expiry; the guide says what to do if it leaked. Default: none.",
	}
	attributes["state"] = schema.StringAttribute{
		Computed: true,
		MarkdownDescription: "The state of the current key at the last refresh: `ACTIVE` or `INACTIVE`, or null if it was deleted. " +
			"The next apply replaces a key that is not `ACTIVE`.",
	}
	attributes["ready_to_rotate"] = schema.BoolAttribute{
		Computed:            true,
		MarkdownDescription: "Whether the next apply replaces the current key: at the last refresh, `rotates_after` had passed, or the key was deactivated or deleted.",
	}
	attributes["previous_access_key_id"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "The id of the previous key. The first apply after its expiry deletes it. Null if there is none.",
	}
	for name, description := range map[string]string{
		"expiration_date":          "The date and time (UTC) at which the current key expires.",
		"rotates_after":            "The date and time (UTC) from which an apply replaces the current key: `expiration_date` minus `rotate_before`.",
		"previous_expiration_date": "The date and time (UTC) at which the previous key expires. Null if there is none.",
	} {
		attributes[name] = schema.StringAttribute{CustomType: isodate.Type{}, Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages an access key that is replaced by a new one before it expires.",
		Attributes:          attributes,
		Blocks:              map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}

var descriptions = map[string]string{
	"user_name": "The name of the EIM user that owns the keys. A change revokes both keys and creates a new one, and so does a rename of the user. " +
		"Default: the caller that signs the requests, which can be the root account. `\"\"` means the same. " +
		"If `user_id` is set, this is computed. If both are set, they must name the same user.",
	"user_id": "The id of the EIM user that owns the keys, such as `outscale_user.NAME.user_id`. A rename of the user changes nothing. " +
		"A change to another user revokes both keys and creates a new one, and so does an id that is known only after apply. " +
		"Naming the same user by id instead of by name, or the reverse, changes nothing. " +
		"Null if the owner is not named by its id, other than after an import. If both are set, `user_name` and `user_id` must name the same user.",
	"access_key_id": "The id of the current access key.",
	"creation_date": "The date and time (UTC) at which the current key was created.",
	"tag": "A tag of the current key and of each new one. It must not begin with `" + key.MarkerPrefix + "`. Changed in place; the previous key keeps its tag. " +
		"Default: no tag, and a tag that was set outside of Terraform is removed. `\"\"` means the same.",
	"secret_key": "The secret of the current key, 40 characters, **in clear in the state**. The API returns it only when it creates a key. " +
		"Null if `seal_to` is set, and between an import without `secret_key_wo` and the next rotation.",
	"secret_key_wo": "The secret of an imported key, if you still have it. It is in no plan and no state. " +
		"The provider makes one call that is signed with it. It then stores the secret as `secret_key`, or as `sealed_secret_key` if `seal_to` is set. " +
		"A wrong secret is an error, and nothing is changed. The argument is used if the state has no secret, or if `secret_key_wo_version` changes. " +
		"It is not used in a rotation. Needs Terraform 1.11 or later, or OpenTofu 1.11 or later.",
	"secret_key_wo_version": "A number. If it changes, `secret_key_wo` is used again. " +
		"If the recipients in `seal_to` change at the same time, the secret is encrypted to the new ones, and the key is not rotated.",
	"seal_to": "The public keys that the secrets are encrypted to, so that they are never in a state or a plan in clear. The valid values are those of `outscale_access_key`. " +
		"The public keys are checked, and an encryption is tried, before a key is created. If the state has the secret, adding `seal_to` encrypts it in place. " +
		"Other recipients, or none, rotate the key, because only a recipient can read the secret. Order and spelling do not matter. " +
		"Do not use a private key. An empty list is an error. Default: null, and the secret is stored as `secret_key`.",
	"sealed_secret_key": "The secret of the current key, encrypted to the public keys in `seal_to`, as armored text. " +
		"The ephemeral resource `outscale_access_key_secret`, `age -d -i KEYFILE` and `gpg -d` decrypt it. " +
		"Null without `seal_to`, and between an import without `secret_key_wo` and the next rotation.",
}
