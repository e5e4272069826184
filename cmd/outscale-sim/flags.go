package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// settings are what the command line and the environment say.
type settings struct {
	options       simulator.Options
	listen, admin string
	level         slog.Level
	printVersion  bool
}

func (s settings) logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: s.level}))
}

const usage = `Usage:
  outscale-sim serve [flags]   serve a local OUTSCALE API until SIGTERM or Ctrl-C
  outscale-sim version         print the version

When it listens, serve prints one line of JSON: "api" and "admin" (base URLs),
"root_access_key", and "root_secret_key" if that was generated just now.

Each flag can also be set in the environment: --api-version as OUTSCALE_SIM_API_VERSION,
and so on; the flag wins. What may be given several times is separated by ";" there.

Flags:
`

// envPrefix is what the names of environment variables begin with.
const envPrefix = "OUTSCALE_SIM_"

func parse(args []string, env func(string) (string, bool), help io.Writer) (settings, error) {
	var s settings
	flags := s.flags()
	printHelp := func() {
		fmt.Fprint(help, usage)
		flags.SetOutput(help)
		flags.PrintDefaults()
		fmt.Fprintf(help, "\nAssumptions about the API, the first value is the default:\n%s\n", simulator.AssumptionHelp())
	}
	if len(args) == 0 {
		return s, fmt.Errorf("want a command: serve, version or help")
	}
	switch args[0] {
	case "serve":
	case "version", "--version", "-version":
		s.printVersion = true
		return s, nil
	case "help", "--help", "-help", "-h":
		printHelp()
		return s, flag.ErrHelp
	default:
		return s, fmt.Errorf("unknown command %q: want serve, version or help", args[0])
	}
	if err := fromEnv(flags, env); err != nil {
		return s, err
	}
	if err := flags.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			printHelp()
		}
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return s, s.check()
}

func (s *settings) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("outscale-sim serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	o := &s.options
	flags.StringVar(&s.listen, "listen", "127.0.0.1:3000", "`address` of the API; port 0 chooses a free port")
	flags.StringVar(&s.admin, "admin", "127.0.0.1:3001", "`address` of the admin port, which needs no credentials; empty for none")
	flags.StringVar(&o.DataFile, "data", store.Memory, "`file` that stores everything, or :memory:")
	flags.StringVar(&o.RootAccessKey, "root-access-key", "", "`id` of the account's first access key; generated when empty")
	flags.StringVar(&o.RootSecretKey, "root-secret-key", "", "`secret` of that key; prefer the environment variable")
	flags.StringVar(&o.AccountEmail, "account-email", simulator.DefaultEmail, "`e-mail` of the account, its login")
	flags.StringVar(&o.AccountPassword, "account-password", "", "`password` of the account; Basic authentication fails when empty")
	flags.StringVar(&o.APIVersion, "api-version", simulator.DefaultAPIVersion, "emulated `version` of the API")
	flags.Uint64Var(&o.Seed, "seed", 0, "`number` that makes ids, secrets and faults repeatable; 0 for random ones")
	flags.BoolVar(&o.StrictHost, "strict-host", false, "refuse signatures of the host without its port, which the official Python SDK makes")
	flags.BoolVar(&o.CORS, "cors", false, "let web pages of any origin call the API")
	flags.Var(list(s.adminHost), "admin-host", "host `name` that the admin port accepts in addition to loopback names and the host it listens on; may be repeated")
	flags.BoolVar(&o.Explain, "explain", false, "log the canonical request and the string to sign of a refused signature")
	flags.TextVar(&s.level, "log-level", slog.LevelInfo, "`level` of the log on standard error: debug, info, warn or error")
	flags.Var(list(s.grant), "grant", "`USER=ACTION[,ACTION]` gives an EIM user rights, such as app=api:Read*; may be repeated")
	flags.Var(list(s.assume), "assume", "`KEY=VALUE` sets an assumption, such as A1=keep; may be repeated")
	return flags
}

func (s *settings) grant(text string) error {
	grant, err := simulator.ParseGrant(text)
	if err != nil {
		return err
	}
	s.options.Grants = append(s.options.Grants, grant)
	return nil
}

func (s *settings) assume(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("want KEY=VALUE")
	}
	return s.options.Assumptions.Set(key, value)
}

func (s *settings) adminHost(name string) error {
	if name == "" || strings.ContainsAny(name, ":/ ") {
		return fmt.Errorf("want a name or an IPv4 address without a port")
	}
	s.options.AdminHosts = append(s.options.AdminHosts, name)
	return nil
}

// list is a flag that may be given several times.
type list func(string) error

func (l list) String() string { return "" }

// Set takes one value.
func (l list) Set(text string) error { return l(text) }

func fromEnv(flags *flag.FlagSet, env func(string) (string, bool)) (err error) {
	flags.VisitAll(func(f *flag.Flag) {
		name := envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		text, ok := env(name)
		if !ok || err != nil {
			return
		}
		values := []string{text}
		if _, several := f.Value.(list); several {
			values = strings.Split(text, ";")
		}
		for _, value := range values {
			if failed := flags.Set(f.Name, value); failed != nil && err == nil {
				err = fmt.Errorf("%s: %w", name, failed)
			}
		}
	})
	return err
}

func (s *settings) check() error {
	if _, _, err := net.SplitHostPort(s.listen); err != nil {
		return fmt.Errorf("--listen: want HOST:PORT: %w", err)
	}
	if _, _, err := net.SplitHostPort(s.admin); err != nil && s.admin != "" {
		return fmt.Errorf("--admin: want HOST:PORT, or nothing: %w", err)
	}
	return nil
}
