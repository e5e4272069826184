package rotatingkey_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestRotatingKey_generatedConfiguration: the CLI generates a configuration for an import from the state. It can be planned:
// the key stays, and one without an expiry gets one.
func TestRotatingKey_generatedConfiguration(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	for name, c := range map[string]struct {
		in   api.CreateAccessKeyInput
		want acctest.Action
	}{
		"with an expiry":    {api.CreateAccessKeyInput{UserName: "alice", ExpirationDate: ptr(h.Simulator.Now().Add(20 * day))}, acctest.NoOp},
		"without an expiry": {api.CreateAccessKeyInput{UserName: "alice"}, acctest.Update},
	} {
		t.Log(name)
		key, imported := h.Import(rotatingKey, h.CreateKey(c.in).ID)
		imported.ExpectNoErrors()
		generated := key.GeneratedConfig()
		key.Plan(generated).Expect(c.want, acctest.Args{"access_key_id": key.String("id")})
		key.Apply(generated).ExpectNoErrors()
		key.ExpectEmptyPlan(generated)
	}
}

// TestRotatingKey_nullAndEmpty: null and "" mean the same for a tag and the name of the owner, even after a rotation.
func TestRotatingKey_nullAndEmpty(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	empty := monthly(acctest.Args{"tag": "", "user_name": ""})
	for _, config := range []acctest.Args{monthly(), empty} {
		key := h.Resource(rotatingKey, config)
		key.ExpectEmptyPlan(monthly()).ExpectNone()
		key.ExpectEmptyPlan(empty).ExpectNone()
		key.Update(monthly(acctest.Args{"triggers": map[string]any{"why": "now"}}))
		key.ExpectEmptyPlan(monthly(acctest.Args{"triggers": map[string]any{"why": "now"}, "tag": "", "user_name": ""})).ExpectNone()
	}
}

// TestRotatingKey_ignoreChangesAll: nothing is changed or refused, even for a moved key without durations in its state.
func TestRotatingKey_ignoreChangesAll(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	user := h.CreateUser("alice")
	config := monthly(acctest.Args{"user_id": user.ID})
	key := h.Resource(rotatingKey, config)
	key.IgnoreChanges = []string{"all"}
	key.ExpectEmptyPlan(config).ExpectNone()
	moved, diagnostics := h.Resource("outscale_access_key", acctest.Args{"user_name": "alice"}).Move(rotatingKey)
	diagnostics.ExpectNoErrors()
	moved.Read().ExpectNone()
	moved.IgnoreChanges = []string{"all"}
	moved.ExpectEmptyPlan(config).ExpectNone()
}
