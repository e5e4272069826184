package seal

import (
	"fmt"
	"strings"
)

// Reason is the stable name of one way to be refused: callers and tests decide by it, never by text.
type Reason string

// Reasons a list of public keys is refused for, or a sealing fails.
const (
	ReasonNoPublicKeys      Reason = "no_public_keys"       // the list is empty
	ReasonTooManyPublicKeys Reason = "too_many_public_keys" // more than MaxRecipients
	ReasonNotAPublicKey     Reason = "not_a_public_key"     // unreadable, or not a key at all
	ReasonPrivateKeyGiven   Reason = "private_key_given"    // the private half, in a place that is stored
	ReasonUnsupportedKey    Reason = "unsupported_key"      // a public key, of a kind that cannot be sealed to
	ReasonWeakKey           Reason = "weak_key"             // e.g. RSA under MinRSABits
	ReasonRepeatedKey       Reason = "repeated_key"         // the same key twice, however it is written
	ReasonSeveralKeys       Reason = "several_keys"         // one item of the list holds more than one key
	ReasonMixedKinds        Reason = "mixed_kinds"          // an OpenPGP key beside another key
	ReasonMixedPostQuantum  Reason = "mixed_post_quantum"   // a post-quantum recipient beside a classic one
	ReasonKeyExpired        Reason = "key_expired"          // an OpenPGP key or its encryption subkey
	ReasonKeyNotYetValid    Reason = "key_not_yet_valid"    // an OpenPGP key made later than now
	ReasonKeyRevoked        Reason = "key_revoked"          // an OpenPGP key or its encryption subkey
	ReasonNoEncryptionKey   Reason = "no_encryption_key"    // an OpenPGP key that can only sign
	ReasonNotSealable       Reason = "not_sealable"         // the secret is empty or too long
	ReasonSealingFailed     Reason = "sealing_failed"       // the cryptography itself refused
)

// Reasons a ciphertext is not opened for.
const (
	ReasonNotCiphertext     Reason = "not_ciphertext"     // neither an armored age file nor an OpenPGP message
	ReasonDamaged           Reason = "damaged"            // truncated or altered
	ReasonNotAPrivateKey    Reason = "not_a_private_key"  // unreadable, or not a key at all
	ReasonPublicKeyGiven    Reason = "public_key_given"   // the public half cannot open anything
	ReasonWrongPrivateKey   Reason = "wrong_private_key"  // sealed for another key
	ReasonPassphraseMissing Reason = "passphrase_missing" // the private key is locked and no passphrase was given
	ReasonPassphraseWrong   Reason = "passphrase_wrong"   // the passphrase does not unlock the private key
	ReasonNotText           Reason = "not_text"           // the sealed content is not UTF-8 text, or far too long for a secret
)

// An Error says why a key, a ciphertext or a secret was refused. Its text is made of this package's own
// words, numbers, dates and public fingerprints only: no part of what was given, and no error of a
// library that might quote it, is in there or wrapped by it.
type Error struct {
	// Reason is the reason as a code, for decisions.
	Reason Reason
	// Index is the place in the list of public keys, from 0; -1 where no one item is to blame.
	Index int
	// Problem names what is wrong: a clause without a full stop. Where Index is not -1 its subject,
	// "public key [Index]", is left out for the caller to put its own argument's name there.
	Problem string
	// Remedy says what to do, in whole sentences.
	Remedy string
}

// Error is the whole message: what is wrong, then the remedy.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Index >= 0 {
		fmt.Fprintf(&b, "public key [%d] ", e.Index)
	}
	b.WriteString(e.Problem)
	b.WriteString(". ")
	b.WriteString(e.Remedy)
	return b.String()
}

// refuse is an error about the whole, not about one item of a list.
func refuse(reason Reason, problem, remedy string) *Error {
	return &Error{Reason: reason, Index: -1, Problem: problem, Remedy: remedy}
}

// at puts the place in the list on an error about one public key.
func (e *Error) at(index int) *Error {
	e.Index = index
	return e
}
