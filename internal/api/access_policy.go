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
	// RequireTrustedEnv makes every call need a client certificate and a key that expires. It needs a KeyLifetime.
	RequireTrustedEnv bool
}

var accessPolicyObject = object[osc.ApiAccessPolicy, AccessPolicy]{
	what: "API access policy", one: "ApiAccessPolicy",
	convert: func(w osc.ApiAccessPolicy) (AccessPolicy, error) {
		if w.MaxAccessKeyExpirationSeconds == nil {
			return AccessPolicy{}, errors.New("the answer has no limit on the life of access keys")
		}
		return AccessPolicy{
			KeyLifetime: time.Duration(*w.MaxAccessKeyExpirationSeconds) * time.Second, RequireTrustedEnv: val(w.RequireTrustedEnv),
		}, nil
	},
}

// ReadAPIAccessPolicy returns the account's policy.
func (c *Client) ReadAPIAccessPolicy(ctx context.Context) (AccessPolicy, error) {
	return accessPolicyObject.call(ctx, c, "ReadApiAccessPolicy", repeatable, osc.ReadApiAccessPolicyRequest{}, "")
}

// UpdateAPIAccessPolicy replaces the account's policy. The API needs both members, and refuses a lifetime that an existing
// key exceeds (A33).
func (c *Client) UpdateAPIAccessPolicy(ctx context.Context, p AccessPolicy) (AccessPolicy, error) {
	req := osc.UpdateApiAccessPolicyRequest{
		MaxAccessKeyExpirationSeconds: int64(p.KeyLifetime / time.Second), RequireTrustedEnv: p.RequireTrustedEnv,
	}
	return accessPolicyObject.call(ctx, c, "UpdateApiAccessPolicy", repeatable, req, "")
}
