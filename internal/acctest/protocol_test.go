package acctest_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestProtocol_lifecycle is the example of the documentation.
func TestProtocol_lifecycle(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.Resource("outscale_access_key", acctest.Args{"tag": "ci", "expiration_date": "2030-01-01"})
	key.Expect(acctest.Args{"tag": "ci", "state": "ACTIVE", "secret_key": acctest.Matches(`^[A-Z0-9]{40}$`), "user_name": "", "timeouts": nil})
	h.ExpectWrites("CreateAccessKey", "UpdateAccessKey")

	h.ResetCalls()
	id := key.String("access_key_id")
	key.Plan(acctest.Args{"tag": "other"}).Expect(acctest.Update, acctest.Args{"access_key_id": id, "last_modification_date": acctest.Unknown})
	key.Update(acctest.Args{"tag": "other"})
	h.ExpectWrites("UpdateAccessKey")
	if tag := acctest.Tag(h.OnlyKey()); tag != "other" {
		t.Errorf("tag %q", tag)
	}
	key.ExpectImport(id, "secret_key")

	user := h.Resource("outscale_user", acctest.Args{"user_name": "alice"})
	key.PlanExpectReplace(acctest.Args{"user_name": "alice"}, "user_name").Apply().ExpectNoErrors()
	if now := h.OnlyKey(); now.UserName != "alice" || now.AccessKeyID == id {
		t.Errorf("key %s of %q", now.AccessKeyID, now.UserName)
	}
	key.Destroy()
	user.Destroy()
	if len(h.Keys())+len(h.Users()) != 0 {
		t.Error("a key or a user is left")
	}
	keys := h.DataSource("outscale_access_keys", acctest.Args{"filter": []map[string]any{{"name": "tags", "values": []string{"x"}}}})
	if n := len(keys.List("access_keys")); n != 0 {
		t.Errorf("%d keys", n)
	}
	opened := h.Ephemeral("outscale_access_key", acctest.Args{"lifetime": "20m"}).Open()
	opened.Expect(acctest.Args{"access_key_id": h.OnlyKey().AccessKeyID})
	opened.Renew().ExpectNone()
	opened.Close().ExpectNone()
	h.Ephemeral("outscale_access_key", acctest.Args{"lifetime": "5m"}).Open().ExpectError("Lifetime not usable", acctest.At("lifetime"), "10m")
}
