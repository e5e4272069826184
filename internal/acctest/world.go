// Package acctest is what acceptance tests stand on: a simulator for each test, the real CLI against it, in the
// process or with the built provider, and checks of what was called, what is there, and what must be nowhere.
//
// Only tests import it.
package acctest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// World is one test's own account, and the CLI that works on it.
type World struct {
	*simtest.Server

	t      *testing.T
	cli    cli
	env    map[string]string
	leaves []string
	ledger *ledger
}

// New makes a world that ends with the test. The test may run in parallel with others. At its end, whatever it was
// about, the simulator must have told no secret but in the answer to its creation.
func New(t *testing.T, opts ...func(*simulator.Options)) *World {
	t.Helper()
	found, err := theCLI()
	if err != nil {
		t.Fatal(err)
	}
	l := &ledger{}
	server := simtest.Start(t, append([]func(*simulator.Options){l.listen}, opts...)...)
	front := l.serve(server.Simulator)
	t.Cleanup(front.Close)
	server.Endpoint = front.URL + "/api/v1"
	w := &World{Server: server, t: t, cli: found, ledger: l, env: map[string]string{
		"OSC_ACCESS_KEY":   server.RootAccessKey,
		"OSC_SECRET_KEY":   server.RootSecretKey,
		"OSC_ENDPOINT_API": server.Endpoint,
	}}
	t.Cleanup(func() { w.simulatorTellsNothing(w.Issued()) })
	return w
}

// Tofu reports whether the CLI is OpenTofu, for the few things in which the two differ.
func (w *World) Tofu() bool { return w.cli.tofu }

// Env changes the environment that the provider sees; "" takes a variable out.
func (w *World) Env(name, value string) {
	if value == "" {
		delete(w.env, name)
		return
	}
	w.env[name] = value
}

// Host is what a provider in the test's own process takes from the machine: the world's environment and clock.
func (w *World) Host() provider.Host {
	env := maps.Clone(w.env)
	return provider.Host{
		Env:  func(name string) (string, bool) { value, set := env[name]; return value, set },
		Home: w.t.TempDir(),
		Now:  w.Simulator.Now,
	}
}

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
	if err != nil {
		w.t.Fatal(err)
	}
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

// Date is a moment relative to the world's clock, as a configuration writes it.
func (w *World) Date(from time.Duration) string {
	return w.Simulator.Now().Add(from).UTC().Format("2006-01-02T15:04:05Z")
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
