package acceptance_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestAccExamples_apply applies every example of the documentation unchanged, with the built provider and with all files of a folder
// together. Each has a new key pair for sealing, in a variable that no file keeps. If all keys of an example are sealed, no secret may
// be left in a file or an output.
func TestAccExamples_apply(t *testing.T) {
	folders := map[string][]string{}
	err := filepath.WalkDir(filepath.Join(acctest.Root(t), "examples"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == "guides" || entry.Name() == "actions") {
			return filepath.SkipDir // TestAccGuides_apply has the guides; actions need Terraform 1.14
		}
		if err == nil && filepath.Ext(path) == ".tf" && entry.Name() != "import-by-identity.tf" { // TestExamples_imports has them
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
		name := strings.TrimPrefix(folder, filepath.Join(acctest.Root(t), "examples")+string(filepath.Separator))
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			var config strings.Builder
			for _, file := range files {
				config.WriteString(read(t, file) + "\n")
			}
			t.Parallel()
			c, pair := acctest.NewCLI(t), acctest.AgePair(t)
			if strings.Contains(config.String(), "max_access_key_expiration_seconds") { // the key that signs must comply
				ends := c.Simulator.Now().Add(30 * day)
				c.OutOfBand(func(ctx context.Context, client *api.Client) error {
					_, err := client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{ID: c.RootAccessKey, State: "ACTIVE", ExpirationDate: &ends})
					return err
				})
			}
			s := c.Workspace(config.String())
			s.Trace()
			s.Setenv("TF_VAR_recipient", pair.Public)
			s.Setenv("TF_VAR_private_key", pair.Private)
			s.Apply()
			s.EmptyPlan()
			keys := strings.Count(config.String(), `resource "outscale_access_key"`) + strings.Count(config.String(), `resource "outscale_rotating_access_key"`)
			if keys == strings.Count(config.String(), "seal_to") && len(c.Issued()) > 0 {
				s.ExpectNoSecretLeft(c.RootSecretKey, pair.Private)
			}
			s.Must(destroy...)
			expectNothingLeft(t, c)
		})
	}
}

// pageExamples are the two examples of the page of the resource.
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

// TestExamples_officialPage: the examples of the page of the official provider work unchanged.
func TestExamples_officialPage(t *testing.T) {
	for file, want := range pageExamples {
		if got := read(t, filepath.Join(acctest.Root(t), "examples", "resources", "outscale_access_key", file)); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", file, got, want)
		}
	}
}

// otherProvider matches what needs a provider that is not available here: its requirement, and its resource, which is the last block.
var otherProvider = regexp.MustCompile(`(?m)^ +(vault|kubernetes) += \{.*\n|\nresource "(vault|kubernetes)_(?s:.*)`)

// TestAccGuides_apply applies every configuration of the guides, without the resources of other providers.
func TestAccGuides_apply(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(acctest.Root(t), "examples", "guides", "*", "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 15 {
		t.Fatalf("found %d configurations", len(files))
	}
	hasTest := map[string]bool{"oos.tf": true, "pg.tf": true, "adopt.tf": true} // TestAccBackend_..., TestAccGuide_adopt
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			if _, diags := hclparse.NewParser().ParseHCLFile(file); diags.HasErrors() {
				t.Fatal(diags)
			}
			if hasTest[filepath.Base(file)] {
				return
			}
			c, pair := acctest.NewCLI(t), acctest.AgePair(t)
			s := c.Workspace(otherProvider.ReplaceAllString(read(t, file), ""))
			s.Trace()
			s.Setenv("TF_VAR_recipient", pair.Public)
			s.Setenv("TF_VAR_private_key", pair.Private)
			s.Apply()
			s.EmptyPlan()
			if len(c.Issued()) > 0 {
				s.ExpectNoSecretLeft(c.RootSecretKey, pair.Private)
			}
			s.Must(destroy...)
			expectNothingLeft(t, c)
		})
	}
}

// TestAccKeyAudit_checksOfExample: the checks of the example pass, and each fails when its key is due.
func TestAccKeyAudit_checksOfExample(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	text := read(t, filepath.Join(acctest.Root(t), "examples", "data-sources", "outscale_access_key_audit", "data-source.tf"))
	ends := c.Simulator.Now().Add(400 * day)
	c.OutOfBand(func(ctx context.Context, client *api.Client) error {
		_, err := client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{ID: c.RootAccessKey, State: "ACTIVE", ExpirationDate: &ends})
		return err
	})
	c.CreateUser("alice")
	idle := c.CreateKey(api.CreateAccessKeyInput{UserName: "alice", ExpirationDate: &ends})
	s := c.Workspace(text)
	const old, endless, unused, behind = "Older than 90 days: ", "Without an expiry: ", "Unused for 30 days: ", "To be deleted: "
	s.EmptyPlan().Lacks(t, old, endless, unused, behind)
	c.ExpectCalls(map[string]int{
		"ReadAccessKeys": 2, "ReadUsers": 1, "ReadApiAccessPolicy": 1, "ReadApiLogs": 5,
		"ReadLinkedPolicies": 1, "ReadUserPolicies": 1, "ReadUserGroupsPerUser": 1,
	})

	c.Advance(30*day + time.Hour)
	r := s.EmptyPlan()
	r.Contains(t, "Warning: Check block assertion failed", unused+idle.ID+".")
	r.Lacks(t, old, endless, behind)

	c.Advance(60*day - time.Hour)
	r = s.EmptyPlan()
	r.Contains(t, old+c.RootAccessKey+", "+idle.ID+".")
	r.Lacks(t, endless, behind)

	left := c.CreateKey(api.CreateAccessKeyInput{UserName: "alice", Tag: "terraform-unfinished-1"})
	s.EmptyPlan().Contains(t, endless+left.ID+".", behind+left.ID+".")
}
