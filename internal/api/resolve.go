package api

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/outscale/osc-sdk-go/v3/pkg/profile"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// The default address of the API.
const (
	defaultRegion   = "eu-west-2"
	defaultProtocol = "https"
	defaultHost     = "outscale.com"
	defaultPath     = "/api/v1"
)

// Regions are the regions that OUTSCALE has published (official, description 1.40.1). Another name is not an error, because
// there may be new regions.
var Regions = []string{"ap-northeast-1", "cloudgouv-eu-west-1", "eu-west-2", "us-east-2", "us-west-1"}

// Settings are the arguments of the provider block. nil = not set.
type Settings struct {
	AccessKeyID, SecretKey        *string
	Login, Password               *string
	Region                        *string
	Profile, ConfigFile           *string
	Endpoint                      *string
	ClientCertPath, ClientKeyPath *string
	Insecure                      *bool
}

// Warning is about a setting that has no effect, or that is a risk.
type Warning struct{ Summary, Detail string }

// Resolve finds the credential and the other settings of a client. The provider block takes precedence over the environment,
// and the environment over the profile file. env looks up a variable, home is the user's home folder ("" = unknown). The
// returned Config has Endpoint, Region, Credential, CredentialSource, ClientCertificate, Insecure, Proxy and Warnings. Errors are
// *ConfigError. They name the sources that were searched, and repeat no value that may be a secret.
//
// The whole credential comes from one source. Half a credential, or halves in two sources, is an error: another source may
// belong to another account. Each of the other settings is found by itself. A profile is used only if the credential comes
// from it or if it is named, so that a default profile never gives its region to another account's key.
// docs/dev/profile-members.md has every variable and member.
func Resolve(block Settings, env func(string) (string, bool), home string) (Config, error) {
	r := &resolver{block: block, env: env, home: home}
	if err := r.refuseEmpty(); err != nil {
		return Config{}, err
	}
	cred, err := r.credential()
	if err != nil {
		return Config{}, err
	}
	cfg := Config{Credential: cred, CredentialSource: r.source}
	if cfg.Endpoint, cfg.Region, err = r.address(); err != nil {
		return Config{}, err
	}
	if cfg.ClientCertificate, err = r.clientCertificate(); err != nil {
		return Config{}, err
	}
	if cfg.Insecure, err = r.insecure(); err != nil {
		return Config{}, err
	}
	if cfg.Proxy, err = r.proxy(cfg.Endpoint); err != nil {
		return Config{}, err
	}
	r.warnOlderNames()
	cfg.Warnings = r.warnings
	return cfg, nil
}

// resolver has the sources of one configuration.
type resolver struct {
	block    Settings
	env      func(string) (string, bool)
	home     string
	profile  fileProfile // the profile that is used
	from     string      // its name and file, for messages; "" = no profile is used
	source   string      // the name of the source of the credential
	warnings []Warning
}

func (r *resolver) warn(summary, format string, args ...any) {
	r.warnings = append(r.warnings, Warning{Summary: summary, Detail: fmt.Sprintf(format, args...)})
}

// getenv returns the value of a variable. An empty variable counts as not set, as in every tool of OUTSCALE.
func (r *resolver) getenv(name string) string {
	v, _ := r.env(name)
	return v
}

// refuseEmpty refuses an argument that is an empty string. The next source could give a credential that the user does not
// mean.
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
				Summary: "Provider argument is empty",
				Detail: fmt.Sprintf("`%s` is set to an empty string in the provider block. Give it a value, or remove it "+
					"to use the environment or the profile file.", arg.name),
			}
		}
	}
	return nil
}

// setting is a value with its source. The higher level takes precedence: 3 = the provider block, 2 = the environment, 1 = the
// profile, 0 = not set.
type setting struct {
	value, source string
	level         int
}

// find returns the value of a setting that takes precedence.
func (r *resolver) find(argument *string, attribute, variable, member, ofProfile string) setting {
	if argument != nil {
		return setting{*argument, "`" + attribute + "` of the provider block", 3}
	}
	if v := r.getenv(variable); v != "" {
		return setting{v, variable, 2}
	}
	if ofProfile != "" {
		return setting{ofProfile, member + " of " + r.from, 1}
	}
	return setting{}
}

var (
	regionShape = regexp.MustCompile(`^[A-Za-z0-9-]{1,50}$`)
	// regional is the host of an endpoint that belongs to a region.
	regional = regexp.MustCompile(`^api\.([A-Za-z0-9-]+)\.outscale\.[a-z]+$`)
)

// address returns the base URL with scheme and path, and the region of the signature. An endpoint without a scheme gets the
// protocol, one without a path gets /api/v1. If region and endpoint name two regions, the setting of the higher level counts.
func (r *resolver) address() (endpoint, region string, err error) {
	p := r.profile
	zone := r.find(r.block.Region, "region", "OSC_REGION", cmp.Or(p.regionName, "region"), p.region)
	if zone.level > 0 && !regionShape.MatchString(zone.value) {
		return "", "", &ConfigError{
			Summary: "Region not usable",
			Detail:  fmt.Sprintf("The region in %s is %s. The name of a region has letters, digits and hyphens, such as %s.", zone.source, shown(zone.value), defaultRegion),
		}
	}
	protocol := r.find(nil, "", "OSC_PROTOCOL", cmp.Or(p.protocolName, "protocol"), p.protocol)
	scheme := strings.ToLower(cmp.Or(protocol.value, defaultProtocol))
	if scheme != "https" && scheme != "http" {
		return "", "", &ConfigError{
			Summary: "Protocol not usable", Detail: fmt.Sprintf("The protocol in %s is %s. It must be https or http.", protocol.source, shown(protocol.value)),
		}
	}
	given := r.find(r.block.Endpoint, "endpoint", "OSC_ENDPOINT_API", p.endpointName, p.endpoint)
	if given.level > 0 {
		if endpoint, err = r.normalize(given, scheme); err != nil {
			return "", "", err
		}
		zone, given = r.reconcile(zone, given, endpoint)
	}
	region = cmp.Or(zone.value, defaultRegion)
	if given.level == 0 {
		host := cmp.Or(p.host, defaultHost)
		if !hostShape.MatchString(host) || strings.Contains(host, "%") {
			return "", "", &ConfigError{Summary: "Host not usable", Detail: fmt.Sprintf("The host in %s is %s, which is not the name of a host.", r.from, shown(host))}
		}
		endpoint = scheme + "://api." + region + "." + host + defaultPath
	}
	r.warnPlainHTTP(endpoint)
	return endpoint, region, nil
}

// reconcile compares the region with the region in the endpoint's host. If they differ, it drops the setting of the lower
// level. An endpoint without a region agrees with any.
func (r *resolver) reconcile(zone, given setting, endpoint string) (setting, setting) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return zone, given
	}
	match := regional.FindStringSubmatch(strings.ToLower(u.Hostname()))
	if match == nil || match[1] == zone.value {
		return zone, given
	}
	if zone.level == 0 {
		return setting{value: match[1]}, given
	}
	kept, dropped := given, zone
	if zone.level > given.level {
		kept, dropped = zone, given
	}
	r.warn("Two regions", "%s names another region than %s (%s). %s takes precedence.",
		kept.source, dropped.source, shown(dropped.value), kept.source)
	if zone.level > given.level {
		return zone, setting{}
	}
	return setting{value: match[1]}, given
}

// normalize completes an endpoint and checks it.
func (r *resolver) normalize(given setting, scheme string) (string, error) {
	full := given.value
	if !strings.Contains(full, "://") {
		full = scheme + "://" + full
	}
	if u, err := url.Parse(full); err == nil && (u.Path == "" || u.Path == "/") {
		u.Path = defaultPath
		full = u.String()
	}
	endpoint, err := checkEndpoint(full)
	var bad *ConfigError
	if errors.As(err, &bad) {
		bad.Detail = fmt.Sprintf("%s: %s", given.source, bad.Detail)
	}
	return endpoint, err
}

func (r *resolver) warnPlainHTTP(endpoint string) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" {
		return
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		r.warn("Endpoint without TLS", "The calls go to %s without TLS. That is another machine, so others on the network "+
			"can read new secret keys and the password of a login. Use https.", text.Escape(endpoint))
	}
}

// insecure reports whether the server's certificate is not verified. A value that is neither yes nor no is an error, because
// either meaning could be wrong.
func (r *resolver) insecure() (bool, error) {
	off, source := r.profile.insecure, r.profile.insecureName+" of "+r.from
	if v := r.getenv("OSC_TLS_SKIP_VERIFY"); v != "" {
		var ok bool
		if off, ok = yesOrNo(v); !ok {
			return false, &ConfigError{Summary: "OSC_TLS_SKIP_VERIFY not usable", Detail: fmt.Sprintf("OSC_TLS_SKIP_VERIFY is %s. It must be true or false.", shown(v))}
		}
		source = "OSC_TLS_SKIP_VERIFY"
	}
	if r.block.Insecure != nil {
		off, source = *r.block.Insecure, "`insecure` of the provider block"
	}
	if off {
		r.warn("Certificate not verified", "Because of %s, the certificate of the endpoint is not verified: "+
			"others on the network can read and change the calls.", source)
	}
	return off, nil
}

func yesOrNo(v string) (yes, ok bool) {
	switch strings.ToLower(v) {
	case "yes", "true", "1":
		return true, true
	case "no", "false", "0":
		return false, true
	}
	return false, false
}

// olderNames are variables of the official provider up to 1.5.0 and of other tools, with the names that are read.
var olderNames = []struct{ older, now string }{
	{"OUTSCALE_ACCESSKEYID", "OSC_ACCESS_KEY"}, {"OUTSCALE_SECRETKEYID", "OSC_SECRET_KEY"}, {"OUTSCALE_REGION", "OSC_REGION"},
	{"OUTSCALE_OAPI_URL", "OSC_ENDPOINT_API"}, {"OUTSCALE_X509CERT", "OSC_X509_CLIENT_CERT"}, {"OUTSCALE_X509KEY", "OSC_X509_CLIENT_KEY"},
	{"OUTSCALE_ACCESS_KEY", "OSC_ACCESS_KEY"}, {"OUTSCALE_SECRET_KEY", "OSC_SECRET_KEY"},
	{"OUTSCALE_ACCESS_KEY_ID", "OSC_ACCESS_KEY"}, {"OUTSCALE_SECRET_KEY_ID", "OSC_SECRET_KEY"},
	{"OSC_X509_CLENT_CERT", "OSC_X509_CLIENT_CERT"}, {"OSC_X509_CLENT_KEY", "OSC_X509_CLIENT_KEY"}, // as the SDK for Rust spells them
}

// older returns the variables that are set with an older name, unless they are also set with the name that is read.
func (r *resolver) older() (found []string) {
	for _, name := range olderNames {
		if r.getenv(name.older) != "" && r.getenv(name.now) == "" {
			found = append(found, fmt.Sprintf("%s (its name is %s)", name.older, name.now))
		}
	}
	return found
}

func (r *resolver) warnOlderNames() {
	if found := r.older(); len(found) > 0 {
		r.warn("Variable not read", "These variables are set, but not read: %s.", strings.Join(found, ", "))
	}
	if method := r.getenv("OSC_AUTH_METHOD"); method != "" && method != "accesskey" {
		r.warn("OSC_AUTH_METHOD not read", "OSC_AUTH_METHOD is not read: an access key signs the calls, or a login does, whichever is given.")
	}
}

// namesAPI reports whether a list of services that use the second kind of keys (IAM v2) includes this API. Its name is osc in
// one version of the SDK for Go, and api in others and in the SDK for Python.
func namesAPI(services []string) bool {
	for _, service := range services {
		if s := strings.TrimSpace(service); s == profile.OscServiceApi || s == "api" {
			return true
		}
	}
	return false
}
