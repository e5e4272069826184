package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

const readerRights = `
data "outscale_policy_document" "reader" {
  statement {
    actions = ["api:ReadAccessKeys"]
  }
}

resource "outscale_user_inline_policy" "reader" {
  user_id     = outscale_user.reader.user_id
  policy_name = "read-own-keys"
  document    = data.outscale_policy_document.reader.json
}
`

const readerKey = `
resource "outscale_user" "reader" {
  user_name = "reader"
}

resource "outscale_access_key" "reader" {
  user_id         = outscale_user.reader.user_id
  expiration_date = "2028-01-01"
  seal_to         = [var.recipient]
}
`

// oneRight gives a user one right, signs an allowed and a denied call with its key, and asks the simulator why.
func (d *demo) oneRight(ctx context.Context) error {
	if err := d.team.add(readerKey); err != nil {
		return err
	}
	if err := d.apply(ctx, d.team, readerRights); err != nil {
		return err
	}
	id, secret, err := d.open(ctx, "outscale_access_key.reader")
	if err != nil {
		return err
	}
	client, err := api.New(api.Config{
		Endpoint: d.sim.Endpoint, Region: "eu-west-2", Credential: api.Credential{AccessKeyID: id, SecretKey: secret},
	})
	if err != nil {
		return err
	}
	keys, err := client.ReadAccessKeys(ctx, api.ReadAccessKeysInput{})
	if err != nil {
		return fmt.Errorf("ReadAccessKeys should be allowed: %w", err)
	}
	d.claim("ReadAccessKeys, signed with key %s: allowed, %d key", id, len(keys))
	if _, err := client.ReadUsers(ctx, nil); !api.IsForbidden(err) {
		return fmt.Errorf("ReadUsers should be denied: %w", err)
	}
	var denials []admin.Request
	if err := d.sim.Ask(ctx, "/denials", &denials); err != nil {
		return err
	}
	if len(denials) == 0 || denials[len(denials)-1].AccessKey != id || denials[len(denials)-1].Rights == nil {
		return errors.New("the simulator does not explain the denial")
	}
	denied := denials[len(denials)-1]
	d.claim("%s, signed with the same key: denied, %d with code %s. The simulator explains:", denied.Action, denied.Status, denied.Code)
	d.show(denied.Rights.Reason + "\nmissing statement: " + string(denied.Rights.Missing))
	return nil
}

// audit shows the findings of outscale-keys about the keys of the demo and about the root key, which is in no state.
func (d *demo) audit(ctx context.Context) error {
	d.command("outscale-keys audit --state page/terraform.tfstate --state team/terraform.tfstate")
	printed, err := d.program(ctx, "outscale-keys", "", "audit",
		"--state", filepath.Join("page", "terraform.tfstate"), "--state", filepath.Join("team", "terraform.tfstate"))
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		return fmt.Errorf("the audit should have findings, which is exit code 1: %w", err)
	}
	d.show(printed)
	for line := range strings.Lines(printed) {
		if strings.Contains(line, "no-state") && !strings.Contains(line, d.sim.RootKey) || strings.Contains(line, "unfinished") {
			return fmt.Errorf("a key is in no state: %s", line)
		}
	}
	d.claim("no key is unfinished, and only the root key is in no state")
	return nil
}
