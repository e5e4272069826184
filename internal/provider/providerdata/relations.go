package providerdata

import "github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"

// RelationUse is what a planned resource does with a relation, such as "policy ORN of user ci".
type RelationUse int

// The uses. Several are combined with |.
const (
	Created         RelationUse = 1 << iota // a link, membership or inline policy resource without a prior state
	Kept                                    // such a resource with a prior state
	InBlocks                                // blocks name the relation, such as the `policy` blocks of a user
	RemovedByBlocks                         // blocks do not name it, and this run removes it
	RemovedByList                           // an exclusive list does not name it, and this run removes it
	InList                                  // an exclusive list names it
	Destroyed                               // such a resource that this run destroys
)

// OfResource returns the use of a link, membership or inline policy resource. isNew reports that it has no prior state.
func OfResource(isNew bool) RelationUse {
	if isNew {
		return Created
	}
	return Kept
}

// PlanRelation records a use of a relation. It appends a warning if another resource that this process planned removes the
// relation or manages it as well.
//
// A CLI plans a resource that is replaced twice, first with a prior state and then without one. So only two plans of the same
// use are two resources. A process that applies plans its resources again, and does not count these plans.
func (d *Data) PlanRelation(diags *diag.Diagnostics, relation string, use RelationUse) {
	if d == nil {
		return // not configured: the CLI validates
	}
	m := &d.Memory
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.relations[relation]
	if m.relations == nil {
		m.relations = map[string]RelationUse{}
	}
	uses := before | use
	m.relations[relation] = uses
	const undone = "Two resources undo each other"
	hasResource, twice := uses&(Created|Kept) != 0, before&use&(Created|Kept) != 0 && !d.changing.Load()
	creates := "The configuration has a resource that creates this relation: " + relation + ". "
	const again = "and removes it in this run. The next run creates it again, and so on.\n\n"
	switch {
	case hasResource && uses&RemovedByBlocks != 0:
		diags.AddWarning(undone+": "+relation, creates+"Another resource has blocks that do not name it, "+again+
			"Name it in the blocks and remove the resource that creates it from the configuration. To keep the relation without the blocks, "+
			"first add `lifecycle { ignore_changes = [...] }` with the name of the blocks, and then remove them.")
	case hasResource && uses&RemovedByList != 0:
		diags.AddWarning(undone+": "+relation, creates+"Another resource has an exclusive list that does not name it, "+again+
			"Name it in the list as well, or remove the resource that creates it.")
	case uses&InBlocks != 0 && uses&RemovedByList != 0:
		diags.AddWarning(undone+": "+relation, "Blocks name this relation: "+relation+". Another resource has an exclusive list that does not name it, "+again+"Use either the blocks or the list.")
	case uses&InList != 0 && uses&RemovedByBlocks != 0:
		diags.AddWarning(undone+": "+relation, "An exclusive list names this relation: "+relation+". Another resource has blocks that do not name it, "+again+"Use either the blocks or the list.")
	case uses&InBlocks != 0 && uses&Destroyed != 0:
		diags.AddWarning("Relation can end until the next run: "+relation, "This run destroys a resource that manages this relation: "+relation+". The blocks of another resource still name it, and create it again in the next run.\n\n"+
			"To keep it, do not destroy the resource: remove it with a `removed` block with `destroy = false`, or with `terraform state rm`.")
	case hasResource && uses&InBlocks != 0:
		diags.AddWarning(sameObject+": "+relation, "The configuration has a resource that creates this relation: "+relation+". The blocks of another resource name it as well. When one of the two no longer "+
			"has it, the relation ends for both.\n\n"+forget+"Or remove the blocks: first add `lifecycle { ignore_changes = [...] }` with their name.")
	case twice:
		diags.AddWarning(sameObject+": "+relation, "The configuration has two resources that create the same object: "+relation+". When one of them is changed or destroyed, the object of the other "+
			"one is changed or ends too.\n\n"+forget)
	}
}

const (
	sameObject = "Two resources manage the same object"
	forget     = "Remove one resource that creates it from the configuration, but not the relation itself: use a `removed` block with `destroy = false`, or `terraform state rm`. "
)
