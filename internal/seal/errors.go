package seal

import "fmt"

// Reason is the stable code of an error. Callers use it for decisions, never the text.
type Reason string

// Reasons for which a list of public keys is refused, or Seal fails.
const (
	ReasonNoPublicKeys      Reason = "no_public_keys"       // the list is empty
	ReasonTooManyPublicKeys Reason = "too_many_public_keys" // more than MaxRecipients
	ReasonNotAPublicKey     Reason = "not_a_public_key"     // unreadable, or not a key at all
	ReasonPrivateKeyGiven   Reason = "private_key_given"    // a private key, in an argument that is stored
	ReasonUnsupportedKey    Reason = "unsupported_key"      // a public key of a kind that is not supported
	ReasonWeakKey           Reason = "weak_key"             // e.g. RSA under MinRSABits
	ReasonRepeatedKey       Reason = "repeated_key"         // the same key twice, in any form
	ReasonSeveralKeys       Reason = "several_keys"         // one item of the list holds more than one key
	ReasonMixedKinds        Reason = "mixed_kinds"          // an OpenPGP key together with another key
	ReasonMixedPostQuantum  Reason = "mixed_post_quantum"   // a post-quantum recipient together with a classic one
	ReasonKeyExpired        Reason = "key_expired"          // an OpenPGP key or its encryption subkey
	ReasonKeyNotYetValid    Reason = "key_not_yet_valid"    // an OpenPGP key with a creation date in the future
	ReasonKeyRevoked        Reason = "key_revoked"          // an OpenPGP key or its encryption subkey
	ReasonNoEncryptionKey   Reason = "no_encryption_key"    // an OpenPGP key that can only sign
	ReasonNotSealable       Reason = "not_sealable"         // the secret is empty or too long
	ReasonSealingFailed     Reason = "sealing_failed"       // an error of the cryptographic library
)

// Reasons for which Open fails.
const (
	ReasonNotCiphertext     Reason = "not_ciphertext"     // neither an armored age file nor an armored OpenPGP message
	ReasonDamaged           Reason = "damaged"            // truncated or altered
	ReasonNotAPrivateKey    Reason = "not_a_private_key"  // unreadable, or not a key at all
	ReasonPublicKeyGiven    Reason = "public_key_given"   // the public half cannot open anything
	ReasonWrongPrivateKey   Reason = "wrong_private_key"  // sealed for another key
	ReasonPassphraseMissing Reason = "passphrase_missing" // the private key is locked and no passphrase was given
	ReasonPassphraseWrong   Reason = "passphrase_wrong"   // the passphrase does not unlock the private key
	ReasonNotText           Reason = "not_text"           // the sealed content is not UTF-8 text, or far too long for a secret
)

// An Error says why a key, a ciphertext or a secret was refused. Its text has only words of this package, numbers, dates and
// public fingerprints. It neither contains nor wraps a part of the input or the error of a library, which might quote the input.
type Error struct {
	// Reason is the code of the error.
	Reason Reason
	// Index is the index in the list of public keys; -1 if the error is not about one of them.
	Index int
	// Problem says what is wrong, without a full stop. If Index is not -1 it has no subject: callers add the name of their
	// argument, and Error adds "public key [Index]".
	Problem string
	// Remedy says what to do, in sentences.
	Remedy string
}

// Error returns the problem and the remedy.
func (e *Error) Error() string {
	subject := ""
	if e.Index >= 0 {
		subject = fmt.Sprintf("public key [%d] ", e.Index)
	}
	return subject + e.Problem + ". " + e.Remedy
}

// refuse returns an error that is not about one item of a list.
func refuse(reason Reason, problem, remedy string) *Error {
	return &Error{Reason: reason, Index: -1, Problem: problem, Remedy: remedy}
}

// at makes e an error about the public key with that index.
func (e *Error) at(index int) *Error {
	e.Index = index
	return e
}
