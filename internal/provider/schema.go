package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/number"
)

// Schema takes every configuration that the official provider takes (version 1.8.0), and adds login, password,
// requests_per_second, allowed_account_ids and forbidden_account_ids.
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
			MarkdownDescription: "The id of the access key that signs the calls. Needs `secret_key_id` beside it. " +
				"Without it the credential is taken whole from the environment or from a profile.",
		},
		"secret_key_id": schema.StringAttribute{
			Optional:  true,
			Sensitive: true,
			MarkdownDescription: "The secret key that belongs to `access_key_id`. What stands in a configuration or a variable is saved in plan files: " +
				"the environment (`OSC_SECRET_KEY`) or a profile keeps it out of them.",
		},
		"login": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The e-mail address of the account, to log in instead of signing. Needs `password` beside it and excludes `access_key_id`. " +
				"The API takes a login for the actions on access keys, not for those on users.",
		},
		"password": schema.StringAttribute{
			Optional:            true,
			Sensitive:           true,
			MarkdownDescription: "The password that belongs to `login`. The environment (`OSC_PASSWORD`) keeps it out of plan files.",
		},
		"region": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The region, for example `eu-west-2`, which is also the default when neither the environment nor the profile names one.",
		},
		"profile": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The name of the profile, in `config_file`, that gives the credential. It takes precedence over access keys in the environment; " +
				"a profile that is missing or incomplete is an error.",
		},
		"config_file": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The path of the profile file; a leading `~` is your home folder. Default: `~/.osc/config.json`. " +
				"A file named here takes precedence over access keys in the environment.",
		},
		"requests_per_second": schema.NumberAttribute{
			Optional:   true,
			Validators: []validator.Number{number.Between(0, maxRequestRate)},
			MarkdownDescription: "The most calls the provider sends per second: 0 to 1000000, where 0 means no limit. Default: 5. " +
				"Fractions are allowed: 0.5 is a call every two seconds. Where the API allows less, the provider adapts.",
		},
		"allowed_account_ids": schema.SetAttribute{
			ElementType: types.StringType, Optional: true,
			Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ConflictsWith(path.MatchRoot("forbidden_account_ids"))},
			MarkdownDescription: "The ids of the accounts that the provider may work on. With the credential of another account every plan and apply is an error, " +
				"before anything is read or changed. Costs one request per run (`ReadAccounts`, which does not accept a login). Not together with `forbidden_account_ids`.",
		},
		"forbidden_account_ids": schema.SetAttribute{
			ElementType: types.StringType, Optional: true,
			Validators:          []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ConflictsWith(path.MatchRoot("allowed_account_ids"))},
			MarkdownDescription: "The ids of the accounts that the provider must not work on, as `allowed_account_ids`. Not together with that.",
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
			MarkdownDescription: "Whether the certificate of the endpoint goes unchecked. Deprecated: use the `api` block.",
		},
	}
}

func apiBlock() schema.Block {
	return schema.ListNestedBlock{
		MarkdownDescription: "Where the OUTSCALE API is and how to reach it. At most one block; what it says wins over the same argument outside of it.",
		Validators:          []validator.List{listvalidator.SizeAtMost(1)},
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"endpoint": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The address of the API, for example `https://api.eu-west-2.outscale.com/api/v1`. " +
					"Without a scheme `https` is taken, without a path `/api/v1`. Default: the region's own.",
			},
			"region": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The region; the same as `region` outside of the block.",
			},
			"x509_cert_path": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The path of a client certificate in PEM form, for accounts whose API access rules demand one. Needs `x509_key_path`.",
			},
			"x509_key_path": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The path of the client certificate's private key in PEM form.",
			},
			"insecure": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether the certificate of the endpoint goes unchecked. Default: `false`. Secrets then travel to whoever answers.",
			},
		}},
	}
}

func oksBlock() schema.Block {
	return schema.ListNestedBlock{
		MarkdownDescription: "Accepted so that a configuration for the official provider works unchanged; nothing here uses it.",
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
		MarkdownDescription: "Addresses of the services. Deprecated, and not together with an `api` block: use that one. At most one block.",
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
