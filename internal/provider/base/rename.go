package base

import (
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Rename is the planned name of an object whose name is unique in the account.
type Rename struct {
	Kind      string // of the object, for example "user"
	Attribute string // with the name
	ID        string
	From, To  types.String // the names in the state and in the plan
}

// CheckRename adds an error if the plan renames an object to the name of another one. list returns all objects of the kind;
// it is only called for a rename. If it fails, CheckRename adds nothing, and the apply reports the refusal of the API.
//
// The API refuses such a rename too, but during the apply. By then the run can have destroyed what names the object by its
// old name, such as its access keys.
//
// A plan of one resource does not show whether the other object loses the name first. Both CLIs plan resources that depend
// on each other in the order in which they apply them. So if this process has planned a rename of the other object, even to
// a name that is not known yet, CheckRename only adds a warning: without `depends_on`, the order was a matter of chance. In a
// circle of renames, the one that is planned first is always an error. A planned deletion of the other object makes no
// difference, because `depends_on` cannot name a resource that is no longer in the configuration.
func CheckRename[T any](d *providerdata.Data, n Rename, list func() ([]T, error), idAndName func(T) (id, name string), diags *diag.Diagnostics) {
	if d == nil || d.Unknown() || n.To.Equal(n.From) {
		return
	}
	all, err := list()
	other := ""
	i := slices.IndexFunc(all, func(object T) (found bool) {
		id, name := idAndName(object)
		if found = name == n.To.ValueString() && id != n.ID; found {
			other = text.Word(id)
		}
		return found
	})
	_, moves := d.Memory.Renamed.Load(n.Kind + other)
	switch {
	case err != nil || i < 0:
	case moves:
		diags.AddAttributeWarning(path.Root(n.Attribute), "Another rename must come first: "+other, fmt.Sprintf(
			"The %s %s (id %s) will be renamed to %s. The %[1]s with the id %[5]s still has that name, which this plan changes as well. The API refuses the first rename until the second is done.\n\n"+
				"Before you apply, make sure that this resource names the resource of the other %[1]s in `depends_on`.",
			n.Kind, n.From.ValueString(), n.ID, n.To.ValueString(), other))
	default:
		diags.AddAttributeError(path.Root(n.Attribute), "Name is taken", fmt.Sprintf(
			"The %s %s (id %s) cannot be renamed to %s: the %[1]s with the id %[5]s has that name. Nothing was changed.\n\n"+
				"Choose another name, or rename or delete the other %[1]s first, in an apply of its own. To rename both in one apply, name the resource of the other %[1]s in "+
				"`depends_on` of this resource. To exchange two names, use three applies: rename one %[1]s to a third name, then the other one, and then the first one again.",
			n.Kind, n.From.ValueString(), n.ID, n.To.ValueString(), other))
		return
	}
	d.Memory.Renamed.Store(n.Kind+n.ID, n.To.ValueString())
}
