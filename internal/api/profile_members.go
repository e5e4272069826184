package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// fileProfile has the settings of a profile that this client uses. A setting that several members can give has also the name
// of its member.
type fileProfile struct {
	accessKey, secretKey       string
	accessKeyV2, secretKeyV2   string
	v2Services                 []string
	login, password, loginName string
	region, regionName         string
	protocol, protocolName     string
	host                       string
	endpoint, endpointName     string
	insecure                   bool
	insecureName               string
	cert, certB64, key, keyB64 string
	certAndKey                 string
	ignored                    []string // members without effect, which the user should know
}

// Members without effect. docs/dev/profile-members.md has all of them with their sources.
var (
	// silent are members that are for other programs and cause no warning.
	silent = []string{"method", "comment", "description"}
	// otherServices are the endpoints of other services of OUTSCALE.
	otherServices = []string{"oks", "lbu", "oos", "fcu", "eim", "icu", "direct_link", "directlink", "kms", "okms"}
	// smartCard are members for a key on a smart card, which is an error.
	smartCard = []string{"ssl_engine_id", "ssl_engine_path", "ssl_module_path"}
)

// decodeProfile reads the members of a profile. An error names the member and what is wrong with it.
func decodeProfile(raw json.RawMessage) (fileProfile, error) {
	var p fileProfile
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return p, errors.New("it is not an object")
	}
	d := memberDecoder{members: members}
	for _, name := range slices.Sorted(maps.Keys(members)) { // sorted, so that the error is the same each time
		d.name = name
		if string(members[name]) != "null" {
			p.take(&d)
		}
	}
	if d.err == nil && p.accessKey+p.secretKey == "" && len(p.v2Services) == 0 && p.accessKeyV2 != "" {
		p.ignored = append(p.ignored, "access_key_v2")
	}
	return p, d.err
}

// take applies one member.
func (p *fileProfile) take(d *memberDecoder) {
	plain := map[string]*string{
		"access_key": &p.accessKey, "secret_key": &p.secretKey, "access_key_v2": &p.accessKeyV2, "secret_key_v2": &p.secretKeyV2,
		"password": &p.password, "host": &p.host, "x509_client_cert": &p.cert, "x509_client_cert_b64": &p.certB64,
		"x509_client_key": &p.key, "x509_client_key_b64": &p.keyB64, "client_certificate": &p.certAndKey,
	}
	if target := plain[d.name]; target != nil {
		d.text(target, nil)
		return
	}
	switch d.name {
	case "iam_v2_services":
		d.decode(&p.v2Services, "a list of strings")
	case "login", "email":
		d.text(&p.login, &p.loginName)
	case "region", "region_name":
		d.text(&p.region, &p.regionName)
	case "protocol":
		d.text(&p.protocol, &p.protocolName)
	case "https":
		protocol := map[bool]string{true: "https", false: "http"}[d.boolean()]
		d.set(&p.protocol, &p.protocolName, protocol)
	case "endpoint":
		d.text(&p.endpoint, &p.endpointName)
	case "endpoints":
		p.takeEndpoints(d)
	case "tls_skip_verify":
		p.insecure, p.insecureName = d.boolean(), d.name
	case "ssl_verify":
		if !d.boolean() {
			p.insecure, p.insecureName = true, d.name
		}
	case "default":
		d.boolean() // only a check: choose reads this member
	default:
		p.takeOther(d)
	}
}

func (p *fileProfile) takeEndpoints(d *memberDecoder) {
	var endpoints map[string]json.RawMessage
	d.decode(&endpoints, "an object with an address for each service")
	for name, raw := range endpoints {
		inner := memberDecoder{members: map[string]json.RawMessage{"endpoints." + name: raw}, name: "endpoints." + name}
		switch {
		case string(raw) == "null", slices.Contains(otherServices, name):
		case name == "api":
			p.endpoint, p.endpointName = "", ""
			inner.text(&p.endpoint, &p.endpointName)
			d.err = errors.Join(d.err, inner.err)
		default:
			p.ignored = append(p.ignored, "endpoints."+name)
		}
	}
}

func (p *fileProfile) takeOther(d *memberDecoder) {
	switch {
	case slices.Contains(smartCard, d.name):
		d.fail("says that the key is on a smart card, which cannot be used here")
	case slices.Contains(silent, strings.ToLower(d.name)), strings.HasPrefix(d.name, "_"), strings.HasPrefix(d.name, "/"), strings.HasPrefix(d.name, "#"):
	default:
		p.ignored = append(p.ignored, d.name)
	}
}

// memberDecoder decodes the members of one object and keeps the first error.
type memberDecoder struct {
	members map[string]json.RawMessage
	name    string // of the current member
	err     error
}

func (d *memberDecoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("its member %s "+format, append([]any{text.Word(d.name)}, args...)...)
	}
}

// decode reads the current member into target.
func (d *memberDecoder) decode(target any, want string) {
	if json.Unmarshal(d.members[d.name], target) != nil {
		d.fail("is %s, and must be %s", kindOf(d.members[d.name]), want)
	}
}

// text reads a string. from, if not nil, is the name of the member that the value came from: two members for one setting must
// have the same value.
func (d *memberDecoder) text(target, from *string) {
	var value string
	if d.decode(&value, "a string"); value != "" {
		d.set(target, from, value)
	}
}

func (d *memberDecoder) set(target, from *string, value string) {
	if from != nil {
		if *from != "" && *target != value {
			d.fail("and its member %s say different things; keep one", *from)
		}
		*from = d.name
	}
	*target = value
}

// boolean reads true or false. Some tools write them as strings.
func (d *memberDecoder) boolean() bool {
	var value any
	_ = json.Unmarshal(d.members[d.name], &value) // it is valid JSON, because the file is
	if s, isText := value.(string); isText {
		if yes, ok := yesOrNo(s); ok {
			return yes
		}
	}
	yes, ok := value.(bool)
	if !ok {
		d.fail("is %s, and must be true or false", kindOf(d.members[d.name]))
	}
	return yes
}

// kindOf returns the JSON type of a value, without its content.
func kindOf(raw json.RawMessage) string {
	for first, kind := range map[byte]string{'"': "a string", '{': "an object", '[': "a list", 't': "true", 'f': "false", 'n': "null"} {
		if len(raw) > 0 && raw[0] == first {
			return kind
		}
	}
	return "a number"
}
