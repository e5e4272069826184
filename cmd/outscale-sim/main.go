// Command outscale-sim serves a local OUTSCALE API for identity and access.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// version is set when a release is built.
var version = "dev"

// drainTimeout is the time that calls in progress have after a signal to stop.
const drainTimeout = 10 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// run runs the command and returns the exit status: 0 for success, even after a signal to stop; 1 for a failure; 2 for a wrong
// command line.
func run(ctx context.Context, args []string, env func(string) (string, bool), stdout, stderr io.Writer) int {
	settings, err := parse(args, env, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "outscale-sim: %v\nSee outscale-sim help.\n", err)
		return 2
	case settings.printVersion:
		fmt.Fprintf(stdout, "outscale-sim %s\n", version)
		return 0
	}
	if c := settings.client; c != nil {
		if err := c.run(ctx, stdout); err != nil {
			fmt.Fprintf(stderr, "outscale-sim: %v\n", err)
			return 1
		}
		return 0
	}
	settings.options.Log = settings.logger(stderr)
	if err := serve(ctx, settings, stdout); err != nil {
		fmt.Fprintf(stderr, "outscale-sim: %v\n", err)
		return 1
	}
	return 0
}

// ready is the line that serve prints when the simulator listens.
type ready struct {
	Ready         bool   `json:"ready"`
	API           string `json:"api"`
	TLS           string `json:"tls,omitempty"`
	TLSCAFile     string `json:"tls_ca_file,omitempty"`
	Admin         string `json:"admin,omitempty"`
	RootAccessKey string `json:"root_access_key"`
	// RootSecretKey is present only if this start generated the key. No later start prints it.
	RootSecretKey string `json:"root_secret_key,omitempty"`
	APIVersion    string `json:"api_version"`
	Data          string `json:"data"`
}

func readObjects(path string) (*simulator.Snapshot, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	objects, err := simulator.ReadSnapshot(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return objects, nil
}

func serve(ctx context.Context, settings settings, stdout io.Writer) (err error) {
	if settings.seedFile != "" {
		if settings.options.Objects, err = readObjects(settings.seedFile); err != nil {
			return fmt.Errorf("--seed-file: %w", err)
		}
	}
	sim, err := simulator.New(settings.options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sim.Close()) }()
	running, err := sim.Listen(simulator.Addresses{API: settings.listen, TLS: settings.tls, Admin: settings.admin})
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%w: choose another address with --listen, --admin or --tls-listen", err)
	} else if err != nil {
		return err
	}
	if settings.caFile != "" {
		if err := os.WriteFile(settings.caFile, running.ServerCA(), 0o644); err != nil {
			return errors.Join(fmt.Errorf("--tls-ca-file: %w", err), running.Shutdown(ctx))
		}
	}
	line := ready{
		Ready: true, API: running.URL(), TLS: running.TLSURL(), TLSCAFile: settings.caFile, Admin: running.AdminURL(),
		RootAccessKey: sim.RootAccessKey(),
		RootSecretKey: sim.GeneratedSecret(), APIVersion: settings.options.APIVersion, Data: settings.options.DataFile,
	}
	if err := json.NewEncoder(stdout).Encode(line); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case err = <-running.Failed():
	}
	timeout, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if late := running.Shutdown(timeout); late != nil {
		settings.options.Log.Warn("calls in progress were cut off", "after", drainTimeout, "error", late)
	}
	return err
}
