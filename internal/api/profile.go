package api

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/outscale/osc-sdk-go/v3/pkg/profile"
)

// Where the API is when nothing says otherwise.
const (
	defaultRegion   = "eu-west-2"
	defaultProtocol = "https"
	defaultPath     = "/api/v1"
)

// Regions are those that OUTSCALE has published (official, description 1.40.1). Another name is not an error: new ones open.
var Regions = []string{"ap-northeast-1", "cloudgouv-eu-west-1", "eu-west-2", "us-east-2", "us-west-1"}

// Settings is what the provider block says. A nil member is not set there.
type Settings struct {
	AccessKeyID, SecretKey        *string
	Login, Password               *string
	Region                        *string
	Profile, ConfigFile           *string
	Endpoint                      *string
	ClientCertPath, ClientKeyPath *string
	Insecure                      *bool
}

// Resolve finds one whole credential and the settings that go with it: provider block before environment before
// profile file. env looks a variable up, home is the user's home folder ("" = unknown). The Config it returns has
// Endpoint, Region, Credential, ClientCertificate and Insecure filled. Errors are *ConfigError and name the sources
// that were looked at.
//
// One source gives the whole credential: half of one, or halves in two places, is an error and never completed from a
// source further down, which may belong to another account. The other settings are found item by item; a profile takes
// part when the credential came from it or when it is named, so that a default profile never lends its region to
// another account's key.
func Resolve(block Settings, env func(string) (string, bool), home string) (Config, error) {
	r := &resolver{block: block, env: env, home: home}
	if err := r.refuseEmpty(); err != nil {
		return Config{}, err
	}
	cred, err := r.credential()
	if err != nil {
		return Config{}, err
	}
	cfg := Config{Credential: cred, Region: r.region()}
	if cfg.Endpoint, err = r.endpoint(cfg.Region); err != nil {
		return Config{}, err
	}
	if cfg.ClientCertificate, err = r.clientCertificate(); err != nil {
		return Config{}, err
	}
	if cfg.Insecure, err = r.insecure(); err != nil {
		return Config{}, err
	}
	return cfg, nil
}

// resolver holds the sources while one configuration is worked out. profile is the one that takes part, nil = none.
type resolver struct {
	block   Settings
	env     func(string) (string, bool)
	home    string
	profile *profile.Profile
	from    string // where profile was found, for messages
}

// getenv is a variable's value; an empty variable counts as not set, as for every tool of OUTSCALE.
func (r *resolver) getenv(name string) string {
	v, _ := r.env(name)
	return v
}

// refuseEmpty stops on an argument that is set to nothing: falling through to the next source would use a credential
// that the configuration did not mean.
func (r *resolver) refuseEmpty() error {
	for _, arg := range []struct {
		name  string
		value *string
	}{
		{"access_key_id", r.block.AccessKeyID}, {"secret_key_id", r.block.SecretKey},
		{"login", r.block.Login}, {"password", r.block.Password},
		{"profile", r.block.Profile}, {"config_file", r.block.ConfigFile}, {"region", r.block.Region},
		{"endpoint", r.block.Endpoint}, {"x509_cert_path", r.block.ClientCertPath}, {"x509_key_path", r.block.ClientKeyPath},
	} {
		if arg.value != nil && *arg.value == "" {
			return &ConfigError{
				Summary: "Provider argument is empty", Attribute: arg.name,
				Detail: fmt.Sprintf("`%s` is set to an empty string in the provider block. Give it a value, or leave it out "+
					"to have it looked for in the environment and in the profile file.", arg.name),
			}
		}
	}
	return nil
}

// credential goes through the sources in order. It also settles which profile takes part.
func (r *resolver) credential() (Credential, error) {
	block := source{name: "the provider block", pairs: []pair{
		{idName: "`access_key_id`", secretName: "`secret_key_id`", id: val(r.block.AccessKeyID), secret: val(r.block.SecretKey), idArg: "access_key_id", secretArg: "secret_key_id"},
		{idName: "`login`", secretName: "`password`", id: val(r.block.Login), secret: val(r.block.Password), idArg: "login", secretArg: "password"},
	}}
	environment := r.environment()

	cred, err := block.credential(environment)
	if err != nil {
		return Credential{}, err
	}
	namedInBlock := r.block.Profile != nil || r.block.ConfigFile != nil
	if cred == nil && !namedInBlock {
		if cred, err = environment.credential(block); err != nil {
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

// environment is the credential part of the environment. OSC_IAM_V2_SERVICES chooses the second pair, as in the SDK.
func (r *resolver) environment() source {
	id, secret := "OSC_ACCESS_KEY", "OSC_SECRET_KEY"
	for _, service := range strings.Split(r.getenv("OSC_IAM_V2_SERVICES"), ",") {
		if strings.TrimSpace(service) == profile.OscServiceApi {
			id, secret = "OSC_ACCESS_KEY_V2", "OSC_SECRET_KEY_V2"
		}
	}
	return source{name: "the environment", pairs: []pair{
		{idName: id, secretName: secret, id: r.getenv(id), secret: r.getenv(secret)},
		{idName: "OSC_LOGIN", secretName: "OSC_PASSWORD", id: r.getenv("OSC_LOGIN"), secret: r.getenv("OSC_PASSWORD")},
	}}
}

func (r *resolver) region() string {
	return firstSet(val(r.block.Region), r.getenv("OSC_REGION"), r.profileOr().Region, defaultRegion)
}

// endpoint is the base URL with scheme and path. A value without a scheme gets the protocol, one without a path /api/v1.
func (r *resolver) endpoint(region string) (string, error) {
	protocol := strings.ToLower(firstSet(r.getenv("OSC_PROTOCOL"), r.profileOr().Protocol, defaultProtocol))
	if protocol != "https" && protocol != "http" {
		return "", &ConfigError{Summary: "Protocol not usable", Detail: fmt.Sprintf("The protocol is %q (from OSC_PROTOCOL or %s); it can be https or http.", protocol, r.fromOr())}
	}
	given := firstSet(val(r.block.Endpoint), r.getenv("OSC_ENDPOINT_API"), r.profileOr().Endpoints.API)
	if given == "" {
		given = "api." + region + ".outscale.com"
		if strings.ContainsAny(region, "/:@?# ") {
			return "", &ConfigError{Summary: "Region not usable", Detail: fmt.Sprintf("The region %q is not the name of a region, such as %s.", region, defaultRegion), Attribute: argument(r.block.Region, "region")}
		}
	}
	if !strings.Contains(given, "://") {
		given = protocol + "://" + given
	}
	if u, err := url.Parse(given); err == nil && (u.Path == "" || u.Path == "/") {
		u.Path = defaultPath
		given = u.String()
	}
	endpoint, err := checkEndpoint(given)
	var bad *ConfigError
	if errors.As(err, &bad) {
		bad.Attribute = argument(r.block.Endpoint, "endpoint")
	}
	return endpoint, err
}

// argument is name when the provider block set it: a value from elsewhere is not its fault.
func argument(value *string, name string) string {
	if value == nil {
		return ""
	}
	return name
}

// insecure is whether the server's certificate goes unverified. A value that is neither yes nor no is refused: taking
// it for either could be the wrong one.
func (r *resolver) insecure() (bool, error) {
	if r.block.Insecure != nil {
		return *r.block.Insecure, nil
	}
	switch v := strings.ToLower(r.getenv("OSC_TLS_SKIP_VERIFY")); v {
	case "":
		return r.profileOr().TlsSkipVerify, nil
	case "yes", "true", "1":
		return true, nil
	case "no", "false", "0":
		return false, nil
	default:
		return false, &ConfigError{Summary: "OSC_TLS_SKIP_VERIFY not usable", Detail: fmt.Sprintf("OSC_TLS_SKIP_VERIFY is %q; it can be true or false.", v)}
	}
}

// profileOr is the profile that takes part, or an empty one.
func (r *resolver) profileOr() profile.Profile {
	if r.profile == nil {
		return profile.Profile{}
	}
	return *r.profile
}

func (r *resolver) fromOr() string { return firstSet(r.from, "no profile") }

func firstSet(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
