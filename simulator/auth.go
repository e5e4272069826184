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

// caller is the user or account whose credential authenticated a call.
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

// authenticate checks the credential in the order of A25: lock-out, key, signature, clock. It sets the caller if all are valid.
func (s *Simulator) authenticate(c *call) *problem {
	if c.action.Anonymous() {
		return nil
	}
	values := c.request.Header.Values("Authorization")
	if len(values) != 1 {
		return badSignature().withReason("there are %d Authorization headers, want one", len(values))
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
	return unknownScheme().withReason("the authorization type is none of OSC4-HMAC-SHA256, AWS4-HMAC-SHA256 and Basic")
}

// signed checks a signature. The answer is the same for every failed check, as it is at the real API. The log and the admin port
// have the reason.
func (s *Simulator) signed(c *call, f family, parameters string) *problem {
	sig, flaw := parseSignature(f, parameters)
	c.record.KeyID = truncate(sig.keyID, maxRecordedID)
	if sig.keyID == "" {
		return badSignature().withReason("%s", flaw)
	}
	if refused := s.checkLock(sig.keyID); refused != nil {
		return refused
	}
	if flaw != "" {
		s.countFailure(sig.keyID)
		return badSignature().withReason("%s", flaw)
	}
	caller, refused := s.checkSignature(c, sig)
	if refused != nil {
		s.countFailure(sig.keyID)
		if s.opts.Explain {
			s.explain(c, sig, refused.reason)
		}
		return refused
	}
	s.locks.succeeded(sig.keyID)
	c.caller = caller
	return nil
}

// explain logs the canonical request and the string to sign of a refused signature. It does not log the right signature or
// credentials in signed headers.
func (s *Simulator) explain(c *call, sig signature, reason string) {
	masked := func(r *http.Request, name string) string {
		if carriesCredential(http.CanonicalHeaderKey(name)) {
			return "*****"
		}
		return headerValue(r, name)
	}
	sent, bodyHash := sentForm(c.request), hashOf(c.body)
	canonical := sig.canonical(c.request, sent, bodyHash, headerValue)
	s.opts.Log.Warn("signature refused", "action", c.action.Name, "request_id", c.record.RequestID, "reason", reason,
		"canonical_request", sig.canonical(c.request, sent, bodyHash, masked),
		"string_to_sign", sig.stringToSign(c.request.Header.Get(sig.family.dateHeader), canonical))
}

func (s *Simulator) checkSignature(c *call, sig signature) (*caller, *problem) {
	now := s.Now()
	var key store.Key
	var known bool
	sender := &caller{}
	s.store.Read(func(v *store.View) {
		if key, known = v.Key(sig.keyID); known && key.OwnerID != "" {
			user, _ := v.User(key.OwnerID)
			sender.user = &user
		}
	})
	if !known {
		return nil, unknownSigner().withReason("the access key is unknown")
	}
	if key.Secret == "" {
		return nil, badSignature().withReason("the access key was loaded without its secret, so its signatures cannot be verified: " +
			"add its SecretKey to the seed file")
	}
	bodyHash := hashOf(c.body)
	if flaw := sig.checkHeaders(c.request, bodyHash); flaw != "" {
		return nil, badSignature().withReason("%s", flaw)
	}
	timestamp := c.request.Header.Get(sig.family.dateHeader)
	toSign := func(yield func(string) bool) {
		for form := range requestForms(c.request, s.opts.StrictHost) {
			if !yield(sig.stringToSign(timestamp, sig.canonical(c.request, form, bodyHash, headerValue))) {
				return
			}
		}
	}
	if !s.keys.verify(sig, key.Secret, toSign) {
		return nil, badSignature().withReason("the signature does not match this request and this key")
	}
	if flaw := s.checkDate(timestamp, sig.day); flaw != "" {
		return nil, badSignature().withReason("%s", flaw)
	}
	if key.State != stateActive {
		return nil, s.unusableKey().withReason("the access key is %s", key.State)
	}
	if key.Expired(now) {
		return nil, s.unusableKey().withReason("the access key expired at %s", printDate(key.Expires))
	}
	return sender, nil
}

// unusableKey is the answer to a valid signature with an INACTIVE or expired key (A21).
func (s *Simulator) unusableKey() *problem {
	if s.opts.Assumptions.DeadKeyCode == codeUnknownSigner {
		return unknownSigner()
	}
	return badSignature()
}

const timestampLayout = "20060102T150405Z"

// checkDate compares the date of a signature with the clocks (A20). It returns what is wrong, or "".
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
	for _, now := range s.clocks() {
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
		return badSignature().withReason("the Basic credential is not base64 of LOGIN:PASSWORD")
	}
	c.record.KeyID = truncate(login, maxRecordedID)
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

// decodeBasic decodes a Basic credential in either alphabet of base64: osc-cli uses the one for URLs.
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
		return unknownSigner().withReason("the login is unknown")
	}
	// Hashes have a fixed length, so that the comparison does not reveal the length of the password.
	want, got := sha256.Sum256([]byte(s.opts.AccountPassword)), sha256.Sum256([]byte(password))
	if s.opts.AccountPassword == "" || subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
		return badSignature().withReason("the password is wrong")
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
