package acctest

import (
	"os"
	"testing"
)

// EnvSoak is set to "1" to run the long tests too (make soak).
const EnvSoak = "OUTSCALE_SOAK"

// Soaking tells whether somebody asked for the long tests.
func Soaking() bool { return os.Getenv(EnvSoak) == "1" }

// Soak skips a long test unless somebody asked for the long ones.
func Soak(t *testing.T) {
	t.Helper()
	if !Soaking() {
		t.Skipf("the long form runs with %s=1 (make soak)", EnvSoak)
	}
}
