// Package sealedsecret has the ephemeral resource outscale_access_key_secret, which decrypts the sealed secret of an access key.
package sealedsecret

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// Resource is the ephemeral outscale_access_key_secret. It makes no call, so it works without a configured provider.
type Resource struct{ base.EphemeralBase }

var _ ephemeral.EphemeralResource = (*Resource)(nil)

// notOpened is the summary of its errors.
const notOpened = "Sealed secret not opened"

// New returns the ephemeral resource.
func New() ephemeral.EphemeralResource { return &Resource{base.NewEphemeral("access_key_secret")} }

// Schema has secrets in clear, because the CLIs store neither the arguments nor the results of an ephemeral resource.
func (*Resource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Decrypts the sealed secret of an access key for the duration of a run.",
		Attributes: map[string]schema.Attribute{
			"sealed_secret_key": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The sealed secret, such as `outscale_access_key.NAME.sealed_secret_key`. If it is known only after apply, it is decrypted during the apply.",
			},
			"private_key": schema.StringAttribute{
				Required:  true,
				Sensitive: true,
				MarkdownDescription: "The private key of one of the recipients: an age identity (the lines that `age-keygen` writes), an SSH private key (ed25519 or RSA), " +
					"or an armored OpenPGP private key. Use an ephemeral variable or another ephemeral resource, so that it is stored nowhere.",
			},
			"passphrase": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "The passphrase of an encrypted private key (SSH, OpenPGP). Ignored if the private key is not encrypted.",
			},
			"secret_key": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: "The secret in clear. Use it in provider blocks, write-only arguments and other ephemeral resources.",
			},
		},
	}
}

// model is the ephemeral resource in a configuration and as a result. It holds secrets: never format it.
type model struct {
	SealedSecretKey types.String `tfsdk:"sealed_secret_key"`
	PrivateKey      types.String `tfsdk:"private_key"`
	Passphrase      types.String `tfsdk:"passphrase"`
	SecretKey       types.String `tfsdk:"secret_key"`
}

// Open decrypts the secret.
//
// GOTCHA: the CLI prints the line of the configuration that an error points to. Any argument may have a private key in it, by
// mistake. So errors point to no attribute, and only their text names the argument.
func (*Resource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	secret, err := seal.Open(m.SealedSecretKey.ValueString(), m.PrivateKey.ValueString(), m.Passphrase.ValueString())
	if err != nil {
		resp.Diagnostics.AddError(notOpened, whyNotOpened(err))
		return
	}
	m.SecretKey = types.StringValue(secret)
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}

// argumentOf has the argument that each error is about.
var argumentOf = map[seal.Reason]string{
	seal.ReasonNotCiphertext: "sealed_secret_key", seal.ReasonDamaged: "sealed_secret_key", seal.ReasonNotText: "sealed_secret_key",
	seal.ReasonNotAPrivateKey: "private_key", seal.ReasonPublicKeyGiven: "private_key", seal.ReasonWrongPrivateKey: "private_key",
	seal.ReasonPassphraseMissing: "passphrase", seal.ReasonPassphraseWrong: "passphrase",
}

func whyNotOpened(err error) string {
	var refused *seal.Error
	if !errors.As(err, &refused) {
		return "The reason is not known. This is a defect of the provider, please report it."
	}
	detail := refused.Problem + ".\n\n" + refused.Remedy
	if argument := argumentOf[refused.Reason]; argument != "" {
		detail = "`" + argument + "`: " + detail
	}
	return detail
}
