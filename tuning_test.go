package main

import (
	"os"
	"testing"
)

// TestDisableUnreadLogs: logs that the CLI would discard are off, and logs that a variable requests are on.
func TestDisableUnreadLogs(t *testing.T) {
	variables := []string{"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO", "TF_LOG_PROVIDER_OUTSCALE"}
	for name, c := range map[string]struct {
		set                         map[string]string
		sdk, framework, proto, ours string
	}{
		"nothing asked":          {nil, "OFF", "OFF", "OFF", "OFF"},
		"everything":             {map[string]string{"TF_LOG": "TRACE"}, "", "", "", ""},
		"the provider's":         {map[string]string{"TF_LOG_PROVIDER": "INFO"}, "", "", "", ""},
		"the core's alone":       {map[string]string{"TF_LOG_CORE": "TRACE"}, "OFF", "OFF", "OFF", "OFF"},
		"the SDK's, by its name": {map[string]string{"TF_LOG_SDK": "DEBUG"}, "DEBUG", "", "", "OFF"},
		"a part, by its name":    {map[string]string{"TF_LOG_SDK_PROTO": "DEBUG"}, "OFF", "OFF", "DEBUG", "OFF"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range variables {
				t.Setenv(variable, "") // so that the test's end restores it
				if err := os.Unsetenv(variable); err != nil {
					t.Fatal(err)
				}
				if value, set := c.set[variable]; set {
					t.Setenv(variable, value)
				}
			}
			disableUnreadLogs()
			for variable, want := range map[string]string{
				"TF_LOG_SDK": c.sdk, "TF_LOG_SDK_FRAMEWORK": c.framework, "TF_LOG_SDK_PROTO": c.proto, "TF_LOG_PROVIDER_OUTSCALE": c.ours,
			} {
				if got := os.Getenv(variable); got != want {
					t.Errorf("%s is %q, want %q", variable, got, want)
				}
			}
		})
	}
}
