package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// command runs a command and returns its exit status and both outputs.
func command(t *testing.T, variables map[string]string, args ...string) (status int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), args, env(variables), &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

// readyFile writes the line of a simulator to a file.
func readyFile(t *testing.T, line map[string]any) string {
	t.Helper()
	text, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ready.json")
	if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEnv_formats(t *testing.T) {
	variables := map[string]string{"OUTSCALE_SIM_ROOT_ACCESS_KEY": "ID", "OUTSCALE_SIM_ROOT_SECRET_KEY": `a $b "c"`, "OUTSCALE_SIM_LISTEN": ":3100"}
	for format, want := range map[string]string{
		"export":     "export OSC_ACCESS_KEY='ID'\nexport OSC_SECRET_KEY='a $b \"c\"'\nexport OSC_REGION='eu-west-2'\nexport OSC_ENDPOINT_API='http://127.0.0.1:3100/api/v1'\n",
		"dotenv":     "OSC_ACCESS_KEY='ID'\nOSC_SECRET_KEY='a $b \"c\"'\nOSC_REGION='eu-west-2'\nOSC_ENDPOINT_API='http://127.0.0.1:3100/api/v1'\n",
		"powershell": "$env:OSC_ACCESS_KEY = 'ID'\n$env:OSC_SECRET_KEY = 'a $b \"c\"'\n$env:OSC_REGION = 'eu-west-2'\n$env:OSC_ENDPOINT_API = 'http://127.0.0.1:3100/api/v1'\n",
	} {
		if status, out, errs := command(t, variables, "env", "--format", format); status != 0 || out != want || errs != "" {
			t.Errorf("%s: %d, %s%s", format, status, out, errs)
		}
	}
}

// A shell reads every value literally.
func TestEnv_shell(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	const secret = "it's $(exit 9) `x` \\ \"q\""
	status, out, errs := command(t, nil, "env", "--root-access-key", "ID", "--root-secret-key", secret)
	if status != 0 {
		t.Fatal(errs)
	}
	got, err := exec.Command(shell, "-c", out+`printf %s "$OSC_SECRET_KEY"`).Output()
	if err != nil || string(got) != secret {
		t.Errorf("%q, %v", got, err)
	}
	if _, out, _ := command(t, nil, "env", "--format", "powershell", "--root-access-key", "ID", "--root-secret-key", "it's"); !strings.Contains(out, "'it''s'") {
		t.Error(out)
	}
}

func TestEnv_refused(t *testing.T) {
	for _, test := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"env"}, 1, "OUTSCALE_SIM_ROOT_SECRET_KEY"},
		{[]string{"env", "--root-access-key", "ID"}, 1, "secret of the root access key is not known"},
		{[]string{"env", "--ready-file", "/no/such/file"}, 1, "--ready-file"},
		{[]string{"env", "--ready-file", readyFile(t, map[string]any{})}, 1, "does not have the line"},
		{[]string{"env", "--ready-file", readyFile(t, map[string]any{"ready": true, "root_access_key": "A"}), "--root-access-key", "B"}, 1, "is A, not B"},
		{[]string{"env", "--root-access-key", "ID", "--root-secret-key", "a\nb"}, 1, "control character"},
		{[]string{"env", "--root-access-key", "ID", "--root-secret-key", "it's", "--format", "dotenv"}, 1, "quotation mark"},
		{[]string{"env", "--format", "xml"}, 2, "give export, dotenv or powershell"},
		{[]string{"env", "--admin", "x"}, 2, "-admin"},
		{[]string{"wait", "x"}, 2, "unexpected argument"},
		{[]string{"wait", "--timeout", "x"}, 2, "-timeout"},
	} {
		if status, out, errs := command(t, nil, test.args...); status != test.status || !strings.Contains(errs, test.want) || out != "" {
			t.Errorf("%v: %d, %s%s", test.args, status, out, errs)
		}
	}
	for _, name := range []string{"env", "wait"} {
		if status, out, errs := command(t, nil, name, "--help"); status != 0 || !strings.Contains(out, "-ready-file") || errs != "" {
			t.Errorf("%s --help: %d, %s%s", name, status, out, errs)
		}
	}
}

func TestWait_serving(t *testing.T) {
	line, stop := serveUntilReady(t)
	file := readyFile(t, line)
	if status, _, errs := command(t, nil, "wait", "--ready-file", file); status != 0 {
		t.Errorf("%d, %s", status, errs)
	}
	listen, _, _ := strings.Cut(strings.TrimPrefix(line["api"].(string), "http://"), "/")
	admin := strings.TrimPrefix(line["admin"].(string), "http://")
	for _, variables := range []map[string]string{
		{"OUTSCALE_SIM_LISTEN": listen}, {"OUTSCALE_SIM_LISTEN": listen, "OUTSCALE_SIM_ADMIN": admin},
	} {
		if status, _, errs := command(t, variables, "wait"); status != 0 {
			t.Errorf("%v: %d, %s", variables, status, errs)
		}
	}
	if status, _, errs := command(t, nil, "wait", "--listen", listen, "--admin", "127.0.0.1:1", "--timeout", "100ms"); status != 1 {
		t.Errorf("without the admin port: %d, %s", status, errs)
	}
	if status, _, errs := command(t, nil, "wait", "--listen", "127.0.0.1:1", "--admin", admin, "--timeout", "100ms"); status != 1 {
		t.Errorf("without the API: %d, %s", status, errs)
	}
	// A client with these variables is accepted, and waiting has made no call.
	_, out, _ := command(t, nil, "env", "--ready-file", file)
	if !strings.Contains(out, fmt.Sprintf("'%s'", line["root_secret_key"])) || !strings.Contains(out, fmt.Sprintf("OSC_ENDPOINT_API='%s'", line["api"])) {
		t.Error(out)
	}
	answer, err := http.Get(line["admin"].(string) + "/requests/stats")
	if err != nil {
		t.Fatal(err)
	}
	var stats map[string]int
	if err := json.NewDecoder(answer.Body).Decode(&stats); err != nil || len(stats) != 0 {
		t.Errorf("%v, %v", stats, err)
	}
	_ = answer.Body.Close()
	if status := stop(); status != 0 {
		t.Errorf("exit %d", status)
	}
	if status, _, errs := command(t, nil, "wait", "--ready-file", file, "--timeout", "100ms"); status != 1 || !strings.Contains(errs, "no simulator serves after 100ms") {
		t.Errorf("%d, %s", status, errs)
	}
}

// The command waits for the file, and while the admin port answers with errors.
func TestWait_later(t *testing.T) {
	asked := make(chan struct{}, 1000)
	status := make(chan int)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		if len(asked) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "ready.json")
	go func() {
		got, _, _ := command(t, nil, "wait", "--ready-file", file)
		status <- got
	}()
	if err := os.WriteFile(file, fmt.Appendf(nil, `{"ready": true, "api": %q, "admin": %[1]q}`, server.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-status:
		if got != 0 || len(asked) != 3 {
			t.Errorf("status %d after %d requests", got, len(asked))
		}
	case <-time.After(time.Minute):
		t.Error("it does not end")
	}
}

func TestWait_withoutAdminPort(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if status, _, errs := command(t, nil, "wait", "--listen", listener.Addr().String()); status != 0 {
		t.Errorf("%d, %s", status, errs)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	// Nobody listens on port 1; another process could get the port of the listener.
	if status, _, _ := command(t, nil, "wait", "--timeout", "200ms", "--listen", "127.0.0.1:1"); status != 1 {
		t.Errorf("%d without a listener", status)
	}
}

func TestServe_seedFile(t *testing.T) {
	line, stop := serveUntilReady(t, "--seed-file", "testdata/seed.json", "--root-access-key", "ID", "--root-secret-key", "SECRET")
	answer, err := http.Get(line["admin"].(string) + "/state")
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Users []struct{ UserName string } `json:"users"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil || len(state.Users) != 2 || state.Users[0].UserName != "backup" {
		t.Errorf("%+v, %v", state, err)
	}
	_ = answer.Body.Close()
	if status := stop(); status != 0 {
		t.Errorf("exit %d", status)
	}
	for file, want := range map[string]string{"/no/such/file": "--seed-file", "main.go": "not a state in JSON"} {
		if status, out, errs := command(t, map[string]string{"OUTSCALE_SIM_SEED_FILE": file}, "serve", "--listen", "127.0.0.1:0", "--admin", ""); status != 1 || !strings.Contains(errs, want) || out != "" {
			t.Errorf("%s: %d, %s%s", file, status, out, errs)
		}
	}
}
