package keyscmd

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/review"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// The formats that only audit has.
const (
	formatCSV   = "csv"
	formatSARIF = "sarif"
)

func (a *app) auditCommand() *cobra.Command {
	var flags reviewFlags
	cmd := &cobra.Command{
		Use: "audit", Args: noArguments, Short: "Check every access key of the account by rules",
		Long: `Check every access key of the account by these rules. A finding says what is wrong. JSON, CSV and SARIF also say what to do.

` + ruleList() + `
The rule no-state needs --state. --rules names a JSON file that turns rules off or sets their limits:

  {"rules": {"old": {"max": "180d"}, "networks": {"max": 5}, "root-key": {"off": true}}}

A network is the /24 of an IPv4 address or the /48 of an IPv6 address. Before the command makes the calls, it says how many.
The log takes at most --usage-pages calls.

The output names what the caller may not read. The exit code is about the rest. In CSV, a value that a spreadsheet would read
as a formula begins with "'".

` + exitCodes,
		Example: "  outscale-keys audit --max-age 180d\n  outscale-keys audit --output sarif > keys.sarif",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, config, err := a.collectForReview(cmd.Context(), flags)
			if err != nil {
				return err
			}
			return a.audit(findKeys(c, config), c)
		},
	}
	flags.add(cmd)
	return cmd
}

// reviewFlags are the flags of the commands that apply the rules to the keys.
type reviewFlags struct {
	logs                     logFlags
	maxAge, maxUnused, rules string
	states                   []string
}

func (f *reviewFlags) add(cmd *cobra.Command) {
	f.logs.add(cmd, 32)
	cmd.Flags().StringVar(&f.maxAge, "max-age", "", "a key is old after this `TIME` (default 90d)")
	cmd.Flags().StringVar(&f.maxUnused, "max-unused", "", "a key is unused after this `TIME` without a call (default 30d)")
	cmd.Flags().StringVar(&f.rules, "rules", "", "a JSON `FILE` with the settings of the rules")
	cmd.Flags().StringArrayVar(&f.states, "state", nil, "a state `FILE`: a key that is in no state is a finding; repeat the flag for more files")
}

// collectForReview reads the files that the flags name, and the keys of the account with all facts that the rules need.
func (a *app) collectForReview(ctx context.Context, f reviewFlags) (*collected, review.Config, error) {
	config, err := readRules(f)
	if err != nil {
		return nil, config, err
	}
	back, err := f.logs.back()
	if err != nil {
		return nil, config, err
	}
	w := factsToRead{rights: true, usage: back, pages: f.logs.pages, review: true}
	if len(f.states) > 0 {
		if w.states, err = idsOfStates(f.states, a.host.In); err != nil {
			return nil, config, err
		}
	}
	s, err := a.connect()
	if err != nil {
		return nil, config, err
	}
	c, err := a.collect(ctx, s, w)
	return c, config, err
}

// ruleList returns the rules as lines of the help.
func ruleList() string {
	list := ""
	for _, r := range review.Rules() {
		list += fmt.Sprintf("  %-15s %-7s %s\n", r.ID, r.Severity, r.Title)
	}
	return list
}

// readRules reads the settings of the rules from a file and from flags.
func readRules(flags reviewFlags) (review.Config, error) {
	var c review.Config
	if flags.rules != "" {
		f, err := os.Open(flags.rules)
		if err != nil {
			return c, fmt.Errorf("--rules: %w", err)
		}
		defer func() { _ = f.Close() }()
		if c, err = review.ReadConfig(f); err != nil {
			return c, fmt.Errorf("--rules %s: %w", flags.rules, err)
		}
	}
	if c.Rules == nil {
		c.Rules = map[string]review.Settings{}
	}
	for _, limit := range []struct{ flag, rule, text string }{{"--max-age", "old", flags.maxAge}, {"--max-unused", "unused", flags.maxUnused}} {
		if limit.text == "" {
			continue
		}
		d, err := review.ParseDuration(limit.text)
		if err != nil {
			return c, fmt.Errorf("%s: %w", limit.flag, err)
		}
		settings := c.Rules[limit.rule]
		settings.Max = review.Limit{Set: true, Duration: d}
		c.Rules[limit.rule] = settings
	}
	return c, nil
}

// reviewed is a key with the findings of the rules.
type reviewed struct {
	collectedKey
	findings []review.Finding
}

// findKeys applies the rules to every key, and returns the keys with findings, the worst first.
func findKeys(c *collected, config review.Config) []reviewed {
	var found []reviewed
	for _, f := range c.keys {
		if findings := config.Review(f.Facts); len(findings) > 0 {
			found = append(found, reviewed{f, findings})
		}
	}
	slices.SortStableFunc(found, func(x, y reviewed) int {
		return int(review.Worst(y.findings)) - int(review.Worst(x.findings))
	})
	return found
}

// finding is one finding in JSON.
type finding struct {
	AccessKeyID string `json:"access_key_id"`
	UserName    string `json:"user_name,omitempty"`
	Root        bool   `json:"root"`
	Rule        string `json:"rule"`
	Severity    string `json:"severity"`
	Reason      string `json:"reason"`
	Remedy      string `json:"remedy"`
}

// auditResult is the JSON of audit.
type auditResult struct {
	coverage
	Keys     int       `json:"keys"`
	Findings []finding `json:"findings"`
}

func findingsOf(found []reviewed) []finding {
	all := []finding{}
	for _, k := range found {
		for _, f := range k.findings {
			all = append(all, finding{
				AccessKeyID: k.Key.ID, UserName: k.userName, Root: k.Root,
				Rule: f.Rule.ID, Severity: f.Rule.Severity.String(), Reason: f.Reason, Remedy: f.Rule.Remedy,
			})
		}
	}
	return all
}

// audit writes the findings.
func (a *app) audit(found []reviewed, c *collected) error {
	all := findingsOf(found)
	var err error
	switch a.flags.output {
	case formatJSON:
		err = a.json(auditResult{coverage: c.coverage, Keys: len(c.keys), Findings: all})
	case formatCSV:
		err = a.auditCSV(all)
	case formatSARIF:
		err = a.json(sarifOf(a.version, found, c.Missing))
	default:
		err = a.auditTable(found, c)
	}
	if a.flags.output != formatJSON {
		a.notes(c.Missing)
	}
	if err == nil && len(all) > 0 {
		return errFindings
	}
	return err
}

func (a *app) auditTable(found []reviewed, c *collected) error {
	var rows [][]string
	for _, k := range found {
		for _, f := range k.findings {
			rows = append(rows, []string{f.Rule.Severity.String(), k.Key.ID, owner(k.collectedKey), f.Rule.ID, f.Reason})
		}
	}
	if len(rows) > 0 {
		if err := a.table([]string{"SEVERITY", idHeader, "OWNER", "RULE", "REASON"}, rows); err != nil {
			return err
		}
		fmt.Fprintln(a.host.Out)
	}
	incomplete := ""
	if len(c.Missing) > 0 {
		incomplete = ", incomplete"
	}
	fmt.Fprintf(a.host.Out, "%s for %d of %s%s\n", text.Count(len(rows), "finding"), len(found), text.Count(len(c.keys), "key"), incomplete)
	return nil
}

func (a *app) auditCSV(all []finding) error {
	w := csv.NewWriter(a.host.Out)
	rows := [][]string{{"severity", "access_key_id", "user_name", "root", "rule", "reason", "remedy"}}
	for _, f := range all {
		row := []string{f.Severity, f.AccessKeyID, f.UserName, fmt.Sprint(f.Root), f.Rule, f.Reason, f.Remedy}
		for i, cell := range row {
			row[i] = csvCell(cell)
		}
		rows = append(rows, row)
	}
	return w.WriteAll(rows)
}

// csvCell quotes a text that a spreadsheet would read as a formula: the name of a user can begin with "=".
func csvCell(text string) string {
	if strings.ContainsAny(text[:min(len(text), 1)], "=+-@\t\r\n") {
		return "'" + text
	}
	return text
}
