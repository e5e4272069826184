package provider_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

type blocks = []map[string]any

// withoutCredential removes the credential from the environment of the provider.
func withoutCredential(h *acctest.Protocol) {
	h.Env("OSC_ACCESS_KEY", "")
	h.Env("OSC_SECRET_KEY", "")
}

// TestProvider_configurationOfOfficialProvider: the current form works, and the deprecated forms work with a warning.
func TestProvider_configurationOfOfficialProvider(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		block   func(endpoint string) acctest.Args
		warning string
	}{
		"api block": {func(endpoint string) acctest.Args {
			return acctest.Args{"region": "eu-west-2", "api": blocks{{"endpoint": endpoint, "region": "eu-west-2", "insecure": false}}}
		}, ""},
		"oks is accepted": {func(endpoint string) acctest.Args {
			return acctest.Args{"api": blocks{{"endpoint": endpoint}}, "oks": blocks{{"endpoint": "https://oks", "region": "eu-west-2"}}}
		}, ""},
		"endpoints": {func(endpoint string) acctest.Args {
			return acctest.Args{"endpoints": blocks{{"api": endpoint, "oks": "https://oks"}}}
		}, "Write endpoint inside the api block."},
		"outer insecure": {func(endpoint string) acctest.Args {
			return acctest.Args{"insecure": true, "api": blocks{{"endpoint": endpoint}}}
		}, "Write insecure inside the api block."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			withoutCredential(h)
			h.Env("OSC_ENDPOINT_API", "")
			h.Block = c.block(h.Endpoint)
			h.Block["access_key_id"], h.Block["secret_key_id"], h.Block["requests_per_second"] = h.RootAccessKey, h.RootSecretKey, 0
			h.Resource("outscale_user", acctest.Args{"user_name": "alice"}).Destroy()
			if deprecated := h.DeprecatedInBlock(); (len(deprecated) > 0) != (c.warning != "") || c.warning != "" && !strings.Contains(strings.Join(deprecated, "\n"), c.warning) {
				t.Errorf("deprecated: %q, want %q", deprecated, c.warning)
			}
		})
	}
}

// TestProvider_credentialFromOnePlace: a credential from several places is an error, and no call is made.
func TestProvider_credentialFromOnePlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		block acctest.Args
		env   map[string]string
		texts []string
	}{
		"none":                      {nil, nil, []string{"provider block", "environment", "profile"}},
		"half in the block":         {acctest.Args{"access_key_id": "ABC"}, nil, []string{"secret_key_id"}},
		"half in the environment":   {nil, map[string]string{"OSC_ACCESS_KEY": "ABC"}, []string{"OSC_SECRET_KEY"}},
		"a half of each":            {acctest.Args{"access_key_id": "ABC"}, map[string]string{"OSC_SECRET_KEY": "SECRET-OF-ANOTHER"}, []string{"OSC_SECRET_KEY"}},
		"empty in the block":        {acctest.Args{"access_key_id": "", "secret_key_id": ""}, map[string]string{"OSC_ACCESS_KEY": "ABC", "OSC_SECRET_KEY": "DEF"}, []string{"empty"}},
		"a profile not there":       {acctest.Args{"profile": "nobody"}, map[string]string{"OSC_ACCESS_KEY": "ABC", "OSC_SECRET_KEY": "DEF"}, []string{"cannot be read", "the provider block names the profile or its file"}},
		"a file not there":          {acctest.Args{"config_file": "~/nowhere.json"}, nil, []string{"nowhere.json"}},
		"a negative rate":           {acctest.Args{"requests_per_second": -1}, nil, []string{"requests_per_second"}},
		"api and endpoints at once": {acctest.Args{"api": blocks{{}}, "endpoints": blocks{{}}}, nil, []string{"endpoints"}},
		"two api blocks":            {acctest.Args{"api": blocks{{}, {}}}, nil, []string{"api"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			withoutCredential(h)
			for variable, value := range c.env {
				h.Env(variable, value)
			}
			h.Block = c.block
			got := h.NewResource("outscale_user").Plan(acctest.Args{"user_name": "alice"})
			if !slices.ContainsFunc(got.Errors(), func(d *tfprotov6.Diagnostic) bool {
				return !slices.ContainsFunc(c.texts, func(text string) bool {
					return !strings.Contains(d.Summary+"\n"+d.Detail+"\n"+acctest.Path(d), text)
				})
			}) {
				t.Errorf("no error says %q: %s", c.texts, got)
			}
			if strings.Contains(got.String(), "SECRET-OF-ANOTHER") {
				t.Error("the error shows a secret")
			}
			if calls := h.Requests(); len(calls) != 0 {
				t.Errorf("%d calls were made", len(calls))
			}
		})
	}
}

// TestProvider_profile: a profile is read from a file below the home folder ~, and takes precedence over keys of the environment.
func TestProvider_profile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		block acctest.Args
		env   map[string]string
	}{
		"named in the block":       {acctest.Args{"profile": "sim", "config_file": "~/profiles.json"}, map[string]string{"OSC_ACCESS_KEY": "ANOTHER", "OSC_SECRET_KEY": "ACCOUNT"}},
		"named in the environment": {acctest.Args{}, map[string]string{"OSC_PROFILE": "sim", "OSC_CONFIG_FILE": "~/profiles.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			withoutCredential(h)
			for variable, value := range c.env {
				h.Env(variable, value)
			}
			c.block["requests_per_second"] = 0
			h.Block = c.block
			profile := `{"sim": {"access_key": "` + h.RootAccessKey + `", "secret_key": "` + h.RootSecretKey + `", "region": "eu-west-2"}}`
			h.NoError(os.WriteFile(filepath.Join(h.Home(), "profiles.json"), []byte(profile), 0o600))
			h.Resource("outscale_user", acctest.Args{"user_name": "alice"})
			for _, call := range h.Requests() {
				if call.AccessKey != h.RootAccessKey {
					t.Errorf("%s was signed with %s", call.Action, call.AccessKey)
				}
			}
		})
	}
}

// TestProvider_login: a login works for keys. The error of other actions says that it does not work for them.
func TestProvider_login(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	withoutCredential(h)
	h.Block["login"], h.Block["password"] = simulator.DefaultEmail, simtest.AccountPassword
	key := h.Resource("outscale_access_key", acctest.Args{})
	h.NewResource("outscale_user").Apply(acctest.Args{"user_name": "alice"}).ExpectError("User not created", "The credential is the login from the provider block. This action does not take a login")
	key.Destroy()
	h.NoError(acctest.Absent("the log", []byte(h.Log()), simtest.AccountPassword))
}

// TestProvider_sensitiveArguments: only the secrets of the block are Sensitive.
func TestProvider_sensitiveArguments(t *testing.T) {
	t.Parallel()
	if got := acctest.NewProtocol(t).SensitiveInBlock(); !slices.Equal(got, []string{"password", "secret_key_id"}) {
		t.Errorf("sensitive: %v", got)
	}
}

// TestProvider_insecureEndpoint: a certificate that is not verified, and an endpoint without TLS that is not on this machine,
// are warnings.
func TestProvider_insecureEndpoint(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Start().ExpectNone()
	h.Block = acctest.Args{"requests_per_second": 0, "api": blocks{{"endpoint": "http://api.example.com/api/v1", "insecure": true}}}
	p := h.Start()
	p.ExpectNoErrors()
	if n := len(p.Warnings()); n != 2 {
		t.Errorf("%d warnings, want one about TLS and one about the certificate:\n%s", n, p.Diagnostics)
	}
}

// TestProvider_errorsPointToNoLine: an error or a warning about the provider block names the argument in its text only. The CLIs print the
// lines of the configuration that an error points to, and a secret may be in any of them.
func TestProvider_errorsPointToNoLine(t *testing.T) {
	t.Parallel()
	const id, secret, pem = "AKIDAAAAAAAAAAAAAAAA", "0123456789ABCDEFGHIJ0123456789ABCDEFGHIJ", "-----BEGIN PRIVATE KEY-----\nMIIB"
	for name, block := range map[string]acctest.Args{
		"access_key_id":   {"access_key_id": secret, "secret_key_id": id},
		"secret_key_id":   {"access_key_id": id, "secret_key_id": secret + " "},
		"usual lengths":   {"access_key_id": secret, "secret_key_id": secret},
		"password":        {"login": "me@example.com", "password": pem},
		"config_file":     {"config_file": `{"default": {"secret_key": "` + secret + `"}}`},
		"profile":         {"profile": secret},
		"region":          {"region": secret + "/", "access_key_id": id, "secret_key_id": secret},
		"endpoint":        {"api": blocks{{"endpoint": "https://x/?token=" + secret}}, "access_key_id": id, "secret_key_id": secret},
		"`x509_key_path`": {"api": blocks{{"x509_cert_path": pem, "x509_key_path": pem}}, "access_key_id": id, "secret_key_id": secret},
	} {
		h := acctest.NewProtocol(t)
		h.Block = block
		got := h.NewResource("outscale_user").Plan(acctest.Args{"user_name": "alice"})
		all := append(got.Errors(), got.Warnings()...)
		if len(all) == 0 {
			t.Errorf("%s: no error and no warning", name)
		}
		for _, d := range all {
			if at := acctest.Path(d); at != "" {
				t.Errorf("%s: %q points to %s", name, d.Summary, at)
			}
		}
		h.NoError(acctest.Absent("the error", []byte(got.String()), secret))
	}
}
