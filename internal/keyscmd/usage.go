package keyscmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// windowFlags are the flags of the commands that read the log for one key or user.
type windowFlags struct {
	since string
	pages int
}

func (f *windowFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.since, "since", "32d", "read the calls of this `TIME`, for example 7d or 12h; the API keeps its log for 32 days")
	addPages(cmd, &f.pages)
}

// back returns how far back the log is read.
func (f *windowFlags) back() (time.Duration, error) {
	d, err := review.ParseDuration(f.since)
	if err != nil {
		return 0, fmt.Errorf("--since: %w", err)
	}
	return d, checkPages(f.pages)
}

func (a *app) usageCommand() *cobra.Command {
	var window windowFlags
	cmd := &cobra.Command{
		Use: "usage KEY|USER", Args: named(1, 1, "an access key or a user"), Short: "Show what a key or a user is used for, and from where",
		Long: `Show which calls an access key, or all access keys that a user has now, signed: which actions, how many times, the first and
the last time, from which addresses, and with which clients (user agents).

KEY is the id of an access key: 20 capital letters and digits. Every other argument is the name of a user. The facts come
from the API's log. The log keeps 32 days, and only calls of the OUTSCALE API: no calls of object storage (OOS) and of OKS.
A call that was answered with 401 or 403 counts as refused.

The command makes one call for the keys of a user, and one per page of the log, at least five for 32 days.

` + exitCodesPlain,
		Example: "  outscale-keys usage ABCDEFGHIJ0123456789\n  outscale-keys usage ci --since 7d --output json",
		RunE: func(cmd *cobra.Command, args []string) error {
			back, err := window.back()
			if err != nil {
				return err
			}
			s, err := a.connect()
			if err != nil {
				return err
			}
			who, err := subjectOf(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			u, err := a.usageOf(cmd.Context(), s, who, back, window.pages)
			if err != nil {
				return err
			}
			return a.showUsage(used(who, u, back))
		},
	}
	window.add(cmd)
	return cmd
}

// subject is the key or the user that a command is about.
type subject struct {
	userName string   // "" for a key
	keys     []string // the ids of its keys, sorted
}

func (w subject) String() string {
	if w.userName == "" {
		return "access key " + w.keys[0]
	}
	return fmt.Sprintf("user %s (%s)", w.userName, text.Count(len(w.keys), "access key"))
}

// subjectOf returns the key or the user that an argument names. It makes no call for the id of a key.
func subjectOf(ctx context.Context, s *services, arg string) (subject, error) {
	if isKeyID(arg) {
		return subject{keys: []string{arg}}, nil
	}
	who, err := userSubject(ctx, s, arg)
	if domain.IsUserGone(err) {
		err = fmt.Errorf("%w; the id of an access key has 20 capital letters and digits", err)
	}
	return who, err
}

// keysOfUser lists the keys of a user. The error is a *domain.GoneError if there is no such user.
func keysOfUser(ctx context.Context, s *services, name string) ([]key.Key, error) {
	gone := &domain.GoneError{Kind: domain.KindUser, Name: text.Word(short(name))}
	if isSecret(name) || name == "" {
		return nil, gone
	}
	keys, err := s.keys.List(ctx, key.Owner{UserName: name})
	if api.IsNotFound(err) {
		return nil, gone
	}
	return keys, err
}

// userSubject returns a user with the ids of its keys.
func userSubject(ctx context.Context, s *services, name string) (subject, error) {
	keys, err := keysOfUser(ctx, s, name)
	if err != nil {
		return subject{}, err
	}
	who := subject{userName: name}
	for _, k := range keys {
		who.keys = append(who.keys, k.ID)
	}
	slices.Sort(who.keys)
	return who, nil
}

// usageOf reads the calls of a subject from the log. A log that the caller may not read is an error.
func (a *app) usageOf(ctx context.Context, s *services, who subject, back time.Duration, pages int) (account.Usage, error) {
	defer a.progressDone()
	a.progress("reading the log of the account")
	if len(who.keys) == 0 {
		now := s.keys.Now()
		return account.Usage{Readable: true, Whole: true, From: now.Add(-min(back, account.LogKept)), Until: now}, nil
	}
	u, err := s.account.Usage(ctx, account.UsageQuery{Back: min(back, account.LogKept), Pages: pages, Keys: who.keys, Places: true, Calls: true})
	if err == nil && !u.Readable {
		err = errors.New("the caller may not read the log of the account: grant it the action api:ReadApiLogs in a policy")
	}
	return u, err
}

// counted is a number of calls in JSON.
type counted struct {
	Calls   int    `json:"calls"`
	Refused int    `json:"refused"`
	First   string `json:"first_use_date,omitempty"`
	Last    string `json:"last_use_date,omitempty"`
}

func countedOf(c account.Count) counted {
	return counted{Calls: c.Calls, Refused: c.Refused, First: date(&c.First), Last: date(&c.Last)}
}

type usedAction struct {
	Action string `json:"action"`
	counted
}

type usedAddress struct {
	Address string `json:"address"`
	Network string `json:"network"`
	counted
}

type usedClient struct {
	Client string `json:"client"`
	counted
}

// usageResult is the JSON of usage.
type usageResult struct {
	UserName string   `json:"user_name,omitempty"`
	Keys     []string `json:"access_key_ids"`
	Since    string   `json:"use_known_since"`
	Until    string   `json:"use_known_until"`
	Complete bool     `json:"complete"` // the log was read for the whole time of --since
	Missing  []string `json:"missing,omitempty"`
	counted
	Actions   []usedAction  `json:"actions"`
	Addresses []usedAddress `json:"addresses"`
	Clients   []usedClient  `json:"clients"`
}

// used adds up the calls of the subject's keys. The most frequent ones are first.
func used(who subject, u account.Usage, back time.Duration) usageResult {
	var all account.Use
	for _, id := range who.keys {
		all = all.Plus(u.Keys[id])
	}
	r := usageResult{
		UserName: who.userName, Keys: slices.Clone(who.keys), Since: date(&u.From), Until: date(&u.Until), Complete: u.Whole && back <= account.LogKept,
		counted: countedOf(all.Count), Actions: []usedAction{}, Addresses: []usedAddress{}, Clients: []usedClient{},
	}
	if !u.Whole {
		r.Missing = append(r.Missing, cutOff(u))
	}
	if back > account.LogKept {
		r.Missing = append(r.Missing, logKept(u))
	}
	actions := all.ByAction()
	for _, name := range frequent(actions) {
		r.Actions = append(r.Actions, usedAction{"api:" + name, countedOf(actions[name])})
	}
	for _, address := range frequent(all.Places) {
		r.Addresses = append(r.Addresses, usedAddress{address, review.Network(address), countedOf(all.Places[address])})
	}
	for _, client := range frequent(all.Clients) {
		r.Clients = append(r.Clients, usedClient{client, countedOf(all.Clients[client])})
	}
	return r
}

// frequent returns the names in counts, the most frequent first.
func frequent(counts map[string]account.Count) []string {
	return slices.SortedFunc(maps.Keys(counts), func(x, y string) int {
		return cmp.Or(cmp.Compare(counts[y].Calls, counts[x].Calls), cmp.Compare(x, y))
	})
}

// logKept says that --since is longer than the API keeps its log.
func logKept(u account.Usage) string {
	return "The API keeps its log for 32 days: calls before " + date(&u.From) + " are not known."
}

// cutOff says why the log was not read for the whole time.
func cutOff(u account.Usage) string {
	if u.Ended != nil {
		return fmt.Sprintf("The log was read back to %s only: %v", date(&u.From), u.Ended)
	}
	return fmt.Sprintf("The log was read back to %s only: allow more with --usage-pages.", date(&u.From))
}

// showUsage writes the use of a subject.
func (a *app) showUsage(r usageResult) error {
	if a.flags.output == formatJSON {
		return a.json(r)
	}
	who := subject{userName: r.UserName, keys: r.Keys}
	fmt.Fprintf(a.host.Out, "%s, from %s to %s: %s, %d refused\n", text.Escape(who.String()), r.Since, r.Until, text.Count(r.Calls, "call"), r.Refused)
	for _, part := range []struct {
		header string
		rows   [][]string
	}{
		{"ACTION", rowsOf(r.Actions, func(x usedAction) []string { return x.row(x.Action) })},
		{"ADDRESS", rowsOf(r.Addresses, func(x usedAddress) []string { return x.row(x.Address) })},
		{"CLIENT", rowsOf(r.Clients, func(x usedClient) []string { return x.row(x.Client) })},
	} {
		if len(part.rows) == 0 {
			continue
		}
		fmt.Fprintln(a.host.Out)
		if err := a.table([]string{part.header, "CALLS", "REFUSED", "FIRST (UTC)", "LAST (UTC)"}, part.rows); err != nil {
			return err
		}
	}
	a.notes(r.Missing)
	return nil
}

func rowsOf[T any](items []T, row func(T) []string) [][]string {
	var rows [][]string
	for _, item := range items {
		rows = append(rows, row(item))
	}
	return rows
}

// minute returns a time of JSON without its seconds, "-" for "".
func minute(date string) string {
	if date == "" {
		return "-"
	}
	return strings.Replace(date[:len("2006-01-02T15:04")], "T", " ", 1)
}

func (c counted) row(name string) []string {
	return []string{orDash(name), fmt.Sprint(c.Calls), fmt.Sprint(c.Refused), minute(c.First), minute(c.Last)}
}
