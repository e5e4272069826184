package keyscmd

import (
	"context"
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

func (a *app) scanCommand() *cobra.Command {
	var offline bool
	cmd := &cobra.Command{
		Use: "scan-state FILE ...", Args: named(1, math.MaxInt, "a state file or a saved plan"), Short: "Find secrets of access keys in states and plan files",
		Long: `Find secrets of access keys that are in clear in state files, saved plans, or the output of "show -json", and say which of
the keys still work. No secret is shown. A secret of a key that a state file has in another place too, as in an output, is
"(elsewhere)". "-" reads standard input.

With --offline no call is made, and whether a key still works is not known.

` + exitCodes,
		Example: "  outscale-keys scan-state terraform.tfstate terraform.tfstate.backup tfplan\n  tofu show -json | outscale-keys scan-state -",
		RunE: func(cmd *cobra.Command, files []string) error {
			var secrets []stateKey
			for _, file := range files {
				keys, err := readState(file, a.host.In)
				if err != nil {
					return err
				}
				for _, k := range keys {
					if k.secret != "" {
						secrets = append(secrets, k)
					}
				}
			}
			standing, err := a.standings(cmd.Context(), secrets, offline)
			if err != nil {
				return err
			}
			return a.scan(secrets, standing)
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "make no call")
	return cmd
}

// standings returns a function that says whether the key of a secret still works: ACTIVE, INACTIVE, expired, gone or unknown.
func (a *app) standings(ctx context.Context, secrets []stateKey, offline bool) (func(stateKey) string, error) {
	var ids []string
	for _, s := range secrets {
		if s.id != "" {
			ids = append(ids, s.id)
		}
	}
	if offline || len(ids) == 0 {
		return func(stateKey) string { return "unknown" }, nil
	}
	s, err := a.connect()
	if err != nil {
		return nil, fmt.Errorf("%w\n\nAdd --offline to look at the files alone", err)
	}
	found, err := s.keys.FindAll(ctx, ids)
	live := map[string]key.Key{}
	for _, k := range found {
		live[k.ID] = k
	}
	now := s.keys.Now() // the API's clock, which is known from its answers
	return func(s stateKey) string {
		k, found := live[s.id]
		switch {
		case s.id == "":
			return "unknown"
		case !found:
			return "gone"
		case k.Expired(now):
			return "expired"
		}
		return string(k.State)
	}, err
}

// secretFound is a secret in the JSON of scan-state.
type secretFound struct {
	File        string `json:"file"`
	Address     string `json:"address"`
	Attribute   string `json:"attribute"`
	AccessKeyID string `json:"access_key_id,omitempty"`
	Key         string `json:"key"` // ACTIVE, INACTIVE, expired, gone or unknown
}

// scan writes what was found, and what to do.
func (a *app) scan(secrets []stateKey, standing func(stateKey) string) error {
	all := []secretFound{}
	var rows [][]string
	for _, s := range secrets {
		f := secretFound{File: s.file, Address: s.address, Attribute: s.secret, AccessKeyID: s.id, Key: standing(s)}
		all = append(all, f)
		rows = append(rows, []string{f.File, f.Address, f.Attribute, orDash(f.AccessKeyID), f.Key})
	}
	switch {
	case a.flags.output == formatJSON:
		if err := a.json(all); err != nil {
			return err
		}
	case len(rows) == 0:
		fmt.Fprintln(a.host.Out, "No secret in clear.")
	default:
		if err := a.table([]string{"FILE", "RESOURCE", "ATTRIBUTE", "ACCESS KEY", "KEY"}, rows); err != nil {
			return err
		}
		fmt.Fprint(a.host.Out, remedy)
	}
	if len(all) > 0 {
		return findings{len(all)}
	}
	return nil
}

const remedy = `
To get rid of them:
  1. Set seal_to on the resource and apply: the secret is sealed in place, without a new key.
  2. Whoever could read the files knows the secrets. Replace the keys that still work: a rotating key overlaps with its
     successor, or use terraform apply -replace=ADDRESS.
  3. Delete older versions of the files: backups (*.backup), versions in the backend, saved plans, artifacts of pipelines.
`
