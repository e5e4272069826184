package api

import (
	"cmp"
	"crypto/sha256"
	"net/http"
	"time"

	"github.com/aws/smithy-go/aws-http-auth/credentials"
	"github.com/aws/smithy-go/aws-http-auth/sigv4"
	"github.com/outscale/osc-sdk-go/v3/pkg/profile"
)

// signer adds the credential to a request. at is the time of the API's clock.
type signer func(req *http.Request, body []byte, at time.Time) error

// signing returns the signer for the credential of cfg, which must be one whole credential. The signature is made with the
// library of the official SDK, because the SDK itself signs with the system's clock only.
func signing(cfg Config) (signer, error) {
	cred := cfg.Credential
	key, login := cred.AccessKeyID != "" || cred.SecretKey != "", cred.Login != "" || cred.Password != ""
	switch {
	case key && login:
		return nil, &ConfigError{Summary: "Two credentials", Detail: "An access key and a login are set. Only one of them can be used."}
	case cred.AccessKeyID != "" && cred.SecretKey != "":
		return signV4(cred.AccessKeyID, cred.SecretKey, cmp.Or(cfg.Region, defaultRegion)), nil
	case cred.Login != "" && cred.Password != "":
		return func(req *http.Request, _ []byte, _ time.Time) error {
			req.SetBasicAuth(cred.Login, cred.Password)
			return nil
		}, nil
	case key || login:
		return nil, &ConfigError{Summary: "Half a credential", Detail: "An access key needs its id and its secret. A login needs its password."}
	}
	return nil, &ConfigError{Summary: "No credential", Detail: "Every call must be signed: an access key or a login is needed."}
}

func signV4(id, secret, region string) signer {
	v4 := sigv4.New()
	return func(req *http.Request, body []byte, at time.Time) error {
		hash := sha256.Sum256(body)
		return v4.SignRequest(&sigv4.SignRequestInput{
			Request: req, PayloadHash: hash[:], Time: at, Region: region, Service: profile.OscServiceApi,
			Credentials: credentials.Credentials{AccessKeyID: id, SecretAccessKey: secret},
		})
	}
}
