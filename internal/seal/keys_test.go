package seal_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	pgparmor "github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"golang.org/x/crypto/ssh"

	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

const (
	theSecret  = "7OSYA0SAXVHE3KNXQDVYVGRHBZVGXEBT65ZDYJ1X"
	thePhrase  = "correct horse battery staple 42"
	wrongWords = "wrong horse battery staple 43"
)

// today is the time of all tests.
var today = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return today }

// pair is a key in its public and private form.
type pair struct{ public, private string }

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func agePair(t testing.TB) pair {
	t.Helper()
	id := must(age.GenerateX25519Identity())(t)
	return pair{id.Recipient().String(), id.String()}
}

func postQuantumPair(t testing.TB) pair {
	t.Helper()
	id := must(age.GenerateHybridIdentity())(t)
	return pair{id.Recipient().String(), id.String()}
}

func sshPair(t testing.TB, public, private any) pair {
	t.Helper()
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(must(ssh.NewPublicKey(public))(t))))
	block := must(ssh.MarshalPrivateKey(private, "a comment"))(t)
	return pair{line + " someone@somewhere", string(pem.EncodeToMemory(block))}
}

// throwaway is a key of testdata/throwaway, whose README says what it is for. The passphrase of a locked one is thePhrase.
func throwaway(t testing.TB, name string) pair {
	t.Helper()
	public := must(os.ReadFile("testdata/throwaway/" + name + ".public"))(t)
	private := must(os.ReadFile("testdata/throwaway/" + name + ".private"))(t)
	return pair{strings.TrimSpace(string(public)), strings.TrimSpace(string(private))}
}

func ed25519Pair(t testing.TB) pair {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return sshPair(t, public, private)
}

// rsaKeys are created once per size, because that is slow.
var rsaKeys = struct {
	sync.Mutex
	bySize map[int]*rsa.PrivateKey
}{bySize: map[int]*rsa.PrivateKey{}}

func rsaKey(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	rsaKeys.Lock()
	defer rsaKeys.Unlock()
	if rsaKeys.bySize[bits] == nil {
		rsaKeys.bySize[bits] = must(rsa.GenerateKey(rand.Reader, bits))(t)
	}
	return rsaKeys.bySize[bits]
}

func rsaPair(t testing.TB, bits int) pair {
	t.Helper()
	key := rsaKey(t, bits)
	return sshPair(t, &key.PublicKey, key)
}

func ecdsaPair(t testing.TB) pair {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	return sshPair(t, &key.PublicKey, key)
}

// openpgpConfig creates keys two years before today, with the default algorithms of gpg.
func openpgpConfig() *packet.Config {
	made := today.AddDate(-2, 0, 0)
	return &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, Curve: packet.Curve25519, Time: func() time.Time { return made }}
}

func entity(t testing.TB, config *packet.Config) *openpgp.Entity {
	t.Helper()
	return must(openpgp.NewEntity("Sam Sealer", "", "sam@example.org", config))(t)
}

func armored(t testing.TB, blockType string, write func(*bytes.Buffer) error) string {
	t.Helper()
	var raw, out bytes.Buffer
	if err := write(&raw); err != nil {
		t.Fatal(err)
	}
	w := must(pgparmor.Encode(&out, blockType, nil))(t)
	if _, err := w.Write(raw.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String() + "\n"
}

func publicOf(t testing.TB, entities ...*openpgp.Entity) string {
	t.Helper()
	return armored(t, openpgp.PublicKeyType, func(b *bytes.Buffer) error {
		for _, e := range entities {
			if err := e.Serialize(b); err != nil {
				return err
			}
		}
		return nil
	})
}

func privateOf(t testing.TB, e *openpgp.Entity, blockType string) string {
	t.Helper()
	return armored(t, blockType, func(b *bytes.Buffer) error { return e.SerializePrivateWithoutSigning(b, nil) })
}

func openpgpPair(t testing.TB, e *openpgp.Entity, passphrase string) pair {
	t.Helper()
	public := publicOf(t, e)
	if passphrase != "" {
		if err := e.EncryptPrivateKeys([]byte(passphrase), nil); err != nil {
			t.Fatal(err)
		}
	}
	return pair{public, privateOf(t, e, openpgp.PrivateKeyType)}
}

func parse(t testing.TB, publicKeys ...string) seal.Recipients {
	t.Helper()
	return must(seal.ParseRecipients(publicKeys, seal.WithClock(clock)))(t)
}

// refused asserts the reason and the whole text, and that the error has no part of the private inputs.
func refused(t *testing.T, err error, reason seal.Reason, text string, private ...string) {
	t.Helper()
	var e *seal.Error
	if !errors.As(err, &e) {
		t.Fatalf("want a *seal.Error, got %T: %v", err, err)
	}
	if e.Reason != reason || e.Error() != text {
		t.Errorf("reason %s, want %s; text\n%s\nwant\n%s", e.Reason, reason, e.Error(), text)
	}
	expectNoPrivateText(t, err, private...)
}

// expectNoPrivateText fails the test if an error, printed in any way, has eight characters in a row of a line of the
// private inputs.
func expectNoPrivateText(t *testing.T, err error, private ...string) {
	t.Helper()
	if errors.Unwrap(err) != nil {
		t.Errorf("the error wraps another, which may quote its input: %T", errors.Unwrap(err))
	}
	said := fmt.Sprintf("%v %+v %#v", err, err, err)
	for _, text := range private {
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "-----") || strings.HasPrefix(line, "#") {
				continue
			}
			line = strings.TrimPrefix(strings.TrimPrefix(line, "AGE-SECRET-KEY-PQ-1"), "AGE-SECRET-KEY-1")
			for i := 0; i+8 <= len(line); i++ {
				if strings.Contains(said, line[i:i+8]) {
					t.Fatalf("the error repeats %d characters of its private input", 8)
				}
			}
		}
	}
}
