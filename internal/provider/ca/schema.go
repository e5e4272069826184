package ca

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
)

// Schema is the official provider's, without its request_id.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a certificate authority (CA) whose client certificates API access rules can require. The API refuses to delete a CA that a rule names.",
		Attributes: map[string]schema.Attribute{
			"ca_pem": schema.StringAttribute{
				Required: true, Validators: []validator.String{pemValidator{}},
				MarkdownDescription: "The certificate of the CA in PEM format: one certificate, and no private key. Another certificate replaces the CA: " +
					"with `create_before_destroy`, the rules that name it change before the old CA is deleted. The API never returns the text. After an import, " +
					"the certificate is compared with `ca_fingerprint`.",
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(""),
				MarkdownDescription: "A description. Default: none, and an existing one is removed. Changed in place.",
			},
			"ca_id":          base.KeptText("The id of the CA."),
			"id":             base.KeptText("The same as `ca_id`."),
			"ca_fingerprint": base.KeptText("The SHA-1 fingerprint of the certificate: 40 hexadecimal digits."),
		},
		Blocks: map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}

// parse returns the certificate of a PEM text. No error quotes the text, which can have a private key in it.
func parse(text string) (*x509.Certificate, error) {
	if strings.Contains(text, "PRIVATE KEY-----") {
		return nil, errors.New("the value has a private key in it, which must not be sent: a CA is uploaded without its key")
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("the value is not a certificate in PEM format. A PEM certificate begins with -----BEGIN CERTIFICATE-----")
	}
	if next, _ := pem.Decode(rest); next != nil {
		return nil, errors.New("the value has more than one certificate. Upload each with a resource of its own")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, errors.New("the value has the form of a certificate, but it cannot be parsed")
	}
	return certificate, nil
}

type pemValidator struct{}

func (pemValidator) Description(context.Context) string { return "must be a certificate in PEM format" }

func (v pemValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (pemValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	certificate, err := parse(req.ConfigValue.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.AddAttributeError(req.Path, "Certificate not valid", "T"+err.Error()[1:]+".")
	case certificate.BasicConstraintsValid && !certificate.IsCA:
		resp.Diagnostics.AddAttributeWarning(req.Path, "Certificate is not an authority's",
			"According to the certificate, it must not issue other certificates, so no client certificate from it can be accepted.")
	}
}
