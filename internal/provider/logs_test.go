package provider_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// TestNoSecretInAnyLog runs the built provider under the real CLI with everything logged that can be: no secret key, no
// password and no Authorization header may be in the logs or in what the CLI prints. The simulator's own record of
// calls is looked through as well.
func TestNoSecretInAnyLog(t *testing.T) {
	t.Parallel()
	for name, provider := range map[string]string{
		"signed":     block(),
		"with login": block(`login = "`+simulator.DefaultEmail+`"`, `password = "`+simtest.AccountPassword+`"`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			if name == "with login" {
				bare(w)
			}
			s := w.Workspace(provider + Key("this", `tag = "visible"`))
			logs := filepath.Join(s.Home(), "trace.log")
			s.Setenv("TF_LOG", "TRACE")
			s.Setenv("TF_LOG_PROVIDER", "TRACE")
			s.Setenv("TF_LOG_PATH", logs)
			output := s.Apply().Output + s.EmptyPlan().Output
			w.Must(w.Simulator.SetFaults([]simulator.Fault{{Action: "UpdateAccessKey", Kind: "status", Status: 403, Code: "4"}}))
			s.Write(provider + Key("this", `tag = "changed"`))
			output += s.Run("apply", "-auto-approve", "-input=false", "-no-color").Output
			w.Must(w.Simulator.SetFaults(nil))

			secrets := w.Secrets(s.State())
			if len(secrets) != 1 {
				t.Fatalf("%d secrets in the state, want 1", len(secrets))
			}
			secrets = append(secrets, w.RootSecretKey, simtest.AccountPassword)
			log, err := os.ReadFile(logs)
			w.Must(err)
			// A log in which nothing happened would prove nothing.
			for _, expected := range []string{"CreateAccessKey", "visible", "ApplyResourceChange"} {
				if !bytes.Contains(log, []byte(expected)) {
					t.Errorf("the log does not speak of %s", expected)
				}
			}
			for _, scheme := range []string{"Signature=", "Credential=", "Basic "} {
				if at := strings.Index(string(log), scheme); at >= 0 {
					t.Errorf("the log holds an Authorization header (%q at byte %d)", scheme, at)
				}
			}
			w.Must(Absent("the log", log, secrets...))
			w.Must(Absent("the output", []byte(output), secrets...))
			for _, call := range w.Simulator.Requests() {
				w.Must(Absent("the simulator's record of "+call.Action, call.Body, secrets...))
			}
			s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
		})
	}
}
