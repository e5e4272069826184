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

// Schema has no plan modifiers and no defaults: what is null, unknown or kept is decided in one place (decide).
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := keyattr.Attributes(descriptions)
	attributes["lifetime"] = schema.StringAttribute{
		CustomType: duration.Type{}, Required: true,
		Validators: []validator.String{duration.Validator(leastWindow)},
		MarkdownDescription: "How long each key lives: " + duration.Allowed + ". At most 100 years (36500 days), and at most the account's limit. " +
			"The API enforces it: a key is created with its expiry. Kept as written, compared by its length. " +
			"A longer one holds from the next key on. A shorter one also shortens the current key, in place, if that would live longer than `lifetime` from now.",
	}
	attributes["rotate_before"] = schema.StringAttribute{
		CustomType: duration.Type{}, Required: true,
		Validators: []validator.String{duration.Validator(leastWindow)},
		MarkdownDescription: "How long before its end a key is replaced: the window in which a run must happen, and the time in which the old key and the new one both work. " +
			"Written as `lifetime`, shorter than that, at least one minute. A change moves `rotates_after`, in place; where that has passed already, the key rotates.",
	}
	attributes["triggers"] = schema.MapAttribute{
		ElementType: types.StringType, Optional: true,
		MarkdownDescription: "Any texts. A change rotates now, whatever the age of the key. With a value that is only known after apply, the plan shows a rotation, " +
			"and the apply rotates if the value is another one. The old key stays valid until its own expiry: for a key that leaked, see the guide.",
	}
	attributes["state"] = schema.StringAttribute{
		Computed: true,
		MarkdownDescription: "The state of the current key when it was last read: `ACTIVE` or `INACTIVE`, empty when it was gone. " +
			"A key that is not `ACTIVE` is replaced by the next apply.",
	}
	attributes["ready_to_rotate"] = schema.BoolAttribute{
		Computed:            true,
		MarkdownDescription: "Whether the current key was to be replaced when it was last read: `rotates_after` had passed, or the key was deactivated or gone.",
	}
	attributes["previous_access_key_id"] = schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "The id of the key before the current one, as long as it exists. It is removed by a run that finds it expired. Empty when there is none.",
	}
	for name, description := range map[string]string{
		"expiration_date":          "The moment (UTC) the current key expires.",
		"rotates_after":            "The moment (UTC) from which on a run replaces the current key: `expiration_date` less `rotate_before`.",
		"previous_expiration_date": "The moment (UTC) until which the key before the current one is valid.",
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
	"user_name": "The name of the EIM user that owns the keys. With neither this nor `user_id`, they belong to whoever sends the requests, " +
		"which can be the root account. A change revokes both keys and creates a new one, and so does a rename of the user. " +
		"When `user_id` is set instead, this is computed: the name the user has today. Together with `user_id` only if both name the same user.",
	"user_id": "The id of the EIM user that owns the keys, as `outscale_user.NAME.user_id`. They then survive a rename of their owner untouched. " +
		"A change to another user revokes both keys and creates a new one, and so does an id that is only known after apply; " +
		"naming the same user by id instead of by name, or the reverse, does not. " +
		"Empty when the configuration names the owner otherwise, unless an import found it. Together with `user_name` only if both name the same user.",
	"access_key_id": "The id of the current access key.",
	"creation_date": "The date and time (UTC) at which the current key was created.",
	"tag": "A tag of the current key, and of each new one, any text that does not begin with `" + key.MarkerPrefix + "`. Left out, or `\"\"`, it has none: " +
		"a tag that was set elsewhere is removed. Changed in place; the key before the current one keeps the tag it had.",
	"secret_key": "The secret of the current key, 40 characters, **in clear in the state**. Always empty with `seal_to`, in plans too. " +
		"The API shows the secret once, when the key is created: empty from an import until the next rotation.",
	"secret_key_wo": "The secret of the current key, if you still have it: for a current key that was imported. Write-only: it is never in a plan or a state. " +
		"It is taken if the state has no secret, or if `secret_key_wo_version` changes. The provider checks it with one call that is signed with it, and then stores it as `secret_key`, " +
		"or sealed as `sealed_secret_key` if `seal_to` is set. A wrong secret is an error, and nothing is changed. A new key has a secret of its own, and this one is not used. After a rotation it is not used. " +
		"Needs Terraform 1.11 or later, or OpenTofu 1.11 or later.",
	"secret_key_wo_version": "Any number. A change takes `secret_key_wo` again, also with other recipients in `seal_to`: the key is then not replaced.",
	"seal_to": "The public keys that the secret is sealed to, so that it is never in a state or a plan in clear, exactly as on `outscale_access_key`. " +
		"They are checked, and a sealing is tried, before a key is created. Added to a key whose secret is in the state, it seals that secret in place. " +
		"Other recipients for a sealed key, or none, rotate now: nobody but a recipient can read the secret to seal it again. " +
		"Another order or spelling of the same recipients changes nothing. Never a private key.",
	"sealed_secret_key": "The secret of the current key, sealed to the keys of `seal_to`: armored text, opened by the ephemeral resource `outscale_access_key_secret`, " +
		"by `age -d -i KEYFILE` or by `gpg -d`. Empty without `seal_to`, and from an import until the next rotation.",
}
