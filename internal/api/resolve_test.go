package api

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sources are the inputs of Resolve: the block, the environment, and files below HOME.
type sources struct {
	block Settings
	env   map[string]string
	files map[string]string
}

const (
	homeFile = ".osc/config.json"
	twoOf    = `{"default":{"access_key":"DEF","secret_key":"def-secret","region":"us-west-1"},` +
		`"work":{"access_key":"WORK","secret_key":"work-secret","region":"us-east-2","endpoints":{"api":"https://work.example.com/api/v1"},"tls_skip_verify":true},` +
		`"login":{"login":"me","password":"pw","protocol":"http"},` +
		`"half":{"access_key":"HALF"},"both":{"access_key":"A","secret_key":"s","login":"l","password":"p"},"none":{"region":"us-east-2"},` +
		`"v2":{"access_key":"OLD","secret_key":"old","access_key_v2":"NEW","secret_key_v2":"new","iam_v2_services":["osc"]}}`
)

func (s sources) resolve(t *testing.T) (cfg Config, home string, err error) {
	t.Helper()
	home = t.TempDir()
	for name, content := range s.files {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err = Resolve(s.block, func(name string) (string, bool) { v, ok := s.env[name]; return v, ok }, home)
	return cfg, home, err
}

func p[T any](v T) *T { return &v }

func TestResolve_precedence(t *testing.T) {
	files := map[string]string{homeFile: twoOf, "other.json": `{"x":{"access_key":"X","secret_key":"x-secret","default":true},"y":{"login":"y","password":"y"}}`}
	keysInEnv := map[string]string{"OSC_ACCESS_KEY": "ENV", "OSC_SECRET_KEY": "env-secret"}
	with := func(more ...string) map[string]string {
		env := map[string]string{"OSC_ACCESS_KEY": "ENV", "OSC_SECRET_KEY": "env-secret"}
		for i := 0; i < len(more); i += 2 {
			env[more[i]] = more[i+1]
		}
		return env
	}
	blockKey := Settings{AccessKeyID: p("BLOCK"), SecretKey: p("block-secret")}
	const west, api = "eu-west-2", "https://api.eu-west-2.outscale.com/api/v1"
	for name, c := range map[string]struct {
		sources
		cred             Credential
		region, endpoint string
		insecure         bool
	}{
		"block over all":               {sources{blockKey, keysInEnv, files}, Credential{AccessKeyID: "BLOCK", SecretKey: "block-secret"}, west, api, false},
		"block, login":                 {sources{Settings{Login: p("me"), Password: p("pw")}, keysInEnv, files}, Credential{Login: "me", Password: "pw"}, west, api, false},
		"environment":                  {sources{Settings{}, keysInEnv, files}, Credential{AccessKeyID: "ENV", SecretKey: "env-secret"}, west, api, false},
		"environment, login":           {sources{Settings{}, map[string]string{"OSC_LOGIN": "me", "OSC_PASSWORD": "pw", "OSC_ACCESS_KEY": ""}, files}, Credential{Login: "me", Password: "pw"}, west, api, false},
		"environment, V2":              {sources{Settings{}, with("OSC_ACCESS_KEY_V2", "V2", "OSC_SECRET_KEY_V2", "v2", "OSC_IAM_V2_SERVICES", "oks, osc"), nil}, Credential{AccessKeyID: "V2", SecretKey: "v2"}, west, api, false},
		"default profile":              {sources{Settings{}, nil, files}, Credential{AccessKeyID: "DEF", SecretKey: "def-secret"}, "us-west-1", "https://api.us-west-1.outscale.com/api/v1", false},
		"profile in block":             {sources{Settings{Profile: p("work")}, keysInEnv, files}, Credential{AccessKeyID: "WORK", SecretKey: "work-secret"}, "us-east-2", "https://work.example.com/api/v1", true},
		"profile in env":               {sources{Settings{}, map[string]string{"OSC_PROFILE": "work"}, files}, Credential{AccessKeyID: "WORK", SecretKey: "work-secret"}, "us-east-2", "https://work.example.com/api/v1", true},
		"profile, login":               {sources{Settings{Profile: p("login")}, nil, files}, Credential{Login: "me", Password: "pw"}, west, "http://api.eu-west-2.outscale.com/api/v1", false},
		"profile, V2":                  {sources{Settings{Profile: p("v2")}, nil, files}, Credential{AccessKeyID: "NEW", SecretKey: "new"}, west, api, false},
		"file in block":                {sources{Settings{ConfigFile: p("~/other.json")}, keysInEnv, files}, Credential{AccessKeyID: "X", SecretKey: "x-secret"}, west, api, false},
		"file in env":                  {sources{Settings{}, map[string]string{"OSC_CONFIG_FILE": "~/other.json"}, files}, Credential{AccessKeyID: "X", SecretKey: "x-secret"}, west, api, false},
		"file and profile":             {sources{Settings{ConfigFile: p("~/other.json"), Profile: p("y")}, nil, files}, Credential{Login: "y", Password: "y"}, west, api, false},
		"file, profile apart":          {sources{Settings{ConfigFile: p("~/other.json")}, map[string]string{"OSC_PROFILE": "y"}, files}, Credential{Login: "y", Password: "y"}, west, api, false},
		"named profile gives settings": {sources{blockKey, map[string]string{"OSC_PROFILE": "work"}, files}, Credential{AccessKeyID: "BLOCK", SecretKey: "block-secret"}, "us-east-2", "https://work.example.com/api/v1", true},
		"items one by one": {sources{Settings{Profile: p("work"), Region: p("cloudgouv-eu-west-1"), Insecure: p(false)}, map[string]string{"OSC_REGION": "us-west-1", "OSC_ENDPOINT_API": "env.example.com"}, files},
			Credential{AccessKeyID: "WORK", SecretKey: "work-secret"}, "cloudgouv-eu-west-1", "https://env.example.com/api/v1", false},
		"endpoint as it is":    {sources{Settings{Endpoint: p("http://127.0.0.1:3000/api/latest/")}, keysInEnv, nil}, Credential{AccessKeyID: "ENV", SecretKey: "env-secret"}, west, "http://127.0.0.1:3000/api/latest", false},
		"endpoint, no path":    {sources{Settings{}, with("OSC_ENDPOINT_API", "http://127.0.0.1:3000/"), nil}, Credential{AccessKeyID: "ENV", SecretKey: "env-secret"}, west, "http://127.0.0.1:3000/api/v1", false},
		"protocol and region":  {sources{Settings{}, with("OSC_PROTOCOL", "HTTP", "OSC_REGION", "us-west-1"), nil}, Credential{AccessKeyID: "ENV", SecretKey: "env-secret"}, "us-west-1", "http://api.us-west-1.outscale.com/api/v1", false},
		"no check of the host": {sources{Settings{}, with("OSC_TLS_SKIP_VERIFY", "true"), nil}, Credential{AccessKeyID: "ENV", SecretKey: "env-secret"}, west, api, true},
		"no home":              {sources{Settings{}, keysInEnv, nil}, Credential{AccessKeyID: "ENV", SecretKey: "env-secret"}, west, api, false},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, _, err := c.resolve(t)
			if err != nil {
				t.Fatal(err)
			}
			if cfg.Credential != c.cred || cfg.Region != c.region || cfg.Endpoint != c.endpoint || cfg.Insecure != c.insecure {
				t.Errorf("credential as wanted: %v; %s, %s, insecure %v; want %s, %s, %v",
					cfg.Credential == c.cred, cfg.Region, cfg.Endpoint, cfg.Insecure, c.region, c.endpoint, c.insecure)
			}
		})
	}
}

// The full text of every error. HOME stands for the home folder.
func TestResolve_refusals(t *testing.T) {
	files := map[string]string{homeFile: twoOf, "flags.json": `{"a":{"default":true},"b":{"default":true}}`, "bad.json": "{", "empty.json": "{}"}
	const names = " names the profile or its file."
	const all = `"both", "default", "half", "login", "none", "v2", "work"`
	for name, c := range map[string]struct {
		sources
		want string
	}{
		"nothing": {sources{}, "No OUTSCALE credential: No source has a credential. Searched, in this order:\n" +
			"  - the provider block (`access_key_id` and `secret_key_id`, `login` and `password`, `profile`, `config_file`): not set\n" +
			"  - the environment (OSC_ACCESS_KEY and OSC_SECRET_KEY, OSC_LOGIN and OSC_PASSWORD, OSC_PROFILE, OSC_CONFIG_FILE): not set\n" +
			"  - HOME/.osc/config.json: does not exist"},
		"no default profile": {sources{files: map[string]string{homeFile: `{"x":{}}`}}, "No OUTSCALE credential: No source has a credential. Searched, in this order:\n" +
			"  - the provider block (`access_key_id` and `secret_key_id`, `login` and `password`, `profile`, `config_file`): not set\n" +
			"  - the environment (OSC_ACCESS_KEY and OSC_SECRET_KEY, OSC_LOGIN and OSC_PASSWORD, OSC_PROFILE, OSC_CONFIG_FILE): not set\n" +
			"  - HOME/.osc/config.json: has no default profile"},
		"default profile empty": {sources{files: map[string]string{homeFile: `{"default":{"region":"x"}}`}}, "No OUTSCALE credential: No source has a credential. Searched, in this order:\n" +
			"  - the provider block (`access_key_id` and `secret_key_id`, `login` and `password`, `profile`, `config_file`): not set\n" +
			"  - the environment (OSC_ACCESS_KEY and OSC_SECRET_KEY, OSC_LOGIN and OSC_PASSWORD, OSC_PROFILE, OSC_CONFIG_FILE): not set\n" +
			"  - profile \"default\" of HOME/.osc/config.json: has no credential"},
		"default profile half": {sources{files: map[string]string{homeFile: `{"default":{"access_key":"x"}}`}},
			"Half a credential: access_key is set in profile \"default\" of HOME/.osc/config.json, but secret_key is not. Set both in the same place, or neither."},
		"default file broken": {sources{files: map[string]string{homeFile: `{`}},
			"Profile file not usable: HOME/.osc/config.json cannot be read: line 1 is not JSON (unexpected end of JSON input)."},
		"default file, two defaults": {sources{files: map[string]string{homeFile: files["flags.json"]}},
			"Profile file not usable: HOME/.osc/config.json: more than one profile is marked as the default: a, b."},
		"half in the block": {sources{block: Settings{AccessKeyID: p("A")}, files: files},
			"Half a credential: `access_key_id` is set in the provider block, but `secret_key_id` is not. Set both in the same place, or neither."},
		"the other half in the environment": {sources{block: Settings{AccessKeyID: p("A")}, env: map[string]string{"OSC_SECRET_KEY": "s"}, files: files},
			"Half a credential: `access_key_id` is set in the provider block, but `secret_key_id` is not. OSC_SECRET_KEY is set in the environment, but halves from two places are not combined: " +
				"they may belong to two accounts. Set both in the same place, or neither."},
		"a secret alone in the block": {sources{block: Settings{SecretKey: p("s")}, env: map[string]string{"OSC_ACCESS_KEY": "E", "OSC_SECRET_KEY": "e"}},
			"Half a credential: `secret_key_id` is set in the provider block, but `access_key_id` is not. OSC_ACCESS_KEY is set in the environment, but halves from two places are not combined: " +
				"they may belong to two accounts. Set both in the same place, or neither."},
		"half a login": {sources{block: Settings{Password: p("pw")}},
			"Half a credential: `password` is set in the provider block, but `login` is not. Set both in the same place, or neither."},
		"half in the environment": {sources{env: map[string]string{"OSC_ACCESS_KEY": "A"}, files: files},
			"Half a credential: OSC_ACCESS_KEY is set in the environment, but OSC_SECRET_KEY is not. Set both in the same place, or neither."},
		"half, with a whole login": {sources{env: map[string]string{"OSC_SECRET_KEY": "s", "OSC_LOGIN": "l", "OSC_PASSWORD": "p"}},
			"Half a credential: OSC_SECRET_KEY is set in the environment, but OSC_ACCESS_KEY is not. Set both in the same place, or neither."},
		"two in the block": {sources{block: Settings{AccessKeyID: p("A"), SecretKey: p("s"), Login: p("l"), Password: p("p")}},
			"Two credentials in one place: `access_key_id` and `secret_key_id` are set in the provider block, and so are `login` and `password`. Remove one of the two: none takes precedence."},
		"two in the environment": {sources{env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s", "OSC_LOGIN": "l", "OSC_PASSWORD": "p"}},
			"Two credentials in one place: OSC_ACCESS_KEY and OSC_SECRET_KEY are set in the environment, and so are OSC_LOGIN and OSC_PASSWORD. Remove one of the two: none takes precedence."},
		"two in a profile": {sources{block: Settings{Profile: p("both")}, files: files},
			"Two credentials in one place: access_key and secret_key are set in profile \"both\" of HOME/.osc/config.json, and so are login and password. Remove one of the two: none takes precedence."},
		"empty in the block": {sources{block: Settings{AccessKeyID: p(""), SecretKey: p("s")}, env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s"}},
			"Provider argument is empty: `access_key_id` is set to an empty string in the provider block. Give it a value, or remove it to use the environment or the profile file."},
		"empty region": {sources{block: Settings{Region: p("")}},
			"Provider argument is empty: `region` is set to an empty string in the provider block. Give it a value, or remove it to use the environment or the profile file."},
		"no such profile": {sources{block: Settings{Profile: p("nope")}, env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s"}, files: files},
			"Profile not usable: HOME/.osc/config.json has no profile \"nope\". Its profiles: " + all + ". No other credential is used, because the provider block" + names},
		"no such profile, env": {sources{env: map[string]string{"OSC_PROFILE": "nope"}, files: files},
			"Profile not usable: HOME/.osc/config.json has no profile \"nope\". Its profiles: " + all + ". No other credential is used, because OSC_PROFILE or OSC_CONFIG_FILE" + names},
		"no such file": {sources{block: Settings{ConfigFile: p("~/nope.json")}, files: files},
			"Profile not usable: HOME/nope.json cannot be read: no such file or directory. No other credential is used, because the provider block" + names},
		"no file for the profile": {sources{env: map[string]string{"OSC_PROFILE": "x"}},
			"Profile not usable: HOME/.osc/config.json cannot be read: no such file or directory. No other credential is used, because OSC_PROFILE or OSC_CONFIG_FILE" + names},
		"broken file": {sources{env: map[string]string{"OSC_CONFIG_FILE": "~/bad.json"}, files: files},
			"Profile not usable: HOME/bad.json cannot be read: line 1 is not JSON (unexpected end of JSON input). No other credential is used, because OSC_PROFILE or OSC_CONFIG_FILE" + names},
		"empty file": {sources{env: map[string]string{"OSC_CONFIG_FILE": "~/empty.json"}, files: files},
			"Profile not usable: HOME/empty.json has no default profile. Its profiles: none. No other credential is used, because OSC_PROFILE or OSC_CONFIG_FILE" + names},
		"two defaults": {sources{env: map[string]string{"OSC_CONFIG_FILE": "~/flags.json"}, files: files},
			"Profile not usable: HOME/flags.json: more than one profile is marked as the default: a, b. No other credential is used, because OSC_PROFILE or OSC_CONFIG_FILE" + names},
		"named profile half": {sources{block: Settings{Profile: p("half")}, env: map[string]string{"OSC_SECRET_KEY": "s"}, files: files},
			"Half a credential: access_key is set in profile \"half\" of HOME/.osc/config.json, but secret_key is not. Set both in the same place, or neither."},
		"named profile without": {sources{block: Settings{Profile: p("none")}, env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s"}, files: files},
			"Profile not usable: profile \"none\" of HOME/.osc/config.json has no credential: neither access_key and secret_key nor login and password. No other credential is used, because the provider block" + names},
		"bad protocol": {sources{env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s", "OSC_PROTOCOL": "gopher"}},
			"Protocol not usable: The protocol in OSC_PROTOCOL is \"gopher\". It must be https or http."},
		"bad region": {sources{block: Settings{Region: p("x/y")}, env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s"}},
			"Region not usable: The region in `region` of the provider block is \"x/y\". The name of a region has letters, digits and hyphens, such as eu-west-2."},
		"bad endpoint": {sources{block: Settings{Endpoint: p("ftp://x")}, env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s"}},
			"Endpoint not usable: `endpoint` of the provider block: The endpoint is \"ftp://x/api/v1\". It must begin with https:// or http://."},
		"endpoint with white space": {sources{block: Settings{Endpoint: p("https://x ")}, env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s"}},
			"Endpoint not usable: `endpoint` of the provider block: The endpoint contains white space."},
		"endpoint with a bad port": {sources{env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s", "OSC_ENDPOINT_API": "http://x:70000"}},
			"Endpoint not usable: OSC_ENDPOINT_API: The endpoint has port 70000. A port is a number from 1 to 65535."},
		"misspelt members": {sources{files: map[string]string{homeFile: `{"default":{"access_key_id":"x","secret_key_id":"y"}}`}},
			"No OUTSCALE credential: No source has a credential. Searched, in this order:\n" +
				"  - the provider block (`access_key_id` and `secret_key_id`, `login` and `password`, `profile`, `config_file`): not set\n" +
				"  - the environment (OSC_ACCESS_KEY and OSC_SECRET_KEY, OSC_LOGIN and OSC_PASSWORD, OSC_PROFILE, OSC_CONFIG_FILE): not set\n" +
				"  - profile \"default\" of HOME/.osc/config.json: has no credential. It has members that are not read: access_key_id, secret_key_id"},
		"bad yes or no": {sources{env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s", "OSC_TLS_SKIP_VERIFY": "maybe"}},
			"OSC_TLS_SKIP_VERIFY not usable: OSC_TLS_SKIP_VERIFY is \"maybe\". It must be true or false."},
		"half a certificate": {sources{block: Settings{ClientCertPath: p("c.pem")}, env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s", "OSC_X509_CLIENT_KEY": "k.pem"}},
			"Client certificate not usable: In the provider block, only one of `x509_cert_path` and `x509_key_path` is set."},
		"certificate not base64": {sources{env: map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s", "OSC_X509_CLIENT_CERT_B64": "%", "OSC_X509_CLIENT_KEY_B64": "%"}},
			"Client certificate not usable: OSC_X509_CLIENT_CERT_B64 of the environment is not base64."},
	} {
		t.Run(name, func(t *testing.T) {
			_, home, err := c.resolve(t)
			var refused *ConfigError
			if !errors.As(err, &refused) {
				t.Fatalf("error = %v, want a ConfigError", err)
			}
			if got := strings.ReplaceAll(refused.Error(), home, "HOME"); got != c.want {
				t.Errorf("got:  %s\nwant: %s", got, c.want)
			}
			for _, secret := range []string{"def-secret", "env-secret", "work-secret"} {
				if strings.Contains(refused.Error(), secret) {
					t.Errorf("the error shows a secret: %s", refused)
				}
			}
		})
	}
}

// TestResolve_namesCredential: the error for a refused credential names it and its source, and no login and no secret.
func TestResolve_namesCredential(t *testing.T) {
	const secret = "0123456789ABCDEFGHIJ0123456789ABCDEFGHIJ"
	files := map[string]string{homeFile: twoOf}
	keysInEnv := map[string]string{"OSC_ACCESS_KEY": "ENV", "OSC_SECRET_KEY": "env-secret"}
	for name, c := range map[string]struct {
		sources
		want string
	}{
		"provider block":  {sources{Settings{AccessKeyID: p("BLOCK"), SecretKey: p("block-secret")}, keysInEnv, files}, "access key BLOCK from the provider block"},
		"environment":     {sources{Settings{}, keysInEnv, files}, "access key ENV from the environment"},
		"default profile": {sources{Settings{}, nil, files}, `access key DEF from profile "default" of HOME/.osc/config.json`},
		"named profile":   {sources{Settings{Profile: p("work")}, keysInEnv, files}, `access key WORK from profile "work" of HOME/.osc/config.json`},
		"key of the environment, profile for the region": {sources{Settings{}, map[string]string{"OSC_ACCESS_KEY": "ENV", "OSC_SECRET_KEY": "env-secret", "OSC_PROFILE": "work"}, files},
			"access key ENV from the environment"},
		"login":           {sources{Settings{Profile: p("login")}, nil, files}, `the login from profile "login" of HOME/.osc/config.json`},
		"secret as an id": {sources{Settings{AccessKeyID: p(secret), SecretKey: p(secret)}, nil, nil}, "an access key whose id has 40 characters from the provider block"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, home, err := c.resolve(t)
			if err != nil {
				t.Fatal(err)
			}
			r := newRig(t, problem(401, "1", ""))
			cfg.Endpoint, cfg.Now = r.server.URL+"/api/v1", nil
			client := r.client(t, cfg)
			_, err = client.ReadUsers(t.Context(), nil)
			if e := As(err); e == nil || strings.ReplaceAll(e.Credential, home, "HOME") != c.want {
				t.Errorf("got %+v, want %q", e, c.want)
			}
			err = client.CheckSecret(t.Context(), "OTHER", secret)
			if e := As(err); e == nil || e.Credential != "access key OTHER" {
				t.Errorf("a given secret: %+v", e)
			}
		})
	}
}
