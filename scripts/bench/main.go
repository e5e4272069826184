// Command bench measures the provider with real CLIs and a local API with a latency of 20 ms: calls by action, wall time
// compared with that of the CLI alone, CPU and memory. It writes a page and a plot.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/outscale-access/terraform-provider-outscale/scripts/internal/local"
)

// The names of the providers in the results.
const (
	ownName       = "this provider"
	noopName      = "a provider that does nothing"
	frameworkName = "a provider on the framework that does nothing"
)

func peerName(source string) string { return "peer (" + source + ")" }

// ours is this provider's source address.
const ours = "outscale-access/outscale"

// settings are the values of the flags.
type settings struct {
	bin, out, seed     string
	cli                string
	peer, peerSource   string
	goBench, report    string
	from               string
	rows               []row
	unlimited, limited bool
	quick              bool
	repeat             int
}

func main() {
	s, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, s, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&s.bin, "bin", "bin", "`folder` with the built binaries and tools/")
	flags.StringVar(&s.out, "out", filepath.Join("bin", "bench"), "`folder` for README.md and the plot")
	flags.StringVar(&s.cli, "cli", "", "`paths` of terraform and tofu: the first runs everything, others only the unlimited rate; default: terraform 1.10 or later on PATH, and bin/tools/tofu")
	flags.StringVar(&s.peer, "peer", "", "`path` of another provider's binary, measured in the same run at its own rate")
	flags.StringVar(&s.peerSource, "peer-source", "outscale/outscale", "that provider's source `address`")
	flags.StringVar(&s.goBench, "go-bench", "", "`file` with the output of go test -bench, which becomes a part of the page")
	flags.StringVar(&s.report, "report", "", "`file` with the output of the browser's test of a large report, which becomes a part of the page")
	flags.StringVar(&s.from, "from", "", "`file` with the results of an earlier run, to write the page anew from")
	flags.StringVar(&s.seed, "seed", "1", "`number` that makes the simulator's ids repeatable")
	flags.BoolVar(&s.quick, "quick", false, "at 5 requests/s, only plan rows of more than 100 keys: creating and destroying 1,000 keys takes half an hour")
	flags.IntVar(&s.repeat, "repeat", 3, "the number of times that each step is measured without a limit, and the floor; medians are shown")
	rows := flags.String("rows", "10/1,100/50,300/150,1000/500,0/300/3", "`keys/users` or keys/users/policies of each row, with the number of policies per user")
	rates := flags.String("rates", "unlimited,default", "which `rates` to run: unlimited, default (5 requests/s)")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	for _, text := range strings.Split(*rows, ",") {
		r, err := parseRow(text)
		if err != nil {
			return s, fmt.Errorf("-rows: %w", err)
		}
		s.rows = append(s.rows, r)
	}
	for _, rate := range strings.Split(*rates, ",") {
		switch rate {
		case "unlimited":
			s.unlimited = true
		case "default":
			s.limited = true
		default:
			return s, fmt.Errorf("-rates: %q is neither unlimited nor default", rate)
		}
	}
	if s.repeat < 1 {
		return s, errors.New("-repeat must be at least 1")
	}
	return s, nil
}

func run(ctx context.Context, s settings, args []string) (err error) {
	if s.from != "" {
		b := &bench{settings: s}
		if err := b.load(s.from); err != nil {
			return err
		}
		return b.publish()
	}
	if s.bin, err = filepath.Abs(s.bin); err != nil {
		return err
	}
	clis, err := findCLIs(ctx, s)
	if err != nil {
		return err
	}
	subjects := []subject{{name: ownName, source: ours, binary: filepath.Join(s.bin, "terraform-provider-outscale")}}
	if s.peer != "" {
		path, err := filepath.Abs(s.peer)
		if err != nil {
			return err
		}
		subjects = append(subjects, subject{name: peerName(s.peerSource), source: s.peerSource, binary: path})
	}
	noop := subject{name: noopName, source: ours, binary: filepath.Join(s.bin, "noop")}
	framework := subject{name: frameworkName, source: ours, binary: noop.binary, env: []string{"OUTSCALE_BENCH_FRAMEWORK=1"}}
	b := &bench{settings: s, clis: clis, subjects: subjects, idle: []subject{noop, framework}}
	b.Conditions = conditions(clis, args)
	for _, r := range s.rows {
		if err := b.row(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", r, err)
		}
		// Saved after each row, so that an interruption does not lose results.
		if err := b.save(); err != nil {
			return err
		}
	}
	return b.publish()
}

// findCLIs returns the CLIs of the flag, or those that are installed. If there is none, it builds OpenTofu.
func findCLIs(ctx context.Context, s settings) (clis []*local.CLI, err error) {
	paths := strings.Split(s.cli, ",")
	if s.cli == "" {
		first, err := local.FindCLI(ctx, s.bin)
		if err != nil {
			return nil, err
		}
		paths = []string{first.Path}
		if tofu := filepath.Join(s.bin, "tools", "tofu"); tofu != first.Path {
			if _, err := os.Stat(tofu); err == nil {
				paths = append(paths, tofu)
			}
		}
	}
	for _, path := range paths {
		cli := &local.CLI{}
		if cli.Path, err = filepath.Abs(path); err != nil {
			return nil, err
		}
		if cli.Name, err = local.Version(ctx, cli.Path); err != nil {
			return nil, fmt.Errorf("%s: %w", cli.Path, err)
		}
		clis = append(clis, cli)
	}
	return clis, nil
}
