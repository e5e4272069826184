package provider

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/number"
)

// Schema accepts every provider block of the official provider (version 1.8.0), and adds login, password, requests_per_second,
// allowed_account_ids and forbidden_account_ids.
func (p *Provider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages OUTSCALE access keys and the EIM users that own them.",
		Attributes:          attributes(),
		Blocks: map[string]schema.Block{
			"api":       apiBlock(),
			"oks":       oksBlock(),
			"endpoints": endpointsBlock(),
		},
	}
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"access_key_id": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The id of the access key that signs the calls. Requires `secret_key_id`. " +
				"Without it, the whole credential comes from the environment or from a profile.",
		},
		"secret_key_id": schema.StringAttribute{
			Optional:  true,
			Sensitive: true,
			MarkdownDescription: "The secret key of `access_key_id`. Plan files contain the values of configurations and variables. " +
				"Use the environment (`OSC_SECRET_KEY`) or a profile to keep the secret out of them.",
		},
		"login": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The e-mail address of the account, to log in without an access key. Requires `password` and excludes `access_key_id`. " +
				"The API accepts a login for the actions on access keys, but not for those on users.",
		},
		"password": schema.StringAttribute{
			Optional:            true,
			Sensitive:           true,
			MarkdownDescription: "The password of `login`. Use the environment (`OSC_PASSWORD`) to keep it out of plan files.",
		},
		"region": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The region. Default: that of the environment or the profile, or else `eu-west-2`.",
		},
		"profile": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The name of the profile in `config_file` with the credential. It takes precedence over access keys in the environment. " +
				"A profile that is missing or incomplete is an error.",
		},
		"config_file": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The path of the profile file. A leading `~` is your home folder. Default: `~/.osc/config.json`. " +
				"If it is set, it takes precedence over access keys in the environment.",
		},
		"requests_per_second": schema.NumberAttribute{
			Optional:   true,
			Validators: []validator.Number{number.Between(0, maxRequestRate)},
			MarkdownDescription: "The largest number of calls per second: 0 to 1000000, where 0 means no limit. Default: 5. " +
				"Fractions are allowed: 0.5 is a call every two seconds. If the API admits fewer calls, the provider slows down.",
		},
		"allowed_account_ids": schema.SetAttribute{
			ElementType: types.StringType, Optional: true,
			Validators: accountIDs("forbidden_account_ids"),
			MarkdownDescription: "The ids of the accounts that the provider may work on. With the credential of another account every plan and apply fails " +
				"before it reads or changes anything. Costs one request per run (`ReadAccounts`, which does not accept a login). Conflicts with `forbidden_account_ids`.",
		},
		"forbidden_account_ids": schema.SetAttribute{
			ElementType: types.StringType, Optional: true,
			Validators:          accountIDs("allowed_account_ids"),
			MarkdownDescription: "The ids of the accounts that the provider must not work on. Otherwise like `allowed_account_ids`, with which it conflicts.",
		},
		"x509_cert_path": schema.StringAttribute{
			Optional:            true,
			DeprecationMessage:  "Write x509_cert_path inside the api block.",
			MarkdownDescription: "The path of a client certificate. Deprecated: use the `api` block.",
		},
		"x509_key_path": schema.StringAttribute{
			Optional:            true,
			DeprecationMessage:  "Write x509_key_path inside the api block.",
			MarkdownDescription: "The path of the client certificate's private key. Deprecated: use the `api` block.",
		},
		"insecure": schema.BoolAttribute{
			Optional:            true,
			DeprecationMessage:  "Write insecure inside the api block.",
			MarkdownDescription: "Whether the provider accepts any certificate of the endpoint. Deprecated: use the `api` block.",
		},
	}
}

// accountID is the form of the id of an account. With a malformed id, `forbidden_account_ids` would forbid nothing.
var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// accountIDs returns the validators of a list of accounts that conflicts with the argument other.
func accountIDs(other string) []validator.Set {
	return []validator.Set{
		setvalidator.SizeAtLeast(1),
		setvalidator.NoNullValues(),
		setvalidator.ValueStringsAre(stringvalidator.RegexMatches(accountID, "must be the id of an account: 12 digits without spaces or dashes")),
		setvalidator.ConflictsWith(path.MatchRoot(other)),
	}
}

func apiBlock() schema.Block {
	return schema.ListNestedBlock{
		MarkdownDescription: "The address of the OUTSCALE API and how to connect to it. At most one block. Its arguments take precedence over the same arguments outside of it.",
		Validators:          []validator.List{listvalidator.SizeAtMost(1)},
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"endpoint": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The address of the API, for example `https://api.eu-west-2.outscale.com/api/v1`. " +
					"The default scheme is `https`, the default path `/api/v1`. Default: the address of the region.",
			},
			"region": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The region, as `region` outside of the block.",
			},
			"x509_cert_path": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The path of a client certificate in PEM form, for accounts whose API access rules require one. Requires `x509_key_path`.",
			},
			"x509_key_path": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The path of the client certificate's private key in PEM form.",
			},
			"insecure": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether the provider accepts any certificate of the endpoint. Default: `false`. If it is `true`, others on the network can read secrets.",
			},
		}},
	}
}

func oksBlock() schema.Block {
	return schema.ListNestedBlock{
		MarkdownDescription: "Has no effect. It is accepted so that a configuration for the official provider works unchanged.",
		Validators:          []validator.List{listvalidator.SizeAtMost(1)},
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"endpoint": schema.StringAttribute{Optional: true, MarkdownDescription: "Not used."},
			"region":   schema.StringAttribute{Optional: true, MarkdownDescription: "Not used."},
		}},
	}
}

func endpointsBlock() schema.Block {
	return schema.SetNestedBlock{
		DeprecationMessage:  "Write endpoint inside the api block.",
		MarkdownDescription: "The addresses of the services. Deprecated: use the `api` block, with which it conflicts. At most one block.",
		Validators: []validator.Set{
			setvalidator.SizeAtMost(1),
			setvalidator.ConflictsWith(path.MatchRoot("api")),
		},
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"api": schema.StringAttribute{Optional: true, MarkdownDescription: "The address of the OUTSCALE API, as `endpoint` in the `api` block."},
			"oks": schema.StringAttribute{Optional: true, MarkdownDescription: "Not used."},
		}},
	}
}
