// Package seal encrypts a secret to public keys, so that it can rest in a state or a plan where only the
// holders of the private keys can read it, and opens it again.
//
// A secret is sealed either to age and SSH public keys, in the age format, or to one OpenPGP public key,
// as an OpenPGP message. Both are armored text that the tools people already have open with nothing else:
// `age -d -i key` and `gpg -d`.
//
// The package knows no Terraform and no HTTP, keeps nothing, writes nothing, and reads neither files nor
// the environment. Every error is an *Error, and no error repeats what it was given.
package seal

import (
	"fmt"
	"strings"
	"time"
)

const (
	// MaxRecipients is the largest number of public keys of one secret. It limits what one access key may
	// put into a state: a post-quantum recipient adds about 1.6 kB of ciphertext and 2 kB of public key.
	MaxRecipients = 20

	// MinRSABits is the smallest RSA modulus accepted, in bits; the age format sets the same bound.
	MinRSABits = 2048

	// MaxSecretBytes is the longest secret sealed or opened. An access key's secret has 40 characters.
	MaxSecretBytes = 64 << 10

	// maxKeyBytes bounds one public or private key as given; an OpenPGP key gathers signatures with the years.
	maxKeyBytes = 512 << 10

	// maxCiphertextBytes bounds what Open reads: MaxSecretBytes for MaxRecipients, with a wide margin.
	maxCiphertextBytes = 1 << 20
)

// An Option changes how public keys are checked.
type Option func(*options)

type options struct {
	now      func() time.Time
	validity bool
}

// WithClock sets the clock that OpenPGP expiry is checked with, when parsing and again at each sealing;
// without it, time.Now.
func WithClock(now func() time.Time) Option {
	return func(o *options) {
		if now != nil {
			o.now = now
		}
	}
}

// WithoutValidity makes ParseRecipients accept an OpenPGP key that has expired, is revoked or can no
// longer encrypt. It is for a list that a secret is sealed to already: a key that expires later does not
// spoil what was sealed, and must not fail every plan from then on. Seal and Trial check it nevertheless.
func WithoutValidity() Option {
	return func(o *options) { o.validity = false }
}

// Recipients are public keys that a secret can be sealed to, all of them parsed and found usable. The zero
// value has none and seals nothing. Recipients are not changed by use and may be shared by goroutines.
type Recipients struct {
	age          []ageRecipient // age and SSH keys; empty when there is an OpenPGP key
	openpgp      *openpgpRecipient
	fingerprints []string
	now          func() time.Time
}

// ParseRecipients reads the public keys a secret is to be sealed to: from 1 to MaxRecipients age or SSH
// keys, or exactly one armored OpenPGP key. A post-quantum age key stands only beside others of its kind:
// a secret that is also sealed to a classic key is no safer than that key.
//
// The error is an *Error with the place of the first key to blame. A private key anywhere in the list is
// reported before anything else, for it is the one mistake that costs a secret.
func ParseRecipients(publicKeys []string, opts ...Option) (Recipients, error) {
	o := options{now: time.Now, validity: true}
	for _, opt := range opts {
		opt(&o)
	}
	for i, text := range publicKeys {
		if err := refusePrivateKey(text); err != nil {
			return Recipients{}, err.at(i)
		}
	}
	if len(publicKeys) == 0 {
		return Recipients{}, refuse(ReasonNoPublicKeys, "the list of public keys is empty",
			"Give at least one public key, or leave the argument out.")
	}
	if len(publicKeys) > MaxRecipients {
		return Recipients{}, refuse(ReasonTooManyPublicKeys,
			fmt.Sprintf("the list has %d public keys, and a secret is sealed to %d at most", len(publicKeys), MaxRecipients),
			"Seal to one key that the group shares, or to fewer people.")
	}

	r := Recipients{now: o.now}
	seen := map[string]int{}
	for i, text := range publicKeys {
		fingerprint, err := r.add(text, o)
		if err == nil && len(publicKeys) > 1 && r.openpgp != nil {
			err = refuse(ReasonMixedKinds, "is an OpenPGP key and stands beside other keys: a secret is sealed either to one OpenPGP key or to age and SSH keys",
				"Give the OpenPGP key alone, or age and SSH keys only.")
		}
		if first, twice := seen[fingerprint]; err == nil && twice {
			err = refuse(ReasonRepeatedKey, fmt.Sprintf("is the same key as public key [%d], %s", first, fingerprint), "Give each key once.")
		}
		if err != nil {
			return Recipients{}, err.at(i)
		}
		seen[fingerprint] = i
		r.fingerprints = append(r.fingerprints, fingerprint)
	}
	if err := refuseMixedStrength(r.age); err != nil {
		return Recipients{}, err
	}
	return r, nil
}

// add parses one public key and keeps it.
func (r *Recipients) add(text string, o options) (fingerprint string, err *Error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", refuse(ReasonNotAPublicKey, "is empty", "Give a public key there, or take the item out.")
	case len(text) > maxKeyBytes:
		return "", refuse(ReasonNotAPublicKey, fmt.Sprintf("is %d bytes long, and no public key is longer than %d", len(text), maxKeyBytes), remedyPublicKey)
	case strings.Contains(text, beginOpenPGPPublic):
		key, err := parseOpenPGPRecipient(text)
		if err != nil {
			return "", err
		}
		if o.validity {
			if _, _, err := key.usable(o.now()); err != nil {
				return "", err
			}
		}
		r.openpgp = key
		return key.fingerprint, nil
	default:
		key, err := parseAgeRecipient(text)
		if err != nil {
			return "", err
		}
		r.age = append(r.age, key)
		return key.fingerprint, nil
	}
}

// Fingerprints names the keys, in the order they were given. They are public, and stable over versions:
//
//	age X25519         the recipient itself, age1...
//	age post-quantum   age1pq1:sha256: and the hex SHA-256 of the recipient, which itself has 2 kB of text
//	SSH                SHA256:..., as ssh-keygen -l prints it
//	OpenPGP            the fingerprint of the primary key in upper-case hex, as gpg prints it
func (r Recipients) Fingerprints() []string {
	return append([]string(nil), r.fingerprints...)
}

// Seal encrypts the secret to all the recipients and returns armored text. No two calls give the same
// text. An OpenPGP key is checked again at this time.
func (r Recipients) Seal(secret string) (string, error) {
	if err := refuseSecret(secret); err != nil {
		return "", err
	}
	plain := []byte(secret)
	defer clear(plain)
	var text string
	var err *Error
	switch {
	case r.openpgp != nil:
		text, err = r.openpgp.seal(plain, r.now())
	case len(r.age) > 0:
		text, err = sealAge(plain, r.age)
	default:
		err = refuse(ReasonNoPublicKeys, "there is no public key to seal to", "Give at least one public key.")
	}
	if err != nil {
		return "", err
	}
	return text, nil
}

// Trial seals a test text, so that an unusable public key is noticed before there
// is a secret to lose.
func (r Recipients) Trial() error {
	_, err := r.Seal("a trial: nothing secret is in here")
	return err
}

func refuseSecret(secret string) *Error {
	switch {
	case secret == "":
		return refuse(ReasonNotSealable, "the secret is empty, so there is nothing to seal", "Look at where the secret should have come from.")
	case len(secret) > MaxSecretBytes:
		return refuse(ReasonNotSealable, fmt.Sprintf("the secret is %d bytes long, and at most %d are sealed", len(secret), MaxSecretBytes), "Seal a key that opens the text, not the text.")
	}
	return nil
}
