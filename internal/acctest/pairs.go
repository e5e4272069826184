package acctest

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"io"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	pgparmor "github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"golang.org/x/crypto/ssh"
)

// Pair is a key pair for sealing.
type Pair struct{ Public, Private string }

// AgePair returns an age X25519 key.
func AgePair(t testing.TB) Pair {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return Pair{identity.Recipient().String(), identity.String()}
}

// PostQuantumPair returns an age post-quantum key.
func PostQuantumPair(t testing.TB) Pair {
	t.Helper()
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return Pair{identity.Recipient().String(), identity.String()}
}

// SSHPair returns an SSH ed25519 key. It is encrypted if there is a passphrase.
func SSHPair(t testing.TB, passphrase string) Pair {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return SSHKey(t, public, private, passphrase)
}

// SSHKey returns a key in the forms of OpenSSH. The private key is encrypted if there is a passphrase.
func SSHKey(t testing.TB, public crypto.PublicKey, private crypto.PrivateKey, passphrase string) Pair {
	t.Helper()
	line, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	var block *pem.Block
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(private, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return Pair{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(line))), string(pem.EncodeToMemory(block))}
}

// OpenPGPPair returns an OpenPGP key with this creation time, which expires after lifetime; 0 means never. The private key is
// encrypted if there is a passphrase.
func OpenPGPPair(t testing.TB, created time.Time, lifetime time.Duration, passphrase string) Pair {
	t.Helper()
	entity, err := openpgp.NewEntity("Sam Sealer", "", "sam@example.org", &packet.Config{
		Algorithm: packet.PubKeyAlgoEdDSA, Curve: packet.Curve25519,
		Time: func() time.Time { return created }, KeyLifetimeSecs: uint32(lifetime / time.Second),
	})
	if err != nil {
		t.Fatal(err)
	}
	pair := Pair{Public: armored(t, openpgp.PublicKeyType, entity.Serialize)}
	if passphrase != "" {
		if err := entity.EncryptPrivateKeys([]byte(passphrase), nil); err != nil {
			t.Fatal(err)
		}
	}
	pair.Private = armored(t, openpgp.PrivateKeyType, func(w io.Writer) error { return entity.SerializePrivateWithoutSigning(w, nil) })
	return pair
}

func armored(t testing.TB, kind string, write func(io.Writer) error) string {
	t.Helper()
	var out bytes.Buffer
	armor, err := pgparmor.Encode(&out, kind, nil)
	if err == nil {
		err = write(armor)
	}
	if err == nil {
		err = armor.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String() + "\n"
}
