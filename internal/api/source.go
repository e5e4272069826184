package api

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// pair is one way to give a credential in one source: an id with its secret.
type pair struct {
	idName, secretName string
	id, secret         string
}

func (p pair) both() string { return p.idName + " and " + p.secretName }

// source is a place that can have a credential: an access key, then a login.
type source struct {
	name  string
	pairs []pair
}

// credential searches the sources in order. It also selects the profile that is used.
func (r *resolver) credential() (Credential, error) {
	block := source{name: "the provider block", pairs: []pair{
		{idName: "`access_key_id`", secretName: "`secret_key_id`", id: val(r.block.AccessKeyID), secret: val(r.block.SecretKey)},
		{idName: "`login`", secretName: "`password`", id: val(r.block.Login), secret: val(r.block.Password)},
	}}
	environment := r.environment()

	cred, err := r.whole(block, environment)
	if err != nil {
		return Credential{}, err
	}
	namedInBlock := r.block.Profile != nil || r.block.ConfigFile != nil
	if cred == nil && !namedInBlock {
		if cred, err = r.whole(environment, block); err != nil {
			return Credential{}, err
		}
	}
	named := namedInBlock || r.getenv("OSC_PROFILE") != "" || r.getenv("OSC_CONFIG_FILE") != ""
	switch {
	case named:
		return r.namedProfile(cred, namedInBlock)
	case cred != nil:
		return *cred, nil
	}
	return r.defaultProfile()
}

// environment returns the credential variables. OSC_IAM_V2_SERVICES selects the second kind of keys, as in the SDK.
func (r *resolver) environment() source {
	id, secret := "OSC_ACCESS_KEY", "OSC_SECRET_KEY"
	if namesAPI(strings.Split(r.getenv("OSC_IAM_V2_SERVICES"), ",")) {
		id, secret = "OSC_ACCESS_KEY_V2", "OSC_SECRET_KEY_V2"
	}
	return source{name: "the environment", pairs: []pair{
		{idName: id, secretName: secret, id: r.getenv(id), secret: r.getenv(secret)},
		{idName: "OSC_LOGIN", secretName: "OSC_PASSWORD", id: r.getenv("OSC_LOGIN"), secret: r.getenv("OSC_PASSWORD")},
	}}
}

// whole returns the credential of a source, nil if it has none. If only the id or only the secret is set, the error names the
// source in others that has the missing part. For example, OSC_ACCESS_KEY without OSC_SECRET_KEY is an error, even if the provider
// block has `secret_key_id`.
func (r *resolver) whole(s source, others ...source) (*Credential, error) {
	found := -1
	for i, p := range s.pairs {
		if p.id == "" && p.secret == "" {
			continue
		}
		if err := r.inspect(s, i); err != nil {
			return nil, err
		}
		if p.id == "" || p.secret == "" {
			return nil, s.half(i, others)
		}
		if found >= 0 {
			return nil, &ConfigError{
				Summary: "Two credentials in one place",
				Detail: fmt.Sprintf("%s are set in %s, and so are %s. Remove one of the two: none takes precedence.",
					s.pairs[found].both(), s.name, p.both()),
			}
		}
		found = i
	}
	if found >= 0 {
		r.source = s.name
	}
	switch found {
	case 0:
		return &Credential{AccessKeyID: s.pairs[0].id, SecretKey: s.pairs[0].secret}, nil
	case 1:
		return &Credential{Login: s.pairs[1].id, Password: s.pairs[1].secret}, nil
	}
	return nil, nil
}

// inspect refuses a credential that the API would certainly refuse.
func (r *resolver) inspect(s source, i int) error {
	p := s.pairs[i]
	kinds := [][2]part{{keyID, keySecret}, {login, password}}[i]
	for _, v := range []struct {
		kind        part
		name, value string
	}{{kinds[0], p.idName, p.id}, {kinds[1], p.secretName, p.secret}} {
		if why := inspect(v.kind, v.value); why != "" {
			return &ConfigError{
				Summary: "Credential not usable",
				Detail:  fmt.Sprintf("%s of %s %s. It was not sent. The value is not shown, because it may be a secret.", v.name, s.name, why),
			}
		}
	}
	switch {
	case kinds[0] != keyID || p.id == "" || p.secret == "":
	case len(p.id) == keySecretLength && len(p.secret) == keyIDLength:
		return &ConfigError{
			Summary: "Credential not usable",
			Detail: fmt.Sprintf("%s and %s of %s seem to be swapped: an id has %d characters, a secret has %d. They were not sent.",
				p.idName, p.secretName, s.name, keyIDLength, keySecretLength),
		}
	case len(p.id) != keyIDLength || len(p.secret) != keySecretLength:
		r.warn("Unusual access key", "%s of %s have %d and %d characters. The usual lengths are %d and %d.",
			p.both(), s.name, len(p.id), len(p.secret), keyIDLength, keySecretLength)
	}
	return nil
}

// half returns the error for pair i, of which s has only the id or only the secret.
func (s source) half(i int, others []source) error {
	p := s.pairs[i]
	has, lacks := p.idName, p.secretName
	if p.id == "" {
		has, lacks = p.secretName, p.idName
	}
	var elsewhere strings.Builder
	for _, other := range others {
		q := other.pairs[i]
		if (p.id == "" && q.id != "") || (p.secret == "" && q.secret != "") {
			name := q.secretName
			if p.id == "" {
				name = q.idName
			}
			fmt.Fprintf(&elsewhere, " %s is set in %s, but halves from two places are not combined: they may belong to two accounts.", name, other.name)
		}
	}
	return &ConfigError{
		Summary: "Half a credential",
		Detail:  fmt.Sprintf("%s is set in %s, but %s is not.%s Set both in the same place, or neither.", has, s.name, lacks, elsewhere.String()),
	}
}

// pemInput is a setting for the client certificate or its key: the path of a file, or the file's contents in base64.
type pemInput struct{ name, path, b64Name, b64 string }

func (p pemInput) set() bool { return p.path != "" || p.b64 != "" }

// clientCertificate returns the certificate that an account's access rules may require. Certificate and key come from one
// source, each from a file or else from base64.
func (r *resolver) clientCertificate() (*tls.Certificate, error) {
	p := r.profile
	for _, s := range []struct {
		name      string
		cert, key pemInput
	}{
		{"the provider block", pemInput{"`x509_cert_path`", val(r.block.ClientCertPath), "", ""}, pemInput{"`x509_key_path`", val(r.block.ClientKeyPath), "", ""}},
		{"the environment", r.pemVariables("CERT"), r.pemVariables("KEY")},
		{r.from, pemInput{"x509_client_cert", p.cert, "x509_client_cert_b64", p.certB64}, pemInput{"x509_client_key", p.key, "x509_client_key_b64", p.keyB64}},
		{r.from, pemInput{"client_certificate", p.certAndKey, "", ""}, pemInput{"client_certificate", p.certAndKey, "", ""}},
	} {
		if !s.cert.set() && !s.key.set() {
			continue
		}
		fail := func(format string, args ...any) (*tls.Certificate, error) {
			return nil, &ConfigError{Summary: "Client certificate not usable", Detail: fmt.Sprintf(format, args...)}
		}
		if !s.cert.set() || !s.key.set() {
			return fail("In %s, only one of %s and %s is set.", s.name, s.cert.name, s.key.name)
		}
		var blocks [2][]byte
		for i, in := range []pemInput{s.cert, s.key} {
			name, data, err := r.readPEM(in)
			if err != nil {
				return fail("%s of %s %s.", name, s.name, err)
			}
			blocks[i] = data
		}
		pair, err := tls.X509KeyPair(blocks[0], blocks[1])
		if err != nil {
			return fail("%s and %s of %s: %s.", s.cert.name, s.key.name, s.name, err)
		}
		return &pair, nil
	}
	return nil, nil
}

func (r *resolver) pemVariables(half string) pemInput {
	name := "OSC_X509_CLIENT_" + half
	return pemInput{name: name, path: r.getenv(name), b64Name: name + "_B64", b64: r.getenv(name + "_B64")}
}

// readPEM reads a client certificate or its key. The error says what is wrong with the value. It does not repeat a value that
// is not a path, because that may be the private key.
func (r *resolver) readPEM(in pemInput) (name string, data []byte, err error) {
	if in.path == "" {
		data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(in.b64))
		if err != nil {
			return in.b64Name, nil, errors.New("is not base64")
		}
		return in.b64Name, data, nil
	}
	path, why := r.path(in.path)
	if why != "" {
		return in.name, nil, errors.New(why)
	}
	data, err = readFile(path)
	if err != nil {
		return in.name, nil, fmt.Errorf("is %s, which cannot be read: %w", shownPath(in.path), err)
	}
	return in.name, data, nil
}

// maxFile is the largest file that is read, in bytes.
const maxFile = 4 << 20

// readFile reads a regular file. Its errors do not repeat the path.
func readFile(path string) ([]byte, error) {
	var data []byte
	info, err := os.Stat(path)
	switch {
	case err != nil:
	case info.IsDir():
		err = errors.New("it is a folder")
	case !info.Mode().IsRegular():
		err = errors.New("it is not a regular file") // opening a pipe could block for ever
	case info.Size() > maxFile:
		err = fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	default:
		data, err = os.ReadFile(path) //nolint:gosec // the user names the file
	}
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return data, err
}
