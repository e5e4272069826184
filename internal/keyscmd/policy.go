package keyscmd

import (
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
source outscale_policy_document. The document does not allow an action of which every call was refused.

The facts come from the API's log. The log keeps 32 days, and only calls of the OUTSCALE API. If a job of the user did not
run in this time, or if the user calls other services, the user needs more than the document allows. The command looks up
the keys that the user has now.

--collect FILE adds the calls that the command sees to a file. Run it every week: the file keeps the calls after the log
has lost them, including those of keys that were deleted since, and --since reaches as far back as the file. The file has no
secrets, and its mode is 0600. Commands that change the same file wait for each other (FILE.lock).

--wildcard PATTERN, for example "api:Read*", replaces the actions that the pattern matches. --compare shows what the user's
policies and groups allow beyond the use, which counts as found, and the document as JSON with --output json.

` + exitCodes,
		Example: "  outscale-keys policy ci > ci.json\n  outscale-keys policy ci --hcl --wildcard 'api:Read*'\n  outscale-keys policy ci --compare\n" +
			"  outscale-keys policy ci --collect ci-calls.json --since 180d",
		RunE: func(cmd *cobra.Command, args []string) error { return a.policy(cmd.Context(), args[0], flags) },
	}
	flags.window.add(cmd)
	cmd.Flags().BoolVar(&flags.hcl, "hcl", false, "write a data source outscale_policy_document instead of JSON")
	cmd.Flags().BoolVar(&flags.compare, "compare", false, "show what the user's rights allow beyond its use")
	cmd.Flags().StringArrayVar(&flags.wildcards, "wildcard", nil, "replace the actions that this `PATTERN` matches; repeat the flag for more patterns")
	cmd.Flags().StringVar(&flags.collect, "collect", "", "add the calls to this `FILE`, and use all calls in it")
	return cmd
}

// activity is what a user did, and the period for which that is known.
type activity struct {
	actions, refused []string // as policies name them, sorted; no call of an action in refused succeeded
	notes            []string // what the facts do not cover, one sentence each
	since, until     time.Time
}

func (a *app) policy(ctx context.Context, userName string, flags policyFlags) error {
	back, err := flags.window.back()
	if err != nil {
		return err
	}
	if flags.hcl && (flags.compare || a.flags.output == formatJSON) {
		return errors.New("--hcl cannot be combined with --compare or --output json")
	}
	if err := checkPatterns(flags.wildcards); err != nil {
		return err
	}
	if flags.collect != "" { // report a file that cannot be used before the log is read
		if _, err := readCalls(flags.collect); err != nil {
			return collectError(flags.collect, err)
		}
	}
	s, err := a.connect()
	if err != nil {
		return err
	}
	seen, err := a.readActivity(ctx, s, userName, back, flags)
	if err != nil {
		return err
	}
	if flags.compare {
		return a.compare(ctx, s, userName, seen, flags.wildcards)
	}
	a.notes(seen.notes)
	if len(seen.actions) == 0 {
		return fmt.Errorf("no call of user %s succeeded since %s, so there is no policy to write: run the jobs of the user first", text.Word(userName), date(&seen.since))
	}
	doc, err := leastDocument(seen.actions, flags.wildcards)
	if err != nil {
		return err
	}
	if flags.hcl {
		_, err = fmt.Fprint(a.host.Out, policyHCL(userName, doc))
		return err
	}
	return a.json(json.RawMessage(doc.JSON()))
}

// checkPatterns refuses a --wildcard that is not valid in a policy.
func checkPatterns(patterns []string) error {
	for _, pattern := range patterns {
		if err := policydoc.Least([]string{pattern}, nil).Validate(); err != nil || !strings.Contains(pattern, "*") {
			return fmt.Errorf("--wildcard %s: a pattern has a service and actions with \"*\", for example \"api:Read*\"", text.Word(pattern))
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

// readActivity reads what a user did, from the log and from the file of collected calls.
func (a *app) readActivity(ctx context.Context, s *services, userName string, back time.Duration, flags policyFlags) (activity, error) {
	who, err := userSubject(ctx, s, userName)
	if err != nil {
		return activity{}, err
	}
	u, err := a.usageOf(ctx, s, who, back, flags.window.pages)
	if err != nil {
		return activity{}, err
	}
	var use account.Use
	for _, id := range who.keys {
		use = use.Plus(u.Keys[id])
	}
	seen := activity{since: u.From, until: u.Until}
	if !u.Whole {
		seen.notes = append(seen.notes, cutOff(u)+" Actions may be missing in the document.")
	}
	asked := u.Until.Add(-back)
	if flags.collect == "" {
		if back > account.LogKept {
			seen.notes = append(seen.notes, logKept(u)+" Use --collect FILE to keep calls for longer from now on.")
		}
	} else {
		history, err := a.collectCalls(ctx, s, flags.collect, who, u)
		if err != nil {
			return activity{}, err
		}
		var known []account.Period
		use, known = history.Since(who.userName, asked)
		seen.since = asked
		seen.notes = append(seen.notes, unknownTimes(asked, known)...)
	}
	seen.notes = append(seen.notes, fmt.Sprintf("Calls of user %s from %s to %s. The API keeps its log for 32 days, without calls of object storage (OOS) and of OKS.",
		who.userName, date(&seen.since), date(&seen.until)))
	seen.sort(use)
	if len(seen.refused) > 0 {
		seen.notes = append(seen.notes, "Always refused, so the document does not allow: "+strings.Join(seen.refused, ", ")+".")
	}
	return seen, nil
}

// actionName matches the name of an action. Other texts in the log are not actions that a policy can name.
var actionName = regexp.MustCompile(`^[A-Za-z0-9]{1,100}$`)

// sort divides the actions into those that succeeded at least once and those that were always refused.
func (s *activity) sort(use account.Use) {
	counts := use.ByAction()
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		switch n := counts[name]; {
		case !actionName.MatchString(name):
		case n.Calls > n.Refused:
			s.actions = append(s.actions, "api:"+name)
		default:
			s.refused = append(s.refused, "api:"+name)
		}
	}
}

// unknownTimes returns a sentence for each period after from in which the calls are not known.
func unknownTimes(from time.Time, known []account.Period) []string {
	var notes []string
	for _, p := range known {
		if p.From.Sub(from) > time.Minute {
			notes = append(notes, fmt.Sprintf("The calls from %s to %s are not known.", date(&from), date(&p.From)))
		}
		from = p.Until
	}
	return notes
}

// notInNames matches the characters that the name of a data source cannot have.
var notInNames = regexp.MustCompile(`[^A-Za-z0-9_-]`)

// policyHCL returns a document as a data source. Actions have no character that is special in HCL.
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

// patternUse is a pattern that the rights allow, with the number of actions of the OUTSCALE API that it matches.
type patternUse struct {
	Pattern string `json:"pattern"`
	Actions int    `json:"actions"`
	Used    int    `json:"used"`
}

// compare shows what the rights of a user allow beyond its use.
func (a *app) compare(ctx context.Context, s *services, userName string, seen activity, wildcards []string) error {
	docs, err := s.rights.Documents(ctx, s.policies, s.groups, userName)
	if err != nil {
		return fmt.Errorf("the rights of user %s could not be read (this needs %s): %w", text.Word(userName), rightsNeeded, err)
	}
	beyond := policydoc.Beyond(docs, seen.actions)
	c := comparison{
		UserName: userName, Since: date(&seen.since), Until: date(&seen.until), Notes: seen.notes, Patterns: []patternUse{},
		Unused: append([]string{}, beyond.Actions...), Others: append([]string{}, beyond.Patterns...), Forbidden: append([]string{}, beyond.Missing...),
	}
	for _, pattern := range policydoc.AllowedPatterns(docs...) {
		c.Patterns = append(c.Patterns, patternUse{pattern, covered(pattern, policydoc.Actions()), covered(pattern, seen.actions)})
	}
	if len(seen.actions) > 0 {
		doc, err := leastDocument(seen.actions, wildcards)
		if err != nil {
			return err
		}
		c.Document = json.RawMessage(doc.JSON())
	}
	if err := a.showComparison(c); err != nil {
		return err
	}
	if len(beyond.Actions)+len(beyond.Patterns) > 0 {
		return errFindings
	}
	return nil
}

// covered counts the actions that a pattern matches.
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
		{"Allowed in other services", c.Others},
		{"Used and no longer allowed", c.Forbidden},
	} {
		if len(part.names) > 0 {
			fmt.Fprintf(a.host.Out, "%s (%d):\n%s\n", part.title, len(part.names), wrapped(part.names, 100))
		}
	}
	if len(c.Unused)+len(c.Others) == 0 {
		fmt.Fprintln(a.host.Out, "The rights allow only what is used.")
	}
	a.notes(c.Notes)
	return nil
}

// wrapped returns the items in indented lines of at most width characters. A longer item has its own line.
func wrapped(items []string, width int) string {
	var words []string
	for _, item := range items {
		words = append(words, text.Escape(item)+",")
	}
	return "  " + strings.TrimSuffix(strings.Join(wrap(words, width-2), "\n  "), ",")
}
