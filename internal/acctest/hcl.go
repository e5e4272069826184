package acctest

import (
	"fmt"
	"strings"
)

// requirements returns the required_providers block. Without it the CLIs would look for the providers in the namespace hashicorp.
func requirements(names ...string) string {
	var b strings.Builder
	b.WriteString("terraform {\n  required_providers {\n")
	for _, name := range names {
		fmt.Fprintf(&b, "    %s = { source = %q }\n", name, namespace+"/"+name)
	}
	b.WriteString("  }\n}\n")
	return b.String()
}

// Config returns a whole configuration: body, its required providers, and a provider block without a limit on the requests per second.
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

// Lines joins lines of HCL.
func Lines(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

// Key returns an outscale_access_key block with arguments, one per line.
func Key(name string, arguments ...string) string {
	return Block("outscale_access_key", name, arguments...)
}

// User returns an outscale_user block.
func User(name string, arguments ...string) string { return Block("outscale_user", name, arguments...) }

// Block returns a resource block.
func Block(typeName, name string, arguments ...string) string {
	return fmt.Sprintf("resource %q %q {\n  %s\n}\n", typeName, name, strings.Join(arguments, "\n  "))
}
