package key

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestCheckSecret_cases: the calls and the result. Only a refusal of the signature says that the secret is wrong.
func TestCheckSecret_cases(t *testing.T) {
	past := time.Now().Add(-day)
	for name, c := range map[string]struct {
		secret string // "" = the right one
		change func(k *api.AccessKey)
		fault  error // of the call that is signed with the secret
		want   *SecretError
		calls  []string
	}{
		"right":            {calls: []string{"ReadAccessKeys", "CheckSecret"}},
		"wrong":            {secret: "wrong", want: &SecretError{}, calls: []string{"ReadAccessKeys", "CheckSecret"}},
		"not a secret":     {secret: "\"quoted\"", want: &SecretError{Malformed: "is in quotation marks"}},
		"inactive":         {change: func(k *api.AccessKey) { k.State = "INACTIVE" }, want: &SecretError{Unusable: true}, calls: []string{"ReadAccessKeys"}},
		"expired":          {change: func(k *api.AccessKey) { k.ExpirationDate = &past }, want: &SecretError{Unusable: true}, calls: []string{"ReadAccessKeys"}},
		"locked out":       {fault: apitest.Refusal(401, "13"), calls: []string{"ReadAccessKeys", "CheckSecret"}},
		"the answer lost":  {fault: apitest.Cut(), calls: []string{"ReadAccessKeys", "CheckSecret"}},
		"an access rule":   {fault: apitest.Refusal(401, "14"), calls: []string{"ReadAccessKeys", "CheckSecret"}},
		"unknown key id":   {fault: apitest.Refusal(400, "4120"), calls: []string{"ReadAccessKeys", "CheckSecret"}},
		"a server's fault": {fault: apitest.Refusal(500, "0"), calls: []string{"ReadAccessKeys", "CheckSecret"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &apitest.Fake{}
			made := f.Add("bob", "", nil)
			if c.change != nil {
				c.change(&made)
				f.Keys[0].AccessKey = made
			}
			if c.fault != nil {
				f.Before = apitest.On("CheckSecret", 1, c.fault)
			}
			if c.secret == "" {
				c.secret = "the-secret-of-" + made.ID
			}
			err := service(f).CheckSecret(bg, bob, Key{ID: made.ID, UserName: "bob"}, c.secret)
			var got *SecretError
			errors.As(err, &got)
			if (got == nil) != (c.want == nil) || got != nil && (got.Malformed != c.want.Malformed || got.Unusable != c.want.Unusable) || (c.fault != nil) != (err != nil && got == nil) {
				t.Errorf("err = %v", err)
			}
			if calls := keyActions(f); !slices.Equal(calls, c.calls) {
				t.Errorf("calls %v", calls)
			}
		})
	}
}
