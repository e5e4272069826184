package keyscmd

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
)

// logFlags are the flags of the commands that read the log for all keys.
type logFlags struct{ days, pages int }

func (f *logFlags) add(cmd *cobra.Command, days int) {
	cmd.Flags().IntVar(&f.days, "usage-days", days, "read the use of the keys from this `NUMBER` of days of the log, at most 32; 0 = do not read the log")
	addPages(cmd, &f.pages)
}

func addPages(cmd *cobra.Command, pages *int) {
	cmd.Flags().IntVar(pages, "usage-pages", 100, "read at most this `NUMBER` of pages of the log; a page has 1000 calls")
}

// back returns how far back the log is read.
func (f logFlags) back() (time.Duration, error) {
	if most := int(account.LogKept / (24 * time.Hour)); f.days < 0 || f.days > most {
		return 0, fmt.Errorf("--usage-days %d: the API keeps its log for %d days, so the number must be 0 to %d", f.days, most, most)
	}
	return time.Duration(f.days) * 24 * time.Hour, checkPages(f.pages)
}

func checkPages(pages int) error {
	if pages < 1 {
		return fmt.Errorf("--usage-pages %d: the number must be at least 1", pages)
	}
	return nil
}

func (a *app) listCommand() *cobra.Command {
	var logs logFlags
	var rights bool
	cmd := &cobra.Command{
		Use: "list", Args: noArguments, Short: "List every access key of the account",
		Long: `List every access key that the caller can see, with its owner, state, age, expiry and last use.

STATE is ACTIVE, INACTIVE, expired, or unfinished: a run began to create the key, and nobody has its secret. LAST USE
">32d ago" means that the log of 32 days has no call of the key. JSON also has the tags, and all times to the second.

With --rights, one word says what the owner may do:

  root        everything: no policy limits the root account
  admin       every action
  escalation  can give itself, or a key that it controls, more rights
  limited     some actions
  none        nothing

The command makes one call per user, one per 1000 users, three more, and one per page of the log; --rights adds about three
calls per user.

` + exitCodesPlain,
		Example: "  outscale-keys list\n  outscale-keys list --rights --output json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			back, err := logs.back()
			if err != nil {
				return err
			}
			s, err := a.connect()
			if err != nil {
				return err
			}
			c, err := a.collect(cmd.Context(), s, factsToRead{rights: rights, usage: back, pages: logs.pages})
			if err != nil {
				return err
			}
			return a.list(c, back > 0, rights)
		},
	}
	logs.add(cmd, 32)
	cmd.Flags().BoolVar(&rights, "rights", false, "show the rights of the owners")
	return cmd
}

// listedKey is a key in JSON.
type listedKey struct {
	AccessKeyID string `json:"access_key_id"`
	UserName    string `json:"user_name,omitempty"`
	UserID      string `json:"user_id,omitempty"`
	Root        bool   `json:"root"`
	State       string `json:"state"`
	Tag         string `json:"tag,omitempty"`
	Created     string `json:"creation_date"`
	Expires     string `json:"expiration_date,omitempty"`
	Expired     bool   `json:"expired"`
	Unfinished  bool   `json:"unfinished"`
	LastUse     string `json:"last_use_date,omitempty"`
	UseSince    string `json:"use_known_since,omitempty"`
	Rights      string `json:"rights,omitempty"`
	// Findings are nil in the JSON of list.
	Findings []finding `json:"findings,omitzero"`
}

// keyList is the JSON of list and report.
type keyList struct {
	coverage
	AccessKeys []listedKey `json:"access_keys"`
}

func (c *collected) keyList(rights bool) keyList {
	all := keyList{coverage: c.coverage, AccessKeys: []listedKey{}}
	for _, f := range c.keys {
		all.AccessKeys = append(all.AccessKeys, listed(f, rights))
	}
	return all
}

func listed(f collectedKey, rights bool) listedKey {
	k := listedKey{
		AccessKeyID: f.Key.ID, UserName: f.userName, UserID: f.userID, Root: f.Root, State: string(f.Key.State), Tag: f.Key.Tag,
		Created: date(&f.Key.Created), Expires: date(f.Key.Expires), Expired: f.Key.Expired(f.Now), Unfinished: f.Key.Unfinished(),
	}
	if f.UseKnown {
		k.LastUse, k.UseSince = date(&f.LastUse), date(&f.UseSince)
	}
	if rights {
		k.Rights = review.Rights(f.Facts)
	}
	return k
}

// list writes the keys.
func (a *app) list(c *collected, uses, rights bool) error {
	if a.flags.output == formatJSON {
		return a.json(c.keyList(rights))
	}
	header := keyHeader()
	if uses {
		header = append(header, "LAST USE")
	}
	if rights {
		header = append(header, "RIGHTS")
	}
	var rows [][]string
	for _, f := range c.keys {
		row := keyRow(f)
		if uses {
			row = append(row, lastUse(f))
		}
		if rights {
			row = append(row, review.Rights(f.Facts))
		}
		rows = append(rows, row)
	}
	if err := a.table(header, rows); err != nil {
		return err
	}
	a.notes(c.Missing)
	return nil
}

// idHeader is the header of a column with ids of keys.
const idHeader = "ACCESS KEY"

// keyHeader and keyRow are the columns that every table of keys begins with.
func keyHeader() []string { return []string{idHeader, "OWNER", "STATE", "AGE", "EXPIRES"} }

func keyRow(f collectedKey) []string {
	return []string{f.Key.ID, owner(f), state(f), age(f.Now.Sub(f.Key.Created)), dayOf(f.Key.Expires)}
}

func owner(f collectedKey) string {
	switch {
	case f.Root:
		return "(root)"
	case f.userName == "":
		return "(caller)"
	}
	return f.userName
}

// state is "unfinished", "expired", or the state of the API.
func state(f collectedKey) string {
	switch {
	case f.Key.Unfinished():
		return "unfinished"
	case f.Key.Expired(f.Now):
		return "expired"
	}
	return string(f.Key.State)
}

func lastUse(f collectedKey) string {
	switch {
	case !f.UseKnown:
		return "unknown"
	case !f.LastUse.IsZero():
		return age(f.Now.Sub(f.LastUse)) + " ago"
	case f.Key.Created.After(f.UseSince):
		return "never"
	}
	return ">" + age(f.Now.Sub(f.UseSince)) + " ago"
}
