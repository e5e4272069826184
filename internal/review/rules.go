package review

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Rule is a rule about access keys.
type Rule struct {
	ID       string // stable, because files and reports use it
	Title    string
	Why      string // why a finding matters
	Remedy   string
	Severity Severity
	Bound    Bound // the kind of its configurable limit

	check func(Facts, Settings) string // returns the reason, "" = nothing found
}

// Bound is the kind of limit of a rule.
type Bound string

// The bounds.
const (
	NoBound  Bound = ""
	Duration Bound = "duration"
	Count    Bound = "count"
)

// NoState is the id of the rule about keys that are in no state. It finds nothing if StatesKnown is false.
const NoState = "no-state"

// The default limits of the rules.
const (
	DefaultMaxAge      = 90 * day
	DefaultMaxUnused   = 30 * day
	DefaultMaxNetworks = 3

	day = 24 * time.Hour
)

// Rules returns every rule, the most serious ones first.
func Rules() []Rule { return slices.Clone(rules) }

var rules = []Rule{
	{
		ID: "root-key", Severity: High, Title: "Key of the root account",
		Why:    "A key of the root account may do everything, and no policy limits it.",
		Remedy: "Create an EIM user with the rights that are needed, and use a key of that user.",
		check: func(f Facts, _ Settings) string {
			return when(f.Root, "it belongs to the root account")
		},
	},
	{
		ID: "unfinished", Severity: High, Title: "Unfinished key",
		Why:    "The creation of the key was not finished. Nobody has its secret, unless a run is creating the key now.",
		Remedy: "Revoke it if no run is creating keys now.",
		check: func(f Facts, _ Settings) string {
			return when(f.Key.Unfinished(), "its tag is the marker of a creation that was not finished")
		},
	},
	{
		ID: NoState, Severity: High, Title: "Key in no state",
		Why:    "Nothing manages the key: nobody renews it, and nobody revokes it when its service ends.",
		Remedy: "Import it into a configuration, or revoke it.",
		check: func(f Facts, _ Settings) string {
			return when(f.StatesKnown && !f.InState, "none of the given states has it")
		},
	},
	{
		ID: "escalation", Severity: High, Title: "Owner can give itself more rights",
		Why:    "Whoever has the key can get every right that the account has.",
		Remedy: "Remove these actions from the owner's policies, or move them to a user that only people use.",
		check: func(f Facts, _ Settings) string {
			if !f.RightsKnown || f.Root {
				return ""
			}
			if policydoc.IsAdmin(f.Documents...) {
				return "its owner may call everything"
			}
			actions := policydoc.Escalations(f.Documents...)
			return when(len(actions) > 0, "its owner may call "+strings.Join(actions, ", "))
		},
	},
	{
		ID: "over-lifetime", Severity: High, Title: "Key outlives the account's maximum",
		Why:    "The key was created before the account's API access policy, which does not allow this lifetime.",
		Remedy: "Set an earlier expiration date.",
		check: func(f Facts, _ Settings) string {
			over := f.MaxLifetime > 0 && (f.Key.Expires == nil || f.Key.Expires.After(f.Now.Add(f.MaxLifetime)))
			return when(over, "it lives longer than the "+days(f.MaxLifetime)+" that the account allows")
		},
	},
	{
		ID: "no-expiry", Severity: Medium, Title: "Key without an expiration date",
		Why:    "A key that leaks works until somebody notices.",
		Remedy: "Set an expiration date, or use a rotating key.",
		check: func(f Facts, _ Settings) string {
			return when(f.Key.Expires == nil, "it has no expiration date")
		},
	},
	{
		ID: "old", Severity: Medium, Title: "Old key", Bound: Duration,
		Why:    "The longer a secret exists, the more places have it.",
		Remedy: "Rotate it.",
		check: func(f Facts, s Settings) string {
			age := f.Now.Sub(f.Key.Created)
			return when(age > s.duration(DefaultMaxAge), "it is "+days(age)+" old")
		},
	},
	{
		ID: "unused", Severity: Medium, Title: "Unused key", Bound: Duration,
		Why:    "A key that nobody uses can only be misused.",
		Remedy: "Deactivate it, check that nothing fails, then revoke it.",
		check:  checkUnused,
	},
	{
		ID: "wildcard", Severity: Medium, Title: "Owner may call whole services",
		Why:    "The rights grow whenever a service gets a new action.",
		Remedy: "Name the actions, or use narrower patterns.",
		check: func(f Facts, _ Settings) string {
			if !f.RightsKnown || f.Root {
				return ""
			}
			patterns := policydoc.Wildcards(f.Documents...)
			return when(len(patterns) > 0, "its owner's policies allow "+strings.Join(patterns, ", "))
		},
	},
	{
		ID: "networks", Severity: Medium, Title: "Key used from many networks", Bound: Count,
		Why:    "Use from many places can mean that several systems share the key, or that it leaked. A network is a /24 of IPv4 or a /48 of IPv6.",
		Remedy: "Give each system its own key, and check the addresses that you do not know.",
		check: func(f Facts, s Settings) string {
			return when(f.UseKnown && len(f.Networks) > s.count(DefaultMaxNetworks),
				"it was used from "+text.Count(len(f.Networks), "network")+": "+strings.Join(f.Networks, ", "))
		},
	},
	{
		ID: "expired-active", Severity: Low, Title: "Expired key that is still ACTIVE",
		Why:    "The key cannot be used, but counts towards the number of keys that its owner may have.",
		Remedy: "Revoke it.",
		check: func(f Facts, _ Settings) string {
			return when(f.Key.Expired(f.Now) && f.Key.State == key.Active, "it has expired, but its state is ACTIVE")
		},
	},
}

// checkUnused counts from the last use. If the log has no use, it counts from the creation of the key or from the beginning of
// the log, whichever is later.
func checkUnused(f Facts, s Settings) string {
	limit := s.duration(DefaultMaxUnused)
	if !f.UseKnown || f.Key.Expired(f.Now) {
		return ""
	}
	if !f.LastUse.IsZero() {
		return when(f.Now.Sub(f.LastUse) > limit, "its last use was "+days(f.Now.Sub(f.LastUse))+" ago")
	}
	since := f.UseSince
	if f.Key.Created.After(since) {
		since = f.Key.Created
	}
	unused := f.Now.Sub(since)
	return when(unused > limit, "it was not used in the last "+days(unused))
}

func when(found bool, reason string) string {
	if !found {
		return ""
	}
	return reason
}

// days returns a duration in whole days.
func days(d time.Duration) string {
	return text.Count(int(d/day), "day")
}

// Network returns the network of an address in the log: the /24 of an IPv4 address, the /48 of an IPv6 address. Addresses of one
// network count as one place. Network returns any other text unchanged.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap()
	bits := 48
	if ip.Is4() {
		bits = 24
	}
	prefix, err := ip.Prefix(bits)
	if err != nil {
		return address
	}
	return prefix.String()
}
