package exclusive

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
)

// policyKind is the kind of the listed policies.
type policyKind struct {
	suffix    string // in the type's name
	attribute string // with the list
	word      string // of one policy, in sentences
	words     string // in sentences
	element   string // what an element of the list is
	validator validator.String
	read      func(ctx context.Context, d *providerdata.Data, p rights.Principal) ([]string, error)
	remove    func(ctx context.Context, d *providerdata.Data, p rights.Principal, name string) error
	// add gives the policy to the principal; nil if that takes more than the name.
	add func(ctx context.Context, d *providerdata.Data, p rights.Principal, name string) error
}

// managed is the kind of managed policies, listed by their ORNs.
var managed = policyKind{
	suffix: "policies", attribute: "policy_orns", word: "policy", words: "managed policies", element: "ORNs", validator: keyattr.PolicyORNValidator(),
	read: func(ctx context.Context, d *providerdata.Data, p rights.Principal) ([]string, error) {
		links, err := d.Rights.Links(ctx, p)
		var orns []string
		for _, link := range links {
			orns = append(orns, link.ORN)
		}
		return orns, err
	},
	remove: func(ctx context.Context, d *providerdata.Data, p rights.Principal, orn string) error {
		return d.Rights.Unlink(ctx, p, orn)
	},
	add: func(ctx context.Context, d *providerdata.Data, p rights.Principal, orn string) error {
		return d.Rights.Link(ctx, p, orn)
	},
}

// inline is the kind of inline policies, listed by their names.
var inline = policyKind{
	suffix: "inline_policies", attribute: "policy_names", word: "inline policy", words: "inline policies", element: "names",
	validator: keyattr.NameValidator(),
	read: func(ctx context.Context, d *providerdata.Data, p rights.Principal) ([]string, error) {
		return d.Rights.InlineNames(ctx, p)
	},
	remove: func(ctx context.Context, d *providerdata.Data, p rights.Principal, name string) error {
		return d.Rights.DeleteInline(ctx, p, name)
	},
}

// Schema implements resource.Resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := r.kind.Attributes()
	attributes["id"] = base.KeptText(fmt.Sprintf("The same as `%s`.", r.kind.IDAttribute()))
	absent := fmt.Sprintf("A listed policy that is not linked is linked. List the policies of `outscale_%s_policy_link` too, so that a destroy removes the links.", r.kind.Prefix)
	if r.policy.add == nil {
		absent = fmt.Sprintf("A listed policy that does not exist is a warning: create it with `outscale_%s_inline_policy`.", r.kind.Prefix)
	}
	attributes[r.policy.attribute] = schema.SetAttribute{
		Required: true, ElementType: types.StringType,
		Validators: []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(r.policy.validator)},
		MarkdownDescription: fmt.Sprintf("The %s of all %s that the %s may have; an empty list removes all of them. %s Changed in place.",
			r.policy.element, r.policy.words, r.kind.Word, absent),
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Makes the listed %s the only ones of a %s: others are removed, including those that somebody adds later. "+
			"A destroy of this resource changes nothing at the API: the policies stay, and others can be added.", r.policy.words, r.kind.Word),
		Attributes: attributes,
		Blocks:     map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}
