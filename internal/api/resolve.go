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

// Where the API is when nothing says otherwise.
const (
	defaultRegion   = "eu-west-2"
	defaultProtocol = "https"
	defaultHost     = "outscale.com"
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

// Warning is a setting that was not followed, or that is a risk.
type Warning struct {
	Kind      WarningKind
	Summary   string
	Detail    string
	Attribute string // the argument of the provider block that it is about, "" when it is not one of them
}

// WarningKind tells warnings apart.
type WarningKind string

// The kinds of warnings.
const (
	WarnDisagree    WarningKind = "disagree"    // two sources name different regions: the nearer one counts
	WarnPlainHTTP   WarningKind = "plain http"  // the endpoint is not on this machine, and is called without TLS
	WarnInsecure    WarningKind = "insecure"    // the server's certificate is not verified
	WarnIgnored     WarningKind = "ignored"     // a member of the profile or a variable is not used
	WarnBrokenFile  WarningKind = "broken file" // the profile was read, and the rest of its file cannot be
	WarnOddLength   WarningKind = "odd length"  // an id or a secret has not the usual length
	WarnOlderFolder WarningKind = "older name"  // a variable or a folder has a name that is no longer read
)

// Resolve finds one whole credential and the settings that go with it: provider block before environment before
// profile file. env looks a variable up, home is the user's home folder ("" = unknown). The Config it returns has
// Endpoint, Region, Credential, ClientCertificate, Insecure, Proxy and Warnings filled. Errors are *ConfigError, name the
// sources that were looked at, and repeat no value that may be a secret.
//
// One source gives the whole credential: half of one, or halves in two places, is an error and never completed from a
// source further down, which may belong to another account. The other settings are found item by item; a profile takes
// part when the credential came from it or when it is named, so that a default profile never gives its region to
// another account's key. docs/dev/profile-members.md has every variable and member.
func Resolve(block Settings, env func(string) (string, bool), home string) (Config, error) {
	r := &resolver{block: block, env: env, home: home}
	if err := r.refuseEmpty(); err != nil {
		return Config{}, err
	}
	cred, err := r.credential()
	if err != nil {
		return Config{}, err
	}
	cfg := Config{Credential: cred}
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

// resolver holds the sources while one configuration is worked out.
type resolver struct {
	block    Settings
	env      func(string) (string, bool)
	home     string
	profile  fileProfile // the one that takes part
	from     string      // where it was found, for messages; "" = none takes part
	warnings []Warning
}

func (r *resolver) warn(kind WarningKind, attribute, summary, format string, args ...any) {
	r.warnings = append(r.warnings, Warning{Kind: kind, Attribute: attribute, Summary: summary, Detail: fmt.Sprintf(format, args...)})
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

// setting is a value with its source. The higher the level, the nearer it is to the user: 3 the provider block, 2 the
// environment, 1 the profile, 0 none of them.
type setting struct {
	value, source string
	attribute     string // of the provider block
	level         int
}

// find returns the nearest value of a setting.
func (r *resolver) find(argument *string, attribute, variable, member, ofProfile string) setting {
	if argument != nil {
		return setting{*argument, "`" + attribute + "` of the provider block", attribute, 3}
	}
	if v := r.getenv(variable); v != "" {
		return setting{v, variable, "", 2}
	}
	if ofProfile != "" {
		return setting{ofProfile, member + " of " + r.from, "", 1}
	}
	return setting{}
}

var (
	regionShape = regexp.MustCompile(`^[A-Za-z0-9-]{1,50}$`)
	// regional is the host of an endpoint that belongs to a region.
	regional = regexp.MustCompile(`^api\.([A-Za-z0-9-]+)\.outscale\.[a-z]+$`)
)

// address is the base URL with scheme and path, and the region of the signature. A value without a scheme gets the
// protocol, one without a path /api/v1. Where region and endpoint name two regions, the one counts that is nearer to the
// user.
func (r *resolver) address() (endpoint, region string, err error) {
	p := r.profile
	zone := r.find(r.block.Region, "region", "OSC_REGION", cmp.Or(p.regionName, "region"), p.region)
	if zone.level > 0 && !regionShape.MatchString(zone.value) {
		return "", "", &ConfigError{
			Summary: "Region not usable", Attribute: zone.attribute,
			Detail: fmt.Sprintf("The region in %s is %s. The name of a region has letters, digits and hyphens, such as %s.", zone.source, shown(zone.value), defaultRegion),
		}
	}
	protocol := r.find(nil, "", "OSC_PROTOCOL", cmp.Or(p.protocolName, "protocol"), p.protocol)
	scheme := strings.ToLower(cmp.Or(protocol.value, defaultProtocol))
	if scheme != "https" && scheme != "http" {
		return "", "", &ConfigError{
			Summary: "Protocol not usable", Detail: fmt.Sprintf("The protocol in %s is %s; it can be https or http.", protocol.source, shown(protocol.value)),
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
			return "", "", &ConfigError{Summary: "Host not usable", Detail: fmt.Sprintf("host of %s is %s, which is not the name of a host.", r.from, shown(host))}
		}
		endpoint = scheme + "://api." + region + "." + host + defaultPath
	}
	r.warnPlainHTTP(endpoint, given.attribute)
	return endpoint, region, nil
}

// reconcile compares the region with that of the endpoint's host. The further one of the two is dropped where they
// disagree; an endpoint without a region of its own agrees with any.
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
	r.warn(WarnDisagree, kept.attribute, "Two regions", "%s names another region than %s (%s). %s counts, because it is nearer to this run.",
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
		bad.Attribute = given.attribute
		bad.Detail = fmt.Sprintf("%s: %s", given.source, bad.Detail)
	}
	return endpoint, err
}

func (r *resolver) warnPlainHTTP(endpoint, attribute string) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" {
		return
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		r.warn(WarnPlainHTTP, attribute, "Endpoint without TLS", "The calls go to %s without TLS, and not to this machine: new secret keys, "+
			"and the password of a login, can be read on the way. Use https.", text.Escape(endpoint))
	}
}

// insecure is whether the server's certificate goes unverified. A value that is neither yes nor no is refused: taking
// it for either could be the wrong one.
func (r *resolver) insecure() (bool, error) {
	off, source, attribute := r.profile.insecure, r.profile.insecureName+" of "+r.from, ""
	if v := r.getenv("OSC_TLS_SKIP_VERIFY"); v != "" {
		var ok bool
		if off, ok = yesOrNo(v); !ok {
			return false, &ConfigError{Summary: "OSC_TLS_SKIP_VERIFY not usable", Detail: fmt.Sprintf("OSC_TLS_SKIP_VERIFY is %s; it can be true or false.", shown(v))}
		}
		source = "OSC_TLS_SKIP_VERIFY"
	}
	if r.block.Insecure != nil {
		off, source, attribute = *r.block.Insecure, "`insecure` of the provider block", "insecure"
	}
	if off {
		r.warn(WarnInsecure, attribute, "Certificate not verified", "By %s the certificate of the endpoint is not verified: "+
			"whoever is on the way can read and change the calls.", source)
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

// older names the variables that are set under a name that is not read, and not under the one that is.
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
		r.warn(WarnOlderFolder, "", "Variable not read", "These variables are set and not read: %s.", strings.Join(found, ", "))
	}
	if method := r.getenv("OSC_AUTH_METHOD"); method != "" && method != "accesskey" {
		r.warn(WarnIgnored, "", "Variable not read", "OSC_AUTH_METHOD is not read: an access key signs the calls, or a login does, whichever is given.")
	}
}

// namesAPI reports that a list of services for which the second kind of keys (IAM v2) is used has this API: osc in one
// version of the SDK for Go, api in others and in that for Python.
func namesAPI(services []string) bool {
	for _, service := range services {
		if s := strings.TrimSpace(service); s == profile.OscServiceApi || s == "api" {
			return true
		}
	}
	return false
}
