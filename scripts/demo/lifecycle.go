package main

import (
	"context"
	_ "embed"
	"fmt"
	"time"
)

// pageExamples has the two examples of the resource's page, word for word, and the user that they name.
//
//go:embed page.tf.txt
var pageExamples string

const (
	ownKey  = "outscale_access_key.access_key01"
	userKey = "outscale_access_key.access_key_eim01"
)

// expiry is the instant of the page's `expiration_date = "2028-01-01"`.
var expiry = time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)

func (d *demo) create(ctx context.Context) (err error) {
	if d.page, err = d.workspace(ctx, "page", pageExamples); err != nil {
		return err
	}
	if err := d.applied(ctx, d.page); err != nil {
		return err
	}
	values, err := d.page.state(ctx)
	if err != nil {
		return err
	}
	for _, address := range []string{ownKey, userKey} {
		id := values[address]["access_key_id"]
		if id == nil || values[address]["secret_key"] == nil {
			return fmt.Errorf("the state has no key and secret at %s", address)
		}
		d.keys = append(d.keys, fmt.Sprint(id))
	}
	d.claim("key %s for the caller, key %s for the new user user-1", d.keys[0], d.keys[1])
	return d.expectKeys(ctx, "ACTIVE", &expiry)
}

func (d *demo) planIsEmpty(ctx context.Context) error {
	d.command(d.cli.Command(), "plan")
	if err := d.page.expectEmptyPlan(ctx); err != nil {
		return err
	}
	d.claim("no changes")
	return nil
}

func (d *demo) switchOff(ctx context.Context) error {
	d.show(`state = "INACTIVE"`)
	if err := d.page.rewrite(`"ACTIVE"`, `"INACTIVE"`); err != nil {
		return err
	}
	if err := d.applied(ctx, d.page); err != nil {
		return err
	}
	return d.expectKeys(ctx, "INACTIVE", &expiry)
}

func (d *demo) removeExpiry(ctx context.Context) error {
	if err := d.page.rewrite(`    expiration_date = "2028-01-01"`+"\n", ""); err != nil {
		return err
	}
	if err := d.applied(ctx, d.page); err != nil {
		return err
	}
	return d.expectKeys(ctx, "INACTIVE", nil)
}

// imports is an import block and the resource that it needs.
const imports = `
import {
  to = outscale_access_key.%[1]s
  id = %[2]q
}

resource "outscale_access_key" %[1]q {
%[3]s  state = "INACTIVE"
}
`

func (d *demo) importElsewhere(ctx context.Context) error {
	second, err := d.workspace(ctx, "second",
		fmt.Sprintf(imports, "own", d.keys[0], "")+fmt.Sprintf(imports, "user", d.keys[1], "  user_name = \"user-1\"\n"))
	if err != nil {
		return err
	}
	d.show(fmt.Sprintf("import {\n  to = outscale_access_key.user\n  id = %q\n}", d.keys[1]))
	if err := d.applied(ctx, second); err != nil {
		return err
	}
	if err := second.expectEmptyPlan(ctx); err != nil {
		return err
	}
	d.claim("imported: the provider found the owner of each key; the next plan has no changes")
	return d.expectKeys(ctx, "INACTIVE", nil)
}

// destroy destroys both workspaces. The first one has everything that the second one imported.
func (d *demo) destroy(ctx context.Context) error {
	d.command(d.cli.Command(), "destroy")
	for _, w := range []*workspace{d.team, d.page} {
		if err := w.run(ctx, "destroy", "-auto-approve", "-input=false"); err != nil {
			return err
		}
	}
	now, err := d.atAPI(ctx)
	if err != nil {
		return err
	}
	if len(now.Users) != 0 || len(now.InlinePolicies) != 0 || len(now.AccessKeys) != 1 || now.AccessKeys[0].AccessKeyID != d.sim.RootKey {
		return fmt.Errorf("something is left at the API: %d users, %d inline policies, %d keys",
			len(now.Users), len(now.InlinePolicies), len(now.AccessKeys))
	}
	d.claim("at the API: no user, no policy, and no key other than the root key that signed these calls")
	return nil
}

// expectKeys checks both keys of the page at the API.
func (d *demo) expectKeys(ctx context.Context, state string, expires *time.Time) error {
	for _, id := range d.keys {
		key, err := d.key(ctx, id)
		if err != nil {
			return err
		}
		if key.State != state {
			return fmt.Errorf("key %s is %s at the API, want %s", id, key.State, state)
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
	d.claim("at the API: both keys are %s and %s", state, until)
	return nil
}
