package acceptance_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// foundKey makes users and, by hand, a key of the one whose name is given ("" = the caller), to be imported.
func foundKey(w *World, user string) (key api.AccessKey, userID string) {
	w.Must(func() error {
		ctx := context.Background()
		for _, name := range []string{"alice", "bob"} {
			made, err := w.API().CreateUser(ctx, api.CreateUserInput{UserName: name, Path: "/"})
			if err != nil {
				return err
			}
			if name == user {
				userID = made.ID
			}
		}
		at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
		var err error
		key, err = w.API().CreateAccessKey(ctx, api.CreateAccessKeyInput{UserName: user, ExpirationDate: &at, Tag: "found"})
		return err
	}())
	return key, userID
}

// TestImport: each form, then an empty plan for every configuration that says what is there, without a change at the API.
func TestImport(t *testing.T) {
	rest := []string{date("2030-01-01"), `tag = "found"`}
	for name, c := range map[string]struct {
		user   string
		id     func(key string) string
		owners []string // each a way to say who the owner is
	}{
		"own key by id":         {"", func(key string) string { return key }, []string{""}},
		"user's key by id":      {"bob", func(key string) string { return key }, []string{`user_name = "bob"`, "user_id"}},
		"user's key by name/id": {"bob", func(key string) string { return "bob/" + key }, []string{`user_name = "bob"`, "user_id"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			key, userID := foundKey(w, c.user)
			mark := w.Mark()
			for _, owner := range c.owners {
				if owner == "user_id" {
					owner = fmt.Sprintf("user_id = %q", userID)
				}
				for _, state := range []string{"", `state = "ACTIVE"`} {
					s := w.Workspace(Key("this", append(rest, owner, state)...))
					s.Must("import", "-input=false", "-no-color", address, c.id(key.ID))
					s.EmptyPlan()
					if got := s.Attributes("outscale_access_key"); got["secret_key"] != nil || got["access_key_id"] != key.ID {
						t.Errorf("secret_key is empty: %v, access_key_id %v", got["secret_key"] == nil, got["access_key_id"])
					}
				}
			}
			if writes := mark.Writes(); len(writes) != 0 {
				t.Errorf("imports and plans changed something: %v", writes)
			}
		})
	}
}

// TestImportBlock imports in the apply, and does nothing else.
func TestImportBlock(t *testing.T) {
	t.Parallel()
	w := New(t)
	key, _ := foundKey(w, "alice")
	mark := w.Mark()
	s := w.Workspace(fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, key.ID) +
		Key("this", `user_name = "alice"`, date("2030-01-01"), `tag = "found"`))
	s.Plan().Contains(t, "1 to import, 0 to add, 0 to change, 0 to destroy")
	s.Apply()
	s.EmptyPlan()
	if writes := mark.Writes(); len(writes) != 0 {
		t.Errorf("the import changed something: %v", writes)
	}
	s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
	if len(w.Keys()) != 0 {
		t.Error("an imported key is not destroyed")
	}
}

// TestImportWritesConfiguration: what the CLI generates for an import block is a usable start.
func TestImportWritesConfiguration(t *testing.T) {
	t.Parallel()
	w := New(t)
	key, _ := foundKey(w, "")
	s := w.Workspace(fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, key.ID))
	s.Must("plan", "-generate-config-out=generated.tf", "-input=false", "-no-color").Contains(t, "1 to import, 0 to add, 0 to change")
	text, err := os.ReadFile(filepath.Join(s.Dir, "generated.tf"))
	w.Must(err)
	if !regexp.MustCompile(`expiration_date\s+= "2030-01-01T00:00:00.000Z"`).Match(text) {
		t.Errorf("generated:\n%s", text)
	}
}

// TestImportWritesBothNamesOfAnOwner: the generated configuration has both, and the message says what to do about it.
func TestImportWritesBothNamesOfAnOwner(t *testing.T) {
	t.Parallel()
	w := New(t)
	key, _ := foundKey(w, "bob")
	imports := fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, key.ID)
	s := w.Workspace(imports)
	s.Run("plan", "-generate-config-out=generated.tf", "-input=false", "-no-color").Contains(t, "Owner named twice", "keep one of the two")
	generated := filepath.Join(s.Dir, "generated.tf")
	text, err := os.ReadFile(generated)
	w.Must(err)
	w.Must(os.WriteFile(generated, regexp.MustCompile(`(?m)^\s*user_name .*$`).ReplaceAll(text, nil), 0o600))
	s.Plan().Contains(t, "1 to import, 0 to add, 0 to change, 0 to destroy")
}

// TestImportOfNothing: each wrong id and what the user is told.
func TestImportOfNothing(t *testing.T) {
	for id, want := range map[string]string{
		"alice/bob/ABC":              `(?s)"bob/ABC" is not the id of an access\s+key.*Give the id of the key`,
		"/ABCDEFGHIJ0123456789":      `(?s)"" is not the\s+name\s+of\s+a\s+user`,
		"alice/":                     `(?s)"" is not the id of an\s+access\s+key`,
		"not an id":                  `(?s)"not an id" is not the id`,
		"ABCDEFGHIJ0123456789":       `(?s)among your own keys and every\s+user's.*Give\s+the\s+id\s+of\s+the\s+key`,
		"alice/ABCDEFGHIJ0123456789": `(?s)ABCDEFGHIJ0123456789\s+of\s+user\s+alice.*Give\s+the\s+id\s+of\s+the\s+key`,
		"carol/ABCDEFGHIJ0123456789": `(?s)ABCDEFGHIJ0123456789\s+of\s+user\s+carol`,
	} {
		t.Run(id, func(t *testing.T) {
			New(t).Test(
				resource.TestStep{Config: User("owner", `user_name = "alice"`)},
				resource.TestStep{
					Config: User("owner", `user_name = "alice"`) + Key("this"), ResourceName: address,
					ImportState: true, ImportStateId: id, ExpectError: regexp.MustCompile(want),
				},
			)
		})
	}
}
