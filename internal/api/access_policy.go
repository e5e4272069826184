package api

import (
	"context"
	"errors"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
)

// AccessPolicy is the account's API access policy, of which there is exactly one.
type AccessPolicy struct {
	// KeyLifetime is the longest remaining life an access key may have, in whole seconds; 0 = any, also no expiry.
	KeyLifetime time.Duration
	// RequireTrustedEnv makes every call need a client certificate and an expiring key; it needs a KeyLifetime.
	RequireTrustedEnv bool
}

// ReadAPIAccessPolicy returns the account's policy.
func (c *Client) ReadAPIAccessPolicy(ctx context.Context) (AccessPolicy, error) {
	const action = "ReadApiAccessPolicy"
	var answer osc.ReadApiAccessPolicyResponse
	if err := c.do(ctx, action, repeatable, osc.ReadApiAccessPolicyRequest{}, &answer); err != nil {
		return AccessPolicy{}, err
	}
	return c.accessPolicy(action, answer.ApiAccessPolicy)
}

// UpdateAPIAccessPolicy replaces the account's policy. The API needs both members, and refuses a lifetime that an existing
// key exceeds (A33).
func (c *Client) UpdateAPIAccessPolicy(ctx context.Context, p AccessPolicy) (AccessPolicy, error) {
	const action = "UpdateApiAccessPolicy"
	req := osc.UpdateApiAccessPolicyRequest{
		MaxAccessKeyExpirationSeconds: int64(p.KeyLifetime / time.Second), RequireTrustedEnv: p.RequireTrustedEnv,
	}
	var answer osc.UpdateApiAccessPolicyResponse
	if err := c.do(ctx, action, repeatable, req, &answer); err != nil {
		return AccessPolicy{}, err
	}
	return c.accessPolicy(action, answer.ApiAccessPolicy)
}

func (c *Client) accessPolicy(action string, w *osc.ApiAccessPolicy) (AccessPolicy, error) {
	if w == nil || w.MaxAccessKeyExpirationSeconds == nil {
		return AccessPolicy{}, c.unusable(action, errors.New("the answer has no limit on the life of access keys"))
	}
	return AccessPolicy{
		KeyLifetime: time.Duration(*w.MaxAccessKeyExpirationSeconds) * time.Second, RequireTrustedEnv: deref(w.RequireTrustedEnv),
	}, nil
}
