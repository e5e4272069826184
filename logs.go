package main

import "os"

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
