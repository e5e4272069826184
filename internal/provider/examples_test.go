package provider_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestExamples applies every example of the documentation word for word, with the built provider: all files of a folder
// together, as a reader would have them in one. A key to seal to and to open with is made for each, and given where no
// file keeps it. Where all keys of an example are sealed, no secret may be left anywhere.
func TestExamples(t *testing.T) {
	folders := map[string][]string{}
	err := filepath.WalkDir(filepath.Join(Root(t), "examples"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && entry.Name() == "guides" {
			return filepath.SkipDir // TestGuides has them, some for providers that cannot be had here
		}
		if err == nil && filepath.Ext(path) == ".tf" {
			folders[filepath.Dir(path)] = append(folders[filepath.Dir(path)], path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) < 8 {
		t.Fatalf("found %d folders of examples", len(folders))
	}
	for folder, files := range folders {
		name := strings.TrimPrefix(folder, filepath.Join(Root(t), "examples")+string(filepath.Separator))
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			var config strings.Builder
			for _, file := range files {
				config.WriteString(read(t, file) + "\n")
			}
			t.Parallel()
			w, pair := New(t), AgePair(t)
			s := w.Workspace(config.String())
			s.Setenv("TF_VAR_recipient", pair.Public)
			s.Setenv("TF_VAR_private_key", pair.Private)
			s.Apply()
			s.EmptyPlan()
			keys := count(config.String(), `resource "outscale_access_key"`) + count(config.String(), `resource "outscale_rotating_access_key"`)
			if keys == count(config.String(), "seal_to") && len(w.Issued()) > 0 {
				s.NoSecretRests(w.RootSecretKey, pair.Private)
			}
			s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
			if left := len(w.Keys()) + len(w.Users()); left != 0 {
				t.Errorf("%d keys and users are left", left)
			}
		})
	}
}

// pageExamples are the two examples of the page of the resource, word for word.
var pageExamples = map[string]string{
	"resource.tf": `resource "outscale_access_key" "access_key01" {
    state           = "ACTIVE"
    expiration_date = "2028-01-01"
}
`,
	"user.tf": `resource "outscale_access_key" "access_key_eim01" {
    user_name       = outscale_user.user-1.user_name
    state           = "ACTIVE"
    expiration_date = "2028-01-01"
    depends_on      = [outscale_user.user-1]
}
`,
}

func TestThePagesExamplesAreWordForWord(t *testing.T) {
	for file, want := range pageExamples {
		if got := read(t, filepath.Join(Root(t), "examples", "resources", "outscale_access_key", file)); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", file, got, want)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
