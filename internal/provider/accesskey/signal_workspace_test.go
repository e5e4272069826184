package accesskey_test

import (
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// runKey is a run-scoped key and a second provider that signs with it.
func runKey(arguments ...string) string {
	return `provider "outscale" {
  requests_per_second = 0
}
ephemeral "outscale_access_key" "run" {
  ` + Lines(arguments...) + `}
provider "outscale" {
  alias               = "run"
  requests_per_second = 0
  access_key_id       = ephemeral.outscale_access_key.run.access_key_id
  secret_key_id       = ephemeral.outscale_access_key.run.secret_key
}
`
}

// consumer is what the second provider makes.
const consumer = `
resource "outscale_user" "made" {
  provider  = outscale.run
  user_name = "made"
}
`

var apply = []string{"apply", "-auto-approve", "-input=false", "-no-color"}

// nothingLeft waits until every key that was made is gone, and looks for its secret wherever the run could have left it.
// The provider does its last work while the CLI ends, and after it when the CLI was killed.
func nothingLeft(t *testing.T, w *World, gate *Gate, s *Workspace) {
	t.Helper()
	if len(gate.Keys()) == 0 {
		t.Error("no key was made: nothing is proved")
	}
	w.Await("no access key is left", func() bool { return len(w.Keys()) == 0 })
	s.ExpectNoSecretLeft(w.RootSecretKey)
}
