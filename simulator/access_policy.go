package simulator

import (
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// maxKeyLifetime is the largest MaxAccessKeyExpirationSeconds, a hundred years.
const maxKeyLifetime = 3_153_600_000

func accessPolicyFields(p store.AccessPolicy) fields {
	return fields{"ApiAccessPolicy": fields{
		"MaxAccessKeyExpirationSeconds": p.MaxSeconds, "RequireTrustedEnv": p.TrustedEnv,
	}}
}

// readAPIAccessPolicy serves ReadApiAccessPolicy.
func (s *Simulator) readAPIAccessPolicy(*call) (fields, *problem) {
	return s.read(func(v *store.View) (fields, *problem) { return accessPolicyFields(v.AccessPolicy()), nil })
}

// updateAPIAccessPolicy serves UpdateApiAccessPolicy. Every existing key must comply with the new policy (A33). If the policy
// requires a trusted session, every API access rule must have a CA (S1).
func (s *Simulator) updateAPIAccessPolicy(c *call) (fields, *problem) {
	const longest, trusted = "MaxAccessKeyExpirationSeconds", "RequireTrustedEnv"
	policy := store.AccessPolicy{TrustedEnv: c.flag(trusted)}
	policy.MaxSeconds, _ = c.number(longest)
	if policy.MaxSeconds < 0 || policy.MaxSeconds > maxKeyLifetime {
		return nil, badValue(longest, "want 0 to 3153600000")
	}
	if policy.TrustedEnv && policy.MaxSeconds == 0 {
		return nil, badValue(trusted, "it needs a limit on the lifetime of access keys")
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		now := s.Now()
		for _, key := range v.Keys() {
			if checkLifetime(policy, key.Expires, now) != nil {
				return nil, badValue(longest, "the access key "+key.ID+" is valid for longer")
			}
		}
		for _, rule := range v.Rules() {
			if policy.TrustedEnv && !s.complies(rule) {
				return nil, badValue(trusted, "the API access rule "+rule.ID+" has no CA")
			}
		}
		change.PutAccessPolicy(policy)
		return accessPolicyFields(policy), nil
	})
}

// checkLifetime checks an expiry against the maximum lifetime of the API access policy (A33).
func checkLifetime(policy store.AccessPolicy, expires, now time.Time) *problem {
	if policy.MaxSeconds == 0 {
		return nil
	}
	if expires.IsZero() {
		return badValue("ExpirationDate", "the API access policy requires every access key to expire")
	}
	// In milliseconds, as a Duration cannot hold the largest limit.
	if expires.UnixMilli()-now.UnixMilli() > policy.MaxSeconds*1000 {
		return badValue("ExpirationDate", "it is later than the API access policy allows")
	}
	return nil
}
