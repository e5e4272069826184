package simulator

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// ruleFields returns a rule as the API shows it.
func ruleFields(r store.AccessRule) fields {
	out := fields{"ApiAccessRuleId": r.ID, "IpRanges": nonNil(r.IPRanges), "CaIds": nonNil(r.CAIDs), "Cns": nonNil(r.CNs)}
	if r.Description != "" {
		out["Description"] = r.Description
	}
	return out
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// rule returns the rule of a request, and refuses bad conditions (A37).
func (c *call) rule() (store.AccessRule, *problem) {
	rule := store.AccessRule{IPRanges: c.set("IpRanges"), CAIDs: c.set("CaIds"), CNs: c.set("Cns")}
	rule.Description, _ = c.text("Description")
	if len(rule.CAIDs) == 0 && len(rule.IPRanges) == 0 {
		return rule, missingMember("CaIds or IpRanges")
	}
	if len(rule.CNs) > 0 && len(rule.CAIDs) == 0 {
		return rule, missingMember("CaIds").withReason("Cns needs CaIds")
	}
	for _, text := range rule.IPRanges {
		if _, ok := parseRange(text); !ok {
			return rule, badValue("IpRanges", text+" is neither an address nor a CIDR block")
		}
	}
	if slices.Contains(rule.CNs, "") {
		return rule, badValue("Cns", "a common name is empty")
	}
	return rule, nil
}

// set returns the items of a list, sorted and without repetitions. The API does not keep the order of the request (measured).
func (c *call) set(member string) []string {
	list := slices.Clone(c.texts(member))
	slices.Sort(list)
	return slices.Compact(list)
}

// parseRange parses an address or a CIDR block. An address is a block of one address.
func parseRange(text string) (netip.Prefix, bool) {
	if strings.Contains(text, "/") {
		prefix, err := netip.ParsePrefix(text)
		return prefix, err == nil
	}
	addr, err := netip.ParseAddr(text)
	return netip.PrefixFrom(addr, addr.BitLen()), err == nil && addr.Zone() == ""
}

// checkRule refuses a rule with an unknown CA (A10), and a rule without a CA while a trusted session is active.
func (s *Simulator) checkRule(v *store.View, rule store.AccessRule) *problem {
	for _, id := range rule.CAIDs {
		if _, ok := v.CA(id); !ok {
			return unknownObject("certificate authority", id)
		}
	}
	if v.AccessPolicy().TrustedEnv && !s.complies(rule) {
		return badValue("CaIds", "RequireTrustedEnv requires a CA in every API access rule")
	}
	return nil
}

// complies reports whether a rule allows a trusted session, for which it needs a CA (S1).
func (s *Simulator) complies(rule store.AccessRule) bool {
	return len(rule.CAIDs) > 0 || s.opts.Assumptions.TrustedEnvWithoutCA
}

// createAPIAccessRule serves CreateApiAccessRule.
func (s *Simulator) createAPIAccessRule(c *call) (fields, *problem) {
	rule, refused := c.rule()
	if refused != nil {
		return nil, refused
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		if refused := s.checkRule(v, rule); refused != nil {
			return nil, refused
		}
		rule.ID = unusedID(s.idSource().accessRule, v.Rule)
		rule.Created = millis(s.Now())
		change.PutRule(rule)
		return fields{"ApiAccessRule": ruleFields(rule)}, nil
	})
}

// readAPIAccessRules serves ReadApiAccessRules. The filters of lists select the rules that have one of their values.
func (s *Simulator) readAPIAccessRules(c *call) (fields, *problem) {
	filters := c.object("Filters")
	ids, descriptions := stringFilter(filters, "ApiAccessRuleIds"), stringFilter(filters, "Descriptions")
	cas, cns, ranges := stringFilter(filters, "CaIds"), stringFilter(filters, "Cns"), stringFilter(filters, "IpRanges")
	return s.read(func(v *store.View) (fields, *problem) {
		rules := selected(v.Rules(), func(r store.AccessRule) bool {
			return ids.matches(r.ID) && descriptions.matches(r.Description) && cas.matchesAny(r.CAIDs) && cns.matchesAny(r.CNs) &&
				ranges.matchesAny(r.IPRanges)
		})
		return fields{"ApiAccessRules": listFields(rules, ruleFields)}, nil
	})
}

// addressedRule returns the rule of the member ApiAccessRuleId (A10).
func (c *call) addressedRule(v *store.View) (store.AccessRule, *problem) {
	id, _ := c.text("ApiAccessRuleId")
	rule, ok := v.Rule(id)
	if !ok {
		return rule, unknownObject("API access rule", id)
	}
	return rule, nil
}

// updateAPIAccessRule serves UpdateApiAccessRule: it replaces the whole rule, and empties members that are not sent (official text).
func (s *Simulator) updateAPIAccessRule(c *call) (fields, *problem) {
	rule, refused := c.rule()
	if refused != nil {
		return nil, refused
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		old, refused := c.addressedRule(v)
		if refused != nil {
			return nil, refused
		}
		if refused := s.checkRule(v, rule); refused != nil {
			return nil, refused
		}
		rule.ID, rule.Created = old.ID, old.Created
		change.PutRule(rule)
		return fields{"ApiAccessRule": ruleFields(rule)}, nil
	})
}

// deleteAPIAccessRule serves DeleteApiAccessRule. It refuses to delete the last rule (A12).
func (s *Simulator) deleteAPIAccessRule(c *call) (fields, *problem) {
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		rule, refused := c.addressedRule(v)
		if refused != nil {
			return nil, refused
		}
		if v.CountRules() == 1 {
			return nil, inUse("The last API access rule cannot be deleted.")
		}
		change.DeleteRule(rule.ID)
		return nil, nil
	})
}

// defaultRule is the rule of a new account.
func (s *Simulator) defaultRule() store.AccessRule {
	return store.AccessRule{
		ID: s.idSource().accessRule(), IPRanges: []string{"0.0.0.0/0"}, Description: "Allows all IPv4 domain", Created: millis(s.Now()),
	}
}
