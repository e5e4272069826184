// Command sink is a provider that receives a secret in tests, in place of a vault. Its one resource has the secret as a write-only
// argument, and the hash of the secret as an attribute, so that a test can check that the right secret arrived.
//
// Only acceptance tests build it.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return sink{} },
		providerserver.ServeOpts{Address: "registry.terraform.io/outscale-access/sink"})
	if err != nil {
		log.Fatal(err)
	}
}

type sink struct{}

func (sink) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "sink"
}

func (sink) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (sink) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (sink) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (sink) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return secret{} }}
}

// secret is sink_secret.
type secret struct{}

type model struct {
	ValueWO types.String `tfsdk:"value_wo"`
	Version types.Int64  `tfsdk:"value_wo_version"`
	SHA256  types.String `tfsdk:"sha256"`
}

func (secret) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "sink_secret"
}

func (secret) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"value_wo":         schema.StringAttribute{Required: true, WriteOnly: true},
		"value_wo_version": schema.Int64Attribute{Required: true},
		"sha256":           schema.StringAttribute{Computed: true},
	}}
}

// received sets the state after a create or update. It reads the secret from the configuration, because a write-only argument is null in
// a plan.
func received(ctx context.Context, config tfsdk.Config, plan tfsdk.Plan, state *tfsdk.State) (diags diag.Diagnostics) {
	var m model
	diags.Append(plan.Get(ctx, &m)...)
	var value types.String
	diags.Append(config.GetAttribute(ctx, path.Root("value_wo"), &value)...)
	if value.ValueString() == "" {
		diags.AddError("Nothing received", "There is no secret to take in.")
	}
	sum := sha256.Sum256([]byte(value.ValueString()))
	m.SHA256 = types.StringValue(hex.EncodeToString(sum[:]))
	diags.Append(state.Set(ctx, m)...)
	return diags
}

func (secret) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(received(ctx, req.Config, req.Plan, &resp.State)...)
}

func (secret) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (secret) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.Append(received(ctx, req.Config, req.Plan, &resp.State)...)
}

func (secret) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
