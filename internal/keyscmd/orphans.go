package keyscmd

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

func (a *app) orphansCommand() *cobra.Command {
	var states []string
	cmd := &cobra.Command{
		Use: "orphans FILE ...",
		Args: func(_ *cobra.Command, args []string) error {
			if states = append(states, args...); len(states) == 0 {
				return errors.New("give a state file; \"terraform state pull > FILE\" writes the state of a backend")
			}
			return nil
		},
		Short: "Find keys that are in no state, and keys of states that are gone",
		Long: `Find access keys of the account that are in none of the given states, and keys of the states that the account does not have.

A FILE is a state file of Terraform or OpenTofu (version 4), a saved plan, or the output of "terraform show -json"; "-" is
standard input. The command finds keys in the resources of this provider and of the official one, and in aws_iam_access_key.
--state FILE is the same as FILE.

` + exitCodes,
		Example: "  outscale-keys orphans prod.tfstate staging.tfstate",
		RunE: func(cmd *cobra.Command, _ []string) error {
			inStates, err := idsOfStates(states, a.host.In)
			if err != nil {
				return err
			}
			s, err := a.connect()
			if err != nil {
				return err
			}
			c, err := a.collect(cmd.Context(), s, factsToRead{states: inStates})
			if err != nil {
				return err
			}
			return a.orphans(c, inStates)
		},
	}
	cmd.Flags().StringArrayVar(&states, "state", nil, "a state `FILE`; repeat the flag for more files")
	return cmd
}

// orphanResult is the JSON of orphans.
type orphanResult struct {
	coverage
	Orphans []listedKey `json:"in_no_state"`
	Gone    []string    `json:"in_states_only"`
}

// orphans compares the keys of the account with those of the states.
func (a *app) orphans(c *collected, inStates map[string]bool) error {
	result := orphanResult{coverage: c.coverage, Orphans: []listedKey{}, Gone: []string{}}
	gone := maps.Clone(inStates)
	var rows [][]string
	for _, f := range c.keys {
		delete(gone, f.Key.ID)
		if !f.InState {
			result.Orphans = append(result.Orphans, listed(f, false))
			rows = append(rows, append(keyRow(f), "in no state"))
		}
	}
	reason := "gone"
	if !c.Complete {
		reason = "gone, or not visible to the caller"
	}
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		result.Gone = append(result.Gone, id)
		rows = append(rows, []string{id, "-", "-", "-", "-", reason})
	}
	var err error
	switch {
	case a.flags.output == formatJSON:
		err = a.json(result)
	case len(rows) == 0:
		_, err = fmt.Fprintf(a.host.Out, "Every key is in a state (%s).\n", text.Count(len(c.keys), "key"))
	default:
		err = a.table(append(keyHeader(), "FINDING"), rows)
	}
	if a.flags.output != formatJSON {
		a.notes(c.Missing)
	}
	if err == nil && len(rows) > 0 {
		return errFindings
	}
	return err
}
