// Package acctest is what acceptance tests stand on: a simulator for each test, the real CLI against it, in the
// process or with the built provider, and checks of what was called, what is there, and what must be nowhere.
//
// Only tests import it.
package acctest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// World is one test's own account, and the CLI that works on it.
type World struct {
	*Account

	t      *testing.T
	cli    cli
	leaves []string
}

// New makes an account and finds the CLI. The test may run in parallel with others.
func New(t *testing.T, opts ...func(*simulator.Options)) *World {
	t.Helper()
	found, err := theCLI()
	if err != nil {
		t.Fatal(err)
	}
	return &World{Account: NewAccount(t, opts...), t: t, cli: found}
}

// Tofu reports whether the CLI is OpenTofu, for the few things in which the two differ.
func (w *World) Tofu() bool { return w.cli.tofu }

// factories serve the provider from the test's own process.
func (w *World) factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"outscale": func() (tfprotov6.ProviderServer, error) { return provider.NewServer("test", w.Host()), nil },
	}
}

// Test runs the steps with the real CLI, the provider in this process, in parallel with other tests. Afterwards
// everything is destroyed, and no access key may be left at the API.
func (w *World) Test(steps ...resource.TestStep) {
	w.t.Helper()
	w.t.Parallel()
	w.t.Cleanup(w.logsTellNothing)
	w.test(steps)
}

func (w *World) test(steps []resource.TestStep) {
	w.t.Helper()
	for i := range steps {
		if steps[i].Config != "" && !strings.Contains(steps[i].Config, "required_providers") {
			steps[i].Config = Config(steps[i].Config)
		}
	}
	resource.Test(w.t, resource.TestCase{
		IsUnitTest:               true,
		ProtoV6ProviderFactories: w.factories(),
		Steps:                    steps,
	})
	for _, key := range w.Keys() {
		if slices.Contains(w.leaves, key.AccessKeyID) {
			continue
		}
		w.t.Errorf("after the destroy key %s (owner %q) is left at the API", key.AccessKeyID, key.UserName)
	}
}

// Leaves says that this key, which the test made by hand, may be there when the test ends.
func (w *World) Leaves(id string) { w.leaves = append(w.leaves, id) }

// requirements name the providers. The CLIs would otherwise look for one of that name elsewhere.
func requirements(names ...string) string {
	var b strings.Builder
	b.WriteString("terraform {\n  required_providers {\n")
	for _, name := range names {
		fmt.Fprintf(&b, "    %s = { source = %q }\n", name, namespace+"/"+name)
	}
	b.WriteString("  }\n}\n")
	return b.String()
}

// Config is a whole configuration: body, with its providers named, and not slowed down.
func Config(body string) string {
	config := requirements("outscale")
	if strings.Contains(body, `resource "sink_secret"`) {
		config = requirements("outscale", "sink")
	}
	if !strings.Contains(body, `provider "outscale"`) {
		config += "provider \"outscale\" {\n  requests_per_second = 0\n}\n"
	}
	return config + body
}

// Must fails the test on an error.
func (w *World) Must(err error) {
	w.t.Helper()
	w.NoError(err)
}

// Advance moves the clock of the API and of the provider on.
func (w *World) Advance(by time.Duration) func() {
	return func() {
		w.t.Helper()
		w.Must(w.Simulator.Advance(by))
	}
}

// Fault makes calls go wrong from now on.
func (w *World) Fault(faults ...simulator.Fault) func() {
	return func() {
		w.t.Helper()
		w.Must(w.Simulator.SetFaults(faults))
	}
}

// Lines joins lines to a body of HCL.
func Lines(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

// Key is an outscale_access_key block with these arguments, one a line.
func Key(name string, arguments ...string) string {
	return Block("outscale_access_key", name, arguments...)
}

// User is an outscale_user block.
func User(name string, arguments ...string) string { return Block("outscale_user", name, arguments...) }

// Block is a resource block.
func Block(kind, name string, arguments ...string) string {
	return fmt.Sprintf("resource %q %q {\n  %s\n}\n", kind, name, strings.Join(arguments, "\n  "))
}
