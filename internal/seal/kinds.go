package seal

import "strings"

// The lines that begin and end armored texts.
const (
	beginOpenPGPPublic  = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
	beginOpenPGPPrivate = "-----BEGIN PGP PRIVATE KEY BLOCK-----"
	beginOpenPGPMessage = "-----BEGIN PGP MESSAGE-----"
	endOpenPGPPublic    = "-----END PGP PUBLIC KEY BLOCK-----"
	endOpenPGPMessage   = "-----END PGP MESSAGE-----"
	beginAgeFile        = "-----BEGIN AGE ENCRYPTED FILE-----"
	endAgeFile          = "-----END AGE ENCRYPTED FILE-----"
)

const (
	remedyPublicKey = "Give an age recipient (age1...), an SSH public key of type ssh-ed25519 or ssh-rsa, or an armored OpenPGP public key (gpg --armor --export)."
	remedyLeaked    = "Give the public half instead: the age1... line that age-keygen -y prints, the .pub file of an SSH key, or the output of gpg --armor --export. " +
		"If the private key was written into a configuration, a plan or a log, treat it as known to others and replace it."
)

// privateMarks are texts that only a private key contains, in upper case.
var privateMarks = []struct{ mark, kind string }{
	{"AGE-SECRET-KEY-", "an age private key"},
	{"AGE-PLUGIN-", "an age plugin's identity"},
	{"PGP PRIVATE KEY BLOCK", "an OpenPGP private key"},
	{"PGP SECRET KEY BLOCK", "an OpenPGP private key"},
	{"OPENSSH PRIVATE KEY", "an SSH private key"},
	{"RSA PRIVATE KEY", "an RSA private key"},
	{"PUTTY-USER-KEY-FILE", "a PuTTY private key file"},
	{"PRIVATE KEY-", "a private key"},
}

// nakedOpenSSH is the beginning of the base64 of an OpenSSH private key, to detect one without its BEGIN line.
const nakedOpenSSH = "b3BlbnNzaC1rZXktdjE"

// refusePrivateKey refuses a text that contains the mark of a private key, in upper or lower case.
func refusePrivateKey(text string) *Error {
	upper := strings.ToUpper(text)
	for _, m := range privateMarks {
		if strings.Contains(upper, m.mark) {
			return privateKeyGiven(m.kind)
		}
	}
	if strings.Contains(text, nakedOpenSSH) {
		return privateKeyGiven("an SSH private key")
	}
	return nil
}

func privateKeyGiven(kind string) *Error {
	return refuse(ReasonPrivateKeyGiven, "is "+kind+", but a public key is required; it is not shown here", remedyLeaked)
}
