package main

import (
	"os"
	"runtime/debug"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// What this file sets changes what the process costs, never what it does. Figures: a plan of 300 unchanged keys of 150
// users, CPU of all provider processes.

// disableUnreadLogs turns off the logs that the CLI would discard. Framework 1.19.0 and plugin-go 0.31.0 write about forty
// lines at TRACE for each resource whatever TF_LOG says, and the CLI parses them all: hashicorp/terraform-plugin-framework
// issue 1269. Until that is fixed, CPU is 50 % higher without this.
//
// GOTCHA: with TF_LOG_SDK alone the framework and the protocol still assemble each line before their logger drops it: 6 %.
func disableUnreadLogs() {
	if os.Getenv("TF_LOG") != "" || os.Getenv("TF_LOG_PROVIDER") != "" {
		return
	}
	names := []string{diag.LogVariable}
	if _, set := os.LookupEnv("TF_LOG_SDK"); !set { // its parts have its level, unless they have one of their own
		names = append(names, "TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO")
	}
	for _, name := range names {
		if _, set := os.LookupEnv(name); !set {
			_ = os.Setenv(name, "OFF") // Setenv fails only for names with = or NUL
		}
	}
}

const (
	// gcPercent lets the heap grow to five times its live part between two collections. The live part is a few MiB, and
	// the framework allocates a hundred times that in a plan. With the default of 100, CPU is 25 % higher.
	gcPercent = 400
	// softMemoryLimit, in bytes, bounds that growth: it keeps a plan of 1,000 keys below 40 MiB of resident memory.
	softMemoryLimit = 22 << 20
)

// tuneGC sets both, unless the environment says otherwise.
func tuneGC() {
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	if _, set := os.LookupEnv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(softMemoryLimit)
	}
}
