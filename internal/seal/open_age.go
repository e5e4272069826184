package seal

import (
	"errors"
	"slices"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// The names of the kinds of keys, for messages.
const (
	kindX25519      = "an age key"
	kindPostQuantum = "an age post-quantum key"
	kindSSHEd25519  = "an SSH ed25519 key"
	kindSSHRSA      = "an SSH RSA key"
)

// stanzaKinds are the names of the kinds of recipients in the header of an age file. The type of a stanza is all that the header
// shows of every kind of recipient.
var stanzaKinds = map[string]string{
	"X25519":         kindX25519,
	"mlkem768x25519": kindPostQuantum,
	"ssh-ed25519":    kindSSHEd25519,
	"ssh-rsa":        kindSSHRSA,
	"scrypt":         "a passphrase",
}

func openAge(ciphertext string, key privateKey, passphrase string) ([]byte, *Error) {
	identities, names, refused := key.identities(passphrase)
	if refused != nil {
		return nil, refused
	}
	r, err := age.Decrypt(armor.NewReader(strings.NewReader(ciphertext)), identities...)
	var noMatch *age.NoIdentityMatchError
	if errors.As(err, &noMatch) {
		return nil, wrongAgeKey(noMatch.StanzaTypes, names)
	}
	if err != nil {
		return nil, damaged()
	}
	plain, err := readPlain(r)
	if err != nil {
		return nil, damaged()
	}
	return plain, nil
}

// wrongAgeKey returns the error that names the kinds of keys that the file is sealed for, and the kinds that were given. If a
// recipient's part of the header was altered, it looks like that of another key.
func wrongAgeKey(stanzas, names []string) *Error {
	var kinds []string
	for _, stanza := range stanzas {
		kind, known := stanzaKinds[stanza]
		if !known {
			kind = "a key of another kind"
		}
		kinds = append(kinds, kind)
	}
	sealed, given := list(kinds), list(names)
	if sealed == given {
		return wrongKey("the ciphertext is sealed for " + sealed + ", but not for the one given")
	}
	return wrongKey("the ciphertext is sealed for " + sealed + ", but the private key is " + given)
}

// list joins kinds, sorted and each once.
func list(kinds []string) string {
	kinds = slices.Clone(kinds)
	slices.Sort(kinds)
	return strings.Join(slices.Compact(kinds), " and ")
}
