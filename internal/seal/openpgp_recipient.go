package seal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	pgparmor "github.com/ProtonMail/go-crypto/openpgp/armor"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// OpenPGP packet tags (RFC 9580, section 5), which show what a block of armor contains.
const (
	tagSecretKey    = 5
	tagPublicKey    = 6
	tagSecretSubkey = 7
)

// openpgpRecipient is an OpenPGP public key. It keeps the bytes and parses them for every use. The library records in a parsed
// key which signatures it has checked, so to share one would be a race.
type openpgpRecipient struct {
	raw         []byte
	fingerprint string
}

// parseOpenPGPRecipient reads the armor of exactly one public key.
func parseOpenPGPRecipient(text string) (*openpgpRecipient, *Error) {
	if n := strings.Count(text, "-----BEGIN "); n > 1 {
		return nil, refuse(ReasonSeveralKeys, fmt.Sprintf("has %d blocks of armor, but one OpenPGP public key has one", n), remedyOneOpenPGP)
	}
	if !strings.HasPrefix(text, beginOpenPGPPublic) || !strings.HasSuffix(text, endOpenPGPPublic) {
		return nil, refuse(ReasonNotAPublicKey, "has text before the BEGIN line or after the END line of an OpenPGP public key, or no END line", remedyOneOpenPGP)
	}
	raw, err := unarmor(text, openpgp.PublicKeyType, maxKeyBytes)
	if err != nil {
		return nil, misspeltOpenPGP()
	}
	if err := refuseOpenPGPContents(raw); err != nil {
		return nil, err
	}
	key := &openpgpRecipient{raw: raw}
	entity, err := key.entity()
	if err != nil {
		var unsupported pgperrors.UnsupportedError
		if errors.As(err, &unsupported) {
			return nil, refuse(ReasonUnsupportedKey, "is an OpenPGP key of a version or algorithm that is not supported",
				"Give a key that gpg --quick-generate-key NAME future-default makes, or an age recipient.")
		}
		return nil, misspeltOpenPGP()
	}
	key.fingerprint = strings.ToUpper(hex.EncodeToString(entity.PrimaryKey.Fingerprint))
	return key, nil
}

const remedyOneOpenPGP = "Give the output of gpg --armor --export FINGERPRINT for one key, and nothing else with it."

func misspeltOpenPGP() *Error {
	return refuse(ReasonNotAPublicKey, "begins like an armored OpenPGP public key, but is not valid: it is cut or altered", remedyOneOpenPGP)
}

// refuseOpenPGPContents checks the packets, because a private key may have a BEGIN line that says PUBLIC.
func refuseOpenPGPContents(raw []byte) *Error {
	keys := 0
	for packets := packet.NewOpaqueReader(bytes.NewReader(raw)); ; {
		p, err := packets.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return misspeltOpenPGP()
		}
		switch p.Tag {
		case tagSecretKey, tagSecretSubkey:
			return privateKeyGiven("an OpenPGP private key under a line that says PUBLIC")
		case tagPublicKey:
			keys++
		}
	}
	if keys > 1 {
		return refuse(ReasonSeveralKeys, fmt.Sprintf("has %d OpenPGP keys, but a secret can be sealed to only one", keys), remedyOneOpenPGP)
	}
	return nil
}

// unarmor returns the bytes of a block of OpenPGP armor, which must have the given type.
func unarmor(text, blockType string, limit int64) ([]byte, error) {
	block, err := pgparmor.Decode(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	if block.Type != blockType {
		return nil, pgperrors.StructuralError("another type of block")
	}
	return io.ReadAll(io.LimitReader(block.Body, limit))
}

func (k *openpgpRecipient) entity() (*openpgp.Entity, error) {
	list, err := openpgp.ReadKeyRing(bytes.NewReader(k.raw))
	if err != nil {
		return nil, err
	}
	if len(list) != 1 {
		return nil, pgperrors.StructuralError("not one key")
	}
	return list[0], nil
}

// usable parses the key and returns the subkey to encrypt to at now, or the reason why there is none.
func (k *openpgpRecipient) usable(now time.Time) (*openpgp.Entity, openpgp.Key, *Error) {
	entity, err := k.entity()
	if err != nil {
		return nil, openpgp.Key{}, misspeltOpenPGP()
	}
	key, err := entity.EncryptionKeyWithError(now, openpgpConfig(now))
	if err != nil {
		return nil, openpgp.Key{}, whyUnusable(entity, err, now)
	}
	return entity, key, nil
}

func openpgpConfig(now time.Time) *packet.Config {
	limit := int64(MaxSecretBytes) + 1
	return &packet.Config{
		DefaultCipher:              packet.CipherAES256,
		Time:                       func() time.Time { return now },
		MinRSABits:                 MinRSABits,
		MaxDecompressedMessageSize: &limit,
	}
}

// seal returns the armored OpenPGP message.
func (k *openpgpRecipient) seal(secret []byte, now time.Time) (string, *Error) {
	entity, key, refused := k.usable(now)
	if refused != nil {
		return "", refused.at(0)
	}
	// A version 4 key may claim to support the newer kind of encrypted packet, which no released gpg opens. Messages for such
	// keys use the kind that every gpg opens.
	if entity.PrimaryKey.Version < 6 {
		key.PrimarySelfSignature.SEIPDv2 = false
	}
	var out bytes.Buffer
	armored, err := pgparmor.Encode(&out, openpgp.MessageType, nil)
	if err != nil {
		return "", sealingFailed()
	}
	// The message is marked as binary, because a tool may change the line ends of text.
	hints := &openpgp.FileHints{}
	if err := writeAll(secret, armored, func(w io.Writer) (io.WriteCloser, error) {
		return openpgp.Encrypt(w, []*openpgp.Entity{entity}, nil, nil, hints, openpgpConfig(now))
	}); err != nil {
		return "", sealingFailed()
	}
	out.WriteByte('\n')
	return out.String(), nil
}
