// Package keyscmd is the command outscale-keys: it lists and checks the access keys of an account, and changes them. It
// uses the same domain packages as the provider.
package keyscmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/remedy"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// The exit codes.
const (
	ExitOK       = 0 // done, nothing found
	ExitFindings = 1 // an audit, a scan or a comparison found something
	ExitError    = 2 // the command did nothing, or not everything: the message says what failed
)

// The sentence on exit codes in the help: for commands that can find something, and for the others.
const (
	exitCodes      = "Exit codes: 0 success, nothing found; 1 something found; 2 error."
	exitCodesPlain = "Exit codes: 0 success; 2 error."
)

// Host is the machine that the command runs on.
type Host struct {
	Env         func(name string) (string, bool)
	Home        string           // the user's home folder, "" = unknown
	Now         func() time.Time // the machine's clock
	In          io.Reader
	Out, Err    io.Writer
	Interactive bool // In is a terminal, so the command can ask
	Progress    int  // the columns of the terminal Err, where progress is shown; 0 = Err is not a terminal
	Columns     int  // the columns of the terminal Out; 0 = Out is not a terminal
	// Find returns an error if a program does not exist.
	Find func(program string) error
	// Start runs a program with these variables added to the environment, passes signals on to it, and returns its exit code.
	// It does not start the program if ctx has ended.
	Start func(ctx context.Context, argv, env []string) (code int, err error)
}

// errFindings ends a command that worked and found something.
var errFindings = errors.New("something was found")

// exitCode is the error of exec if its program ended with this exit code.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Run runs the command with these arguments, without the program's name, and returns its exit code.
func Run(ctx context.Context, version string, args []string, host Host) int {
	host.In = input{ctx, host.In}
	a := &app{host: host, version: version}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(host.In)
	root.SetOut(host.Out)
	root.SetErr(host.Err)
	command, err := root.ExecuteContextC(ctx)
	var code exitCode
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, errFindings):
		return ExitFindings
	case errors.Is(err, syscall.EPIPE): // the reader of the output has ended, for example head
		return ExitError
	}
	ended := ""
	if ctx.Err() != nil {
		ended = "ended by a signal: "
	}
	if !a.started {
		err = fmt.Errorf("%w\n%s", err, usage(command))
	}
	fmt.Fprintf(host.Err, "outscale-keys: %s%s\n", ended, message(err))
	return ExitError
}

// settings are the names that this command has for what a remedy is about.
var settings = remedy.Settings{
	Region: "--region", Endpoint: "--endpoint", AccessKey: "OSC_ACCESS_KEY and OSC_SECRET_KEY, or --profile",
	ClientCertificate: "OSC_X509_CLIENT_CERT and OSC_X509_CLIENT_KEY", Rate: "--requests-per-second", Again: "Run the command again.",
}

// input is standard input until ctx ends, so that a signal ends a command that waits for input.
type input struct {
	ctx context.Context //nolint:containedctx // a reader has no other way to get it
	in  io.Reader
}

// Read implements io.Reader. A read that waits cannot be interrupted: it goes on until the process ends.
func (i input) Read(p []byte) (n int, err error) {
	own := make([]byte, len(p))
	done := make(chan struct{})
	go func() {
		defer close(done)
		n, err = i.in.Read(own)
	}()
	select {
	case <-done:
		return copy(p, own[:n]), err
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	}
}

// usage says how a command is called.
func usage(command *cobra.Command) string {
	help := "See " + command.CommandPath() + " --help."
	if command.Runnable() {
		return "Usage: " + command.UseLine() + "\n" + help
	}
	return help
}

// message is the text of an error with its remedy. All lines but the first are indented: a text of another origin cannot look
// like a line of this command.
func message(err error) string {
	remedies := nextStep(err) + "\n" + strings.ReplaceAll(settings.For(err), "`", "")
	var lines []string
	for _, line := range strings.Split(err.Error()+"\n"+remedies, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, text.Escape(line))
		}
	}
	return strings.Join(lines, "\n  ")
}

// nextStep is the remedy for an error that the client does not know, "" if there is none.
func nextStep(err error) string {
	var lost *domain.LostAnswerError
	switch {
	case domain.IsGone(err):
		return "outscale-keys list shows the access keys and their owners."
	case !errors.As(err, &lost):
		return ""
	case len(lost.Left) > 0:
		return "Nobody has the secrets of these keys. To delete them: outscale-keys revoke " + strings.Join(lost.Left, " ")
	case !lost.Settled():
		return "If the key exists, outscale-keys list shows it as unfinished. Delete it with outscale-keys revoke KEY."
	}
	return ""
}

// app is one run of the command.
type app struct {
	host    Host
	version string
	waits   waits
	started bool // the command line is valid
	flags   struct {
		profile, configFile, region, endpoint string
		rate                                  float64
		output                                string
	}
}

// The formats of --output.
const (
	formatTable = "table"
	formatJSON  = "json"
)

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "outscale-keys",
		Short: "List, check and revoke the access keys of an OUTSCALE account",
		Long: `outscale-keys answers questions about the access keys of an OUTSCALE account: which keys exist, who owns them, what they are
used for, and which of them need attention. It also deactivates and revokes keys, and runs a command with a temporary key.
To begin:

  outscale-keys list     every key, with owner, age, expiry and last use
  outscale-keys audit    the keys that need attention

The credential comes from the environment (OSC_ACCESS_KEY and OSC_SECRET_KEY, or OSC_PROFILE), or from the default
profile of ~/.osc/config.json, as for the Terraform provider.

` + exitCodes + ` The command exec ends with the exit code of its program.`,
		Version: a.version, SilenceUsage: true, SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.checkFlags(cmd.Name()) },
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.flags.profile, "profile", "", "the `NAME` of a profile in the profile file")
	flags.StringVar(&a.flags.configFile, "config-file", "", "the profile `FILE` (default ~/.osc/config.json)")
	flags.StringVar(&a.flags.region, "region", "", "the `REGION`, for example eu-west-2")
	flags.StringVar(&a.flags.endpoint, "endpoint", "", "the `URL` of the API (default: the API of the region)")
	flags.Float64Var(&a.flags.rate, "requests-per-second", 5, "the largest `NUMBER` of calls per second, 0 = no limit")
	flags.StringVarP(&a.flags.output, "output", "o", formatTable, "the `FORMAT` of the result: table or json; audit also has csv and sarif")
	root.AddCommand(a.listCommand(), a.auditCommand(), a.reportCommand(), a.usageCommand(), a.policyCommand(), a.orphansCommand(), a.scanCommand(), a.execCommand())
	root.AddCommand(a.changeCommands()...)
	root.SetHelpCommand(helpCommand(root))
	return root
}

// helpCommand is the command help. The one of cobra ends with exit code 0 if the command does not exist.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Show the help of a command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, _, err := root.Find(args)
			if err != nil {
				return err
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// checkFlags refuses a format that the command does not have. cobra calls it after all other checks of the command line.
func (a *app) checkFlags(command string) error {
	formats := []string{formatTable, formatJSON}
	if command == "audit" {
		formats = append(formats, formatCSV, formatSARIF)
	}
	if a.started = slices.Contains(formats, a.flags.output); a.started {
		return nil
	}
	return fmt.Errorf("--output %s: the formats of this command are %s", text.Word(a.flags.output), strings.Join(formats, ", "))
}

// noArguments refuses arguments. The error of cobra.NoArgs takes them for commands.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %s", text.Word(args[0]))
	}
	return nil
}

// named accepts from least to most arguments. The error says what they are.
func named(least, most int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return fmt.Errorf("give %s", what)
		case len(args) > most:
			return fmt.Errorf("give %s, and not %d", what, len(args))
		}
		return nil
	}
}

// notes writes sentences that may repeat texts of another origin.
func (a *app) notes(sentences []string) {
	for _, sentence := range sentences {
		a.note("%s", text.Escape(sentence))
	}
}
