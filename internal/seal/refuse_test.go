package seal_test

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// The texts of the remedies, so that this file shows every change of them.
const (
	remedyPublic = "Give an age recipient (age1...), an SSH public key of type ssh-ed25519 or ssh-rsa, or an armored OpenPGP public key (gpg --armor --export)."
	remedyLeaked = "Give the public half instead: the age1... line that age-keygen -y prints, the .pub file of an SSH key, or the output of gpg --armor --export. " +
		"If the private key was written into a configuration, a plan or a log, treat it as known to others and replace it."
	remedyOne       = "Give the output of gpg --armor --export FINGERPRINT for one key, and nothing else with it."
	remedyCopy      = "Copy the whole line again."
	remedyRenew     = "Ask its owner to renew it (gpg --quick-set-expire), and give the new export or another key."
	remedyAnother   = "Give another key of its owner."
	remedySubkey    = "Ask its owner to add one (gpg --quick-add-key FINGERPRINT cv25519 encr), and give the new export."
	remedyClock     = "Check the clocks of this machine and of the machine that created the key."
	remedyNewPGP    = "Ask its owner to create a new key (gpg --quick-generate-key NAME future-default), or give an age recipient."
	remedyEachAlone = "Give each key as a separate item, without comment lines."
)

func parseErr(publicKeys ...string) error {
	_, err := seal.ParseRecipients(publicKeys, seal.WithClock(clock))
	return err
}

func TestParseRecipients_privateKey(t *testing.T) {
	openpgpKey := entity(t, openpgpConfig())
	ed := ed25519Pair(t).private
	body, _ := pem.Decode([]byte(ed))
	say := func(index int, kind string) string {
		return fmt.Sprintf("public key [%d] is %s, but a public key is required; it is not shown here. %s", index, kind, remedyLeaked)
	}
	pkcs8 := "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIMPXvU0yN3t5Xy6lTGF0QnMxj0pSvUq7kXp0VbLk1H2e\n-----END PRIVATE KEY-----\n"
	for name, c := range map[string]struct{ private, kind string }{
		"age":                     {agePair(t).private, "an age private key"},
		"age in lower case":       {strings.ToLower(agePair(t).private), "an age private key"},
		"age post-quantum":        {postQuantumPair(t).private, "an age private key"},
		"age-keygen's whole file": {"# public key: age1...\n" + agePair(t).private + "\n", "an age private key"},
		"age plugin":              {"AGE-PLUGIN-YUBIKEY-1Q9ZHXQYZMRZGPQZ3FW4C", "an age plugin's identity"},
		"ssh":                     {ed, "an SSH private key"},
		"ssh, locked":             {throwaway(t, "ssh-locked").private, "an SSH private key"},
		"ssh without its lines":   {base64.StdEncoding.EncodeToString(body.Bytes), "an SSH private key"},
		"rsa":                     {strings.ReplaceAll(pkcs8, "PRIVATE", "RSA PRIVATE"), "an RSA private key"},
		"pkcs8":                   {pkcs8, "a private key"},
		"putty":                   {"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nAAAAIHiM2lG4Vq0k1\n", "a PuTTY private key file"},
		"openpgp":                 {privateOf(t, openpgpKey, openpgp.PrivateKeyType), "an OpenPGP private key"},
		"openpgp, called public":  {privateOf(t, openpgpKey, openpgp.PublicKeyType), "an OpenPGP private key under a line that says PUBLIC"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, parseErr(c.private), seal.ReasonPrivateKeyGiven, say(0, c.kind), c.private)
			refused(t, parseErr(agePair(t).public, c.private), seal.ReasonPrivateKeyGiven, say(1, c.kind), c.private)
			if !strings.HasPrefix(c.kind, "an OpenPGP private key under") {
				// It is reported first, whatever else is wrong with the list.
				refused(t, parseErr("no key", agePair(t).public+" \n"+c.private), seal.ReasonPrivateKeyGiven, say(1, c.kind), c.private)
			}
		})
	}
}

func TestParseRecipients_invalidList(t *testing.T) {
	x, pq, ed := agePair(t), postQuantumPair(t), ed25519Pair(t)
	rsa1024 := rsaPair(t, 1024).public
	edFields := strings.Fields(ed.public)
	pgp := publicOf(t, entity(t, openpgpConfig()))
	fingerprint := func(public string) string { return parse(t, public).Fingerprints()[0] }
	hundred := make([]string, 100)
	for i := range hundred {
		hundred[i] = x.public
	}
	cut := func(s string) string { return s[:len(s)-3] }
	mixed := "is an OpenPGP key, and the list has other keys: a secret is sealed either to one OpenPGP key or to age and SSH keys. Give the OpenPGP key alone, or age and SSH keys only."
	classic := "Give post-quantum recipients (age1pq1...) only, or classic ones only."
	like := func(what string) string {
		return "public key [0] begins like " + what + ", but is not valid: it is cut, misspelt or has extra characters. " + remedyCopy
	}
	unsupported := func(what string) string {
		return "public key [0] is " + what + ", which is not supported. Give a key of type ssh-ed25519 or ssh-rsa, or an age recipient."
	}
	for name, c := range map[string]struct {
		given  []string
		reason seal.Reason
		text   string
	}{
		"no list":          {nil, seal.ReasonNoPublicKeys, "the list of public keys is empty. Give at least one public key. To keep the secret in clear, remove the argument or set it to null."},
		"100 keys":         {hundred, seal.ReasonTooManyPublicKeys, "the list has 100 public keys, but the maximum is 20. Give one key that the group shares, or fewer keys."},
		"empty":            {[]string{x.public, " \n"}, seal.ReasonNotAPublicKey, "public key [1] is empty. Give a public key, or remove the item."},
		"not a key":        {[]string{"hunter2 hunter2"}, seal.ReasonNotAPublicKey, "public key [0] is not a public key. " + remedyPublic},
		"a path":           {[]string{"~/.ssh/id_ed25519.pub"}, seal.ReasonNotAPublicKey, "public key [0] is not a public key. " + remedyPublic},
		"endless":          {[]string{strings.Repeat("a", 512<<10+1)}, seal.ReasonNotAPublicKey, "public key [0] is 524289 bytes long, but the maximum is 524288. " + remedyPublic},
		"age, cut":         {[]string{cut(x.public)}, seal.ReasonNotAPublicKey, like("an age recipient (age1...)")},
		"age, mixed case":  {[]string{"AGE1" + x.public[4:]}, seal.ReasonNotAPublicKey, like("an age recipient (age1...)")},
		"age pq, cut":      {[]string{cut(pq.public)}, seal.ReasonNotAPublicKey, like("an age post-quantum recipient (age1pq1...)")},
		"age plugin":       {[]string{"age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt"}, seal.ReasonUnsupportedKey, "public key [0] looks like the recipient of an age plugin or of hardware, which requires the plugin, and plugins are not supported. Give a recipient that age-keygen made (age1... or age1pq1...)."},
		"ssh, cut":         {[]string{edFields[0] + " " + edFields[1][:30]}, seal.ReasonNotAPublicKey, like("an SSH public key")},
		"ssh, other type":  {[]string{"ssh-rsa " + edFields[1]}, seal.ReasonNotAPublicKey, like("an SSH public key")},
		"ssh, RSA 1024":    {[]string{rsa1024}, seal.ReasonWeakKey, "public key [0] is an RSA key of 1024 bits, but the minimum is 2048. Make a new key: ssh-keygen -t ed25519, or -t rsa -b 4096."},
		"ssh, ECDSA":       {[]string{ecdsaPair(t).public}, seal.ReasonUnsupportedKey, unsupported("an SSH ECDSA key")},
		"ssh, token":       {[]string{"sk-ssh-ed25519@openssh.com AAAA me"}, seal.ReasonUnsupportedKey, unsupported("an SSH key held by a hardware token")},
		"ssh, certificate": {[]string{"ssh-ed25519-cert-v01@openssh.com AAAA"}, seal.ReasonUnsupportedKey, unsupported("an SSH certificate")},
		"ssh, RFC 4716":    {[]string{"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----"}, seal.ReasonUnsupportedKey, "public key [0] is in PEM form or in the format of another program, which is not supported. An SSH public key is one line that begins with ssh-ed25519 or ssh-rsa; ssh-keygen -i -f FILE -m PKCS8 (or -m RFC4716) prints it."},
		"ssh, options":     {[]string{`from="10.0.0.1" ` + ed.public}, seal.ReasonNotAPublicKey, "public key [0] is not a public key. " + remedyPublic},
		"two in one item":  {[]string{x.public + "\n" + ed.public}, seal.ReasonSeveralKeys, "public key [0] has more than one line, but an age or SSH public key is a single line. " + remedyEachAlone},
		"ssh, then armor":  {[]string{ed.public + "\n-----BEGIN CERTIFICATE-----"}, seal.ReasonSeveralKeys, "public key [0] has more than one line, but an age or SSH public key is a single line. " + remedyEachAlone},
		"nothing to reach": {[]string{zeroPoint()}, seal.ReasonNotAPublicKey, "public key [0] has the form of a public key, but nothing can be sealed to it. Copy the key again from its source."},
		"age twice":        {[]string{x.public, ed.public, " " + strings.ToUpper(x.public) + "\n"}, seal.ReasonRepeatedKey, "public key [2] is the same key as public key [0], " + fingerprint(x.public) + ". Give each key once."},
		"ssh twice":        {[]string{x.public, ed.public, edFields[0] + "\t" + edFields[1] + " other comment"}, seal.ReasonRepeatedKey, "public key [2] is the same key as public key [1], " + fingerprint(ed.public) + ". Give each key once."},
		"classic after pq": {[]string{pq.public, postQuantumPair(t).public, ed.public}, seal.ReasonMixedPostQuantum, "public key [2] is a classic key and public key [0] is a post-quantum one: a secret sealed to both is only as safe as the classic one. " + classic},
		"pq after classic": {[]string{x.public, pq.public}, seal.ReasonMixedPostQuantum, "public key [1] is a post-quantum key and public key [0] is a classic one: a secret sealed to both is only as safe as the classic one. " + classic},
		"pgp, then age":    {[]string{pgp, x.public}, seal.ReasonMixedKinds, "public key [0] " + mixed},
		"age, then pgp":    {[]string{x.public, pgp}, seal.ReasonMixedKinds, "public key [1] " + mixed},
		"pgp twice":        {[]string{pgp, pgp}, seal.ReasonMixedKinds, "public key [0] " + mixed},
	} {
		t.Run(name, func(t *testing.T) { refused(t, parseErr(c.given...), c.reason, c.text) })
	}
}

// zeroPoint is the Bech32 text (BIP 173) of the point 0, which has the form of an X25519 key: any secret
// agreed with it is 0 too.
func zeroPoint() string {
	const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	generator := []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	// The name "age", spread over high and low bits, 52 zeros of data and room for the checksum.
	values := append([]byte{'a' >> 5, 'g' >> 5, 'e' >> 5, 0, 'a' & 31, 'g' & 31, 'e' & 31}, make([]byte, 52+6)...)
	check := uint32(1)
	for _, v := range values {
		top := check >> 25
		check = (check&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range generator {
			if top>>i&1 == 1 {
				check ^= g
			}
		}
	}
	text := "age1" + strings.Repeat("q", 52)
	for i := range 6 {
		text += string(letters[(check^1)>>(5*(5-i))&31])
	}
	return text
}

func TestParseRecipients_unusableOpenPGPKey(t *testing.T) {
	config := openpgpConfig()
	made := func(change func(*packet.Config)) *openpgp.Entity {
		c := openpgpConfig()
		change(c)
		return entity(t, c)
	}
	year := func(c *packet.Config) { c.KeyLifetimeSecs = 365 * 24 * 3600 }

	revoked, signOnly, subRevoked, subExpired := entity(t, config), entity(t, config), entity(t, config), entity(t, config)
	if err := revoked.Revoke(packet.NoReason, "", config); err != nil {
		t.Fatal(err)
	}
	signOnly.Subkeys = nil
	if err := subRevoked.Subkeys[0].Revoke(packet.NoReason, "", config); err != nil {
		t.Fatal(err)
	}
	subExpired.Subkeys = nil
	short := openpgpConfig()
	year(short)
	if err := subExpired.AddEncryptionSubkey(short); err != nil {
		t.Fatal(err)
	}
	weak := func(c *packet.Config) {
		c.Algorithm, c.RSABits, c.MinRSABits = packet.PubKeyAlgoRSA, 1024, 1024
	}
	later := func(c *packet.Config) { c.Time = func() time.Time { return today.Add(time.Hour) } }
	good := publicOf(t, entity(t, config))
	lines := strings.Split(good, "\n")
	notOne := "public key [0] begins like an armored OpenPGP public key, but is not valid: it is cut or altered. " + remedyOne
	more := "public key [0] has text before the BEGIN line or after the END line of an OpenPGP public key, or no END line. " + remedyOne

	for name, c := range map[string]struct {
		given  string
		reason seal.Reason
		text   string
	}{
		"expired":           {publicOf(t, made(year)), seal.ReasonKeyExpired, "public key [0] is an OpenPGP key that expired on 2025-11-20 12:00:00 UTC. " + remedyRenew},
		"revoked":           {publicOf(t, revoked), seal.ReasonKeyRevoked, "public key [0] is an OpenPGP key that its owner has revoked. " + remedyAnother},
		"signs only":        {publicOf(t, signOnly), seal.ReasonNoEncryptionKey, "public key [0] is an OpenPGP key without an encryption subkey: it can only sign. " + remedySubkey},
		"subkey revoked":    {publicOf(t, subRevoked), seal.ReasonKeyRevoked, "public key [0] is an OpenPGP key whose encryption subkey is revoked. " + remedySubkey},
		"subkey expired":    {publicOf(t, subExpired), seal.ReasonKeyExpired, "public key [0] is an OpenPGP key whose encryption subkey expired on 2025-11-20 12:00:00 UTC. " + remedyRenew},
		"made in an hour":   {publicOf(t, made(later)), seal.ReasonKeyNotYetValid, "public key [0] is an OpenPGP key that was made on 2026-11-20 13:00:00 UTC, which is in the future. " + remedyClock},
		"RSA 1024":          {publicOf(t, made(weak)), seal.ReasonWeakKey, "public key [0] is an OpenPGP key with an RSA modulus of 1024 bits, but the minimum is 2048. " + remedyNewPGP},
		"two keys":          {publicOf(t, entity(t, config), entity(t, config)), seal.ReasonSeveralKeys, "public key [0] has 2 OpenPGP keys, but a secret can be sealed to only one. " + remedyOne},
		"two blocks":        {good + good, seal.ReasonSeveralKeys, "public key [0] has 2 blocks of armor, but one OpenPGP public key has one. " + remedyOne},
		"text before":       {"my key:\n" + good, seal.ReasonNotAPublicKey, more},
		"text after":        {good + agePair(t).public, seal.ReasonNotAPublicKey, more},
		"no end":            {strings.Join(lines[:len(lines)-2], "\n"), seal.ReasonNotAPublicKey, more},
		"half of it":        {strings.Join(append(append([]string{}, lines[:4]...), lines[len(lines)-2:]...), "\n"), seal.ReasonNotAPublicKey, notOne},
		"empty block":       {lines[0] + "\n\n=twTO\n" + strings.TrimSpace(lines[len(lines)-2]), seal.ReasonNotAPublicKey, notOne},
		"a message instead": {"-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----", seal.ReasonUnsupportedKey, "public key [0] is in PEM form or in the format of another program, which is not supported. An SSH public key is one line that begins with ssh-ed25519 or ssh-rsa; ssh-keygen -i -f FILE -m PKCS8 (or -m RFC4716) prints it."},
	} {
		t.Run(name, func(t *testing.T) { refused(t, parseErr(c.given), c.reason, c.text) })
	}
}

func TestSeal_invalidSecret(t *testing.T) {
	recipients := parse(t, agePair(t).public)
	_, err := recipients.Seal("")
	refused(t, err, seal.ReasonNotSealable, "the secret is empty. Check where the secret comes from.")
	long := strings.Repeat(theSecret, 2000)
	_, err = recipients.Seal(long)
	refused(t, err, seal.ReasonNotSealable, "the secret is 80000 bytes long, but the maximum is 65536. Seal a key that decrypts the text instead.", long)
	_, err = seal.Recipients{}.Seal(theSecret)
	refused(t, err, seal.ReasonNoPublicKeys, "there is no public key to seal to. Give at least one public key.", theSecret)
}
