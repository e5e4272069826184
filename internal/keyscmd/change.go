package keyscmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// change is one of the commands deactivate, activate and revoke.
type change struct {
	name, done string // "revoke", "revoked"
	short      string
	state      key.State // of a key after the change, "" = the key is deleted
}

var changes = []change{
	{"deactivate", "deactivated", "Deactivate access keys, which can be activated again", key.Inactive},
	{"activate", "activated", "Activate access keys that were deactivated", key.Active},
	{"revoke", "revoked", "Delete access keys permanently", ""},
}

// apply changes a key that a look-up found.
func (c change) apply(ctx context.Context, s *services, k key.Key) error {
	owner := key.Owner{UserName: k.UserName}
	if c.state != "" {
		_, err := s.keys.SetState(ctx, owner, k, c.state)
		return err
	}
	if err := s.keys.Revoke(ctx, owner, k); !domain.IsGone(err) {
		return err
	}
	return nil
}

// changeFlags are those of all three commands.
type changeFlags struct {
	allOf       string
	dryRun, yes bool
}

func (a *app) changeCommands() []*cobra.Command {
	var commands []*cobra.Command
	for _, c := range changes {
		var flags changeFlags
		cmd := &cobra.Command{
			Use: c.name + " (KEY ... | - | --all-of USER)", Short: c.short,
			Args: func(_ *cobra.Command, args []string) error { return checkSources(args, flags.allOf) },
			Long: c.short + `.

Name the keys as arguments, or with --all-of all keys of a user, or with "-" in lines of standard input. A key keeps its
expiration date. The command refuses the key that signs its own calls. It asks before it changes anything, unless --yes is
given. If one key cannot be ` + c.done + `, the command continues with the others, and the exit code is 2.

` + exitCodesPlain,
			Example: fmt.Sprintf("  outscale-keys %[1]s ABCDEFGHIJ0123456789\n  outscale-keys %[1]s --all-of ci --dry-run", c.name),
			RunE: func(cmd *cobra.Command, args []string) error {
				return a.change(cmd.Context(), c, args, flags)
			},
		}
		cmd.Flags().StringVar(&flags.allOf, "all-of", "", "every key of this `USER`")
		cmd.Flags().BoolVar(&flags.dryRun, "dry-run", false, "show the changes, and make none")
		cmd.Flags().BoolVarP(&flags.yes, "yes", "y", false, "do not ask")
		commands = append(commands, cmd)
	}
	return commands
}

func (a *app) change(ctx context.Context, c change, args []string, flags changeFlags) error {
	ids := args
	var err error
	if slices.Contains(args, "-") {
		ids, err = a.readIDs()
	}
	if err = errors.Join(err, checkIDs(ids)); err != nil {
		return err
	}
	s, err := a.connect()
	if err != nil {
		return err
	}
	keys, err := selected(ctx, s, ids, flags.allOf)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.ID == s.config.Credential.AccessKeyID {
			return fmt.Errorf("access key %s signs the calls of this command: use another credential to %s it", k.ID, c.name)
		}
	}
	show := a.say
	if a.flags.output == formatJSON && !flags.yes && !flags.dryRun {
		show = a.note // whoever is asked must see the keys
	}
	results, todo := plan(c, keys, show)
	if todo > 0 && !flags.dryRun {
		if err := a.confirm(fmt.Sprintf("%s %s?", strings.ToUpper(c.name[:1])+c.name[1:], text.Count(todo, "key")), flags.yes); err != nil {
			return err
		}
		err = a.apply(ctx, s, c, keys, results)
	}
	if a.flags.output == formatJSON {
		return errors.Join(err, a.json(results))
	}
	return err
}

// plan shows what the command changes, and returns a result for each key and the number of changes.
func plan(c change, keys []key.Key, show func(format string, args ...any)) (results []changeResult, todo int) {
	for _, k := range keys {
		r := changeResult{AccessKeyID: k.ID, UserName: k.UserName, State: string(k.State), Expires: date(k.Expires), Result: resultUnchanged}
		if k.State != c.state {
			todo++
			r.Result = resultPlanned
			expiry := "never expires"
			if k.Expires != nil {
				expiry = "expires " + r.Expires
			}
			show("%s %s of %s (%s, created %s, %s)", c.name, k.ID, text.Escape(nameOf(k)), k.State, date(&k.Created), expiry)
		} else {
			show("%s is already %s", k.ID, k.State)
		}
		results = append(results, r)
	}
	return results, todo
}

// changeResult is a key in the JSON of deactivate, activate and revoke.
type changeResult struct {
	AccessKeyID string `json:"access_key_id"`
	UserName    string `json:"user_name,omitempty"`
	State       string `json:"state,omitempty"` // after the command, "" = the key is deleted
	Expires     string `json:"expiration_date,omitempty"`
	Result      string `json:"result"`
	Error       string `json:"error,omitempty"`
}

// The results other than "deactivated", "activated" and "revoked".
const (
	resultUnchanged = "unchanged"
	resultPlanned   = "planned" // by --dry-run
	resultFailed    = "failed"
)

// apply changes the planned keys one after the other, and writes each result at once. After a failure it continues with the
// next key.
func (a *app) apply(ctx context.Context, s *services, c change, keys []key.Key, results []changeResult) error {
	var failed []error
	for i, k := range keys {
		r := &results[i]
		if r.Result != resultPlanned {
			continue
		}
		err := ctx.Err()
		if err == nil {
			err = c.apply(ctx, s, k)
		}
		if err == nil {
			r.Result, r.State = c.done, string(c.state)
			a.say("%s %s", c.done, k.ID)
			continue
		}
		r.Result, r.Error = resultFailed, err.Error()
		now := ""
		if state := stateNow(ctx, s, k); state != "" && state != r.State {
			r.State = state
			now = ", and is " + state + " now"
		}
		failed = append(failed, fmt.Errorf("access key %s was not %s%s: %w", k.ID, c.done, now, err))
	}
	return errors.Join(failed...)
}

// stateNow returns the state of a key after a failed change, which may have made some of its calls. It returns "" if the state
// cannot be read.
func stateNow(ctx context.Context, s *services, k key.Key) string {
	found, err := s.keys.FindAll(ctx, []string{k.ID})
	if err != nil || len(found) == 0 {
		return ""
	}
	return string(found[0].State)
}

// say writes a line of the result, if the result is not JSON.
func (a *app) say(format string, args ...any) {
	if a.flags.output != formatJSON {
		fmt.Fprintf(a.host.Out, format+"\n", args...)
	}
}

func nameOf(k key.Key) string {
	if k.UserName == "" {
		return "the caller"
	}
	return "user " + k.UserName
}

// checkSources refuses a command line whose keys come from no source or from more than one.
func checkSources(args []string, allOf string) error {
	switch {
	case allOf != "" && len(args) > 0:
		return errors.New("give access keys or --all-of, not both")
	case allOf == "" && len(args) == 0:
		return errors.New("give one or more access keys, or --all-of USER, or \"-\" to read the keys from standard input")
	case len(args) > 1 && slices.Contains(args, "-"):
		return errors.New("\"-\" reads the access keys from standard input: give it alone")
	}
	return nil
}

// readIDs reads ids from standard input, one per line. It ignores empty lines.
func (a *app) readIDs() ([]string, error) {
	var ids []string
	lines := bufio.NewScanner(a.host.In)
	for lines.Scan() {
		if id := strings.TrimSpace(lines.Text()); id != "" {
			ids = append(ids, id)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("standard input could not be read: %w", err)
	}
	if len(ids) == 0 {
		return nil, errors.New("standard input has no access key")
	}
	return ids, nil
}

// checkIDs refuses texts that cannot be the id of an access key, before the first call.
func checkIDs(ids []string) error {
	var wrong []error
	for _, id := range ids {
		if !isKeyID(id) {
			wrong = append(wrong, errors.New(text.Word(short(id))+" is not the id of an access key: 20 capital letters and digits"))
		}
	}
	if len(wrong) > 0 {
		wrong = append(wrong, errors.New("outscale-keys list shows the ids of the keys; --all-of USER means all keys of a user"))
	}
	return errors.Join(wrong...)
}

// isKeyID reports whether a text has the form of the id of an access key, and isSecret whether it has the form of a secret.
func isKeyID(s string) bool  { return len(s) == 20 && strings.Trim(s, capitalsAndDigits) == "" }
func isSecret(s string) bool { return len(s) == 40 && strings.Trim(s, capitalsAndDigits) == "" }

const capitalsAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// short cuts a text that may be a secret: the id of a key has 20 characters, its secret 40.
func short(id string) string {
	if len(id) > 20 {
		return id[:4] + "..."
	}
	return id
}

// selected finds the keys to change.
func selected(ctx context.Context, s *services, ids []string, allOf string) ([]key.Key, error) {
	if allOf != "" {
		keys, err := keysOfUser(ctx, s, allOf)
		if err == nil && len(keys) == 0 {
			return nil, fmt.Errorf("user %s has no access key", text.Word(allOf))
		}
		return keys, err
	}
	keys, err := s.keys.FindAll(ctx, ids)
	if err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(keys, func(k key.Key) bool { return k.ID == id })
	})
	if len(missing) > 0 {
		return nil, fmt.Errorf("nothing was changed: %w", &domain.GoneError{Kind: domain.KindAccessKey, ID: strings.Join(missing, " or ")})
	}
	return keys, nil
}

// errNotConfirmed ends a command whose question was not answered with yes.
var errNotConfirmed = errors.New("nothing was changed: not confirmed")

// confirm asks a question. Without a terminal it cannot ask, so the command needs --yes.
func (a *app) confirm(question string, yes bool) error {
	if yes {
		return nil
	}
	if !a.host.Interactive {
		return errors.New("nothing was changed: standard input is not a terminal, so the command cannot ask. Add --yes")
	}
	fmt.Fprintf(a.host.Err, "%s [y/N] ", question)
	line, err := bufio.NewReader(a.host.In).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	if err != nil || (answer != "y" && answer != "yes") {
		return errNotConfirmed
	}
	return nil
}
