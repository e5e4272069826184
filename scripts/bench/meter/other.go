//go:build !unix

// Command meter measures a provider's process. It needs Unix.
package main

import "os"

func main() {
	_, _ = os.Stderr.WriteString("meter: this platform does not report the usage of a process\n")
	os.Exit(1)
}
