package main

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/scripts/internal/local"
)

// page holds the two examples of the resource's documentation page, word for word, and the user they name.
//
//go:embed page.tf.txt
var page string

// importing is what a person writes to take over the two keys in another workspace.
const importing = `
resource "outscale_access_key" "ImportedAccessKey" {
    state = "INACTIVE"
}

resource "outscale_access_key" "ImportedUserKey" {
    user_name = "user-1"
    state     = "INACTIVE"
}
`

const (
	requirements = `terraform {
  required_providers {
    outscale = { source = "outscale-access/outscale" }
  }
}
`
	ownKey  = "outscale_access_key.access_key01"
	userKey = "outscale_access_key.access_key_eim01"
)

// expiry is the instant of the page's `expiration_date = "2028-01-01"`.
var expiry = time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)

// story is one telling: a workspace on a simulator, and what is known of it so far.
type story struct {
	sim   *local.Simulator
	cli   *local.CLI
	world string
	home  string
	keys  []string // ids: the caller's own, the user's
}

func (s *story) tell(ctx context.Context) error {
	fmt.Printf("CLI: %s\nAPI: %s (a local process that checks real signatures)\n", s.cli.Name, s.sim.Endpoint)
	main, err := s.workspace(ctx, "main", page)
	if err != nil {
		return err
	}
	steps := []struct {
		title string
		do    func(context.Context, *workspace) error
	}{
		{"Create: the page's two examples, word for word, with the user", s.create},
		{"Plan again", s.planIsEmpty},
		{"Switch both keys off; their expiry stays", s.switchOff},
		{"Take expiration_date out; the keys no longer expire", s.removeExpiry},
		{"Import both keys by id in a second workspace", s.importElsewhere},
		{"Destroy", s.destroy},
	}
	for n, step := range steps {
		fmt.Printf("\n%d. %s\n", n+1, step.title)
		before, err := s.sim.Calls(ctx)
		if err != nil {
			return err
		}
		if err := step.do(ctx, main); err != nil {
			return fmt.Errorf("step %d (%s): %w", n+1, step.title, err)
		}
		after, err := s.sim.Calls(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("   API calls: %s\n", after.Since(before))
	}
	return nil
}

func (s *story) create(ctx context.Context, w *workspace) error {
	if err := w.run(ctx, "apply", "-auto-approve", "-input=false"); err != nil {
		return err
	}
	values, err := w.state(ctx)
	if err != nil {
		return err
	}
	for _, address := range []string{ownKey, userKey} {
		id := values[address]["access_key_id"]
		if id == nil || values[address]["secret_key"] == nil {
			return fmt.Errorf("the state holds no key and secret at %s", address)
		}
		s.keys = append(s.keys, fmt.Sprint(id))
	}
	claim("user user-1 made, id %v", values["outscale_user.user-1"]["user_id"])
	claim("key %s made for the caller, key %s for user-1", s.keys[0], s.keys[1])
	return s.expectKeys(ctx, "ACTIVE", &expiry)
}

func (s *story) planIsEmpty(ctx context.Context, w *workspace) error {
	if err := w.expectEmptyPlan(ctx); err != nil {
		return err
	}
	claim("the second plan is empty")
	return nil
}

func (s *story) switchOff(ctx context.Context, w *workspace) error {
	if err := w.rewrite(`"ACTIVE"`, `"INACTIVE"`); err != nil {
		return err
	}
	if err := w.run(ctx, "apply", "-auto-approve", "-input=false"); err != nil {
		return err
	}
	return s.expectKeys(ctx, "INACTIVE", &expiry)
}

func (s *story) removeExpiry(ctx context.Context, w *workspace) error {
	if err := w.rewrite(`    expiration_date = "2028-01-01"`+"\n", ""); err != nil {
		return err
	}
	if err := w.run(ctx, "apply", "-auto-approve", "-input=false"); err != nil {
		return err
	}
	return s.expectKeys(ctx, "INACTIVE", nil)
}

func (s *story) importElsewhere(ctx context.Context, _ *workspace) error {
	second, err := s.workspace(ctx, "second", importing)
	if err != nil {
		return err
	}
	for n, name := range []string{"ImportedAccessKey", "ImportedUserKey"} {
		if err := second.run(ctx, "import", "-input=false", "outscale_access_key."+name, s.keys[n]); err != nil {
			return err
		}
	}
	if err := second.expectEmptyPlan(ctx); err != nil {
		return err
	}
	claim("both keys imported by id alone, the owner of the second was found; the plan is empty")
	return nil
}

func (s *story) destroy(ctx context.Context, w *workspace) error {
	if err := w.run(ctx, "destroy", "-auto-approve", "-input=false"); err != nil {
		return err
	}
	now, err := s.atAPI(ctx)
	if err != nil {
		return err
	}
	if len(now.Users) != 0 || len(now.AccessKeys) != 1 || now.AccessKeys[0].AccessKeyID != s.sim.RootKey {
		return fmt.Errorf("something is left at the API: %d users, %d keys", len(now.Users), len(now.AccessKeys))
	}
	claim("at the API: no user is left, and no key but the root key that signed these calls")
	return nil
}

// expectKeys asks the API, not the state, what both keys are now.
func (s *story) expectKeys(ctx context.Context, state string, expires *time.Time) error {
	now, err := s.atAPI(ctx)
	if err != nil {
		return err
	}
	for _, id := range s.keys {
		key, found := now.key(id)
		switch {
		case !found:
			return fmt.Errorf("key %s is not at the API", id)
		case key.State != state:
			return fmt.Errorf("key %s is %s at the API, %s was asked for", id, key.State, state)
		}
		got := key.ExpirationDate
		if (got == nil) != (expires == nil) || got != nil && !got.Equal(*expires) {
			return fmt.Errorf("key %s: its expiry at the API is %v", id, got)
		}
	}
	until := "never expire"
	if expires != nil {
		until = "expire on " + expires.Format(time.DateOnly)
	}
	claim("at the API: both keys are %s and %s", state, until)
	return nil
}

// snapshot is what the API holds, as far as the story asks.
type snapshot struct {
	Users      []struct{ UserName string } `json:"users"`
	AccessKeys []keyAtAPI                  `json:"access_keys"`
}

type keyAtAPI struct {
	AccessKeyID    string `json:"AccessKeyId"`
	State          string
	ExpirationDate *time.Time
}

func (s snapshot) key(id string) (keyAtAPI, bool) {
	for _, key := range s.AccessKeys {
		if key.AccessKeyID == id {
			return key, true
		}
	}
	return keyAtAPI{}, false
}

func (s *story) atAPI(ctx context.Context) (snapshot, error) {
	var now snapshot
	return now, s.sim.Ask(ctx, "/state", &now)
}

func claim(format string, args ...any) {
	fmt.Println("   " + strings.TrimRight(fmt.Sprintf(format, args...), "\n"))
}
