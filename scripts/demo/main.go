// Command demo shows what the project does, on a local OUTSCALE API, with the real CLI and the built binaries. It exits 0
// only if every claim that it prints is true. It leaves no process and no file behind, even if it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/scripts/internal/local"
)

func main() {
	bin := flag.String("bin", "bin", "folder with the built binaries")
	version := flag.String("version", "", "version the provider was built as")
	pause := flag.Bool("pause", false, "wait for Enter after each step")
	record := flag.String("record", "", "`file` to record the output in, with its times (asciicast version 2)")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, *bin, *version, *record, *pause)
	if err == nil {
		return
	}
	if ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "\ndemo: interrupted; the simulator is stopped and the temporary folder removed")
		os.Exit(130)
	}
	fmt.Fprintln(os.Stderr, "\ndemo: this did not hold:", err)
	os.Exit(1)
}

// run makes a folder, a home and a simulator, installs the provider there, runs the steps, and removes everything again.
func run(ctx context.Context, bin, version, record string, pause bool) (err error) {
	bin, err = filepath.Abs(bin)
	if err != nil {
		return err
	}
	cli, err := local.FindCLI(ctx, bin)
	if err != nil {
		return err
	}
	start := time.Now() // the tools are built
	out, err := newOutput(os.Stdout, record, pause)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.close()) }()
	world, err := os.MkdirTemp("", "outscale-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(world)) }()

	home := filepath.Join(world, "home")
	if err := installProvider(bin, home, version); err != nil {
		return err
	}
	sim, err := local.StartSimulator(ctx, bin, filepath.Join(world, "sim.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sim.Stop()) }()

	d := &demo{output: out, bin: bin, sim: sim, cli: cli, world: world, home: home}
	if err := d.run(ctx); err != nil {
		return err
	}
	d.line("\nEvery line above was checked. %.0f s.", (time.Since(start) - out.waited).Seconds())
	return nil
}
