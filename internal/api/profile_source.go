package api

import (
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
)

// pair is one way to give a credential in one source: an id with its secret.
type pair struct {
	idName, secretName string
	id, secret         string
	idArg, secretArg   string // arguments of the provider block, "" elsewhere
}

func (p pair) both() string { return p.idName + " and " + p.secretName }

// source is one place that can give a credential: an access key first, a login second.
type source struct {
	name  string
	pairs []pair
}

// credential is the source's one whole credential, nil when it has none at all. others are looked at only to say where
// the missing half of one is.
func (s source) credential(others ...source) (*Credential, error) {
	whole := -1
	for i, p := range s.pairs {
		if p.id == "" && p.secret == "" {
			continue
		}
		if p.id == "" || p.secret == "" {
			return nil, s.half(i, others)
		}
		if whole >= 0 {
			return nil, &ConfigError{
				Summary: "Two credentials in one place", Attribute: p.idArg,
				Detail: fmt.Sprintf("%s are set in %s, and so are %s. Keep one of the two: which one signs the calls is not guessed.",
					s.pairs[whole].both(), s.name, p.both()),
			}
		}
		whole = i
	}
	switch whole {
	case 0:
		return &Credential{AccessKeyID: s.pairs[0].id, SecretKey: s.pairs[0].secret}, nil
	case 1:
		return &Credential{Login: s.pairs[1].id, Password: s.pairs[1].secret}, nil
	}
	return nil, nil
}

// half is the error for pair i, of which only one half is in s.
func (s source) half(i int, others []source) error {
	p := s.pairs[i]
	has, lacks, arg := p.idName, p.secretName, p.secretArg
	if p.id == "" {
		has, lacks, arg = p.secretName, p.idName, p.idArg
	}
	var elsewhere strings.Builder
	for _, other := range others {
		q := other.pairs[i]
		if (p.id == "" && q.id != "") || (p.secret == "" && q.secret != "") {
			name := q.secretName
			if p.id == "" {
				name = q.idName
			}
			fmt.Fprintf(&elsewhere, " %s is set in %s, and halves from two places are not put together: they may belong to two accounts.", name, other.name)
		}
	}
	return &ConfigError{
		Summary: "Half a credential", Attribute: arg,
		Detail: fmt.Sprintf("%s is set in %s, and %s is not.%s Set both in the same place, or neither.", has, s.name, lacks, elsewhere.String()),
	}
}

// clientCertificate is the certificate that an account's access rules may demand: certificate and key from one source,
// each as a file or as its base64 form, the file first.
func (r *resolver) clientCertificate() (*tls.Certificate, error) {
	p := r.profileOr()
	for _, s := range []struct {
		name, attribute            string
		cert, certB64, key, keyB64 string
		certName, keyName          string
	}{
		{"the provider block", "x509_cert_path", val(r.block.ClientCertPath), "", val(r.block.ClientKeyPath), "", "`x509_cert_path`", "`x509_key_path`"},
		{"the environment", "", r.getenv("OSC_X509_CLIENT_CERT"), r.getenv("OSC_X509_CLIENT_CERT_B64"), r.getenv("OSC_X509_CLIENT_KEY"), r.getenv("OSC_X509_CLIENT_KEY_B64"),
			"OSC_X509_CLIENT_CERT", "OSC_X509_CLIENT_KEY"},
		{r.from, "", p.X509ClientCert, p.X509ClientCertB64, p.X509ClientKey, p.X509ClientKeyB64, "x509_client_cert", "x509_client_key"},
	} {
		hasCert, hasKey := s.cert != "" || s.certB64 != "", s.key != "" || s.keyB64 != ""
		if !hasCert && !hasKey {
			continue
		}
		fail := func(why string) (*tls.Certificate, error) {
			return nil, &ConfigError{Summary: "Client certificate not usable", Detail: why, Attribute: s.attribute}
		}
		if !hasCert || !hasKey {
			return fail(fmt.Sprintf("In %s one of %s and %s is set, and the other is not.", s.name, s.certName, s.keyName))
		}
		cert, err := r.pem(s.cert, s.certB64)
		if err != nil {
			return fail(fmt.Sprintf("%s of %s: %s.", s.certName, s.name, err))
		}
		key, err := r.pem(s.key, s.keyB64)
		if err != nil {
			return fail(fmt.Sprintf("%s of %s: %s.", s.keyName, s.name, err))
		}
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			return fail(fmt.Sprintf("%s and %s of %s: %s.", s.certName, s.keyName, s.name, err))
		}
		return &pair, nil
	}
	return nil, nil
}

func (r *resolver) pem(path, b64 string) ([]byte, error) {
	if path == "" {
		data, err := base64.StdEncoding.DecodeString(b64)
		if err != nil {
			return nil, fmt.Errorf("the value is not base64")
		}
		return data, nil
	}
	path, err := r.expand(path)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // the user names the file
}
