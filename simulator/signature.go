package simulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// family is one of the two signature families. They differ only in these strings.
type family struct {
	algorithm, prefix, terminator, dateHeader string
}

var families = []family{
	{"OSC4-HMAC-SHA256", "OSC4", "osc4_request", "X-Osc-Date"},
	{"AWS4-HMAC-SHA256", "AWS4", "aws4_request", "X-Amz-Date"},
}

// signature is the parsed Authorization header of a signed call.
type signature struct {
	family family
	keyID  string
	// day, region and service are the scope. Only day is checked, against the date header (A22).
	day, region, service string
	// headers are the signed header names, lower case and sorted.
	headers []string
	mac     []byte
}

// parseSignature parses an Authorization header after the algorithm. flaw says what is malformed, and is "" if the header is
// well-formed. sig has the key id of a malformed header too, if it can be read.
func parseSignature(f family, parameters string) (sig signature, flaw string) {
	sig.family = f
	values := map[string]string{}
	for _, part := range strings.Split(parameters, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := values[name]; !ok || twice {
			return sig, "the Authorization header is not a list of Credential, SignedHeaders and Signature"
		}
		values[name] = value
	}
	scope := strings.Split(values["Credential"], "/")
	sig.keyID = scope[0]
	if len(scope) != 5 || slices.Contains(scope, "") {
		return sig, "Credential is not KEY/DATE/REGION/SERVICE/" + f.terminator
	}
	sig.day, sig.region, sig.service = scope[1], scope[2], scope[3]
	if scope[4] != f.terminator {
		return sig, "Credential does not end in " + f.terminator
	}
	if sig.headers = strings.Split(values["SignedHeaders"], ";"); values["SignedHeaders"] == "" {
		return sig, "SignedHeaders is missing"
	}
	var err error
	if sig.mac, err = hex.DecodeString(values["Signature"]); err != nil || len(sig.mac) != sha256.Size {
		return sig, "Signature is not 64 hexadecimal digits"
	}
	return sig, ""
}

// contentHash is the end of the names of the headers with which a client states the hash of the body:
// X-Amz-Content-Sha256, X-Osc-Content-Sha256.
const contentHash = "-content-sha256"

// checkHeaders returns what is wrong with the list of signed headers, or "". bodyHash is the SHA-256 of the body in hexadecimal.
func (sig signature) checkHeaders(r *http.Request, bodyHash string) string {
	for i, name := range sig.headers {
		switch {
		case name != strings.ToLower(name) || i > 0 && sig.headers[i-1] >= name:
			return "SignedHeaders is not in lower case, sorted and without repetition"
		case name == "authorization":
			return "SignedHeaders names the Authorization header itself"
		case name != "host" && len(r.Header.Values(name)) == 0:
			return "a signed header is not in the request: " + name
		case strings.HasSuffix(name, contentHash) && headerValue(r, name) != bodyHash:
			return "the signed content hash is not the hash of the body: " + name
		}
	}
	if !slices.Contains(sig.headers, "host") {
		return "the host header is not signed"
	}
	if !slices.Contains(sig.headers, strings.ToLower(sig.family.dateHeader)) {
		return "the date header is not signed: " + sig.family.dateHeader
	}
	if len(r.Header.Values(sig.family.dateHeader)) != 1 {
		return "the date header occurs more than once: " + sig.family.dateHeader
	}
	return ""
}

// canonical returns the canonical request of one form of a request. value returns the value of a signed header other than host.
func (sig signature) canonical(r *http.Request, form requestForm, bodyHash string, value func(*http.Request, string) string) string {
	var b strings.Builder
	for _, line := range []string{r.Method, form.path, canonicalQuery(r.URL.RawQuery)} {
		b.WriteString(line)
		b.WriteByte('\n')
	}
	for _, name := range sig.headers {
		b.WriteString(name)
		b.WriteByte(':')
		if name == "host" {
			b.WriteString(form.host)
		} else {
			b.WriteString(value(r, name))
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	b.WriteString(strings.Join(sig.headers, ";"))
	b.WriteByte('\n')
	b.WriteString(bodyHash)
	return b.String()
}

func (sig signature) stringToSign(timestamp, canonical string) string {
	hash := sha256.Sum256([]byte(canonical))
	scope := strings.Join([]string{sig.day, sig.region, sig.service, sig.family.terminator}, "/")
	return strings.Join([]string{sig.family.algorithm, timestamp, scope, hex.EncodeToString(hash[:])}, "\n")
}

// signingKeys caches the keys that are derived from secrets. To derive a key costs four times as much as to check a signature,
// and a client uses the same key for a day.
type signingKeys struct {
	lock sync.RWMutex
	keys map[derivation][]byte
}

// derivation is everything that a signing key depends on.
type derivation struct {
	prefix, secret, day, region, service, terminator string
}

// maxSigningKeys is the size of the cache. A client can choose any scope, so only the keys of
// verified signatures are cached.
const maxSigningKeys = 1024

func (s *signingKeys) get(d derivation) []byte {
	s.lock.RLock()
	defer s.lock.RUnlock()
	return s.keys[d]
}

func (s *signingKeys) put(d derivation, key []byte) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if len(s.keys) >= maxSigningKeys || s.keys == nil {
		s.keys = map[derivation][]byte{}
	}
	s.keys[d] = key
}

// verify reports whether the secret gives this signature for one of the strings to sign. Signatures are compared in
// constant time.
func (s *signingKeys) verify(sig signature, secret string, toSign iter.Seq[string]) bool {
	d := derivation{sig.family.prefix, secret, sig.day, sig.region, sig.service, sig.family.terminator}
	key := s.get(d)
	cached := key != nil
	if !cached {
		key = d.derive()
	}
	for text := range toSign {
		if !hmac.Equal(mac(key, text), sig.mac) {
			continue
		}
		if !cached {
			s.put(d, key)
		}
		return true
	}
	return false
}

func (d derivation) derive() []byte {
	key := mac([]byte(d.prefix+d.secret), d.day)
	for _, part := range []string{d.region, d.service, d.terminator} {
		key = mac(key, part)
	}
	return key
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
