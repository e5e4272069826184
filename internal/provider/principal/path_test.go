package principal_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// TestPrincipal_omittedPathIsSlash: users and groups in other paths are found even if the API reads a missing path as "/"
// (A30).
func TestPrincipal_omittedPathIsSlash(t *testing.T) {
	w := newWorld(t, func(o *simulator.Options) { o.Assumptions.OmittedPathIsSlash = true })
	w.user.Update(acctest.Args{"user_name": "ci", "path": "/robots/", "force_destroy": true})
	w.group.Update(acctest.Args{"user_group_name": "ops", "path": "/teams/"})
	for typeName, config := range w.configs() {
		if typeName == "outscale_user_inline_policies_exclusive" || typeName == "outscale_user_group_inline_policies_exclusive" {
			continue
		}
		t.Run(typeName, func(*testing.T) {
			r := w.Resource(typeName, config)
			if typeName != "outscale_user_policies_exclusive" && typeName != "outscale_user_group_policies_exclusive" {
				defer r.Destroy()
			}
		})
	}
	t.Run("blocks", func(*testing.T) {
		w.group.Update(acctest.Args{"user_group_name": "ops", "path": "/teams/", "user": []map[string]any{{"user_name": "ci"}}})
		w.DataSource("outscale_user_groups_per_user", acctest.Args{"user_name": "ci"}).ExpectNone()
		w.DataSource("outscale_user_group", acctest.Args{"user_group_name": "ops"}).ExpectNone()
		w.DataSource("outscale_user_group_inline_policies", acctest.Args{"user_group_name": "ops"}).ExpectNone()
	})
	w.user.Destroy()
}
