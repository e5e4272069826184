// Command outscale-keys lists, checks, deactivates and revokes the access keys of an OUTSCALE account.
package main

import (
	"context"
	"os"
	"os/signal"
	"time"

	"golang.org/x/term"

	"github.com/outscale-access/terraform-provider-outscale/internal/keyscmd"
)

// version is set by the linker (see Makefile).
var version = "dev"

func main() {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // the error comes when a profile is needed
	}
	surviveBrokenPipe()
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals...)
	code := keyscmd.Run(ctx, version, os.Args[1:], keyscmd.Host{
		Env: os.LookupEnv, Home: home, Now: time.Now, In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Interactive: term.IsTerminal(int(os.Stdin.Fd())), Progress: columns(os.Stderr),
		Find: find, Start: start, Columns: columns(os.Stdout),
	})
	stop()
	os.Exit(code)
}

// columns returns the width of a terminal in columns, 0 if the file is not a terminal.
func columns(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
