package keyscmd

import (
	"errors"
	"fmt"
	"slices"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
	"github.com/spf13/cobra"
)

func (a *app) orphansCommand() *cobra.Command {
	var states []string
	cmd := &cobra.Command{
		Use: "orphans --state FILE ...", Args: cobra.NoArgs, Short: "Find keys that are in no state, and keys of states that are gone",
		Long: `Find access keys of the account that none of the given states has, and keys of the states that the account does not have.

A state is a state file of Terraform or OpenTofu (version 4), or the output of "terraform show -json", also of a plan; "-" is
standard input. Keys are found in resources of this provider and of the official one, and in aws_iam_access_key.

` + exitCodes,
		Example: "  outscale-keys orphans --state prod.tfstate --state staging.tfstate",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(states) == 0 {
				return errors.New("no state is given: add --state FILE")
			}
			inStates, err := idsOfStates(states, a.host.In)
			if err != nil {
				return err
			}
			s, err := a.connect()
			if err != nil {
				return err
			}
			c, err := a.collect(cmd.Context(), s, wanted{states: inStates})
			if err != nil {
				return err
			}
			return a.orphans(c, inStates)
		},
	}
	cmd.Flags().StringArrayVar(&states, "state", nil, "a state `FILE` (may be repeated)")
	return cmd
}

// orphanResult is the JSON of orphans.
type orphanResult struct {
	Complete bool        `json:"complete"` // every key of the account was compared
	Missing  []string    `json:"missing,omitempty"`
	Orphans  []listedKey `json:"in_no_state"`
	Gone     []string    `json:"in_states_only"`
}

// orphans compares the keys of the account with those of the states.
func (a *app) orphans(c *collected, inStates map[string]bool) error {
	result := orphanResult{Complete: c.complete, Missing: c.missing, Orphans: []listedKey{}, Gone: []string{}}
	listedIDs := map[string]bool{}
	var rows [][]string
	for _, f := range c.keys {
		listedIDs[f.Key.ID] = true
		if !f.InState {
			result.Orphans = append(result.Orphans, listed(f, false))
			rows = append(rows, []string{f.Key.ID, owner(f), state(f), age(f.Now.Sub(f.Key.Created)), orDash(date(f.Key.Expires)), "in no state"})
		}
	}
	for id := range inStates {
		if !listedIDs[id] {
			result.Gone = append(result.Gone, id)
		}
	}
	slices.Sort(result.Gone)
	// What the caller cannot see may be there all the same.
	goneReason := "gone"
	if !c.complete {
		goneReason = "gone, or not visible to the caller"
	}
	for _, id := range result.Gone {
		rows = append(rows, []string{id, "-", "-", "-", "-", goneReason})
	}
	if err := a.writeOrphans(result, rows, c); err != nil {
		return err
	}
	if len(rows) > 0 {
		return findings{len(rows)}
	}
	return nil
}

func (a *app) writeOrphans(result orphanResult, rows [][]string, c *collected) error {
	if a.flags.output == formatJSON {
		return a.json(result)
	}
	if len(rows) == 0 {
		fmt.Fprintf(a.host.Out, "Every key is in a state (%s).\n", text.Count(len(c.keys), "key"))
	} else if err := a.table([]string{"ACCESS KEY", "OWNER", "STATE", "AGE", "EXPIRES", "FINDING"}, rows); err != nil {
		return err
	}
	a.noteMissing(c)
	return nil
}
