package blockset

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// importedKey is the key in the private state under which an import records the names of the blocks, as JSON, that the
// refresh after it reads.
const importedKey = "imported_blocks"

// CutImport splits the id of an import: "ops#user,policy" is the object ops with its `user` and `policy` blocks. ok is
// false for a block that is not in names. No name and no id of an object has a "#".
func CutImport(id string, names ...string) (object string, blocks []string, ok bool) {
	object, list, given := strings.Cut(id, "#")
	if !given {
		return object, nil, true
	}
	blocks = strings.Split(list, ",")
	return object, blocks, !slices.ContainsFunc(blocks, func(b string) bool { return !slices.Contains(names, b) })
}

// BeginImport records which blocks the refresh after an import reads.
func BeginImport(ctx context.Context, private base.PrivateState, blocks []string, diags *diag.Diagnostics) {
	if len(blocks) > 0 {
		text, err := json.Marshal(blocks)
		diag.AddDefect(diags, err)
		diags.Append(private.SetKey(ctx, importedKey, text)...)
	}
}

// Imported reports whether the import before this refresh asked for the blocks of this name.
func Imported(ctx context.Context, private base.PrivateState, name string) bool {
	var blocks []string
	text, diags := private.GetKey(ctx, importedKey)
	return !diags.HasError() && json.Unmarshal(text, &blocks) == nil && slices.Contains(blocks, name)
}

// EndImport ends that refresh: later ones read the blocks that the state has.
func EndImport(ctx context.Context, private base.PrivateState, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, importedKey, nil)...)
}
