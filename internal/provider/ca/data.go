package ca

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// The data sources. API action: ReadCas.
var (
	NewOne  = authorities.One("ca", "cas", "Reads one certificate authority (CA). Exactly one CA must match the filters. The API never returns its certificate.")
	NewList = authorities.List("cas", "cas", "Lists the certificate authorities (CAs) of the account. If none matches, the list is empty.")
)

// The filters.
const (
	byID, byFingerprint, byDescription = "ca_ids", "ca_fingerprints", "descriptions"
)

var authorities = lookup.Kind[access.CA]{
	Singular: "certificate authority", Plural: "certificate authorities", ID: func(c access.CA) string { return c.ID },
	Filters: []string{byID, byFingerprint, byDescription},
	Attributes: map[string]schema.Attribute{
		"ca_id":          lookup.Text("The id of the CA."),
		"ca_fingerprint": lookup.Text("The SHA-1 fingerprint of the certificate: 40 hexadecimal digits."),
		"description":    lookup.Text("The description of the CA."),
	},
	Values: func(c access.CA) map[string]attr.Value {
		return map[string]attr.Value{
			"ca_id": types.StringValue(c.ID), "ca_fingerprint": types.StringValue(c.Fingerprint), "description": types.StringValue(c.Description),
		}
	},
	Find: func(ctx context.Context, d *providerdata.Data, f filter.Set) ([]access.CA, error) {
		all, err := d.Access.CAs(ctx)
		return slices.DeleteFunc(all, func(c access.CA) bool {
			return !f.Pass(byID, c.ID) || !f.Pass(byFingerprint, c.Fingerprint) || !f.Pass(byDescription, c.Description)
		}), err
	},
}
