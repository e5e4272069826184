package key

import (
	"context"
	"fmt"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// MalformedSecret returns what is wrong with the form of a secret, "" for nothing. It never repeats the secret.
func MalformedSecret(secret string) string { return api.MalformedSecret(secret) }

// CheckSecret proves that secret is that of a key: it reads the key (ReadAccessKeys), and then makes one call that is
// signed with it. Checks are made one after the other, and an accepted call comes before each, so that wrong secrets do not
// follow each other towards the lock-out. A secret that has no form of one is not sent.
//
// Errors: *SecretError; those of Reload; or the API's, which prove nothing about the secret.
func (s *Service) CheckSecret(ctx context.Context, owner Owner, have Key, secret string) error {
	if why := MalformedSecret(secret); why != "" {
		return &SecretError{KeyID: have.ID, Malformed: why}
	}
	s.checks.Lock()
	defer s.checks.Unlock()
	now, err := s.Reload(ctx, owner, have)
	if err != nil {
		return err
	}
	if now.State != Active || now.Expired(s.Now()) {
		return &SecretError{KeyID: have.ID, Unusable: true}
	}
	err = s.api.CheckSecret(ctx, have.ID, secret)
	if api.IsWrongSecret(err) {
		return &SecretError{KeyID: have.ID, Err: err}
	}
	return err
}

// SecretError says that a secret was not shown to be that of a key.
type SecretError struct {
	KeyID     string
	Malformed string // what is wrong with its form: it was not sent
	Unusable  bool   // the key is INACTIVE or has expired, so that nothing can be signed with it: it was not sent
	Err       error  // the refusal of the call that was signed with it
}

func (e *SecretError) Error() string {
	switch {
	case e.Malformed != "":
		return fmt.Sprintf("the secret of access key %s %s", e.KeyID, e.Malformed)
	case e.Unusable:
		return fmt.Sprintf("access key %s is INACTIVE or has expired: its secret cannot be checked", e.KeyID)
	}
	return fmt.Sprintf("the secret is not that of access key %s: %v", e.KeyID, e.Err)
}

func (e *SecretError) Unwrap() error { return e.Err }
