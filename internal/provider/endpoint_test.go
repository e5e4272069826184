package provider_test

import (
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/provider/acctest"
)

// TestADeadEndpointIsReported soon, with its address, the cause and what to look at.
func TestADeadEndpointIsReported(t *testing.T) {
	t.Parallel()
	w := New(t)
	// Nobody listens on port 1, and no other test can be given it, as it could a port that was just closed.
	const address = "127.0.0.1:1"
	w.Env("OSC_ENDPOINT_API", "http://"+address)
	began := time.Now()
	r := w.Workspace("data \"outscale_users\" \"all\" {}\n").Plan()
	if took := time.Since(began); r.Code != 1 || took > 30*time.Second {
		t.Errorf("plan ended with %d after %s", r.Code, took)
	}
	r.Contains(t, "Users not read", "http://"+address+"/api/v1 was not reached", "refused", "Check `region` and `api.endpoint`")
}

// TestAWrongSecretIsReported once: four refusals in a row would lock the access out.
func TestAWrongSecretIsReported(t *testing.T) {
	t.Parallel()
	w := New(t)
	wrong := "WRONGSECRET00000000000000000000000000000"
	w.Env("OSC_SECRET_KEY", wrong)
	r := w.Workspace("data \"outscale_users\" \"all\" {}\n").Plan()
	r.Contains(t, "Users not read", "HTTP status 401", "code 1", "Check the secret")
	w.Must(Absent("the output", []byte(r.Output), wrong))
	if calls := w.Simulator.Requests(); len(calls) != 1 {
		t.Errorf("%d calls, want one", len(calls))
	}
}
