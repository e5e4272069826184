package keyattr

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
)

// Attributes returns the attributes of Key with these descriptions, without `state` and `expiration_date`, which are arguments
// of one resource and computed in the other.
func Attributes(descriptions map[string]string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"user_name": schema.StringAttribute{
			Optional: true, Computed: true,
			Validators:          []validator.String{userNameValidator{quiet: true}}, // see warnEmptyName
			MarkdownDescription: descriptions["user_name"],
		},
		"user_id": schema.StringAttribute{
			Optional: true, Computed: true,
			Validators: []validator.String{
				stringvalidator.RegexMatches(ObjectID, "must be the id of a user (leave the argument out for a key of the caller's own)"),
			},
			MarkdownDescription: descriptions["user_id"],
		},
		"tag":           schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: descriptions["tag"]},
		"access_key_id": schema.StringAttribute{Computed: true, MarkdownDescription: descriptions["access_key_id"]},
		"id":            schema.StringAttribute{Computed: true, MarkdownDescription: "The same as `access_key_id`."},
		"secret_key":    schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: descriptions["secret_key"]},
		"secret_key_wo": schema.StringAttribute{
			Optional: true, WriteOnly: true, Sensitive: true, Validators: []validator.String{secretValidator{}},
			MarkdownDescription: descriptions["secret_key_wo"],
		},
		"secret_key_wo_version": schema.NumberAttribute{Optional: true, MarkdownDescription: descriptions["secret_key_wo_version"]},
		"seal_to": schema.ListAttribute{
			ElementType: types.StringType, Optional: true, MarkdownDescription: descriptions["seal_to"],
		},
		"sealed_secret_key": schema.StringAttribute{Computed: true, MarkdownDescription: descriptions["sealed_secret_key"]},
		"sealed_to": schema.ListAttribute{
			ElementType: types.StringType, Computed: true,
			MarkdownDescription: "The fingerprints of the public keys that the secret is encrypted to: the recipient itself for age, `age1pq1:sha256:...` for age post-quantum, " +
				"`SHA256:...` for SSH, as `ssh-keygen -l` prints it, and the fingerprint of the primary key for OpenPGP. Null if there is no `sealed_secret_key`.",
		},
		"creation_date": schema.StringAttribute{CustomType: isodate.Type{}, Computed: true, MarkdownDescription: descriptions["creation_date"]},
	}
}
