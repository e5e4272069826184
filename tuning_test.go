package main

import (
	"os"
	"testing"
)

// TestDisableUnreadLogs: logs that the CLI would discard are off, logs that somebody asked for are on.
func TestDisableUnreadLogs(t *testing.T) {
	for name, c := range map[string]struct {
		set       map[string]string
		sdk, ours string
	}{
		"nothing asked":          {nil, "OFF", "OFF"},
		"everything":             {map[string]string{"TF_LOG": "TRACE"}, "", ""},
		"the provider's":         {map[string]string{"TF_LOG_PROVIDER": "INFO"}, "", ""},
		"the core's alone":       {map[string]string{"TF_LOG_CORE": "TRACE"}, "OFF", "OFF"},
		"the SDK's, by its name": {map[string]string{"TF_LOG_SDK": "DEBUG"}, "DEBUG", "OFF"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_SDK", "TF_LOG_PROVIDER_OUTSCALE"} {
				t.Setenv(variable, "") // so that the test's end restores it
				if err := os.Unsetenv(variable); err != nil {
					t.Fatal(err)
				}
				if value, set := c.set[variable]; set {
					t.Setenv(variable, value)
				}
			}
			disableUnreadLogs()
			if sdk, ours := os.Getenv("TF_LOG_SDK"), os.Getenv("TF_LOG_PROVIDER_OUTSCALE"); sdk != c.sdk || ours != c.ours {
				t.Errorf("TF_LOG_SDK is %q and TF_LOG_PROVIDER_OUTSCALE %q, want %q and %q", sdk, ours, c.sdk, c.ours)
			}
		})
	}
}
