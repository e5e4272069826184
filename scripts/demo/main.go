// Command demo tells the whole story of an access key on a local OUTSCALE API: create, read, change,
// import, destroy, with the real CLI and both built binaries. It exits 0 only if every claim it prints
// held, and leaves no process and no file behind, also when it is interrupted.
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
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, *bin, *version)
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

// run prepares a world of its own (folder, home, simulator, installed provider), tells the story in it
// and takes it down again.
func run(ctx context.Context, bin, version string) (err error) {
	bin, err = filepath.Abs(bin)
	if err != nil {
		return err
	}
	cli, err := local.FindCLI(ctx, bin)
	if err != nil {
		return err
	}
	start := time.Now() // the tools are there: building them is not part of the story
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

	s := &story{sim: sim, cli: cli, world: world, home: home}
	if err := s.tell(ctx); err != nil {
		return err
	}
	fmt.Printf("\nEvery line above held. %.0f s.\n", time.Since(start).Seconds())
	return nil
}
