package acctest

import (
	"os"
	"testing"
)

// EnvSoak is the variable that enables the long tests if it is "1" (make soak).
const EnvSoak = "OUTSCALE_SOAK"

// Soaking reports whether the long tests are enabled.
func Soaking() bool { return os.Getenv(EnvSoak) == "1" }

// Soak skips a test unless the long tests are enabled.
func Soak(t *testing.T) {
	t.Helper()
	if !Soaking() {
		t.Skipf("the long form runs with %s=1 (make soak)", EnvSoak)
	}
}
