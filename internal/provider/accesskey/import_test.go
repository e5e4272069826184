package accesskey_test

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// found creates a key out of band for a user, "" for the caller, to be imported.
func found(h *acctest.Protocol, userName string) api.AccessKey {
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	return h.CreateKey(api.CreateAccessKeyInput{UserName: userName, ExpirationDate: &at, Tag: "found"})
}

// TestAccessKey_import: each form of the id, then an empty plan for every configuration that describes what is there,
// without a change at the API.
func TestAccessKey_import(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	bob := h.CreateUser("bob")
	own, bobs := found(h, ""), found(h, "bob")
	for id, owners := range map[string][]acctest.Args{
		own.ID: {{}}, bobs.ID: {named("bob"), identified(bob.ID)}, "bob/" + bobs.ID: {named("bob"), identified(bob.ID)},
	} {
		for _, config := range owners {
			for _, state := range []any{nil, "ACTIVE"} {
				config["state"], config["expiration_date"], config["tag"] = state, "2030-01-01", "found"
				key, got := h.Import(accessKey, id)
				got.ExpectNone()
				key.ExpectEmptyPlan(config)
				key.Expect(acctest.Args{"secret_key": nil, "tag": "found"})
			}
		}
	}
	h.ExpectWrites()

	key, _ := h.Import(accessKey, own.ID)
	key.Destroy()
	if n := len(h.Keys()); n != 1 {
		t.Errorf("%d keys after the destruction of an imported one", n)
	}
}

// TestAccessKey_importNotFound: the error for each wrong id.
func TestAccessKey_importNotFound(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	for id, parts := range map[string][]any{
		"alice/bob/ABC":              {`"bob/ABC" is not the id of an access key`, "Use the id of the key"},
		"/ABCDEFGHIJ0123456789":      {`"" is not the name of a user`},
		"alice/":                     {`"" is not the id of an access key`},
		"not an id":                  {`"not an id" is not the id`},
		"ABCDEFGHIJ0123456789":       {"among your own keys and every user's", "Use the id of the key"},
		"alice/ABCDEFGHIJ0123456789": {"ABCDEFGHIJ0123456789 of user alice", "Use the id of the key"},
		"carol/ABCDEFGHIJ0123456789": {"ABCDEFGHIJ0123456789 of user carol"},
	} {
		key, got := h.Import(accessKey, id)
		if n := len(got.Errors()); n != 1 || key.Exists() {
			t.Errorf("%s: %d errors, imported %t", id, n, key.Exists())
			continue
		}
		got.ExpectError(got.Errors()[0].Summary, parts...)
	}
}

// stateOfOfficialProvider is what the official provider (1.8.0) leaves in a state: no user_id and no expired, a request_id,
// timeouts as it writes them, and dates in its own form.
func stateOfOfficialProvider(key api.AccessKey, userName, expiration any) acctest.Args {
	const form = "2006-01-02T15:04:05.000-0700"
	return acctest.Args{
		"access_key_id": key.ID, "id": key.ID, "creation_date": key.CreationDate.Format(form),
		"expiration_date": expiration, "last_modification_date": key.LastModificationDate.Format(form),
		"request_id": "2d3016ea-5e06-422f-8508-a6ab22e5c9d4", "secret_key": key.SecretKey, "state": "ACTIVE", "tag": nil,
		"timeouts": nil, "user_name": userName,
	}
}

// TestAccessKey_stateOfOfficialProvider plans empty with the configuration that was written for the official provider, word
// for word, after `state replace-provider`.
func TestAccessKey_stateOfOfficialProvider(t *testing.T) {
	t.Parallel()
	at := "2030-01-01T00:00:00.000+0000"
	for name, c := range map[string]struct {
		user       any
		expiration any
		config     acctest.Args
	}{
		"own key":                       {nil, nil, acctest.Args{}},
		"own key with a state":          {nil, nil, acctest.Args{"state": "ACTIVE"}},
		"text of the API":               {nil, at, acctest.Args{"state": "ACTIVE", "expiration_date": "2030-01-01"}},
		"text of the user":              {nil, "2030-01-01", dated("2030-01-01")},
		"other text of the same":        {nil, "2030-01-01T00:00:00.000Z", dated("2030-01-01")},
		"with a blank":                  {nil, "2030-01-01 00:00:00+00:00", dated("2030-01-01")},
		"a year alone, as it took":      {nil, "2030", dated("2030-01-01")},
		"user's key":                    {"alice", at, acctest.Args{"user_name": "alice", "state": "ACTIVE", "expiration_date": "2030-01-01"}},
		"an expiry cleared by an empty": {nil, "", dated("")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.CreateUser("alice")
			in := api.CreateAccessKeyInput{}
			in.UserName, _ = c.user.(string)
			if c.expiration != nil && c.expiration != "" {
				date := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
				in.ExpirationDate = &date
			}
			made := h.CreateKey(in)
			key := h.NewResource(accessKey)
			key.SetState(stateOfOfficialProvider(made, c.user, c.expiration))
			key.Update(c.config)
			key.Expect(acctest.Args{"secret_key": made.SecretKey, "access_key_id": made.ID})
			h.ExpectWrites()
		})
	}
}
