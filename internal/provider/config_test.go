package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// block is a provider block.
func block(arguments ...string) string {
	return "provider \"outscale\" {\n  " + strings.Join(append(arguments, "requests_per_second = 0"), "\n  ") + "\n}\n"
}

// bare takes the credential out of the world's environment.
func bare(w *World) {
	w.Env("OSC_ACCESS_KEY", "")
	w.Env("OSC_SECRET_KEY", "")
}

// TestAConfigurationOfTheOfficialProviderWorks: the current form, and the deprecated ones with a warning.
func TestAConfigurationOfTheOfficialProviderWorks(t *testing.T) {
	key := `access_key_id = "` + simtest.RootAccessKey + `"`
	secret := `secret_key_id = "` + simtest.RootSecretKey + `"`
	for name, c := range map[string]struct {
		arguments []string
		warnings  []string
	}{
		"api block":       {[]string{key, secret, `region = "eu-west-2"`, "api {\n    endpoint = \"ENDPOINT\"\n    region = \"eu-west-2\"\n    insecure = false\n  }"}, nil},
		"oks is accepted": {[]string{key, secret, "api {\n    endpoint = \"ENDPOINT\"\n  }", "oks {\n    endpoint = \"https://oks\"\n    region = \"eu-west-2\"\n  }"}, nil},
		"endpoints":       {[]string{key, secret, "endpoints {\n    api = \"ENDPOINT\"\n    oks = \"https://oks\"\n  }"}, []string{"Write endpoint inside the api block."}},
		"outer insecure":  {[]string{key, secret, `insecure = true`, "api {\n    endpoint = \"ENDPOINT\"\n  }"}, []string{"Write insecure inside the api block."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			bare(w)
			w.Env("OSC_ENDPOINT_API", "")
			s := w.Workspace(strings.ReplaceAll(block(c.arguments...), "ENDPOINT", w.Endpoint) + User("this", `user_name = "alice"`))
			r := s.Plan()
			if r.Code != 2 {
				t.Fatalf("plan ended with %d:\n%s", r.Code, r.Output)
			}
			r.Contains(t, c.warnings...)
			if len(c.warnings) == 0 {
				r.Lacks(t, "Argument is deprecated", "deprecated")
			}
			s.Apply()
			s.EmptyPlan()
		})
	}
}

// TestACredentialComesFromOnePlace: what the user is told when it does not. Nothing is ever called then.
func TestACredentialComesFromOnePlace(t *testing.T) {
	for name, c := range map[string]struct {
		block string
		env   map[string]string
		want  string
	}{
		"none":                      {block(), nil, `(?s)provider block.*environment.*(config\.json|profile)`},
		"half in the block":         {block(`access_key_id = "ABC"`), nil, `(?s)secret_key_id`},
		"half in the environment":   {block(), map[string]string{"OSC_ACCESS_KEY": "ABC"}, `(?s)OSC_SECRET_KEY`},
		"a half of each":            {block(`access_key_id = "ABC"`), map[string]string{"OSC_SECRET_KEY": "SECRET-OF-ANOTHER"}, `(?s)OSC_SECRET_KEY`},
		"empty in the block":        {block(`access_key_id = ""`, `secret_key_id = ""`), map[string]string{"OSC_ACCESS_KEY": "ABC", "OSC_SECRET_KEY": "DEF"}, `(?s)empty`},
		"a profile not there":       {block(`profile = "nobody"`), map[string]string{"OSC_ACCESS_KEY": "ABC", "OSC_SECRET_KEY": "DEF"}, `(?s)nobody`},
		"a file not there":          {block(`config_file = "~/nowhere.json"`), nil, `(?s)nowhere\.json`},
		"a negative pace":           {strings.Replace(block(), "= 0", "= -1", 1), nil, `(?s)requests_per_second`},
		"api and endpoints at once": {block("api {}", "endpoints {}"), nil, `(?s)endpoints`},
		"two api blocks":            {block("api {}", "api {}"), nil, `(?s)api`},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			bare(w)
			for variable, value := range c.env {
				w.Env(variable, value)
			}
			w.Test(resource.TestStep{Config: c.block + User("this", `user_name = "alice"`), PlanOnly: true, ExpectError: regexp.MustCompile(c.want)})
			if calls := w.Simulator.Requests(); len(calls) != 0 {
				t.Errorf("%d calls were made", len(calls))
			}
		})
	}
}

// TestAProfileIsRead from a file under a home that ~ stands for, before the keys of the environment.
func TestAProfileIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		arguments []string
		env       map[string]string
	}{
		"named in the block":       {[]string{`profile = "sim"`, `config_file = "~/profiles.json"`}, map[string]string{"OSC_ACCESS_KEY": "ANOTHER", "OSC_SECRET_KEY": "ACCOUNT"}},
		"named in the environment": {nil, map[string]string{"OSC_PROFILE": "sim", "OSC_CONFIG_FILE": "~/profiles.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			bare(w)
			for variable, value := range c.env {
				w.Env(variable, value)
			}
			s := w.Workspace(block(c.arguments...) + User("this", `user_name = "alice"`))
			profile := `{"sim": {"access_key": "` + w.RootAccessKey + `", "secret_key": "` + w.RootSecretKey + `", "region": "eu-west-2"}}`
			w.Must(os.WriteFile(filepath.Join(s.Home(), "profiles.json"), []byte(profile), 0o600))
			s.Apply()
			for _, call := range w.Simulator.Requests() {
				if call.AccessKey != w.RootAccessKey {
					t.Errorf("%s was signed with %s", call.Action, call.AccessKey)
				}
			}
		})
	}
}

// TestALoginWorksForKeys, and says what it does not work for.
func TestALoginWorksForKeys(t *testing.T) {
	w := New(t)
	bare(w)
	login := block(`login = "`+simulator.DefaultEmail+`"`, `password = "`+simtest.AccountPassword+`"`)
	w.Test(
		resource.TestStep{Config: login + Key("this")},
		resource.TestStep{
			Config:      login + Key("this") + User("this", `user_name = "alice"`),
			ExpectError: regexp.MustCompile(`(?s)User not created.*does\s+not\s+take\s+a\s+login`),
		},
	)
}
