package seal

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

const remedyPrivateKey = "Give an age identity (AGE-SECRET-KEY-...), an SSH private key of type ed25519 or RSA, or an armored OpenPGP private key (gpg --armor --export-secret-keys)."

// privateKey is a private key. Age identities are parsed; the others are still texts.
type privateKey struct {
	native  []age.Identity // one or more age identities
	names   []string       // their kinds, for messages
	ssh     string         // the text of an SSH private key
	openpgp string         // the armor of an OpenPGP private key
}

// privateKeyOf finds out the kind of a private key.
func privateKeyOf(text string) (privateKey, *Error) {
	upper := strings.ToUpper(text)
	switch {
	case text == "":
		return privateKey{}, refuse(ReasonNotAPrivateKey, "the private key is empty", remedyPrivateKey)
	case len(text) > maxKeyBytes:
		return privateKey{}, refuse(ReasonNotAPrivateKey, fmt.Sprintf("the private key is %d bytes long, but the maximum is %d", len(text), maxKeyBytes), remedyPrivateKey)
	case strings.HasPrefix(text, beginOpenPGPPrivate):
		return privateKey{openpgp: text}, nil
	case strings.HasPrefix(text, "-----BEGIN ENCRYPTED PRIVATE KEY-----"):
		return privateKey{}, refuse(ReasonNotAPrivateKey, "the private key is locked in the PKCS #8 form, which is not supported",
			"Convert it to the form of OpenSSH: ssh-keygen -p -f FILE, which asks for the passphrase.")
	case strings.HasPrefix(text, "-----BEGIN ") && strings.Contains(upper, "PRIVATE KEY-----"):
		return privateKey{ssh: text + "\n"}, nil
	case strings.HasPrefix(text, beginAgeFile):
		return privateKey{}, refuse(ReasonNotAPrivateKey, "the private key is an age file that is itself encrypted, which is not supported", "Decrypt it first: age -d FILE.")
	case strings.Contains(upper, "PUTTY-USER-KEY-FILE"):
		return privateKey{}, refuse(ReasonNotAPrivateKey, "the private key is a PuTTY file, which is not supported", "Convert it to the form of OpenSSH: puttygen FILE -O private-openssh -o NEWFILE.")
	case strings.Contains(upper, "AGE-SECRET-KEY-") || strings.Contains(upper, "AGE-PLUGIN-"):
		return parseIdentities(text)
	case looksPublic(text):
		return privateKey{}, refuse(ReasonPublicKeyGiven, "the given private key is a public key, which cannot open anything", "Give its private half.")
	}
	return privateKey{}, refuse(ReasonNotAPrivateKey, "the given private key is not a private key", remedyPrivateKey)
}

func looksPublic(text string) bool {
	return strings.HasPrefix(text, "age1") || strings.HasPrefix(text, "ssh-") || strings.HasPrefix(text, beginOpenPGPPublic)
}

// parseIdentities reads the lines of an age-keygen file: identities, comments and empty lines.
func parseIdentities(text string) (privateKey, *Error) {
	var key privateKey
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var identity age.Identity
		var err error
		name := kindX25519
		switch {
		case strings.HasPrefix(line, "AGE-SECRET-KEY-PQ-1"):
			name = kindPostQuantum
			identity, err = age.ParseHybridIdentity(line)
		case strings.HasPrefix(line, "AGE-SECRET-KEY-1"):
			identity, err = age.ParseX25519Identity(line)
		case strings.HasPrefix(line, "AGE-PLUGIN-"):
			return privateKey{}, refuse(ReasonNotAPrivateKey, fmt.Sprintf("line %d of the private key is the identity of an age plugin, and plugins are not supported", i+1),
				"Open the ciphertext with age -d on a machine with the plugin.")
		default:
			err = errors.New("no identity")
		}
		if err != nil {
			return privateKey{}, refuse(ReasonNotAPrivateKey, fmt.Sprintf("line %d of the private key is not an age identity: it is cut, misspelt or something else; it is not shown here", i+1),
				"Give the unchanged lines of the file that age-keygen wrote.")
		}
		key.native = append(key.native, identity)
		key.names = append(key.names, name)
	}
	return key, nil
}

// identities returns the age identities with which to decrypt a file, and unlocks a locked SSH key.
func (k privateKey) identities(passphrase string) (identities []age.Identity, names []string, refused *Error) {
	if k.ssh == "" {
		return k.native, k.names, nil
	}
	raw, refused := unlockSSH([]byte(k.ssh), passphrase)
	if refused != nil {
		return nil, nil, refused
	}
	var identity age.Identity
	var name string
	var err error
	switch key := raw.(type) {
	case *ed25519.PrivateKey:
		name = kindSSHEd25519
		identity, err = agessh.NewEd25519Identity(*key)
	case ed25519.PrivateKey:
		name = kindSSHEd25519
		identity, err = agessh.NewEd25519Identity(key)
	case *rsa.PrivateKey:
		name = kindSSHRSA
		identity, err = agessh.NewRSAIdentity(key)
	default:
		return nil, nil, refuse(ReasonNotAPrivateKey, "the private key is of an unsupported type (ECDSA or DSA)", remedyPrivateKey)
	}
	if err != nil {
		return nil, nil, unreadableSSH()
	}
	return []age.Identity{identity}, []string{name}, nil
}

// unlockSSH parses an SSH private key, with the passphrase if it is locked. It clears pem.
func unlockSSH(pem []byte, passphrase string) (any, *Error) {
	defer clear(pem)
	raw, err := ssh.ParseRawPrivateKey(pem)
	var locked *ssh.PassphraseMissingError
	switch {
	case err == nil:
		return raw, nil
	case !errors.As(err, &locked):
		return nil, unreadableSSH()
	case passphrase == "":
		return nil, refuse(ReasonPassphraseMissing, "the SSH private key is locked with a passphrase, but none was given", "Give its passphrase.")
	}
	word := []byte(passphrase)
	defer clear(word)
	raw, err = ssh.ParseRawPrivateKeyWithPassphrase(pem, word)
	if errors.Is(err, x509.IncorrectPasswordError) {
		return nil, refuse(ReasonPassphraseWrong, "the passphrase does not unlock the SSH private key", "Give the passphrase of this key.")
	}
	if err != nil {
		return nil, unreadableSSH()
	}
	return raw, nil
}

func unreadableSSH() *Error {
	return refuse(ReasonNotAPrivateKey, "the private key begins like an SSH private key, but cannot be read: it is cut or altered, or of a type that is not supported",
		"Give the whole file, from its BEGIN line to its END line; ssh-keygen -y -f FILE shows whether it can be read.")
}
