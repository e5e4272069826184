package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

const teamBase = `
variable "recipient" {
  type = string
}

resource "outscale_user" "ci" {
  user_name = "ci"
}
`

const sealedKey = `
resource "outscale_access_key" "deploy" {
  user_id         = outscale_user.ci.user_id
  expiration_date = "2028-01-01"
  seal_to         = [var.recipient]
}

output "sealed_secret_key" {
  value = outscale_access_key.deploy.sealed_secret_key
}
`

// identity is the file with the private key that decrypts the secrets.
func (d *demo) identity() string { return filepath.Join(d.world, "key.txt") }

func (d *demo) seal(ctx context.Context) (err error) {
	d.command("age-keygen -o key.txt")
	if _, err := d.program(ctx, "tools/age-keygen", "", "-o", d.identity()); err != nil {
		return err
	}
	public, err := d.program(ctx, "tools/age-keygen", "", "-y", d.identity())
	if err != nil {
		return err
	}
	if d.team, err = d.workspace(ctx, "team", teamBase); err != nil {
		return err
	}
	d.team.env = append(d.team.env, "TF_VAR_recipient="+strings.TrimSpace(public))
	if err := d.apply(ctx, d.team, sealedKey); err != nil {
		return err
	}
	d.command(d.cli.Command(), "output -raw sealed_secret_key | age -d -i key.txt")
	id, _, err := d.open(ctx, "outscale_access_key.deploy")
	if err != nil {
		return err
	}
	d.claim("age printed the secret of key %s, which is in no state, backup or other file", id)
	return nil
}

// open decrypts the sealed secret of a key of the team with age, and checks that it is the secret that the API issued, and
// that no file has it in clear.
func (d *demo) open(ctx context.Context, address string) (id, secret string, err error) {
	values, err := d.team.state(ctx)
	if err != nil {
		return "", "", err
	}
	id = fmt.Sprint(values[address]["access_key_id"])
	secret, err = d.program(ctx, "tools/age", fmt.Sprint(values[address]["sealed_secret_key"]), "-d", "-i", d.identity())
	if err != nil {
		return "", "", err
	}
	key, err := d.key(ctx, id)
	if err != nil {
		return "", "", err
	}
	if hash := sha256.Sum256([]byte(secret)); hex.EncodeToString(hash[:]) != key.SecretSHA256 {
		return "", "", fmt.Errorf("what age printed is not the secret of key %s", id)
	}
	return id, secret, d.notInFiles(secret)
}

const rotatingKey = `
resource "outscale_rotating_access_key" "backup" {
  user_id       = outscale_user.ci.user_id
  lifetime      = "40d"
  rotate_before = "10d"
  seal_to       = [var.recipient]
}
`

func (d *demo) rotate(ctx context.Context) error {
	const address, days = "outscale_rotating_access_key.backup", 31
	if err := d.apply(ctx, d.team, rotatingKey); err != nil {
		return err
	}
	values, err := d.team.state(ctx)
	if err != nil {
		return err
	}
	first := fmt.Sprint(values[address]["access_key_id"])
	d.claim("key %s", first)
	d.claim("... %d days later (the simulator's clock is moved)", days)
	if err := d.sim.MoveClock(ctx, days*24*time.Hour); err != nil {
		return err
	}
	if err := d.applied(ctx, d.team); err != nil {
		return err
	}
	if values, err = d.team.state(ctx); err != nil {
		return err
	}
	second, previous := fmt.Sprint(values[address]["access_key_id"]), fmt.Sprint(values[address]["previous_access_key_id"])
	if second == first || previous != first {
		return fmt.Errorf("the current key is %s and the previous one %s", second, previous)
	}
	for _, id := range []string{first, second} {
		key, err := d.key(ctx, id)
		if err != nil {
			return err
		}
		if key.State != "ACTIVE" || key.Expired || key.ExpirationDate == nil {
			return fmt.Errorf("key %s is %s (expired: %t)", id, key.State, key.Expired)
		}
	}
	d.claim("key %s is the current one; key %s works for 9 more days", second, first)
	return nil
}

const runScoped = `
ephemeral "outscale_access_key" "run" {
  lifetime = "1h"
}

resource "terraform_data" "deploy" {
  provisioner "local-exec" {
    command = "outscale-keys list > keys.txt && touch listed && exec sleep 600"
    environment = {
      OSC_ACCESS_KEY = ephemeral.outscale_access_key.run.access_key_id
      OSC_SECRET_KEY = ephemeral.outscale_access_key.run.secret_key
    }
  }
}
`

func (d *demo) interrupt(ctx context.Context) error {
	w, err := d.workspace(ctx, "run", runScoped)
	if err != nil {
		return err
	}
	w.env = append(w.env, "PATH="+d.bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	before, err := d.keysOf(ctx, "")
	if err != nil {
		return err
	}
	d.show(runScoped)
	d.command(d.cli.Command(), "apply")
	running, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- w.run(running, "apply", "-auto-approve", "-input=false") }()
	if err := waitFor(ctx, filepath.Join(w.dir, "listed"), ended); err != nil {
		return err
	}
	key, err := d.newKey(ctx, before)
	if err != nil {
		return err
	}
	d.claim("outscale-keys lists the keys of the account with key %s, made for this run; then the run waits", key)
	d.claim("^C")
	stop() // sends SIGINT
	if err := <-ended; err == nil {
		return errors.New("the run succeeded in spite of Ctrl-C")
	}
	if _, err := d.key(ctx, key); err == nil {
		return fmt.Errorf("key %s is left at the API", key)
	}
	d.claim("at the API: key %s is gone", key)
	return ctx.Err()
}

// waitFor waits until a file exists. A run that ends first is an error.
func waitFor(ctx context.Context, file string, ended <-chan error) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(file); err == nil {
			return nil
		}
		select {
		case err := <-ended:
			return fmt.Errorf("the run ended early: %w", errors.Join(err, ctx.Err()))
		case <-tick.C:
		}
	}
}

// newKey returns the id of the key of the root account that is not among the earlier ones.
func (d *demo) newKey(ctx context.Context, before []admin.AccessKey) (string, error) {
	now, err := d.keysOf(ctx, "")
	if err != nil {
		return "", err
	}
	for _, key := range now {
		if !slices.ContainsFunc(before, func(k admin.AccessKey) bool { return k.AccessKeyID == key.AccessKeyID }) {
			return key.AccessKeyID, nil
		}
	}
	return "", errors.New("the run has no key of its own at the API")
}

const secondKey = `
resource "outscale_access_key" "report" {
  user_id         = outscale_user.ci.user_id
  expiration_date = "2028-01-01"
  seal_to         = [var.recipient]
}
`

func (d *demo) loseAnswer(ctx context.Context) error {
	before, err := d.sim.Calls(ctx)
	if err != nil {
		return err
	}
	d.claim("fault: the API executes the next CreateAccessKey and closes the connection without an answer")
	if err := d.sim.SetFaults(ctx, `[{"action":"CreateAccessKey","kind":"drop_after","probability":1,"times":1}]`); err != nil {
		return err
	}
	if err := d.apply(ctx, d.team, secondKey); err != nil {
		return err
	}
	after, err := d.sim.Calls(ctx)
	if err != nil {
		return err
	}
	if calls := after.Since(before); calls["CreateAccessKey"] != 2 || calls["DeleteAccessKey"] != 1 {
		return fmt.Errorf("the answer was not lost, or the key was not removed: %s", calls)
	}
	d.claim("the provider found the key by its marker, deleted it, and created another one")
	state, err := os.ReadFile(filepath.Join(d.team.dir, "terraform.tfstate"))
	if err != nil {
		return err
	}
	keys, err := d.keysOf(ctx, "ci")
	if err != nil {
		return err
	}
	for _, key := range keys {
		if !strings.Contains(string(state), key.AccessKeyID) {
			return fmt.Errorf("key %s is in no state", key.AccessKeyID)
		}
	}
	d.claim("at the API: user ci has %d keys, and all of them are in the state", len(keys))
	return nil
}
