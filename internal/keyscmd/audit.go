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

// The further formats of audit.
const (
	formatCSV   = "csv"
	formatSARIF = "sarif"
)

func (a *app) auditCommand() *cobra.Command {
	var flags judgeFlags
	cmd := &cobra.Command{
		Use: "audit", Args: cobra.NoArgs, Short: "Check every access key of the account by rules",
		Long: `Check every access key of the account by these rules. A finding says what is wrong; JSON, CSV and SARIF add what to do.

` + ruleList() + `
The rule no-state needs --state. --rules names a JSON file that turns rules off or sets their limits:

  {"rules": {"old": {"max": "180d"}, "networks": {"max": 5}, "root-key": {"off": true}}}

A network is the /24 of an IPv4 address, and the /48 of an IPv6 address. The number of calls is stated before they are
made; 32 days of the log are at most --usage-pages calls.

What the caller may not read is named, and the exit code is about the rest.

In the CSV, a text that a spreadsheet would take for a formula begins with "'". JSON has it as it is.

` + exitCodes,
		Example: "  outscale-keys audit --max-age 180d\n  outscale-keys audit --output sarif > keys.sarif",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, config, err := a.collectToJudge(cmd.Context(), flags)
			if err != nil {
				return err
			}
			return a.audit(judge(c, config), c)
		},
	}
	flags.add(cmd)
	return cmd
}

// judgeFlags are the flags of the commands that judge keys.
type judgeFlags struct {
	logs                     logFlags
	maxAge, maxUnused, rules string
	states                   []string
	account                  bool // the id of the account is wanted; no flag
}

func (f *judgeFlags) add(cmd *cobra.Command) {
	f.logs.add(cmd, 32)
	cmd.Flags().StringVar(&f.maxAge, "max-age", "", "the `AGE` from which a key is old (default 90d)")
	cmd.Flags().StringVar(&f.maxUnused, "max-unused", "", "the `TIME` without use from which a key is unused (default 30d)")
	cmd.Flags().StringVar(&f.rules, "rules", "", "a JSON `FILE` with settings of the rules")
	cmd.Flags().StringArrayVar(&f.states, "state", nil, "a state `FILE`; keys that are in none of them are findings (may be repeated)")
}

// collectToJudge reads what the flags name, and the keys of the account with all that the rules judge.
func (a *app) collectToJudge(ctx context.Context, f judgeFlags) (*collected, review.Config, error) {
	config, err := readRules(f.rules, map[string]string{"old": f.maxAge, "unused": f.maxUnused})
	if err != nil {
		return nil, config, err
	}
	back, err := f.logs.back()
	if err != nil {
		return nil, config, err
	}
	w := wanted{account: f.account, rights: true, usage: back, pages: f.logs.pages, places: true, calls: true}
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

// ruleList is the rules as the help shows them.
func ruleList() string {
	list := ""
	for _, r := range review.Rules() {
		list += fmt.Sprintf("  %-15s %-7s %s\n", r.ID, r.Severity, r.Title)
	}
	return list
}

// readRules reads the settings of the rules, and sets limits that were given as flags.
func readRules(file string, limits map[string]string) (review.Config, error) {
	var c review.Config
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return c, fmt.Errorf("--rules: %w", err)
		}
		defer func() { _ = f.Close() }()
		if c, err = review.ReadConfig(f); err != nil {
			return c, fmt.Errorf("--rules %s: %w", file, err)
		}
	}
	if c.Rules == nil {
		c.Rules = map[string]review.Settings{}
	}
	for rule, limit := range limits {
		if limit == "" {
			continue
		}
		d, err := review.ParseDuration(limit)
		if err != nil {
			return c, fmt.Errorf("--max-age and --max-unused: %w", err)
		}
		settings := c.Rules[rule]
		settings.Max = review.Limit{Set: true, Duration: d}
		c.Rules[rule] = settings
	}
	return c, nil
}

// judged is a key with what the rules found.
type judged struct {
	fact
	findings []review.Finding
}

// judge applies the rules to every key and returns those with findings, the worst first.
func judge(c *collected, config review.Config) []judged {
	var found []judged
	for _, f := range c.keys {
		if findings := config.Review(f.Facts); len(findings) > 0 {
			found = append(found, judged{f, findings})
		}
	}
	slices.SortStableFunc(found, func(x, y judged) int {
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
	Complete bool      `json:"complete"` // every key of the account was judged
	Missing  []string  `json:"missing,omitempty"`
	Keys     int       `json:"keys"`
	Findings []finding `json:"findings"`
}

func findingsOf(found []judged) []finding {
	all := []finding{}
	for _, j := range found {
		for _, f := range j.findings {
			all = append(all, finding{
				AccessKeyID: j.Key.ID, UserName: j.userName, Root: j.Root,
				Rule: f.Rule.ID, Severity: f.Rule.Severity.String(), Reason: f.Reason, Remedy: f.Rule.Remedy,
			})
		}
	}
	return all
}

// audit writes the findings.
func (a *app) audit(found []judged, c *collected) error {
	all := findingsOf(found)
	var err error
	switch a.flags.output {
	case formatJSON:
		err = a.json(auditResult{Complete: c.complete, Missing: c.missing, Keys: len(c.keys), Findings: all})
	case formatCSV:
		err = a.auditCSV(all)
	case formatSARIF:
		err = a.json(sarifOf(a.version, found, c.missing))
	default:
		err = a.auditTable(found, c)
	}
	if a.flags.output != formatJSON {
		a.noteMissing(c)
	}
	if err == nil && len(all) > 0 {
		return findings{len(all)}
	}
	return err
}

func (a *app) auditTable(found []judged, c *collected) error {
	var rows [][]string
	for _, f := range findingsOf(found) {
		name := f.UserName
		if f.Root {
			name = "(root)"
		}
		rows = append(rows, []string{f.Severity, f.AccessKeyID, orDash(name), f.Rule, f.Reason})
	}
	if len(rows) > 0 {
		if err := a.table([]string{"SEVERITY", "ACCESS KEY", "OWNER", "RULE", "REASON"}, rows); err != nil {
			return err
		}
		fmt.Fprintln(a.host.Out)
	}
	incomplete := ""
	if len(c.missing) > 0 {
		incomplete = ", incomplete"
	}
	fmt.Fprintf(a.host.Out, "%s about %d of %s%s\n", text.Count(len(rows), "finding"), len(found), text.Count(len(c.keys), "key"), incomplete)
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

// csvCell keeps a spreadsheet from taking a text for a formula: the name of a user can begin as one.
func csvCell(text string) string {
	if strings.ContainsAny(text[:min(len(text), 1)], "=+-@\t\r\n") {
		return "'" + text
	}
	return text
}
