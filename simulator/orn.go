package simulator

import (
	"regexp"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// owsAccount is the account number in the ORNs of OUTSCALE's own policies. It is invented.
const owsAccount = "000000000000"

func orn(account, kind, path, name string) string {
	return "orn:ows:idauth::" + account + ":" + kind + path + name
}

func userORN(account string, u store.User) string { return orn(account, "user", u.Path, u.Name) }

func groupORN(account string, g store.Group) string { return orn(account, "usergroup", g.Path, g.Name) }

func policyORN(account string, p store.Policy) string {
	if p.OWS {
		account = owsAccount
	}
	return orn(account, "policy", p.Path, p.Name)
}

// policyORNPattern is the pattern of the API description. Its groups are the account, and the path with the name.
var policyORNPattern = regexp.MustCompile(`^orn:ows:(?:iam|idauth):\S*:(\d{12}):policy(/\S+)$`)

// addressedPolicy returns the managed policy with the ORN of the member PolicyOrn (A10).
func (c *call) addressedPolicy(v *store.View) (store.Policy, *problem) {
	text, _ := c.text("PolicyOrn")
	match := policyORNPattern.FindStringSubmatch(text)
	if match == nil {
		return store.Policy{}, badValue("PolicyOrn", "it is not the ORN of a policy")
	}
	account := match[1]
	end := strings.LastIndex(match[2], "/") + 1
	path, name := match[2][:end], match[2][end:]
	if account == owsAccount {
		for _, p := range v.Policies() {
			if p.OWS && p.Path == path && p.Name == name {
				return p, nil
			}
		}
	}
	if p, ok := v.PolicyNamed(name); ok && p.Path == path && account == v.Account().ID {
		return p, nil
	}
	return store.Policy{}, unknownObject("policy", text)
}
