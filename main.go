// Command terraform-provider-outscale is the plugin that Terraform and OpenTofu start. It is not run by hand, but for
// -version, and -debug to attach a debugger.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/opened"
)

// version is set by the linker (see Makefile).
var version = "dev"

// address is the provider's own; OpenTofu maps the registry to its own host.
const address = "registry.terraform.io/outscale-access/outscale"

func main() {
	debug := flag.Bool("debug", false, "wait for a debugger, and print how to attach the CLI to this process")
	show := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *show {
		fmt.Println(version)
		return
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // Resolve says so where a profile would have been looked for
	}
	if !*debug {
		logOnlyWhatIsAskedFor()
	}
	keys := opened.New()
	host := provider.Host{Env: os.LookupEnv, Home: home, Opened: keys}
	guard := opened.Guard{Keys: keys, Exit: os.Exit, Say: func(left opened.Left) { log.Print(left) }}
	// Under a debugger it is no CLI that started this process.
	err = guard.Run(!*debug, func() error {
		return providerserver.Serve(context.Background(), provider.New(version, host), providerserver.ServeOpts{
			Address: address, Debug: *debug, ProtocolVersion: 6,
		})
	})
	if err != nil {
		log.Fatal(err)
	}
}

// logOnlyWhatIsAskedFor turns the logs off that the CLI would throw away. The SDK below writes some forty lines at TRACE
// for each resource whatever TF_LOG says, and the CLI reads them all: without them a plan takes half the time.
func logOnlyWhatIsAskedFor() {
	if os.Getenv("TF_LOG") != "" || os.Getenv("TF_LOG_PROVIDER") != "" {
		return
	}
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_OUTSCALE"} {
		if _, set := os.LookupEnv(name); !set {
			_ = os.Setenv(name, "OFF") // a name without = and NUL is always taken
		}
	}
}
