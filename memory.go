package main

import (
	"os"
	"runtime/debug"
)

// garbage is how much the heap may grow, in percent of what is in use, before it is collected: a provider has a few MiB in
// use, and makes a hundred times that in a plan. The runtime's own 100 costs a tenth of a plan's time to keep a heap small
// that is small anyway.
const garbage = 400

// collectLess sets it, unless the user has a say.
func collectLess() {
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(garbage)
	}
}
