package main

import (
	"os"
	"runtime/debug"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// The settings of this file change the CPU and memory of the process, not its behaviour. The figures are the CPU of all provider
// processes in a plan of 300 unchanged keys of 150 users.

// disableUnreadLogs turns off the logs that the CLI would discard. Framework 1.19.0 and plugin-go 0.31.0 write about forty lines
// at TRACE for each resource, even without TF_LOG, and the CLI parses them all: hashicorp/terraform-plugin-framework issue 1269.
// Without this function CPU is 50 % higher, until that is fixed.
//
// GOTCHA: if only TF_LOG_SDK is set, the framework and the protocol assemble each line before their logger drops it: 6 %.
func disableUnreadLogs() {
	if os.Getenv("TF_LOG") != "" || os.Getenv("TF_LOG_PROVIDER") != "" {
		return
	}
	names := []string{diag.LogVariable}
	if _, set := os.LookupEnv("TF_LOG_SDK"); !set { // the level of both parts, unless they have their own
		names = append(names, "TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO")
	}
	for _, name := range names {
		if _, set := os.LookupEnv(name); !set {
			_ = os.Setenv(name, "OFF") // Setenv fails only for names with = or NUL
		}
	}
}

const (
	// gcPercent lets the heap grow to five times its live part between two collections. The live part is a few MiB, and the
	// framework allocates a hundred times as much in a plan. With the default of 100, CPU is 25 % higher.
	gcPercent = 400
	// softMemoryLimit limits that growth, in bytes. It keeps a plan of 1,000 keys below 40 MiB of resident memory.
	softMemoryLimit = 22 << 20
)

// tuneGC sets both, unless the environment does.
func tuneGC() {
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	if _, set := os.LookupEnv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(softMemoryLimit)
	}
}
