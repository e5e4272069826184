package acctest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// TestAccount_faultsReachTheClient: the recorder passes every fault of the simulator to the client.
func TestAccount_faultsReachTheClient(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		faults.DropAfter: "EOF", faults.StatusAfter: "502", faults.Reset: "connection reset by peer",
		faults.Truncate: "a body that is not the API's answer", faults.Garbage: "text/html", faults.Stall: "",
	} {
		t.Run(kind, func(t *testing.T) {
			a := NewAccount(t)
			fault := simulator.Fault{Action: "CreateAccessKey", Kind: kind}
			switch kind {
			case faults.StatusAfter:
				fault.Status = 502
			case faults.Stall:
				fault.Latency = faults.Duration(time.Millisecond)
			}
			a.SetFaults(fault)
			_, err := a.API().CreateAccessKey(t.Context(), api.CreateAccessKeyInput{})
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
			if err != nil && !api.IsLostAnswer(err) {
				t.Errorf("not a lost answer: %v", err)
			}
			if len(a.Keys()) != 1 {
				t.Errorf("%d keys", len(a.Keys()))
			}
			if issued := len(a.Issued()) == 1; kind == faults.Stall && !issued || slices.Contains([]string{faults.Garbage, faults.StatusAfter, faults.DropAfter}, kind) && issued {
				t.Errorf("%d secrets were sent", len(a.Issued()))
			}
		})
	}
}

// TestRecorder_cutSecret: the recorder records the part of a secret that was sent before a fault cut the answer.
func TestRecorder_cutSecret(t *testing.T) {
	secret := strings.Repeat("AB12", 10)
	answer := `{"AccessKey":{"AccessKeyId":"X","SecretKey":"` + secret + `","State":"ACTIVE"},"ResponseContext":{}}`
	at := strings.Index(answer, secret)
	for cut, want := range map[int]string{len(answer): secret, at + 41: secret, at + 40: secret, at + 30: secret[:30], at + 19: "", at: "", 0: ""} {
		r := &recorder{}
		r.record("CreateAccessKey", false, []byte(answer[:cut]))
		if got := strings.Join(r.secrets, ","); got != want {
			t.Errorf("cut at %d: %d characters, want %d", cut, len(got), len(want))
		}
	}
}
