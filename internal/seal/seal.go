// Package seal encrypts a secret to public keys, and decrypts it. In a state or a plan, only the holders of the private keys can
// read a sealed secret.
//
// A secret is sealed either to age and SSH public keys, in the age format, or to one OpenPGP public key, as an OpenPGP message.
// Both are armored texts, which the usual tools decrypt: `age -d -i key` and `gpg -d`.
//
// The package does not use Terraform or HTTP. It has no state, writes nothing, and reads neither files nor the environment. Every
// error is an *Error, and no error repeats its input.
package seal

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// MaxRecipients is the largest number of public keys of one secret. It limits the size of a state: a post-quantum recipient
	// adds about 1.6 kB of ciphertext and 2 kB of public key.
	MaxRecipients = 20

	// MinRSABits is the smallest accepted RSA modulus, in bits. The age format has the same limit.
	MinRSABits = 2048

	// MaxSecretBytes is the length of the longest secret. The secret of an access key has 40 characters.
	MaxSecretBytes = 64 << 10

	// maxKeyBytes is the length of the longest public or private key. An OpenPGP key gets more signatures over the years.
	maxKeyBytes = 512 << 10

	// maxCiphertextBytes is the length of the longest ciphertext: MaxSecretBytes for MaxRecipients, with a wide margin.
	maxCiphertextBytes = 1 << 20
)

// An Option changes how public keys are checked.
type Option func(*options)

type options struct {
	now      func() time.Time
	validity bool
}

// WithClock sets the clock for the expiry of OpenPGP keys, which ParseRecipients and Seal check. The default is time.Now.
func WithClock(now func() time.Time) Option {
	return func(o *options) {
		if now != nil {
			o.now = now
		}
	}
}

// WithoutValidity makes ParseRecipients accept an OpenPGP key that has expired, is revoked or can no longer encrypt. Use it for
// a list that a secret is already sealed to: a key that expires later must not make every plan fail. Seal and Trial still check
// the keys.
func WithoutValidity() Option {
	return func(o *options) { o.validity = false }
}

// Recipients are parsed public keys that a secret can be sealed to. The zero value has none and cannot seal. Recipients are safe
// for concurrent use.
type Recipients struct {
	age          []ageRecipient // age and SSH keys; empty when there is an OpenPGP key
	openpgp      *openpgpRecipient
	fingerprints []string
	now          func() time.Time
}

// ParseRecipients parses the public keys to seal a secret to: 1 to MaxRecipients age or SSH keys, or exactly one armored OpenPGP
// key. Post-quantum age keys cannot be mixed with other keys, because a secret that is also sealed to a classic key is only as
// safe as that key.
//
// The error is an *Error with the index of the first wrong key. A private key anywhere in the list is reported first, because it
// is the one mistake that exposes a secret.
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
			"Give at least one public key. To keep the secret in clear, remove the argument or set it to null.")
	}
	if len(publicKeys) > MaxRecipients {
		return Recipients{}, refuse(ReasonTooManyPublicKeys,
			fmt.Sprintf("the list has %d public keys, but the maximum is %d", len(publicKeys), MaxRecipients),
			"Give one key that the group shares, or fewer keys.")
	}

	r := Recipients{now: o.now}
	seen := map[string]int{}
	for i, text := range publicKeys {
		fingerprint, err := r.add(text, o)
		if err == nil && len(publicKeys) > 1 && r.openpgp != nil {
			err = refuse(ReasonMixedKinds, "is an OpenPGP key, and the list has other keys: a secret is sealed either to one OpenPGP key or to age and SSH keys",
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

// add parses one public key and adds it.
func (r *Recipients) add(text string, o options) (fingerprint string, err *Error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", refuse(ReasonNotAPublicKey, "is empty", "Give a public key, or remove the item.")
	case len(text) > maxKeyBytes:
		return "", refuse(ReasonNotAPublicKey, fmt.Sprintf("is %d bytes long, but the maximum is %d", len(text), maxKeyBytes), remedyPublicKey)
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

// Fingerprints returns the fingerprints of the keys, in the order of the list. They are public, and the same in all versions:
//
//	age X25519         the recipient itself, age1...
//	age post-quantum   age1pq1:sha256: and the hex SHA-256 of the recipient, which itself has 2 kB of text
//	SSH                SHA256:..., as ssh-keygen -l prints it
//	OpenPGP            the fingerprint of the primary key in upper-case hex, as gpg prints it
func (r Recipients) Fingerprints() []string {
	return slices.Clone(r.fingerprints)
}

// Seal encrypts the secret to all recipients and returns armored text, which is different in each call. It checks the validity of
// an OpenPGP key.
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

// Trial seals a test text, to detect an unusable public key before there is a secret to lose.
func (r Recipients) Trial() error {
	_, err := r.Seal("a trial: nothing secret is in here")
	return err
}

func refuseSecret(secret string) *Error {
	switch {
	case secret == "":
		return refuse(ReasonNotSealable, "the secret is empty", "Check where the secret comes from.")
	case len(secret) > MaxSecretBytes:
		return refuse(ReasonNotSealable, fmt.Sprintf("the secret is %d bytes long, but the maximum is %d", len(secret), MaxSecretBytes), "Seal a key that decrypts the text instead.")
	}
	return nil
}
