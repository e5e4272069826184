package simulator

import "github.com/outscale-access/terraform-provider-outscale/simulator/store"

// maxKeyLifetime is the greatest MaxAccessKeyExpirationSeconds, a hundred years.
const maxKeyLifetime = 3_153_600_000

// readAccounts serves ReadAccounts: the caller's account, without the members that have no
// value.
func (s *Simulator) readAccounts(*call) (fields, *problem) {
	return s.read(func(v *store.View) (fields, *problem) {
		account := v.Account()
		return fields{"Accounts": []fields{{
			"AccountId": account.ID, "CustomerId": account.CustomerID, "Email": account.Email,
			"OutscaleLoginAllowed": false,
		}}}, nil
	})
}

// checkAuthentication serves CheckAuthentication. Failures do not count for the lock-out
// (A42).
func (s *Simulator) checkAuthentication(c *call) (fields, *problem) {
	login, _ := c.text("Login")
	password, _ := c.text("Password")
	if refused := s.checkPassword(login, password); refused != nil {
		return nil, unknownSigner().withReason("%s", refused.reason)
	}
	return nil, nil
}

// regions are the regions in the official description.
var regions = []string{"ap-northeast-1", "cloudgouv-eu-west-1", "eu-west-2", "us-east-2", "us-west-1"}

// readRegions serves ReadRegions, which accepts unsigned calls.
func (s *Simulator) readRegions(*call) (fields, *problem) {
	list := make([]fields, 0, len(regions))
	for _, region := range regions {
		list = append(list, fields{"RegionName": region, "Endpoint": "api." + region + ".outscale.com"})
	}
	return fields{"Regions": list}, nil
}

func accessPolicyFields(p store.Policy) fields {
	return fields{"ApiAccessPolicy": fields{
		"MaxAccessKeyExpirationSeconds": p.MaxSeconds, "RequireTrustedEnv": p.TrustedEnv,
	}}
}

// readAPIAccessPolicy serves ReadApiAccessPolicy.
func (s *Simulator) readAPIAccessPolicy(*call) (fields, *problem) {
	return s.read(func(v *store.View) (fields, *problem) { return accessPolicyFields(v.Policy()), nil })
}

// updateAPIAccessPolicy serves UpdateApiAccessPolicy. Every existing key must comply with
// the new policy (A33).
func (s *Simulator) updateAPIAccessPolicy(c *call) (fields, *problem) {
	const longest, trusted = "MaxAccessKeyExpirationSeconds", "RequireTrustedEnv"
	policy := store.Policy{TrustedEnv: c.flag(trusted)}
	policy.MaxSeconds, _ = c.number(longest)
	if policy.MaxSeconds < 0 || policy.MaxSeconds > maxKeyLifetime {
		return nil, badValue(longest, "want 0 to 3153600000")
	}
	if policy.TrustedEnv && policy.MaxSeconds == 0 {
		return nil, badValue(trusted, "it needs a limit on the life of access keys")
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		now := s.Now()
		for _, key := range v.Keys() {
			if checkLifetime(policy, key.Expires, now) != nil {
				return nil, badValue(longest, "the access key "+key.ID+" lives longer")
			}
		}
		change.PutPolicy(policy)
		return accessPolicyFields(policy), nil
	})
}
