package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/scripts/internal/local"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// demo is one run of all steps on one simulator.
type demo struct {
	*output

	bin   string
	sim   *local.Simulator
	cli   *local.CLI
	world string // the folder of everything that is written
	home  string // of the CLI

	page *workspace // the examples of the page of the resource
	keys []string   // ids of the page's keys: the caller's own, the user's
	team *workspace // everything else that a state holds
}

// step is a part of the demo.
type step struct {
	title string
	run   func(context.Context) error
}

func (d *demo) steps() []step {
	return []step{
		{"Create: the two examples of the resource's page, word for word", d.create},
		{"Plan again", d.planIsEmpty},
		{"Switch both keys off: their expiry stays", d.switchOff},
		{"Remove expiration_date: the keys no longer expire", d.removeExpiry},
		{"Import both keys by id in a second workspace", d.importElsewhere},
		{"Seal: the secret is encrypted to a public key, and age decrypts it", d.seal},
		{"Rotate: the next key is there before the old one expires", d.rotate},
		{"A key for one run: Ctrl-C ends the run, and the key", d.interrupt},
		{"A lost answer: no key is left that nobody knows", d.loseAnswer},
		{"A key that may do exactly one thing", d.oneRight},
		{"Audit: what the rules say about all these keys", d.audit},
		{"Destroy: nothing is left", d.destroy},
	}
}

func (d *demo) run(ctx context.Context) error {
	d.line("CLI: %s", d.cli.Name)
	d.line("API: %s (a local process that checks real signatures)", d.sim.Endpoint)
	for n, step := range d.steps() {
		d.line("\n%d. %s", n+1, step.title)
		before, err := d.sim.Calls(ctx)
		if err != nil {
			return err
		}
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("step %d (%s): %w", n+1, step.title, err)
		}
		after, err := d.sim.Calls(ctx)
		if err != nil {
			return err
		}
		d.claim("API calls: %s", after.Since(before))
		d.pause(ctx)
	}
	return nil
}

// apply shows the part of the configuration that is new, adds it to the workspace, and applies it.
func (d *demo) apply(ctx context.Context, w *workspace, part string) error {
	if part != "" {
		d.show(part)
		if err := w.add(part); err != nil {
			return err
		}
	}
	return d.applied(ctx, w)
}

func (d *demo) applied(ctx context.Context, w *workspace) error {
	d.command(d.cli.Command(), "apply")
	return w.run(ctx, "apply", "-auto-approve", "-input=false")
}

// program runs another program of bin and returns its standard output, even if it fails.
func (d *demo) program(ctx context.Context, name, input string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(d.bin, local.Executable(name)), args...)
	cmd.Dir, cmd.Env = d.world, local.Environment(d.home, d.sim)
	cmd.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	local.Isolate(cmd)
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, stderr.String())
	}
	return string(out), err
}

// atAPI returns the objects at the API.
func (d *demo) atAPI(ctx context.Context) (admin.Snapshot, error) {
	var now admin.Snapshot
	return now, d.sim.Ask(ctx, "/state", &now)
}

// keysOf returns the keys of a user at the API, "" for the root account.
func (d *demo) keysOf(ctx context.Context, userName string) ([]admin.AccessKey, error) {
	now, err := d.atAPI(ctx)
	return slices.DeleteFunc(now.AccessKeys, func(k admin.AccessKey) bool { return k.UserName != userName }), err
}

// key is a key at the API.
func (d *demo) key(ctx context.Context, id string) (admin.AccessKey, error) {
	now, err := d.atAPI(ctx)
	if err != nil {
		return admin.AccessKey{}, err
	}
	at := slices.IndexFunc(now.AccessKeys, func(k admin.AccessKey) bool { return k.AccessKeyID == id })
	if at < 0 {
		return admin.AccessKey{}, fmt.Errorf("key %s is not at the API", id)
	}
	return now.AccessKeys[at], nil
}

// notInFiles returns an error if a file that the demo wrote has the text.
func (d *demo) notInFiles(text string) error {
	return filepath.WalkDir(d.world, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), "sim.db") {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil && bytes.Contains(content, []byte(text)) {
			return fmt.Errorf("%s has the secret in clear", entry.Name())
		}
		return err
	})
}
