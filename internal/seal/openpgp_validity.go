package seal

import (
	"errors"
	"fmt"
	"time"

	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

const (
	remedyRenew     = "Ask its owner to renew it (gpg --quick-set-expire), and give the new export or another key."
	remedyAnother   = "Give another key of its owner."
	remedyAddSubkey = "Ask its owner to add one (gpg --quick-add-key FINGERPRINT cv25519 encr), and give the new export."
	remedyClock     = "Check the clocks of this machine and of the machine that created the key."
)

// whyUnusable returns the reason why the library found no encryption key at now. PrimaryKeyErr is set if the primary key is the
// reason; otherwise it is the subkeys.
func whyUnusable(entity *openpgp.Entity, err error, now time.Time) *Error {
	var selection pgperrors.ErrEncryptionKeySelection
	if errors.As(err, &selection) && selection.PrimaryKeyErr != nil {
		return whyPrimary(entity, selection.PrimaryKeyErr, now)
	}
	return whySubkey(entity, now)
}

func whyPrimary(entity *openpgp.Entity, err error, now time.Time) *Error {
	primary := entity.PrimaryKey
	var weak pgperrors.WeakAlgorithmError
	switch {
	case entity.Revoked(now):
		return refuse(ReasonKeyRevoked, "is an OpenPGP key that its owner has revoked", remedyAnother)
	case primary.CreationTime.After(now):
		return notYetValid("is an OpenPGP key that was", primary.CreationTime)
	case errors.As(err, &weak):
		return weakOpenPGP("is an OpenPGP key", primary)
	}
	// Without a time, a signature is found even if it has expired or was made later than now.
	signature, _ := entity.PrimarySelfSignature(time.Time{}, openpgpConfig(now))
	if signature == nil {
		return refuse(ReasonNoEncryptionKey, "is an OpenPGP key whose user IDs are all revoked or unsigned, so its permitted uses are not known", remedyAnother)
	}
	if signature.CreationTime.After(now) {
		return notYetValid("is an OpenPGP key whose own signature was", signature.CreationTime)
	}
	return expired("is an OpenPGP key that expired", primary, signature)
}

// whySubkey returns the reason why the last encryption subkey cannot be used.
func whySubkey(entity *openpgp.Entity, now time.Time) *Error {
	config := openpgpConfig(now)
	var refused *Error
	for i := range entity.Subkeys {
		subkey := &entity.Subkeys[i]
		signature, bindErr := subkey.LatestValidBindingSignature(time.Time{}, config)
		if bindErr != nil || !subkey.PublicKey.PubKeyAlgo.CanEncrypt() || !signature.FlagEncryptCommunications && !signature.FlagEncryptStorage {
			continue
		}
		switch {
		case subkey.Revoked(signature, now):
			refused = refuse(ReasonKeyRevoked, "is an OpenPGP key whose encryption subkey is revoked", remedyAddSubkey)
		case subkey.PublicKey.CreationTime.After(now):
			refused = notYetValid("is an OpenPGP key whose encryption subkey was", subkey.PublicKey.CreationTime)
		case signature.CreationTime.After(now):
			refused = notYetValid("is an OpenPGP key whose encryption subkey was signed by it and", signature.CreationTime)
		case subkey.Expired(signature, now):
			refused = expired("is an OpenPGP key whose encryption subkey expired", subkey.PublicKey, signature)
		default:
			refused = weakOpenPGP("is an OpenPGP key that has an encryption subkey", subkey.PublicKey)
		}
	}
	if refused == nil {
		return refuse(ReasonNoEncryptionKey, "is an OpenPGP key without an encryption subkey: it can only sign", remedyAddSubkey)
	}
	return refused
}

func notYetValid(what string, made time.Time) *Error {
	return refuse(ReasonKeyNotYetValid, fmt.Sprintf("%s made on %s, which is in the future", what, day(made)), remedyClock)
}

// expired returns the error with the time of expiry, if the signature has one. A signature itself can expire, too.
func expired(what string, key *packet.PublicKey, signature *packet.Signature) *Error {
	if signature.KeyLifetimeSecs != nil && *signature.KeyLifetimeSecs > 0 {
		what += " on " + day(key.CreationTime.Add(time.Duration(*signature.KeyLifetimeSecs)*time.Second))
	}
	return refuse(ReasonKeyExpired, what, remedyRenew)
}

func weakOpenPGP(what string, key *packet.PublicKey) *Error {
	remedy := "Ask its owner to create a new key (gpg --quick-generate-key NAME future-default), or give an age recipient."
	if bits, err := key.BitLength(); err == nil && (key.PubKeyAlgo == packet.PubKeyAlgoRSA || key.PubKeyAlgo == packet.PubKeyAlgoRSAEncryptOnly || key.PubKeyAlgo == packet.PubKeyAlgoRSASignOnly) {
		return refuse(ReasonWeakKey, fmt.Sprintf("%s with an RSA modulus of %d bits, but the minimum is %d", what, bits, MinRSABits), remedy)
	}
	return refuse(ReasonWeakKey, what+" with an algorithm that is too weak (DSA, ElGamal or an unusual curve)", remedy)
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
