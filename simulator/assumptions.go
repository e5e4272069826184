package simulator

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Assumptions selects one of the plausible behaviours of the real API for each question that no measurement answers. The
// zero value is the default of each. docs/dev/assumptions.md explains the numbers A1 to A47, simulator/README.md those with S.
type Assumptions struct {
	// ExpiryOnUpdate (A1) is the effect of UpdateAccessKey without ExpirationDate on the expiry.
	ExpiryOnUpdate ExpiryOnUpdate
	// DeleteActiveKeys (A2) allows deleting an ACTIVE key of an EIM user.
	DeleteActiveKeys bool
	// DeleteExpiredKeys (A3) allows deleting an expired key.
	DeleteExpiredKeys bool
	// KeyLimit (A4) is the largest number of keys of one owner; 0 means 10.
	KeyLimit int
	// UnknownKeyCode (A7) is the code of the error for a key that the owner in the request does not have: "5027" (the default) or
	// "4000".
	UnknownKeyCode string
	// InlinePoliciesBlock (A13) refuses to delete a user or group that has inline policies, instead of deleting them with it.
	InlinePoliciesBlock bool
	// ClockWindow (A20) is the largest difference between the date of a signature and the clock; 0 means 5 minutes, and a negative
	// value no limit.
	ClockWindow time.Duration
	// DeadKeyCode (A21) is the code of the error for a valid signature with an INACTIVE or expired key: "1" (the default) or
	// "4120".
	DeadKeyCode string
	// NoLockout (A23) disables the lock-out after failed authentications.
	NoLockout bool
	// FirstItemOne (A27) makes 1 the FirstItem of the first page, instead of 0.
	FirstItemOne bool
	// RightsDelay (A29) is the time until a change acts on rights, at most 15 seconds.
	RightsDelay time.Duration
	// OmittedPathIsSlash (A30) makes a request without the path of a group or user match the path "/" only, instead of every path.
	OmittedPathIsSlash bool
	// UpdateResetsGroupPath (A31) makes UpdateUserGroup without NewPath set the path to "/".
	UpdateResetsGroupPath bool
	// EmptyTagIsNone (A32) treats an empty Tag as no tag.
	EmptyTagIsNone bool
	// TrustedEnvWithoutCA (S1) accepts RequireTrustedEnv while an API access rule has no CA. The user guide requires a CA in every
	// rule; the description of the action does not.
	TrustedEnvWithoutCA bool
	// LenientDocuments (S7) accepts a single statement or string in a policy document where the official grammar has a list.
	LenientDocuments bool
}

// ExpiryOnUpdate is the effect on the expiry of an update without ExpirationDate.
type ExpiryOnUpdate int

// The values of A1.
const (
	// ExpiryCleared: every such update removes the expiry.
	ExpiryCleared ExpiryOnUpdate = iota
	// ExpiryClearedWithState: such an update removes the expiry only if it has State.
	ExpiryClearedWithState
	// ExpiryKept: the expiry stays. An emulated API before 1.40.1 removes it anyway.
	ExpiryKept
)

const (
	defaultKeyLimit    = 10
	defaultClockWindow = 5 * time.Minute
	maxRightsDelay     = 15 * time.Second
)

func (a Assumptions) keyLimit() int {
	setDefault(&a.KeyLimit, defaultKeyLimit)
	return a.KeyLimit
}

func (a Assumptions) clockWindow() time.Duration {
	setDefault(&a.ClockWindow, defaultClockWindow)
	return a.ClockWindow
}

func (a Assumptions) check() error {
	if a.KeyLimit < 0 {
		return fmt.Errorf("assumption A4: the limit of keys cannot be negative")
	}
	if a.RightsDelay < 0 || a.RightsDelay > maxRightsDelay {
		return fmt.Errorf("assumption A29: the delay of rights is from 0 to %s", maxRightsDelay)
	}
	if !oneOf(a.UnknownKeyCode, "", codeUnknownKey, codeKeysNotFound) {
		return fmt.Errorf("assumption A7: the code is %s or %s, not %q", codeUnknownKey, codeKeysNotFound, a.UnknownKeyCode)
	}
	if !oneOf(a.DeadKeyCode, "", codeBadSignature, codeUnknownSigner) {
		return fmt.Errorf("assumption A21: the code is %s or %s, not %q", codeBadSignature, codeUnknownSigner, a.DeadKeyCode)
	}
	if a.ExpiryOnUpdate < ExpiryCleared || a.ExpiryOnUpdate > ExpiryKept {
		return fmt.Errorf("assumption A1: unknown choice %d", a.ExpiryOnUpdate)
	}
	return nil
}

func oneOf(s string, choices ...string) bool {
	for _, choice := range choices {
		if s == choice {
			return true
		}
	}
	return false
}

// assumption is one switch of the command line.
type assumption struct {
	number, name, values string
	set                  func(a *Assumptions, value string) bool
}

var assumptions = []assumption{
	{"A1", "expiry-on-update", "clear, clear-with-state or keep", func(a *Assumptions, value string) bool {
		return choose(&a.ExpiryOnUpdate, value, map[string]ExpiryOnUpdate{
			"clear": ExpiryCleared, "clear-with-state": ExpiryClearedWithState, "keep": ExpiryKept})
	}},
	{"A2", "delete-active-key", "strict or lax", func(a *Assumptions, value string) bool {
		return choose(&a.DeleteActiveKeys, value, map[string]bool{"strict": false, "lax": true})
	}},
	{"A3", "delete-expired-key", "refuse or allow", func(a *Assumptions, value string) bool {
		return choose(&a.DeleteExpiredKeys, value, map[string]bool{"refuse": false, "allow": true})
	}},
	{"A4", "key-limit", "a number from 1", func(a *Assumptions, value string) bool {
		n, err := strconv.Atoi(value)
		a.KeyLimit = n
		return err == nil && n > 0
	}},
	{"A7", "unknown-key", "5027 or 4000", func(a *Assumptions, value string) bool {
		a.UnknownKeyCode = value
		return oneOf(value, codeUnknownKey, codeKeysNotFound)
	}},
	{"A13", "inline-policies", "vanish or block", func(a *Assumptions, value string) bool {
		return choose(&a.InlinePoliciesBlock, value, map[string]bool{"vanish": false, "block": true})
	}},
	{"A20", "clock-window", "seconds from 1, or off", func(a *Assumptions, value string) bool {
		if value == "off" {
			a.ClockWindow = -1
			return true
		}
		n, err := strconv.ParseInt(value, 10, 32)
		a.ClockWindow = time.Duration(n) * time.Second
		return err == nil && n > 0
	}},
	{"A21", "dead-key", "1 or 4120", func(a *Assumptions, value string) bool {
		a.DeadKeyCode = value
		return oneOf(value, codeBadSignature, codeUnknownSigner)
	}},
	{"A23", "lock-out", "on or off", func(a *Assumptions, value string) bool {
		return choose(&a.NoLockout, value, map[string]bool{"on": false, "off": true})
	}},
	{"A27", "first-item", "0 or 1", func(a *Assumptions, value string) bool {
		return choose(&a.FirstItemOne, value, map[string]bool{"0": false, "1": true})
	}},
	{"A29", "rights-delay", "seconds from 0 to 15", func(a *Assumptions, value string) bool {
		n, err := strconv.Atoi(value)
		a.RightsDelay = time.Duration(n) * time.Second
		return err == nil && n >= 0 && a.RightsDelay <= maxRightsDelay
	}},
	{"A30", "omitted-path", "any or slash", func(a *Assumptions, value string) bool {
		return choose(&a.OmittedPathIsSlash, value, map[string]bool{"any": false, "slash": true})
	}},
	{"A31", "omitted-new-path", "keep or reset", func(a *Assumptions, value string) bool {
		return choose(&a.UpdateResetsGroupPath, value, map[string]bool{"keep": false, "reset": true})
	}},
	{"A32", "empty-tag", "stored or none", func(a *Assumptions, value string) bool {
		return choose(&a.EmptyTagIsNone, value, map[string]bool{"stored": false, "none": true})
	}},
	{"S1", "trusted-env", "strict or lax", func(a *Assumptions, value string) bool {
		return choose(&a.TrustedEnvWithoutCA, value, map[string]bool{"strict": false, "lax": true})
	}},
	{"S7", "policy-document", "strict or lax", func(a *Assumptions, value string) bool {
		return choose(&a.LenientDocuments, value, map[string]bool{"strict": false, "lax": true})
	}},
}

func choose[T any](field *T, value string, choices map[string]T) bool {
	choice, ok := choices[value]
	if ok {
		*field = choice
	}
	return ok
}

// Set sets one assumption by its number or name, such as "A1" or "expiry-on-update", to a
// value such as "keep". The error lists the possible keys or values.
func (a *Assumptions) Set(key, value string) error {
	for _, one := range assumptions {
		if !strings.EqualFold(key, one.number) && key != one.name {
			continue
		}
		if !one.set(a, value) {
			return fmt.Errorf("assumption %s (%s): %q is not one of: %s", one.number, one.name, value, one.values)
		}
		return nil
	}
	return fmt.Errorf("unknown assumption %q; known are:\n%s", key, AssumptionHelp())
}

// AssumptionHelp lists the assumptions that can be set, one per line.
func AssumptionHelp() string {
	var lines []string
	for _, one := range assumptions {
		lines = append(lines, fmt.Sprintf("  %s, %s: %s", one.number, one.name, one.values))
	}
	return strings.Join(lines, "\n")
}
