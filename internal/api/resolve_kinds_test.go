package api

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

const (
	goodID     = "ABCDEFGHIJ0123456789"
	goodSecret = "0123456789ABCDEFGHIJ0123456789ABCDEFGHIJ"
)

// inEnv is an environment with a good credential and more variables.
func inEnv(more ...string) map[string]string {
	env := map[string]string{"OSC_ACCESS_KEY": goodID, "OSC_SECRET_KEY": goodSecret}
	for i := 0; i < len(more); i += 2 {
		env[more[i]] = more[i+1]
	}
	return env
}

// profileWith is a file whose default profile has a good credential and more members.
func profileWith(more string) map[string]string {
	return map[string]string{homeFile: `{"default":{"access_key":"` + goodID + `","secret_key":"` + goodSecret + `"` + more + `}}`}
}

// refused resolves the sources, which must fail with a *ConfigError.
func (s sources) refused(t *testing.T) (*ConfigError, string) {
	t.Helper()
	_, home, err := s.resolve(t)
	var refused *ConfigError
	if !errors.As(err, &refused) {
		t.Errorf("error = %v, want a ConfigError", err)
		return &ConfigError{}, ""
	}
	return refused, strings.ReplaceAll(refused.Error(), home, "HOME")
}

// A credential that the API would certainly refuse is not sent. The error names its place and does not show its value.
func TestResolve_credentialInspected(t *testing.T) {
	for value, why := range map[string]string{
		goodSecret + "\n": "ends with a line break", goodSecret + "\r\n": "ends with a line break", " " + goodSecret: "begins with white space",
		goodSecret + " ": "ends with white space", "\ufeff" + goodSecret: "begins with white space", goodSecret + "\u00a0": "ends with white space",
		`"` + goodSecret + `"`: "is in quotation marks", "'" + goodSecret + "'": "is in quotation marks", goodSecret[:9] + "\n" + goodSecret[9:]: "contains a line break or another control character",
		goodSecret[:9] + "\x00" + goodSecret[9:]: "control character", goodSecret[:9] + " " + goodSecret[9:]: "contains white space",
		"${OSC_SECRET_KEY}": "was not replaced", "$(cat secret)": "was not replaced", "<SECRET_KEY>": "was not replaced", "clé-secrète": "is not ASCII",
		"-----BEGIN PRIVATE KEY-----\nMIIE": "is a PEM block", goodSecret + "\xff": "not valid UTF-8",
	} {
		for what, c := range map[string]struct {
			sources
			names []string
		}{
			"block secret": {sources{block: Settings{AccessKeyID: p(goodID), SecretKey: p(value)}}, []string{"`secret_key_id`", "the provider block"}},
			"block id":     {sources{block: Settings{AccessKeyID: p(value), SecretKey: p(goodSecret)}}, []string{"`access_key_id`", "the provider block"}},
			"env secret":   {sources{env: inEnv("OSC_SECRET_KEY", value)}, []string{"OSC_SECRET_KEY", "the environment"}},
			"env id":       {sources{env: inEnv("OSC_ACCESS_KEY", value)}, []string{"OSC_ACCESS_KEY", "the environment"}},
			"half":         {sources{env: map[string]string{"OSC_SECRET_KEY": value}}, []string{"OSC_SECRET_KEY"}},
			"login":        {sources{env: map[string]string{"OSC_LOGIN": value, "OSC_PASSWORD": "p"}}, []string{"OSC_LOGIN"}},
		} {
			isLogin := what == "login"
			if isLogin && (strings.HasPrefix(value, "<") || strings.HasPrefix(value, "cl")) {
				continue // nothing says that a login cannot be so
			}
			if strings.HasSuffix(what, " id") && why == "is not ASCII" {
				why = "not allowed in an access key id"
			} else if why == "not allowed in an access key id" {
				why = "is not ASCII"
			}
			refused, all := c.refused(t)
			for _, want := range append(c.names, why) {
				if !strings.Contains(all, want) {
					t.Errorf("%s %q: %s, want %s", what, value, all, want)
				}
			}
			if refused.Summary != "Credential not usable" {
				t.Errorf("%s %q: %s", what, value, refused.Summary)
			}
			if strings.Contains(all, goodSecret[:9]) || strings.Contains(all, goodID) || strings.Contains(all, "MIIE") {
				t.Errorf("%s %q: the value shows in %s", what, value, all)
			}
		}
	}
	for value, want := range map[string]string{"hunter2\n": "ends with a line break", "a\tb": "control character"} {
		if _, all := (sources{env: map[string]string{"OSC_LOGIN": "me@example.com", "OSC_PASSWORD": value}}).refused(t); !strings.Contains(all, "OSC_PASSWORD") || !strings.Contains(all, want) {
			t.Errorf("%q: %s", value, all)
		}
	}
	for _, password := range []string{" x ", `"x"`, "pass: ${x} <é>"} {
		if _, _, err := (sources{env: map[string]string{"OSC_LOGIN": "me@example.com", "OSC_PASSWORD": password}}).resolve(t); err != nil {
			t.Errorf("the password %q may be one: %v", password, err)
		}
	}
	if _, all := (sources{env: inEnv("OSC_ACCESS_KEY", goodSecret, "OSC_SECRET_KEY", goodID)}).refused(t); !strings.Contains(all, "seem to be swapped") {
		t.Errorf("swapped: %s", all)
	}
	if _, all := (sources{env: map[string]string{"OSC_LOGIN": "me:x", "OSC_PASSWORD": "p"}}).refused(t); !strings.Contains(all, "contains a colon") {
		t.Errorf("a login with a colon: %s", all)
	}
}

// Every member of a profile that a tool of OUTSCALE writes is used, ignored with a warning, or refused by name.
func TestResolve_profileMembers(t *testing.T) {
	const region2, api2 = "eu-west-2", "https://api.eu-west-2.outscale.com/api/v1"
	for more, c := range map[string]struct {
		region, endpoint string
		insecure         bool
		ignored          string // members that a warning names
	}{
		`,"region_name":"cloudgouv-eu-west-1","host":"outscale.com","https":true`:                                                                                {"cloudgouv-eu-west-1", "https://api.cloudgouv-eu-west-1.outscale.com/api/v1", false, ""},
		`,"region":"us-east-2","region_name":"us-east-2","https":true,"protocol":"https","method":"POST"`:                                                        {"us-east-2", "https://api.us-east-2.outscale.com/api/v1", false, ""},
		`,"region":"us-east-2","host":"example.com","https":false`:                                                                                               {"us-east-2", "http://api.us-east-2.example.com/api/v1", false, ""},
		`,"endpoint":"api.us-east-2.outscale.com"`:                                                                                                               {"us-east-2", "https://api.us-east-2.outscale.com/api/v1", false, ""},
		`,"endpoint":"https://x.example.com","endpoints":{"api":"https://y.example.com/api/latest"}`:                                                             {region2, "https://y.example.com/api/latest", false, ""},
		`,"endpoints":{"api":"127.0.0.1:3000","oks":"a","lbu":"a","fcu":"a","eim":"a","icu":"a","oos":"a","direct_link":"a","directlink":"a"},"protocol":"http"`: {region2, "http://127.0.0.1:3000/api/v1", false, ""},
		`,"tls_skip_verify":"true"`:                                            {region2, api2, true, ""},
		`,"tls_skip_verify":"false","ssl_verify":true`:                         {region2, api2, false, ""},
		`,"ssl_verify":false`:                                                  {region2, api2, true, ""},
		`,"version":"2018-11-19"`:                                              {region2, api2, false, "version"},
		`,"jwt":true,"output":"json","endpoints":{"s3":"x"}`:                   {region2, api2, false, "endpoints.s3, jwt, output"},
		`,"_comment":"x","//":"y","comment":"z","region":null`:                 {region2, api2, false, ""},
		`,"access_key_v2":"V2","secret_key_v2":"v2","iam_v2_services":["oos"]`: {region2, api2, false, ""},
		`,"\u001b[2J":1`:                                                       {region2, api2, false, `"\x1b[2J"`},
	} {
		cfg, _, err := (sources{files: profileWith(more)}).resolve(t)
		if err != nil || cfg.Region != c.region || cfg.Endpoint != c.endpoint || cfg.Insecure != c.insecure || cfg.Credential.AccessKeyID != goodID {
			t.Errorf("%s: %s %s %v, %v", more, cfg.Region, cfg.Endpoint, cfg.Insecure, err)
		}
		ignored := ""
		for _, w := range cfg.Warnings {
			if w.Summary == "Member of the profile not used" {
				_, ignored, _ = strings.Cut(strings.TrimSuffix(w.Detail, "."), "have no effect: ")
			}
		}
		if ignored != c.ignored {
			t.Errorf("%s: named as not used: %q, want %q", more, ignored, c.ignored)
		}
	}
	for more, want := range map[string]string{
		`,"access_key":123`:                               "its member access_key is a number, and must be a string",
		`,"region":["eu-west-2"]`:                         "its member region is a list, and must be a string",
		`,"endpoints":"https://x"`:                        "its member endpoints is a string, and must be an object",
		`,"endpoints":{"api":{}}`:                         "its member endpoints.api is an object, and must be a string",
		`,"tls_skip_verify":"maybe"`:                      "its member tls_skip_verify is a string, and must be true or false",
		`,"https":1`:                                      "its member https is a number, and must be true or false",
		`,"iam_v2_services":"osc"`:                        "its member iam_v2_services is a string, and must be a list of strings",
		`,"region":"eu-west-2","region_name":"us-east-2"`: "its member region_name and its member region say different things",
		`,"protocol":"http","https":true`:                 "its member protocol and its member https say different things",
		`,"ssl_engine_id":"pkcs11"`:                       "its member ssl_engine_id says that the key is on a smart card",
		`,"region":"eu-west-2\n"`:                         "The region in region of profile",
		`,"host":"x/y"`:                                   `The host in profile "default"`,
		`,"protocol":"gopher"`:                            "The protocol in protocol of profile",
		`,"x509_client_cert":"pkcs11:token=t","x509_client_key":"pkcs11:token=t;pin-value=4711"`: "x509_client_cert of profile \"default\" of HOME/.osc/config.json names a smart card",
	} {
		_, all := (sources{files: profileWith(more)}).refused(t)
		if !strings.Contains(all, want) || !strings.Contains(all, "HOME/.osc/config.json") || strings.Contains(all, "4711") {
			t.Errorf("%s: %s, want %s", more, all, want)
		}
	}
}

// Keys of the second kind are used if the profile or the environment selects them. Otherwise the error names them.
func TestResolve_iamV2(t *testing.T) {
	const v2 = `{"default":{"access_key_v2":"V2","secret_key_v2":"v2"`
	for _, service := range []string{"osc", "api"} {
		cfg, _, err := (sources{files: map[string]string{homeFile: v2 + `,"iam_v2_services":["oks","` + service + `"]}}`}}).resolve(t)
		if err != nil || cfg.Credential != (Credential{AccessKeyID: "V2", SecretKey: "v2"}) {
			t.Errorf("%s: %v", service, err)
		}
		cfg, _, err = (sources{env: inEnv("OSC_ACCESS_KEY_V2", "V2", "OSC_SECRET_KEY_V2", "v2", "OSC_IAM_V2_SERVICES", "oks, "+service)}).resolve(t)
		if err != nil || cfg.Credential.AccessKeyID != "V2" {
			t.Errorf("%s: %v", service, err)
		}
	}
	for _, s := range []sources{
		{files: map[string]string{homeFile: v2 + `}}`}},
		{files: map[string]string{homeFile: v2 + `,"iam_v2_services":["oos"]}}`}, env: map[string]string{"OSC_PROFILE": "default"}},
	} {
		if _, all := s.refused(t); !strings.Contains(all, "It has access_key_v2 and secret_key_v2, which are used where iam_v2_services names this API (osc or api)") {
			t.Errorf("%s", all)
		}
	}
	if _, all := (sources{files: profileWith(`,"iam_v2_services":["api"]`)}).refused(t); !strings.Contains(all, "has no credential") {
		t.Errorf("the first pair was taken although the second was asked for: %s", all)
	}
}

// utf16LE is a text in the encoding that the shell of Windows writes.
func utf16LE(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, r := range text {
		b.WriteByte(byte(r))
		b.WriteByte(0)
	}
	return b.String()
}

// A profile is read if it can be, even if the rest of its file cannot.
func TestResolve_fileFormats(t *testing.T) {
	good := profileWith(`,"region":"us-east-2"`)[homeFile]
	inner := strings.TrimSuffix(strings.TrimPrefix(good, "{"), "}")
	for name, c := range map[string]struct {
		file   string
		broken bool
	}{
		"a byte order mark":      {"\ufeff" + good, false},
		"UTF-16":                 {utf16LE(good), false},
		"UTF-16 without a mark":  {strings.TrimPrefix(utf16LE(good), "\xff\xfe"), false},
		"trailing commas":        {"{" + strings.Replace(inner, `"us-east-2"}`, "\"us-east-2\" , \r\n }", 1) + ",\n}\n", false},
		"a comma in a text":      {`{"_comment":",}","x":{"region":",]"},` + inner + "}", false},
		"a comment":              {`{"_comment":"mine",` + inner + "}", false},
		"a broken profile":       {`{"other":{"access_key":1,"endpoints":"x"},` + inner + "}", false},
		"a profile that is none": {`{"other":[1,2],` + inner + "}", false},
		"damage after it":        {"{" + inner + `,"other":{"access_key":"x"`, true},
	} {
		for _, env := range []map[string]string{{"OSC_PROFILE": "default"}, nil} {
			cfg, _, err := (sources{files: map[string]string{homeFile: c.file}, env: env}).resolve(t)
			if c.broken && env == nil {
				if err == nil || !strings.Contains(err.Error(), "line 1 is not JSON") {
					t.Errorf("%s: another profile may be the default: %v", name, err)
				}
				continue
			}
			if err != nil || cfg.Credential != testKey || cfg.Region != "us-east-2" {
				t.Errorf("%s: %v %s", name, err, cfg.Region)
			}
			if warned := slices.ContainsFunc(cfg.Warnings, func(w Warning) bool { return w.Summary == "Profile file damaged" }); warned != c.broken {
				t.Errorf("%s: warnings %v", name, cfg.Warnings)
			}
		}
	}
	for name, c := range map[string]struct{ file, want string }{
		"damage before it":      {"{\n\"other\":{\"access_key\":\"x\n\"},\n" + inner + "}", "line 2 is not JSON"},
		"no JSON":               {"[default]\naccess_key = x", "line 1 is not JSON"},
		"a list":                {"[]", "must be a JSON object with one object for each profile"},
		"twice":                 {"{" + inner + "," + inner + "}", `has two profiles "default"`},
		"flat":                  {strings.TrimSuffix(strings.TrimPrefix(inner, `"default":`), "") + "", "access_key is outside of any profile"},
		"empty":                 {"", "has no default profile"},
		"the profile is a text": {`{"default":"x"}`, "has no default profile"},
	} {
		_, all := (sources{files: map[string]string{homeFile: c.file}}).refused(t)
		if !strings.Contains(all, c.want) || strings.Contains(all, goodSecret) {
			t.Errorf("%s: %s, want %s", name, all, c.want)
		}
	}
	if _, all := (sources{files: map[string]string{homeFile: `{"x":"y"}`}, env: map[string]string{"OSC_PROFILE": "x"}}).refused(t); !strings.Contains(all, `"x" is not a profile`) {
		t.Errorf("%s", all)
	}
}

// If region and endpoint name different regions, the one from the source with precedence counts, and a warning names both.
func TestResolve_regionAgainstEndpoint(t *testing.T) {
	const eu, us, own = "https://api.eu-west-2.outscale.com/api/v1", "https://api.us-east-2.outscale.com/api/v1", "https://own.example.com/api/v1"
	file := func(more string) map[string]string { return profileWith(more) }
	for name, c := range map[string]struct {
		sources
		region, endpoint string
		warned           bool
	}{
		"block region, profile endpoint":   {sources{Settings{Region: p("us-east-2")}, nil, file(`,"endpoints":{"api":"` + eu + `"}`)}, "us-east-2", us, true},
		"env region, profile endpoint":     {sources{Settings{}, map[string]string{"OSC_REGION": "us-east-2", "OSC_PROFILE": "default"}, file(`,"endpoints":{"api":"` + eu + `"}`)}, "us-east-2", us, true},
		"block region, env endpoint":       {sources{Settings{Region: p("us-east-2")}, inEnv("OSC_ENDPOINT_API", eu), nil}, "us-east-2", us, true},
		"block endpoint, env region":       {sources{Settings{Endpoint: p(eu)}, inEnv("OSC_REGION", "us-east-2"), nil}, "eu-west-2", eu, true},
		"block endpoint, profile region":   {sources{Settings{Endpoint: p(eu)}, nil, file(`,"region":"us-east-2"`)}, "eu-west-2", eu, true},
		"both of the profile":              {sources{Settings{}, nil, file(`,"region":"us-east-2","endpoints":{"api":"` + eu + `"}`)}, "eu-west-2", eu, true},
		"both of the block":                {sources{Settings{Region: p("us-east-2"), Endpoint: p(eu)}, inEnv(), nil}, "eu-west-2", eu, true},
		"they agree":                       {sources{Settings{Region: p("us-east-2")}, inEnv("OSC_ENDPOINT_API", us), nil}, "us-east-2", us, false},
		"an endpoint of no region":         {sources{Settings{Region: p("us-east-2")}, inEnv("OSC_ENDPOINT_API", own), nil}, "us-east-2", own, false},
		"a profile endpoint of no region":  {sources{Settings{Region: p("us-east-2")}, nil, file(`,"endpoints":{"api":"` + own + `"}`)}, "us-east-2", own, false},
		"an endpoint alone gives a region": {sources{Settings{}, inEnv("OSC_ENDPOINT_API", us), nil}, "us-east-2", us, false},
	} {
		cfg, _, err := c.resolve(t)
		warned := slices.ContainsFunc(cfg.Warnings, func(w Warning) bool { return w.Summary == "Two regions" })
		if err != nil || cfg.Region != c.region || cfg.Endpoint != c.endpoint || warned != c.warned {
			t.Errorf("%s: %s %s, warned %v, %v", name, cfg.Region, cfg.Endpoint, warned, err)
		}
	}
}

func TestResolve_disagreementNamesBoth(t *testing.T) {
	const eu = "https://api.eu-west-2.outscale.com/api/v1"
	for want, s := range map[string]sources{
		"`region` of the provider block names another region than OSC_ENDPOINT_API (\"" + eu + "\"). `region` of the provider block takes precedence": {block: Settings{Region: p("us-east-2")}, env: inEnv("OSC_ENDPOINT_API", eu)},
		"`endpoint` of the provider block names another region than OSC_REGION (\"us-east-2\"). `endpoint` of the provider block takes precedence":    {block: Settings{Endpoint: p(eu)}, env: inEnv("OSC_REGION", "us-east-2")},
	} {
		cfg, _, err := s.resolve(t)
		if err != nil || len(cfg.Warnings) != 1 || !strings.HasPrefix(cfg.Warnings[0].Detail, want) {
			t.Errorf("%v, %v, want %s", cfg.Warnings, err, want)
		}
	}
}

// Errors do not repeat a value that may be a secret, such as a key in place of a path or an address with a token.
func TestResolve_noSecretInErrors(t *testing.T) {
	const pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"
	const token = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	for name, c := range map[string]struct {
		sources
		want string
	}{
		"a PEM as the key's path":     {sources{env: inEnv("OSC_X509_CLIENT_KEY", pem, "OSC_X509_CLIENT_CERT", "c.pem")}, "OSC_X509_CLIENT_CERT"},
		"a PEM as both paths":         {sources{env: inEnv("OSC_X509_CLIENT_KEY", pem, "OSC_X509_CLIENT_CERT", pem)}, "OSC_X509_CLIENT_CERT of the environment is a PEM block, but must be the path of a file"},
		"a PEM in the block":          {sources{block: Settings{ClientKeyPath: p(pem), ClientCertPath: p(pem)}, env: inEnv()}, "`x509_cert_path` of the provider block is a PEM block"},
		"JSON as the profile file":    {sources{env: map[string]string{"OSC_CONFIG_FILE": `{"default":{"secret_key":"` + token + `"}}`}}, "OSC_CONFIG_FILE is JSON, but must be the path of a file"},
		"JSON in the block":           {sources{block: Settings{ConfigFile: p(` {"default":{"secret_key":"` + token + `"}}`)}}, "`config_file` is JSON"},
		"a secret as a path":          {sources{env: map[string]string{"OSC_CONFIG_FILE": token}}, "a value of 40 characters that looks like a secret"},
		"a secret as the certificate": {sources{env: inEnv("OSC_X509_CLIENT_KEY", token, "OSC_X509_CLIENT_CERT", token)}, "OSC_X509_CLIENT_CERT of the environment is a value of 40 characters"},
		"a URL as a path":             {sources{env: map[string]string{"OSC_CONFIG_FILE": "https://me:" + token + "@x/config.json"}}, "OSC_CONFIG_FILE is a URL"},
		"an endpoint with a query":    {sources{env: inEnv("OSC_ENDPOINT_API", "https://x/api/v1?token="+token)}, "OSC_ENDPOINT_API: The endpoint must end with its path"},
		"an endpoint with a password": {sources{env: inEnv("OSC_ENDPOINT_API", "https://me:hunter2hunter2@x/api/v1")}, "must not contain a user name"},
		"a secret as the endpoint":    {sources{env: inEnv("OSC_ENDPOINT_API", "ftp://"+token)}, "looks like a secret"},
		"a secret as the region":      {sources{env: inEnv("OSC_REGION", token)}, "OSC_REGION is a value of 40 characters that looks like a secret"},
		"a secret as the profile":     {sources{env: map[string]string{"OSC_PROFILE": token}, files: profileWith("")}, "has no profile a value of 40 characters"},
		"a secret as the protocol":    {sources{env: inEnv("OSC_PROTOCOL", token)}, "OSC_PROTOCOL is a value of 40 characters"},
		"a secret as yes or no":       {sources{env: inEnv("OSC_TLS_SKIP_VERIFY", token)}, "OSC_TLS_SKIP_VERIFY is a value of 40 characters"},
		"control characters":          {sources{env: inEnv("OSC_REGION", "\x1b[2Jx")}, `is "\x1b[2Jx"`},
		"a folder as the file":        {sources{env: map[string]string{"OSC_CONFIG_FILE": "~"}}, "HOME cannot be read: it is a folder"},
		"a pipe as the file":          {sources{env: map[string]string{"OSC_CONFIG_FILE": "/dev/null"}}, "/dev/null cannot be read: it is not a regular file"},
	} {
		_, all := c.refused(t)
		if !strings.Contains(all, c.want) || strings.Contains(all, token) || strings.Contains(all, "MIIE") || strings.Contains(all, "hunter2") || strings.Contains(all, "\x1b") {
			t.Errorf("%s: %s, want %s", name, all, c.want)
		}
	}
}
