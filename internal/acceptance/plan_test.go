package acceptance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestAccAccessKey_savedPlan: a saved plan is applied unchanged. It is refused if another run has changed the state since.
func TestAccAccessKey_savedPlan(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	s := c.Workspace(owner("alice") + acctest.Key("this", byID))
	s.Must(planTo("saved")...)
	c.Advance(day)
	s.Must(applyPlan("saved")...).Contains(t, "2 added, 0 changed, 0 destroyed")
	s.EmptyPlan()

	s.Write(owner("alice") + acctest.Key("this", byID, `tag = "x"`))
	s.Must(planTo("overtaken")...)
	s.Apply()
	if r := s.Run(applyPlan("overtaken")...); r.Code != 1 {
		t.Errorf("a stale plan ended with %d:\n%s", r.Code, r.Output)
	}
}

// TestAccAccessKey_replace: -replace of the key, and of its owner. A key with user_id is replaced together with its owner, because a
// user with keys cannot be deleted.
func TestAccAccessKey_replace(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	s := c.Workspace(owner("alice") + acctest.Key("this", byID))
	s.Apply()
	first := c.OnlyKey().AccessKeyID
	s.Must(append(apply, "-replace="+accessKeyAddress)...).Contains(t, "1 added, 0 changed, 1 destroyed")
	second := c.OnlyKey().AccessKeyID
	s.Must(append(apply, "-replace=outscale_user.owner")...).Contains(t, "2 added, 0 changed, 2 destroyed")
	if third := c.OnlyKey().AccessKeyID; first == second || second == third {
		t.Errorf("the keys are %s, %s and %s", first, second, third)
	}
	c.DeleteKey(c.OnlyKey())
	s.Must(destroy...).Contains(t, "1 destroyed")
	expectNothingLeft(t, c)
}

// TestAccAccessKey_replaceOwnerByName: keys with user_name are replaced together with their owner. Otherwise force_destroy would revoke
// them, and the state would still have them.
func TestAccAccessKey_replaceOwnerByName(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	s := c.Workspace(acctest.User("owner", `user_name = "alice"`, `force_destroy = true`) + acctest.Key("this", byName) +
		acctest.Block("outscale_rotating_access_key", "this", byName, `lifetime = "30d"`, `rotate_before = "5d"`))
	s.Apply()
	before := c.Keys()
	s.Must("plan", "-no-color", "-replace=outscale_user.owner", "-out=saved").Contains(t, "3 to add, 0 to change, 3 to destroy", "Access key replaced with its owner: ", "user_id")
	s.Must(applyPlan("saved")...).Contains(t, "3 added, 0 changed, 3 destroyed")
	s.EmptyPlan()
	for _, k := range c.Keys() {
		if k.AccessKeyID == before[0].AccessKeyID || k.AccessKeyID == before[1].AccessKeyID {
			t.Errorf("key %s was not replaced", k.AccessKeyID)
		}
	}
	s.Must("plan", "-destroy", "-no-color").Contains(t, "Access keys revoked with their user: alice")
	s.Must(destroy...).Contains(t, "3 destroyed")
	expectNothingLeft(t, c)
}

// TestAccAccessKey_ignoreChanges: changes of ignored attributes are neither planned nor applied.
func TestAccAccessKey_ignoreChanges(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	config := func(tag, more string) string {
		return acctest.Key("this", `tag = "`+tag+`"`, more, "lifecycle {", "  ignore_changes = [tag]", "}")
	}
	s := c.Workspace(config("a", ""))
	s.Apply()
	s.Write(config("b", ""))
	s.EmptyPlan()
	s.Write(config("b", `state = "INACTIVE"`))
	s.Apply().Contains(t, "1 changed")
	if key := c.OnlyKey(); acctest.Tag(key) != "a" || key.State != "INACTIVE" {
		t.Errorf("tag %q, state %s", acctest.Tag(key), key.State)
	}
	s.EmptyPlan()
}

// TestAccAccessKey_nullAndEmpty: to replace "" by null in an optional argument, or null by "", changes neither the key nor an output.
func TestAccAccessKey_nullAndEmpty(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	output := "output \"values\" {\n  value = [" + accessKeyAddress + ".expiration_date, " + accessKeyAddress + ".tag, " + accessKeyAddress + ".user_name]\n}\n"
	left := acctest.Key("this") + output
	empty := acctest.Key("this", `expiration_date = ""`, `tag = ""`, `user_name = ""`) + output
	s := c.Workspace(left)
	s.Apply()
	c.ResetCalls()
	for _, config := range []string{empty, left, empty} {
		s.Write(config)
		s.EmptyPlan()
	}
	s.Apply().Contains(t, "0 added, 0 changed, 0 destroyed")
	s.Write(left)
	s.EmptyPlan()
	c.ExpectWrites()
}

// importBlock returns an import block for the key with an id.
func importBlock(id string) string {
	return fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", accessKeyAddress, id)
}

// TestAccAccessKey_importBlock imports a key in an apply that changes nothing, and destroys the key.
func TestAccAccessKey_importBlock(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	c.CreateUser("alice")
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	key := c.CreateKey(api.CreateAccessKeyInput{UserName: "alice", ExpirationDate: &at, Tag: "found"})
	s := c.Workspace(importBlock(key.ID) + acctest.Key("this", `user_name = "alice"`, `expiration_date = "2030-01-01"`, `tag = "found"`))
	s.Apply().Contains(t, "1 imported, 0 added, 0 changed, 0 destroyed")
	s.EmptyPlan()
	c.ExpectWrites()
	s.Must(destroy...)
	if n := len(c.Keys()); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}

// TestAccAccessKey_importGeneratesConfiguration: the configuration that the CLI generates for an import block has an empty plan, for a
// key of the caller and for a user's.
func TestAccAccessKey_importGeneratesConfiguration(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	c.CreateUser("bob")
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	own, bobs := c.CreateKey(api.CreateAccessKeyInput{ExpirationDate: &at}), c.CreateKey(api.CreateAccessKeyInput{UserName: "bob"})
	s := c.Workspace(importBlock(own.ID))
	s.Must(generate...).Contains(t, "1 to import, 0 to add, 0 to change")
	if text := read(t, filepath.Join(s.Dir, "generated.tf")); !regexp.MustCompile(`expiration_date\s+= "2030-01-01T00:00:00.000Z"`).MatchString(text) {
		t.Errorf("generated:\n%s", text)
	}
	for _, id := range []string{own.ID, bobs.ID} {
		s := c.Workspace(importBlock(id))
		s.Must(generate...).Contains(t, "1 to import, 0 to add, 0 to change, 0 to destroy")
		s.Apply().Contains(t, "1 imported, 0 added, 0 changed, 0 destroyed")
		s.EmptyPlan()
	}
	c.ExpectWrites()
}

// TestAccAccessKey_importIdentity: an import block with an identity imports the key, the state keeps the identity, and the
// identity of another account is refused.
func TestAccAccessKey_importIdentity(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	c.NeedIdentity()
	user := c.CreateUser("alice")
	key := c.CreateKey(api.CreateAccessKeyInput{UserName: "alice"})
	account, err := c.API().ReadAccounts(t.Context())
	c.NoError(err)
	block := func(account string) string {
		return fmt.Sprintf("import {\n  to = %s\n  identity = {\n    account_id = %q\n    user_id = %q\n    access_key_id = %q\n  }\n}\n", accessKeyAddress, account, user.ID, key.ID) +
			acctest.Key("this", `user_name = "alice"`)
	}
	s := c.Workspace(block("000000000001"))
	refused := s.Run("plan", "-input=false", "-no-color")
	if refused.Code != 1 {
		t.Errorf("exit code %d", refused.Code)
	}
	refused.Contains(t, "Object not imported", "000000000001", account.ID)
	s.Write(block(account.ID))
	s.Apply().Contains(t, "1 imported, 0 added, 0 changed, 0 destroyed")
	s.EmptyPlan()
	if state := string(s.State()); !regexp.MustCompile(`(?s)"identity": \{[^}]*"access_key_id": "` + key.ID + `"[^}]*"account_id": "` + account.ID + `"`).MatchString(state) {
		t.Error("the state has no identity")
	}
	c.ExpectWrites()
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestAccRotatingKey_moved: a moved block turns a plain key into a rotating one, with its secret. Another type is refused.
func TestAccRotatingKey_moved(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	moved := "moved {\n  from = outscale_access_key.this\n  to   = outscale_rotating_access_key.this\n}\n" +
		acctest.Block("outscale_rotating_access_key", "this", `lifetime = "30d"`, `rotate_before = "7d"`)
	s := c.Workspace(owner("alice") + acctest.Key("this"))
	s.Apply()
	secret := s.Attributes("outscale_access_key")["secret_key"]
	s.Write(owner("alice") + moved)
	s.Apply().Contains(t, "0 added, 1 changed, 0 destroyed")
	if got := s.Attributes("outscale_rotating_access_key"); got["secret_key"] != secret || got["access_key_id"] != c.OnlyKey().AccessKeyID {
		t.Error("the rotating key does not have the key of the moved resource")
	}
	s.EmptyPlan()
	s.Write(acctest.Block("outscale_rotating_access_key", "this", `lifetime = "30d"`, `rotate_before = "7d"`) +
		strings.NewReplacer("outscale_access_key.this", "outscale_user.owner", "key.this", "key.that", `"this"`, `"that"`).Replace(moved))
	if r := s.Plan(); r.Code != 1 {
		t.Errorf("a user became a rotating key:\n%s", r.Output)
	}
}

// TestAccWarnings_merged: the CLIs show the first of several warnings with the same summary, and the number of the others. Therefore
// the summary of a warning about a key has the id of the key.
func TestAccWarnings_merged(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	var want []string
	for range 3 {
		id := c.CreateKey(api.CreateAccessKeyInput{Tag: "terraform-unfinished-by-hand"}).ID
		want = append(want, "Warning: Unfinished access key found: "+id, "--AccessKeyId "+id)
	}
	s := c.Workspace(acctest.Key("this"))
	s.Plan().Contains(t, want...)
	s.Apply().Contains(t, want...)
	s.EmptyPlan().Contains(t, want...)
}
