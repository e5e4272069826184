package acceptance_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// official is a state that the official provider (1.8.0) left after `state replace-provider`: no user_id and no
// expired, a request_id, timeouts as it writes them, and dates in its own form.
func official(key api.AccessKey, userName any, expiration any) string {
	attributes := map[string]any{
		"access_key_id": key.ID, "id": key.ID, "creation_date": key.CreationDate.Format("2006-01-02T15:04:05.000-0700"),
		"expiration_date": expiration, "last_modification_date": key.LastModificationDate.Format("2006-01-02T15:04:05.000-0700"),
		"request_id": "2d3016ea-5e06-422f-8508-a6ab22e5c9d4", "secret_key": key.SecretKey, "state": "ACTIVE", "tag": nil,
		"timeouts": nil, "user_name": userName,
	}
	state := map[string]any{
		"version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "5f0e4f4c-60f1-4a1a-8a5b-1d2c8c6b6f0a", "outputs": map[string]any{},
		"resources": []any{map[string]any{
			"mode": "managed", "type": "outscale_access_key", "name": "this",
			"provider":  `provider["PROVIDER"]`,
			"instances": []any{map[string]any{"schema_version": 0, "attributes": attributes, "sensitive_attributes": []any{}}},
		}},
	}
	text, err := json.Marshal(state)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// TestAStateTakenOverPlansEmpty: the configuration is the one written for the official provider, word for word.
func TestAStateTakenOverPlansEmpty(t *testing.T) {
	at := "2030-01-01T00:00:00.000+0000"
	for name, c := range map[string]struct {
		user       string
		expiration any
		config     string
	}{
		"own key":                        {"", nil, Key("this")},
		"own key with a state":           {"", nil, Key("this", `state = "ACTIVE"`)},
		"the text of the API":            {"", at, Key("this", `state = "ACTIVE"`, date("2030-01-01"))},
		"the text of the user":           {"", "2030-01-01", Key("this", date("2030-01-01"))},
		"another text of the same":       {"", "2030-01-01T00:00:00.000Z", Key("this", date("2030-01-01"))},
		"with a blank":                   {"", "2030-01-01 00:00:00+00:00", Key("this", date("2030-01-01"))},
		"a year alone, as it took":       {"", "2030", Key("this", date("2030-01-01"))},
		"user's key":                     {"alice", at, Key("this", `user_name = "alice"`, `state = "ACTIVE"`, date("2030-01-01"))},
		"an expiry cleared by the quote": {"", "", Key("this", date(""))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			ctx := context.Background()
			in := api.CreateAccessKeyInput{UserName: c.user}
			var userName any
			if c.user != "" {
				userName = c.user
				_, err := w.API().CreateUser(ctx, api.CreateUserInput{UserName: c.user, Path: "/"})
				w.Must(err)
			}
			if c.expiration != nil && c.expiration != "" {
				in.ExpirationDate = ptr(mustTime(t, "2030-01-01T00:00:00Z"))
			}
			key, err := w.API().CreateAccessKey(ctx, in)
			w.Must(err)
			mark := w.Mark()
			s := w.Workspace(c.config)
			s.File("terraform.tfstate", strings.ReplaceAll(official(key, userName, c.expiration), "PROVIDER", s.ProviderAddress()))
			s.EmptyPlan()
			s.Apply()
			if got := s.Attributes("outscale_access_key"); got["secret_key"] != key.SecretKey {
				t.Error("the secret was lost")
			}
			if strings.Contains(string(s.State()), "request_id") {
				t.Error("request_id is kept in the state")
			}
			if writes := mark.Writes(); len(writes) != 0 {
				t.Errorf("the take-over changed something: %v", writes)
			}
		})
	}
}

func mustTime(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
