package api

import "context"

// CheckSecret checks whether secret belongs to an access key, with one call that is signed with both (ReadAccessKeys). It
// returns nil if the API accepted the signature, whatever rights the key has. A refusal counts towards the lock-out of that
// key and of the account: see IsWrongSecret, and do not send a refused secret again.
func (c *Client) CheckSecret(ctx context.Context, keyID, secret string) error {
	cfg := c.config
	cfg.Credential, cfg.CredentialSource = Credential{AccessKeyID: keyID, SecretKey: secret}, ""
	other, err := New(cfg)
	if err != nil {
		return err
	}
	defer other.CloseIdleConnections()
	other.clock, other.sleep, other.timeouts = c.clock, c.sleep, c.timeouts
	if _, err = other.ReadAccessKeys(ctx, ReadAccessKeysInput{IDs: []string{keyID}}); other.Accepted() {
		return nil
	}
	return err
}

// IsWrongSecret reports whether the API knows the key and refused the signature: 401 with code 1. The API refuses an INACTIVE
// or expired key in the same way (A21).
func IsWrongSecret(err error) bool { return hasCode(err, 1, 1) && IsUnauthorized(err) }

// MalformedSecret returns what is wrong with the form of a secret, or "". The text does not repeat the secret.
func MalformedSecret(secret string) string { return inspect(keySecret, secret) }
