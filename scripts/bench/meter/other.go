//go:build !unix

// Command meter measures what a provider's process uses, where the kernel says it.
package main

import "os"

func main() {
	_, _ = os.Stderr.WriteString("meter: this platform does not say what a process used\n")
	os.Exit(1)
}
