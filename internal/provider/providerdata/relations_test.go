package providerdata

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// TestPlanRelation: what a plan says about two uses of one relation, in either order. Uses that agree give no warning.
func TestPlanRelation(t *testing.T) {
	const undone, same, ends = "Two resources undo each other: x", "Two resources manage the same object: x", "Relation can end until the next run: x"
	for uses, want := range map[[2]RelationUse]string{
		{Kept, RemovedByBlocks}:    undone,
		{Kept, RemovedByList}:      undone,
		{InBlocks, RemovedByList}:  undone,
		{InList, RemovedByBlocks}:  undone,
		{Kept, InBlocks}:           same,
		{InBlocks, Destroyed}:      ends,
		{InList, InBlocks}:         "",
		{InList, Kept}:             "",
		{InList, Destroyed}:        "",
		{Destroyed, RemovedByList}: "",
	} {
		for _, order := range [][2]RelationUse{uses, {uses[1], uses[0]}} {
			var d Data
			var first, second diag.Diagnostics
			d.PlanRelation(&first, "x", order[0])
			d.PlanRelation(&second, "x", order[1])
			got := ""
			for _, one := range second {
				got = one.Summary()
			}
			if got != want || len(first) > 0 || len(second) > 1 {
				t.Errorf("%v: %q, want %q", order, got, want)
			}
		}
	}
}
