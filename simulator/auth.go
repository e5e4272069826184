package simulator

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// caller is who sent an authenticated call.
type caller struct {
	// user is the EIM user, nil for the root account.
	user *store.User
}

func (c caller) name() string {
	if c.user == nil {
		return "root"
	}
	return "user:" + c.user.Name
}

func (c caller) ownerID() string {
	if c.user == nil {
		return ""
	}
	return c.user.ID
}

// authenticate finds out who calls. The order is that of A25: lock-out, key, signature,
// clock. The caller is set only after all of them.
func (s *Simulator) authenticate(c *call) *problem {
	if c.action.Anonymous() {
		return nil
	}
	values := c.request.Header.Values("Authorization")
	if len(values) != 1 {
		return badSignature().because("there must be one Authorization header, there are %d", len(values))
	}
	scheme, rest, _ := strings.Cut(strings.TrimSpace(values[0]), " ")
	if strings.EqualFold(scheme, "Basic") {
		return s.basic(c, rest)
	}
	for _, f := range families {
		if scheme == f.algorithm {
			return s.signed(c, f, rest)
		}
	}
	return unknownScheme().because("the authorization type is none of OSC4-HMAC-SHA256, AWS4-HMAC-SHA256 and Basic")
}

// signed checks a signature as an ordered list of questions. Each has its own reason, for
// the log and the admin port: the answers are alike, as the real API's are.
func (s *Simulator) signed(c *call, f family, parameters string) *problem {
	sig, flaw := parseSignature(f, parameters)
	c.record.KeyID = clip(sig.keyID, maxName)
	if flaw != "" {
		return badSignature().because("%s", flaw)
	}
	if refused := s.checkLock(sig.keyID); refused != nil {
		return refused
	}
	who, refused := s.checkSignature(c, sig)
	if refused != nil {
		s.countFailure(sig.keyID)
		if s.opts.Explain {
			s.explain(c, sig, refused.reason)
		}
		return refused
	}
	s.locks.succeeded(sig.keyID)
	c.caller = who
	return nil
}

// explain logs what the simulator made of a refused signature. Neither the secret nor the
// right signature is shown, and no credential that a signed header carries.
func (s *Simulator) explain(c *call, sig signature, reason string) {
	shown := func(r *http.Request, name string) string {
		if hidden(http.CanonicalHeaderKey(name)) {
			return "*****"
		}
		return headerValue(r, name)
	}
	sent, bodyHash := sentForm(c.request), hashOf(c.body)
	hashed := sig.canonical(c.request, sent, bodyHash, headerValue)
	s.opts.Log.Warn("signature refused", "action", c.action.Name, "request_id", c.record.RequestID, "reason", reason,
		"canonical_request", sig.canonical(c.request, sent, bodyHash, shown),
		"string_to_sign", sig.stringToSign(c.request.Header.Get(sig.family.dateHeader), hashed))
}

func (s *Simulator) checkSignature(c *call, sig signature) (*caller, *problem) {
	now := s.Now()
	var key store.Key
	var known bool
	who := &caller{}
	s.store.Read(func(v *store.View) {
		if key, known = v.Key(sig.keyID); known && key.OwnerID != "" {
			user, _ := v.User(key.OwnerID)
			who.user = &user
		}
	})
	if !known {
		return nil, unknownSigner().because("the access key is unknown")
	}
	bodyHash := hashOf(c.body)
	if flaw := sig.checkHeaders(c.request, bodyHash); flaw != "" {
		return nil, badSignature().because("%s", flaw)
	}
	timestamp := c.request.Header.Get(sig.family.dateHeader)
	toSign := func(yield func(string) bool) {
		for form := range requestForms(c.request, s.opts.StrictHost) {
			if !yield(sig.stringToSign(timestamp, sig.canonical(c.request, form, bodyHash, headerValue))) {
				return
			}
		}
	}
	if !s.derived.verify(sig, key.Secret, toSign) {
		return nil, badSignature().because("the signature is not the one of this request and this key")
	}
	if flaw := s.checkDate(timestamp, sig.day); flaw != "" {
		return nil, badSignature().because("%s", flaw)
	}
	if key.State != stateActive {
		return nil, s.deadKey().because("the access key is %s", key.State)
	}
	if key.Expired(now) {
		return nil, s.deadKey().because("the access key expired at %s", printDate(key.Expires))
	}
	return who, nil
}

// deadKey is the answer to a good signature of a key that may not sign (A21).
func (s *Simulator) deadKey() *problem {
	if s.opts.Assumptions.DeadKeyCode == codeUnknownSigner {
		return unknownSigner()
	}
	return badSignature()
}

const timestampLayout = "20060102T150405Z"

// checkDate holds the date of a signature against the clock (A20); flaw is "" when it is
// near enough. A clock that was moved on by Advance leaves its clients behind: unless it
// was moved strictly, dates of the clock below are good as well.
func (s *Simulator) checkDate(timestamp, day string) (flaw string) {
	signed, err := time.Parse(timestampLayout, timestamp)
	if err != nil || len(timestamp) != len(timestampLayout) {
		return "the date header is not YYYYMMDDTHHMMSSZ"
	}
	if timestamp[:len("20060102")] != day {
		return "the date in Credential is not the day of the date header"
	}
	window := s.opts.Assumptions.clockWindow()
	if window < 0 {
		return ""
	}
	clocks := []time.Time{s.Now()}
	if !s.clock.strict() {
		clocks = append(clocks, s.clock.base())
	}
	for _, now := range clocks {
		if now.Sub(signed).Abs() <= window {
			return ""
		}
	}
	return "the date header is more than " + window.String() + " off"
}

func (s *Simulator) basic(c *call, encoded string) *problem {
	if !c.action.Takes(describe.BasicAuth) {
		return basicNotTaken(c.action.Name)
	}
	plain, err := decodeBasic(strings.TrimSpace(encoded))
	login, password, ok := strings.Cut(string(plain), ":")
	if err != nil || !ok {
		return badSignature().because("the Basic credential is not base64 of LOGIN:PASSWORD")
	}
	c.record.KeyID = clip(login, maxName)
	if refused := s.checkLock(login); refused != nil {
		return refused
	}
	if refused := s.checkPassword(login, password); refused != nil {
		s.countFailure(login)
		return refused
	}
	s.locks.succeeded(login)
	c.caller = &caller{}
	return nil
}

// decodeBasic decodes a Basic credential. osc-cli encodes it with the alphabet for URLs.
func decodeBasic(encoded string) ([]byte, error) {
	if plain, err := base64.URLEncoding.DecodeString(encoded); err == nil {
		return plain, nil
	}
	return base64.StdEncoding.DecodeString(encoded)
}

func (s *Simulator) checkPassword(login, password string) *problem {
	var email string
	s.store.Read(func(v *store.View) { email = v.Account().Email })
	if !strings.EqualFold(login, email) {
		return unknownSigner().because("the login is unknown")
	}
	// Hashes have one length, so the time tells nothing about the password's.
	want, got := sha256.Sum256([]byte(s.opts.AccountPassword)), sha256.Sum256([]byte(password))
	if s.opts.AccountPassword == "" || subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
		return badSignature().because("the password is wrong")
	}
	return nil
}

func (s *Simulator) checkLock(name string) *problem {
	if s.opts.Assumptions.NoLockout {
		return nil
	}
	if lock := s.locks.locked(name, s.Now()); lock > 0 {
		return lockedOut(lock)
	}
	return nil
}

func (s *Simulator) countFailure(name string) {
	if !s.opts.Assumptions.NoLockout {
		s.locks.failed(name, s.Now())
	}
}
