package seal

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

func openOpenPGP(ciphertext, privateKey, passphrase string) ([]byte, *Error) {
	message, err := unarmor(ciphertext, openpgp.MessageType, maxCiphertextBytes)
	if err != nil {
		return nil, damaged()
	}
	keyIDs, refused := addressees(message)
	if refused != nil {
		return nil, refused
	}
	ring, refused := readPrivateRing(privateKey)
	if refused != nil {
		return nil, refused
	}
	if refused := unlockOpenPGP(ring, keyIDs, passphrase); refused != nil {
		return nil, refused
	}
	// The time matters only for signatures in the message, which are not checked here.
	details, err := openpgp.ReadMessage(bytes.NewReader(message), ring, nil, openpgpConfig(time.Unix(0, 0)))
	if err != nil || !details.IsEncrypted {
		return nil, damaged()
	}
	plain, err := readPlain(details.UnverifiedBody)
	if err != nil {
		return nil, damaged()
	}
	return plain, nil
}

// addressees returns the IDs of the keys that a message is encrypted to; 0 = hidden.
func addressees(message []byte) ([]uint64, *Error) {
	var ids []uint64
	passphrase := false
	for packets := packet.NewReader(bytes.NewReader(message)); ; {
		p, err := packets.Next()
		if err != nil {
			return nil, damaged()
		}
		switch p := p.(type) {
		case *packet.EncryptedKey:
			ids = append(ids, p.KeyId)
		case *packet.SymmetricKeyEncrypted:
			passphrase = true
		case *packet.SymmetricallyEncrypted, *packet.AEADEncrypted:
			if len(ids) == 0 && passphrase {
				return nil, wrongKey("the ciphertext is sealed for a passphrase, not for an OpenPGP key")
			}
			if len(ids) == 0 {
				return nil, damaged()
			}
			return ids, nil
		default:
			return nil, damaged()
		}
	}
}

// readPrivateRing reads the armor of one or several private keys.
func readPrivateRing(text string) (openpgp.EntityList, *Error) {
	raw, err := unarmor(text, openpgp.PrivateKeyType, maxKeyBytes)
	if err != nil {
		return nil, unreadableOpenPGP()
	}
	defer clear(raw)
	ring, err := openpgp.ReadKeyRing(bytes.NewReader(raw))
	if err != nil || len(ring) == 0 {
		return nil, unreadableOpenPGP()
	}
	return ring, nil
}

func unreadableOpenPGP() *Error {
	return refuse(ReasonNotAPrivateKey, "the private key begins like an armored OpenPGP private key, but cannot be read: it is cut or altered, or of a type that is not supported",
		"Give the whole output of gpg --armor --export-secret-keys FINGERPRINT.")
}

// unlockOpenPGP finds the key that the message is for, and unlocks it if needed. A wrong key is reported before a missing
// passphrase.
func unlockOpenPGP(ring openpgp.EntityList, keyIDs []uint64, passphrase string) *Error {
	var candidates []*packet.PrivateKey
	known, away := false, false
	for _, id := range keyIDs {
		for _, key := range ring.KeysById(id) {
			known = true
			switch {
			case key.PrivateKey == nil || key.PrivateKey.Dummy():
				away = true
			case key.PublicKey.PubKeyAlgo.CanEncrypt():
				candidates = append(candidates, key.PrivateKey)
			}
		}
	}
	switch {
	case !known:
		return wrongKey(fmt.Sprintf("the ciphertext is sealed for the OpenPGP key %s, but the private key is another one", idList(keyIDs)))
	case len(candidates) == 0 && away:
		return refuse(ReasonNotAPrivateKey, "the OpenPGP private key has only a stub of the required key: the secret part is on a card or was not exported",
			"Give an export that has the secret encryption subkey, or open the ciphertext with gpg -d on the machine with the card.")
	}
	return unlockCandidates(candidates, passphrase)
}

// unlockCandidates unlocks the keys, of which one is enough. If the message hides its key, the library tries all of them.
func unlockCandidates(candidates []*packet.PrivateKey, passphrase string) *Error {
	word := []byte(passphrase)
	defer clear(word)
	unlocked := false
	for _, key := range candidates {
		if !key.Encrypted || passphrase != "" && key.Decrypt(word) == nil {
			unlocked = true
		}
	}
	switch {
	case unlocked || len(candidates) == 0:
		return nil
	case passphrase == "":
		return refuse(ReasonPassphraseMissing, "the OpenPGP private key is locked with a passphrase, but none was given", "Give its passphrase.")
	}
	return refuse(ReasonPassphraseWrong, "the passphrase does not unlock the OpenPGP private key", "Give the passphrase of this key.")
}

// idList formats key IDs as gpg does: 16 upper-case hex digits. The message shows them unencrypted.
func idList(ids []uint64) string {
	var out []string
	for _, id := range ids {
		out = append(out, fmt.Sprintf("%016X", id))
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ", ")
}
