// Command terraform-provider-outscale is the plugin that Terraform and OpenTofu start. Run it by hand only with -version, or with
// -debug to attach a debugger.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
)

// version is set by the linker (see Makefile).
var version = "dev"

// address is the source address of the provider. OpenTofu maps the registry to its own host.
const address = "registry.terraform.io/outscale-access/outscale"

func main() {
	debug := flag.Bool("debug", false, "wait for a debugger, and print how to attach the CLI to this process")
	show := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *show {
		fmt.Println(version)
		return
	}
	tuneGC()
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // api.Resolve reports it if it needs a profile file
	}
	if !*debug {
		disableUnreadLogs()
	}
	logError := func(err error) { log.Print(err) }
	cache, err := cacheFolder("")
	tracker, journal := orphan.NewTracker(), orphan.NewJournal(cache, logError)
	journal.NoFolder(err)
	refused, _ := cacheFolder("refused") // without it, no refusal is remembered
	host := provider.Host{Env: os.LookupEnv, Home: home, RefusalFolder: refused, Tracker: tracker, Journal: journal}
	reaper := orphan.Reaper{Tracker: tracker, Journal: journal, Log: logError, Exit: os.Exit}
	// With -debug, the CLI did not start the process.
	err = reaper.Run(!*debug, func() error {
		var opts []tf6server.ServeOpt
		if *debug {
			opts = append(opts, tf6server.WithManagedDebug())
		}
		return tf6server.Serve(address, func() tfprotov6.ProviderServer {
			return provider.NewServer(version, host)
		}, opts...)
	})
	if err != nil {
		log.Fatal(err)
	}
}
