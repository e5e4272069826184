package rotatingkey_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestRotatingKey_import adopts a key: no other is created before its window comes, what it lacks is given to it in place,
// and its triggers are only recorded.
func TestRotatingKey_import(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lives  time.Duration // 0 = without an expiry
		writes []string      // of the first apply
		ends   time.Duration
	}{
		"with an expiry":             {20 * day, nil, 20 * day},
		"with an expiry far away":    {300 * day, []string{"UpdateAccessKey"}, 30 * day},
		"without an expiry":          {0, []string{"UpdateAccessKey"}, 30 * day},
		"with an expiry in a window": {5 * day, []string{"CreateAccessKey", "UpdateAccessKey"}, 30 * day},
		"expired since":              {-day, []string{"CreateAccessKey", "UpdateAccessKey", "UpdateAccessKey", "DeleteAccessKey"}, 30 * day},
	} {
		for _, form := range []string{"%s", "alice/%s"} {
			t.Run(name+" "+form, func(t *testing.T) {
				t.Parallel()
				h := acctest.NewProtocol(t)
				h.CreateUser("alice")
				in := api.CreateAccessKeyInput{UserName: "alice", Tag: "found"}
				if c.lives != 0 {
					in.ExpirationDate = ptr(h.Simulator.Now().Add(max(c.lives, day)))
				}
				id := h.CreateKey(in).ID
				if c.lives < 0 {
					h.Advance(2 * day)
				}
				pair, got := h.Import(rotatingKey, fmt.Sprintf(form, id))
				got.ExpectNoErrors()
				config := monthly(acctest.Args{"user_name": "alice", "tag": "found", "triggers": map[string]any{"why": "first"}})
				pair.Update(config)
				h.ExpectWrites(c.writes...)
				expectEnd(t, h, c.ends)
				pair.Expect(acctest.Args{"tag": "found"})
			})
		}
	}
}

// TestRotatingKey_secretGiven: an imported key gets the secret that a person still has, in clear or sealed. It is not used
// any more once the key rotates.
func TestRotatingKey_secretGiven(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	mine := acctest.AgePair(t)
	made := h.CreateKey(api.CreateAccessKeyInput{ExpirationDate: ptr(h.Simulator.Now().Add(20 * day))})
	pair, _ := h.Import(rotatingKey, made.ID)
	config := monthly(acctest.Args{"secret_key_wo": made.SecretKey, "secret_key_wo_version": 1})
	h.ResetCalls()
	pair.Update(config)
	pair.Expect(acctest.Args{"secret_key": made.SecretKey, "secret_key_wo": nil, "access_key_id": made.ID})
	config["seal_to"] = []string{mine.Public}
	pair.Update(config)
	h.ExpectWrites()
	expectOpens(t, h, pair, mine.Private)

	h.Advance(14 * day)
	pair.Update(config)
	expectPair(t, h, pair, true)
	expectOpens(t, h, pair, mine.Private)

	other, _ := h.Import(rotatingKey, pair.String("access_key_id"))
	config["secret_key_wo"] = made.SecretKey // that of the key before
	other.Apply(config).ExpectError("Secret not taken", "it is not the secret of this key")
	other.Expect(acctest.Args{"sealed_secret_key": nil, "secret_key_wo_version": nil})
}

// TestRotatingKey_movedFromPlainKey: the key moves with its secret, in clear or sealed, and rotates when its window begins.
func TestRotatingKey_movedFromPlainKey(t *testing.T) {
	t.Parallel()
	mine := acctest.AgePair(t)
	for name, c := range map[string]struct {
		arguments acctest.Args
		secret    string
	}{
		"in clear": {acctest.Args{"user_name": "alice", "tag": "x"}, "secret_key"},
		"sealed":   {acctest.Args{"user_name": "alice", "tag": "x", "seal_to": []string{mine.Public}}, "sealed_secret_key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.CreateUser("alice")
			plain := acctest.Args{"expiration_date": h.Date(20 * day)}
			for argument, value := range c.arguments {
				plain[argument] = value
			}
			key := h.Resource(accessKey, plain)
			secret := key.Get(c.secret)
			h.ResetCalls()
			pair, moved := key.Move(rotatingKey)
			moved.ExpectNoErrors()
			config := monthly(c.arguments)
			pair.Update(config)
			h.ExpectWrites()
			pair.Expect(acctest.Args{c.secret: secret, "access_key_id": h.OnlyKey().AccessKeyID})
			expectPair(t, h, pair, false)
			h.Advance(14 * day)
			pair.Plan(config).Expect(acctest.Update, acctest.Args{"access_key_id": acctest.Unknown})
			pair.Update(config)
			expectPair(t, h, pair, true)
		})
	}
}

// TestRotatingKey_movedWithoutExpiry: the key gets an expiry in place, and the plan says so.
func TestRotatingKey_movedWithoutExpiry(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key := h.Resource(accessKey, acctest.Args{})
	secret := key.Get("secret_key")
	pair, moved := key.Move(rotatingKey)
	moved.ExpectNoErrors()
	plan := pair.Plan(monthly())
	plan.ExpectWarning("Access key gets an expiry", "does not expire", "The secret stays the same")
	h.ResetCalls()
	plan.Apply().ExpectNoErrors()
	h.ExpectCalls(map[string]int{"ReadAccessKeys": 1, "ReadApiAccessPolicy": 1, "UpdateAccessKey": 1})
	pair.Expect(acctest.Args{"secret_key": secret})
	expectEnd(t, h, 30*day)
	pair.Destroy()
}

// TestRotatingKey_movedFromOfficialProvider: the key is adopted with its secret, whatever form of the official provider's
// address the CLI passes. A key of any other provider is refused.
func TestRotatingKey_movedFromOfficialProvider(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	made := h.CreateKey(api.CreateAccessKeyInput{ExpirationDate: ptr(h.Simulator.Now().Add(20 * day))})
	state, err := json.Marshal(map[string]any{ // as the official provider (1.8.0) leaves it
		"access_key_id": made.ID, "id": made.ID, "creation_date": "2026-01-01T00:00:00.000+0000", "expiration_date": nil,
		"last_modification_date": "2026-01-01T00:00:00.000+0000", "request_id": "2d3016ea-5e06-422f-8508-a6ab22e5c9d4",
		"secret_key": made.SecretKey, "state": "ACTIVE", "tag": nil, "user_name": nil,
		"timeouts": map[string]any{"create": "5m", "read": nil, "update": nil, "delete": nil},
	})
	h.NoError(err)
	for _, address := range []string{"registry.terraform.io/outscale/outscale", "registry.opentofu.org/outscale/outscale", "outscale/outscale", "outscale"} {
		pair, moved := h.Move(acctest.MoveSource{Provider: address, Type: accessKey, State: state}, rotatingKey)
		moved.ExpectNoErrors()
		pair.Update(monthly())
		pair.Expect(acctest.Args{"secret_key": made.SecretKey, "access_key_id": made.ID})
	}
	h.ExpectWrites()
	for _, address := range []string{"registry.terraform.io/example/outscale", "registry.terraform.io/outscale/other", ""} {
		if _, moved := h.Move(acctest.MoveSource{Provider: address, Type: accessKey, State: state}, rotatingKey); !moved.HasError() {
			t.Errorf("a key of %q became a pair of keys", address)
		}
	}
}

// TestRotatingKey_movedFromOtherType: the move is refused.
func TestRotatingKey_movedFromOtherType(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	owner := h.Resource(user, acctest.Args{"user_name": "alice"})
	if _, moved := owner.Move(rotatingKey); !moved.HasError() || !owner.Exists() {
		t.Errorf("a user became a pair of keys: %s", moved)
	}
}
