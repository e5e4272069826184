package seal_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// ageTools builds age and age-keygen from the module that the package depends on.
func ageTools(t *testing.T) (age, keygen string) {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", dir, "filippo.io/age/cmd/age", "filippo.io/age/cmd/age-keygen")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("age cannot be built from its module: %v\n%s", err, out)
	}
	return filepath.Join(dir, "age"), filepath.Join(dir, "age-keygen")
}

// run returns the standard output of a command.
func run(t *testing.T, env []string, stdin, name string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stderr = strings.NewReader(stdin), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSeal_openedByAge(t *testing.T) {
	age, _ := ageTools(t)
	for name, key := range map[string]pair{
		"age": agePair(t), "age post-quantum": postQuantumPair(t), "ssh ed25519": ed25519Pair(t), "ssh rsa": rsaPair(t, 2048),
	} {
		t.Run(name, func(t *testing.T) {
			sealed := must(parse(t, key.public).Seal(theSecret))(t)
			if got := run(t, nil, sealed, age, "-d", "-i", write(t, "key", key.private)); got != theSecret {
				t.Errorf("age -d opened to %d bytes of something else", len(got))
			}
		})
	}
}

func TestOpen_sealedByAge(t *testing.T) {
	age, keygen := ageTools(t)
	for name, file := range map[string]string{
		"age": run(t, nil, "", keygen), "age post-quantum": run(t, nil, "", keygen, "-pq"),
	} {
		t.Run(name, func(t *testing.T) {
			public := strings.TrimSpace(run(t, nil, file, keygen, "-y"))
			parse(t, public)
			sealed := run(t, nil, theSecret, age, "-a", "-r", public)
			if got := must(seal.Open(sealed, file, ""))(t); got != theSecret {
				t.Error("opened to something else")
			}
		})
	}
	for name, key := range map[string]pair{"ssh ed25519": ed25519Pair(t), "ssh rsa": rsaPair(t, 2048)} {
		t.Run(name, func(t *testing.T) {
			sealed := run(t, nil, theSecret, age, "-a", "-R", write(t, "key.pub", key.public))
			if got := must(seal.Open(sealed, key.private, ""))(t); got != theSecret {
				t.Error("opened to something else")
			}
		})
	}
}

// gnupg is a separate home folder for gpg, and the command with the arguments of all tests.
type gnupg struct{ home string }

func newGnuPG(t *testing.T) gnupg {
	t.Helper()
	if _, err := exec.LookPath("gpg"); err != nil {
		t.Fatal("gpg is needed to prove that it opens what was sealed: install GnuPG (Debian: apt-get install gnupg)")
	}
	// Not t.TempDir: the path of the agent's socket in there must stay under about 100 characters.
	home, err := os.MkdirTemp("", "gpg")
	if err != nil {
		t.Fatal(err)
	}
	g := gnupg{home}
	t.Cleanup(func() {
		run(t, []string{"GNUPGHOME=" + home}, "", "gpgconf", "--kill", "all")
		if err := os.RemoveAll(home); err != nil {
			t.Error(err)
		}
	})
	// gpg itself would wait 5 seconds at most for its agent to start, which a busy machine can miss. The daemon listens
	// when the command returns. The count is of the work for a passphrase, which the agent sets to a tenth of a second.
	run(t, []string{"GNUPGHOME=" + home}, "", "gpg-agent", "--quiet", "--daemon", "--s2k-count", "65536")
	return g
}

func (g gnupg) run(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	return run(t, []string{"GNUPGHOME=" + g.home}, stdin, "gpg", append([]string{"--batch", "--quiet", "--pinentry-mode", "loopback"}, args...)...)
}

// private imports a private key and trusts it.
func (g gnupg) private(t *testing.T, key pair) {
	t.Helper()
	g.run(t, key.private, "--import")
}

func TestSeal_openedByGPG(t *testing.T) {
	aead := openpgpConfig()
	aead.AEADConfig = &packet.AEADConfig{}
	rsa := openpgpConfig()
	rsa.Algorithm, rsa.RSABits = packet.PubKeyAlgoRSA, 2048
	for name, config := range map[string]*packet.Config{"curve 25519": openpgpConfig(), "rsa": rsa, "a key that claims AEAD": aead} {
		t.Run(name, func(t *testing.T) {
			g := newGnuPG(t)
			key := openpgpPair(t, entity(t, config), "")
			g.private(t, key)
			sealed := must(parse(t, key.public).Seal(theSecret))(t)
			if got := g.run(t, sealed, "-d"); got != theSecret {
				t.Errorf("gpg -d opened to %d bytes of something else", len(got))
			}
		})
	}
}

func TestOpen_sealedByGPG(t *testing.T) {
	for _, c := range []struct{ name, algorithm, passphrase string }{
		{"default", "default", ""}, {"future-default", "future-default", ""}, {"rsa2048", "rsa2048", ""}, {"locked", "future-default", thePhrase},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGnuPG(t)
			g.run(t, "", "--passphrase", c.passphrase, "--quick-generate-key", "Sam Sealer <sam@example.org>", c.algorithm, "default", "never")
			fingerprint := fieldOf(t, g.run(t, "", "--with-colons", "--list-keys"), "fpr")
			if c.algorithm == "rsa2048" {
				public := g.run(t, "", "--armor", "--export", fingerprint)
				_, err := seal.ParseRecipients([]string{public})
				refused(t, err, seal.ReasonNoEncryptionKey, "public key [0] is an OpenPGP key without an encryption subkey: it can only sign. "+remedySubkey)
				g.run(t, "", "--passphrase", c.passphrase, "--quick-add-key", fingerprint, "rsa2048", "encr")
			}
			public := g.run(t, "", "--armor", "--export", fingerprint)
			private := g.run(t, "", "--passphrase", c.passphrase, "--armor", "--export-secret-keys", fingerprint)

			// The key was created with the real clock.
			recipients := must(seal.ParseRecipients([]string{public}))(t)
			if got := recipients.Fingerprints()[0]; got != fingerprint {
				t.Errorf("fingerprint %s, and gpg prints %s", got, fingerprint)
			}
			if got := g.run(t, must(recipients.Seal(theSecret))(t), "--passphrase", c.passphrase, "-d"); got != theSecret {
				t.Errorf("gpg -d opened to %d bytes of something else", len(got))
			}
			if got := must(seal.Open(must(recipients.Seal(theSecret))(t), private, c.passphrase))(t); got != theSecret {
				t.Error("opened to something else")
			}
			for _, hidden := range []string{"--recipient", "--hidden-recipient"} {
				sealed := g.run(t, theSecret, "--trust-model", "always", "--armor", "--encrypt", hidden, fingerprint)
				if got := must(seal.Open(sealed, private, c.passphrase))(t); got != theSecret {
					t.Errorf("%s: opened to something else", hidden)
				}
			}
			stub := g.run(t, "", "--passphrase", c.passphrase, "--armor", "--export-secret-subkeys", fingerprint)
			if got := must(seal.Open(must(recipients.Seal(theSecret))(t), stub, c.passphrase))(t); got != theSecret {
				t.Error("without the primary's secret: opened to something else")
			}
		})
	}
}

func TestParseRecipients_revokedWithGPG(t *testing.T) {
	g := newGnuPG(t)
	g.run(t, "", "--passphrase", "", "--quick-generate-key", "Sam Sealer <sam@example.org>", "future-default", "default", "never")
	fingerprint := fieldOf(t, g.run(t, "", "--with-colons", "--list-keys"), "fpr")
	certificate, err := os.ReadFile(filepath.Join(g.home, "openpgp-revocs.d", fingerprint+".rev"))
	if err != nil {
		t.Fatal(err)
	}
	// gpg puts a colon before the certificate so that nobody imports it by accident.
	g.run(t, strings.Replace(string(certificate), ":-----BEGIN", "-----BEGIN", 1), "--import")
	_, err = seal.ParseRecipients([]string{g.run(t, "", "--armor", "--export", fingerprint)})
	refused(t, err, seal.ReasonKeyRevoked, "public key [0] is an OpenPGP key that its owner has revoked. "+remedyAnother)
}

// fieldOf is the value of the first line of that kind in what gpg --with-colons prints.
func fieldOf(t *testing.T, listing, kind string) string {
	t.Helper()
	for line := range strings.Lines(listing) {
		if fields := strings.Split(line, ":"); fields[0] == kind && len(fields) > 9 {
			return fields[9]
		}
	}
	t.Fatalf("gpg lists no %s:\n%s", kind, listing)
	return ""
}
