package key

import (
	"context"
	"fmt"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// MalformedSecret returns what is wrong with the form of a secret, or "". The result does not contain the secret.
func MalformedSecret(secret string) string { return api.MalformedSecret(secret) }

// CheckSecret verifies that secret belongs to a key: it reads the key (ReadAccessKeys), and then makes one call that is
// signed with the secret. It makes one check at a time, each after an accepted call, because the API locks an account after
// several wrong signatures in a row. It does not send a malformed secret.
//
// Errors: *SecretError; those of Reload; or the API's, which say nothing about the secret.
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

// SecretError says that CheckSecret could not verify a secret.
type SecretError struct {
	KeyID     string
	Malformed string // what is wrong with the form of the secret, which was not sent
	Unusable  bool   // the key is INACTIVE or has expired, so that the secret was not sent
	Err       error  // the refusal of the call that was signed with the secret
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
