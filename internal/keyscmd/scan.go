package keyscmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/spf13/cobra"
)

func (a *app) scanCommand() *cobra.Command {
	var offline bool
	cmd := &cobra.Command{
		Use: "scan-state FILE ...", Args: named(1, math.MaxInt, "a state file or a saved plan"), Short: "Find secrets of access keys in states and plan files",
		Long: `Find secrets of access keys that are in clear in state files, saved plans, or the output of "show -json", and say which of
the keys still work. No secret is shown. If the secret of a key of a state file is in another place of the file too, such as
an output, the command shows it as "(elsewhere)". "-" reads standard input.

A file that cannot be read is named, the other files are scanned, and the exit code is 2. With --offline the command makes
no call, and does not know whether a key still works.

` + exitCodes,
		Example: "  outscale-keys scan-state terraform.tfstate terraform.tfstate.backup tfplan\n  tofu show -json | outscale-keys scan-state -",
		RunE: func(cmd *cobra.Command, files []string) error {
			return a.scan(cmd.Context(), files, offline)
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "read the files only, and make no call")
	return cmd
}

// scan reads the files and writes the secrets in them. A file that cannot be read does not stop the scan of the others.
func (a *app) scan(ctx context.Context, files []string, offline bool) error {
	keys, failed := readStates(files, a.host.In)
	if len(failed) == len(files) {
		return errors.Join(failed...)
	}
	secrets := slices.DeleteFunc(keys, func(k stateKey) bool { return k.secret == "" })
	status, err := a.statuses(ctx, secrets, offline)
	if err != nil {
		failed = append(failed, fmt.Errorf("the states of the keys could not be read: %w\n\nWith --offline, only the files are read", err))
	}
	if err := a.showSecrets(secrets, status, len(failed) > 0); err != nil {
		return err
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	if len(secrets) > 0 {
		return errFindings
	}
	return nil
}

// statuses returns the status of each key that has an id: ACTIVE, INACTIVE, expired or gone. It knows none with --offline and
// with an error.
func (a *app) statuses(ctx context.Context, secrets []stateKey, offline bool) (map[string]string, error) {
	status := map[string]string{}
	for _, s := range secrets {
		if s.id != "" {
			status[s.id] = "gone"
		}
	}
	if offline || len(status) == 0 {
		return map[string]string{}, nil
	}
	s, err := a.connect()
	if err != nil {
		return nil, err
	}
	found, err := s.keys.FindAll(ctx, slices.Collect(maps.Keys(status)))
	if err != nil {
		return nil, err
	}
	now := s.keys.Now() // the API's clock, which is known from its answers
	for _, k := range found {
		status[k.ID] = string(k.State)
		if k.Expired(now) {
			status[k.ID] = "expired"
		}
	}
	return status, nil
}

// secretFound is a secret in the JSON of scan-state.
type secretFound struct {
	File        string `json:"file"`
	Address     string `json:"address"`
	Attribute   string `json:"attribute"`
	AccessKeyID string `json:"access_key_id,omitempty"`
	Key         string `json:"key"` // ACTIVE, INACTIVE, expired, gone or unknown
}

// showSecrets writes the secrets that were found, and how to remove them.
func (a *app) showSecrets(secrets []stateKey, status map[string]string, incomplete bool) error {
	all := []secretFound{}
	var rows [][]string
	for _, s := range secrets {
		f := secretFound{File: s.file, Address: s.address, Attribute: s.secret, AccessKeyID: s.id, Key: cmp.Or(status[s.id], "unknown")}
		all = append(all, f)
		rows = append(rows, []string{f.File, f.Address, f.Attribute, orDash(f.AccessKeyID), f.Key})
	}
	switch {
	case a.flags.output == formatJSON:
		return a.json(all)
	case len(rows) == 0 && incomplete:
		fmt.Fprintln(a.host.Out, "No secret in clear in the files that could be read.")
	case len(rows) == 0:
		fmt.Fprintln(a.host.Out, "No secret in clear.")
	default:
		if err := a.table([]string{"FILE", "RESOURCE", "ATTRIBUTE", idHeader, "KEY"}, rows); err != nil {
			return err
		}
		fmt.Fprint(a.host.Out, secretRemedy)
	}
	return nil
}

const secretRemedy = `
To remove the secrets:
  1. Set seal_to on the resource and apply: the provider seals the secret in place, without a new key.
  2. Everyone who could read the files knows the secrets. Replace the keys that still work: a rotating key overlaps with its
     successor, or use terraform apply -replace=ADDRESS.
  3. Delete older versions of the files: backups (*.backup), versions in the backend, saved plans, artifacts of pipelines.
`
