package keyscmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// policyFlags are those of the command policy.
type policyFlags struct {
	window       windowFlags
	hcl, compare bool
	wildcards    []string
	collect      string
}

func (a *app) policyCommand() *cobra.Command {
	var flags policyFlags
	cmd := &cobra.Command{
		Use: "policy USER", Args: named(1, 1, "a user"), Short: "Write the smallest policy that allows what a user did",
		Long: `Write the smallest policy document that allows the actions that a user's access keys signed, as JSON, or with --hcl as a data
source outscale_policy_document. A call that was refused is not in it.

The facts come from the API's log. It has 32 days, and only calls of the OUTSCALE API: a user whose monthly or yearly job
did not run in this time, or that uses other services, needs more than the document allows. Only keys that the user has now
are looked up. With --collect FILE the calls that were seen are added to a local file, with those of keys that were deleted
since, and --since can reach as far back as the file does: run it every week. The file has no secrets; only your own user
can read it. Commands that add to the same file at the same time wait for each other, by the lock file FILE.lock.

Actions are named one by one. --wildcard PATTERN, for example "api:Read*", puts a pattern in the place of the used actions
that it covers. With --compare the document is compared with what the user's policies and groups allow now.

With --compare, what the rights allow beyond the use is a finding.

` + exitCodes,
		Example: "  outscale-keys policy ci > ci.json\n  outscale-keys policy ci --hcl --wildcard 'api:Read*'\n  outscale-keys policy ci --compare\n" +
			"  outscale-keys policy ci --collect ci-calls.json --since 180d",
		RunE: func(cmd *cobra.Command, args []string) error { return a.policy(cmd.Context(), args[0], flags) },
	}
	flags.window.add(cmd)
	cmd.Flags().BoolVar(&flags.hcl, "hcl", false, "write a data source outscale_policy_document in place of JSON")
	cmd.Flags().BoolVar(&flags.compare, "compare", false, "show what the user's rights allow beyond its use")
	cmd.Flags().StringArrayVar(&flags.wildcards, "wildcard", nil, "a `PATTERN` in the place of the actions that it covers (may be repeated)")
	cmd.Flags().StringVar(&flags.collect, "collect", "", "a `FILE` that the calls are added to, and read from")
	return cmd
}

// didUse is what a user did, and how much of the time that was asked for is known.
type didUse struct {
	actions, refused []string // as policies name them, sorted; refused are those that never succeeded
	notes            []string // what the facts do not cover, one sentence each
	since, until     time.Time
}

func (a *app) policy(ctx context.Context, userName string, flags policyFlags) error {
	back, err := flags.window.back()
	if err != nil {
		return err
	}
	if flags.hcl && (flags.compare || a.flags.output == formatJSON) {
		return errors.New("--hcl is a format of its own: leave out --compare and --output json")
	}
	if err := checkPatterns(flags.wildcards); err != nil {
		return err
	}
	if flags.collect != "" { // a file that cannot be used is an error before the log is read
		if _, err := readCalls(flags.collect); err != nil {
			return collectError(flags.collect, err)
		}
	}
	s, err := a.connect()
	if err != nil {
		return err
	}
	did, err := a.did(ctx, s, userName, back, flags)
	if err != nil {
		return err
	}
	if flags.compare {
		return a.compare(ctx, s, userName, did, flags.wildcards)
	}
	for _, sentence := range did.notes {
		a.note("%s", text.Escape(sentence))
	}
	if len(did.actions) == 0 {
		return fmt.Errorf("user %s had no call that succeeded since %s: there is nothing to write a policy from", text.Word(userName), date(&did.since))
	}
	doc, err := leastDocument(did.actions, flags.wildcards)
	if err != nil {
		return err
	}
	if flags.hcl {
		_, err = fmt.Fprint(a.host.Out, policyHCL(userName, doc))
		return err
	}
	_, err = fmt.Fprintln(a.host.Out, indented(doc))
	return err
}

// checkPatterns refuses a --wildcard that a policy could not have.
func checkPatterns(patterns []string) error {
	for _, pattern := range patterns {
		if err := policydoc.Least([]string{pattern}, nil).Validate(); err != nil || !strings.Contains(pattern, "*") {
			return fmt.Errorf("--wildcard %s: a pattern names a service and actions with \"*\", for example \"api:Read*\"", text.Word(pattern))
		}
	}
	return nil
}

func leastDocument(actions, wildcards []string) (policydoc.Document, error) {
	doc := policydoc.Least(actions, wildcards)
	if err := doc.Validate(); err != nil {
		return doc, fmt.Errorf("%w: use --wildcard, for example --wildcard 'api:Read*'", err)
	}
	return doc, nil
}

// did reads what a user did, from the log and from the file of collected calls.
func (a *app) did(ctx context.Context, s *services, userName string, back time.Duration, flags policyFlags) (didUse, error) {
	who, err := a.userSubject(ctx, s, userName, "not")
	if err != nil {
		return didUse{}, err
	}
	u, err := a.usageOf(ctx, s, who, back, flags.window.pages)
	if err != nil {
		return didUse{}, err
	}
	var use account.Use
	for _, id := range who.keys {
		use = use.Plus(u.Keys[id])
	}
	did := didUse{since: u.From, until: u.Until}
	if !u.Whole {
		did.notes = append(did.notes, cutOff(u)+" The document may lack actions.")
	}
	asked := u.Until.Add(-back)
	if flags.collect == "" {
		if back > account.LogKept {
			did.notes = append(did.notes, "The log has 32 days: nothing before "+date(&u.From)+" is known. Use --collect FILE to see further from now on.")
		}
	} else {
		history, err := a.collectCalls(ctx, s, flags.collect, who, u)
		if err != nil {
			return didUse{}, err
		}
		var known []account.Period
		use, known = history.Since(who.userName, asked)
		did.since = asked
		did.notes = append(did.notes, unknownTimes(asked, known)...)
	}
	did.notes = append(did.notes, fmt.Sprintf("Calls of user %s from %s to %s; the API's log has 32 days, and no calls of object storage (OOS) and OKS.",
		who.userName, date(&did.since), date(&did.until)))
	did.sort(use)
	if len(did.refused) > 0 {
		did.notes = append(did.notes, "Refused, and not allowed by the document: "+strings.Join(did.refused, ", ")+".")
	}
	return did, nil
}

// actionName is what a name of an action looks like. A log entry of another form names no action of a policy.
var actionName = regexp.MustCompile(`^[A-Za-z0-9]{1,100}$`)

// sort takes the actions apart by whether they ever succeeded.
func (d *didUse) sort(use account.Use) {
	counts := use.ByAction()
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		switch n := counts[name]; {
		case !actionName.MatchString(name):
		case n.Calls > n.Refused:
			d.actions = append(d.actions, "api:"+name)
		default:
			d.refused = append(d.refused, "api:"+name)
		}
	}
}

// unknownTimes are the times since from that no reading of the log covers.
func unknownTimes(from time.Time, known []account.Period) []string {
	var notes []string
	for _, p := range known {
		if p.From.Sub(from) > time.Minute {
			notes = append(notes, fmt.Sprintf("Nothing is known of the time from %s to %s.", date(&from), date(&p.From)))
		}
		from = p.Until
	}
	return notes
}

// indented is a document as people read it.
func indented(doc policydoc.Document) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(doc.JSON()), "", "  "); err != nil {
		return doc.JSON() // it is JSON, so this does not happen
	}
	return b.String()
}

// notInNames is what a name of a Terraform object cannot have.
var notInNames = regexp.MustCompile(`[^A-Za-z0-9_-]`)

// policyHCL is a document as a data source. Actions have no character that HCL would read in another way.
func policyHCL(userName string, doc policydoc.Document) string {
	name := notInNames.ReplaceAllString(userName, "_")
	if strings.Trim(name[:1], "0123456789-") == "" {
		name = "_" + name
	}
	var b strings.Builder
	fmt.Fprintf(&b, "data \"outscale_policy_document\" %q {\n", name)
	for _, s := range doc.Statements {
		fmt.Fprintf(&b, "  statement {\n    effect = %q\n    actions = [\n", s.Effect)
		for _, action := range s.Action {
			fmt.Fprintf(&b, "      %q,\n", action)
		}
		b.WriteString("    ]\n    resources = [\"*\"]\n  }\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// comparison is the JSON of policy --compare.
type comparison struct {
	UserName  string          `json:"user_name"`
	Since     string          `json:"use_known_since"`
	Until     string          `json:"use_known_until"`
	Notes     []string        `json:"notes"`
	Patterns  []patternUse    `json:"allowed_patterns"`
	Unused    []string        `json:"allowed_and_not_used"`
	Others    []string        `json:"allowed_in_other_services"`
	Forbidden []string        `json:"used_and_no_longer_allowed"`
	Document  json.RawMessage `json:"document,omitempty"`
}

// patternUse is a pattern that the rights allow. Actions are those of the OUTSCALE API.
type patternUse struct {
	Pattern string `json:"pattern"`
	Actions int    `json:"actions"`
	Used    int    `json:"used"`
}

// compare shows what the rights of a user allow beyond what it did.
func (a *app) compare(ctx context.Context, s *services, userName string, did didUse, wildcards []string) error {
	docs, err := s.rights.Documents(ctx, s.policies, s.groups, userName)
	if err != nil {
		return fmt.Errorf("the rights of user %s could not be read, which needs %s: %w", text.Word(userName), rightsNeeded, err)
	}
	beyond := policydoc.Beyond(docs, did.actions)
	c := comparison{
		UserName: userName, Since: date(&did.since), Until: date(&did.until), Notes: did.notes, Patterns: []patternUse{},
		Unused: append([]string{}, beyond.Actions...), Others: append([]string{}, beyond.Patterns...), Forbidden: append([]string{}, beyond.Missing...),
	}
	for _, pattern := range policydoc.AllowedPatterns(docs...) {
		c.Patterns = append(c.Patterns, patternUse{pattern, covered(pattern, policydoc.Actions()), covered(pattern, did.actions)})
	}
	if len(did.actions) > 0 {
		doc, err := leastDocument(did.actions, wildcards)
		if err != nil {
			return err
		}
		c.Document = json.RawMessage(doc.JSON())
	}
	if err := a.showComparison(c); err != nil {
		return err
	}
	if n := len(beyond.Actions) + len(beyond.Patterns); n > 0 {
		return findings{n}
	}
	return nil
}

// covered counts the actions that a pattern of AllowedPatterns covers.
func covered(pattern string, actions []string) int {
	n := 0
	for _, action := range actions {
		if policydoc.CoveredBy(pattern, action) {
			n++
		}
	}
	return n
}

func (a *app) showComparison(c comparison) error {
	if a.flags.output == formatJSON {
		return a.json(c)
	}
	rows := rowsOf(c.Patterns, func(p patternUse) []string { return []string{p.Pattern, fmt.Sprint(p.Actions), fmt.Sprint(p.Used)} })
	if len(rows) > 0 {
		if err := a.table([]string{"ALLOWED", "ACTIONS", "USED"}, rows); err != nil {
			return err
		}
		fmt.Fprintln(a.host.Out)
	}
	for _, part := range []struct {
		title string
		names []string
	}{
		{"Allowed and not used", c.Unused},
		{"Allowed beyond the OUTSCALE API", c.Others},
		{"Used, and no longer allowed", c.Forbidden},
	} {
		if len(part.names) > 0 {
			fmt.Fprintf(a.host.Out, "%s (%d):\n%s\n", part.title, len(part.names), wrapped(part.names, 100))
		}
	}
	if len(c.Unused)+len(c.Others) == 0 {
		fmt.Fprintln(a.host.Out, "The rights allow nothing beyond the use.")
	}
	for _, sentence := range c.Notes {
		a.note("%s", text.Escape(sentence))
	}
	return nil
}

// wrapped is a list in lines of at most width characters, if its items are shorter.
func wrapped(items []string, width int) string {
	var b strings.Builder
	line := " "
	for i, item := range items {
		item = text.Escape(item)
		if i < len(items)-1 {
			item += ","
		}
		if len(line)+1+len(item) > width && line != " " {
			b.WriteString(line + "\n")
			line = " "
		}
		line += " " + item
	}
	return b.String() + line
}
