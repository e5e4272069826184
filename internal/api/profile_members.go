package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// fileProfile has the settings of a profile that this client uses. For a setting with several possible members, there is also
// the name of the member that was used.
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
	isDefault                  bool
	ignored                    []string // members that have no effect here and may have been meant to
}

// The handling of members without effect. docs/dev/profile-members.md has all of them with their sources.
var (
	// silent are members that are not for this client and cause no warning.
	silent = []string{"method", "comment", "description"}
	// otherServices are the endpoints of other services of OUTSCALE.
	otherServices = []string{"oks", "lbu", "oos", "fcu", "eim", "icu", "direct_link", "directlink", "kms", "okms"}
	// smartCard are members for a key on a smart card.
	smartCard = []string{"ssl_engine_id", "ssl_engine_path", "ssl_module_path"}
)

// decodeProfile reads the members of a profile. An error names the member and what is wrong with it.
func decodeProfile(raw json.RawMessage) (fileProfile, error) {
	var p fileProfile
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil || members == nil {
		return p, errors.New("it is not an object")
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	sort.Strings(names) // so that an error is the same each time
	d := memberDecoder{members: members}
	for _, name := range names {
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
	switch d.name {
	case "access_key":
		d.text(&p.accessKey, nil)
	case "secret_key":
		d.text(&p.secretKey, nil)
	case "access_key_v2":
		d.text(&p.accessKeyV2, nil)
	case "secret_key_v2":
		d.text(&p.secretKeyV2, nil)
	case "iam_v2_services":
		d.decode(&p.v2Services, "a list of strings")
	case "login", "email":
		d.text(&p.login, &p.loginName)
	case "password":
		d.text(&p.password, nil)
	case "region", "region_name":
		d.text(&p.region, &p.regionName)
	case "protocol":
		d.text(&p.protocol, &p.protocolName)
	case "https":
		protocol := map[bool]string{true: "https", false: "http"}[d.boolean()]
		d.set(&p.protocol, &p.protocolName, protocol)
	case "host":
		d.text(&p.host, nil)
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
	case "x509_client_cert":
		d.text(&p.cert, nil)
	case "x509_client_cert_b64":
		d.text(&p.certB64, nil)
	case "x509_client_key":
		d.text(&p.key, nil)
	case "x509_client_key_b64":
		d.text(&p.keyB64, nil)
	case "client_certificate":
		d.text(&p.certAndKey, nil)
	case "default":
		p.isDefault = d.boolean()
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

// memberDecoder decodes the members of one object; its first error stays.
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

// text reads a string. Where two members mean the same, they must say the same; from is then the name of the one that did.
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

// boolean reads true or false, also as a string, as some tools write it.
func (d *memberDecoder) boolean() bool {
	var value any
	_ = json.Unmarshal(d.members[d.name], &value) // it is JSON: it was read with the file
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
