package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

func noEnv(string) (string, bool) { return "", false }

func env(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := pairs[name]
		return value, ok
	}
}

func TestParse_flags(t *testing.T) {
	got, err := parse([]string{
		"serve", "--listen", "127.0.0.1:3100", "--admin", "", "--data", "a.db", "--root-access-key", "ID", "--root-secret-key", "SECRET",
		"--account-email", "e@example.com", "--account-password", "p", "--api-version", "1.39", "--seed", "5", "--explain",
		"--log-level", "debug", "--grant", "a=api:ReadUsers,api:Create*", "--grant", "b=*", "--assume", "A1=keep", "--assume", "key-limit=2",
		"--tls-listen", "127.0.0.1:3443", "--tls-ca-file", "ca.pem", "--tls-host", "sim", "--strict-host", "--cors", "--admin-host", "sim", "--admin-host", "192.0.2.1",
	}, noEnv, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	o := got.options
	if got.listen != "127.0.0.1:3100" || got.admin != "" || got.level.String() != "DEBUG" || o.DataFile != "a.db" ||
		o.RootAccessKey != "ID" || o.RootSecretKey != "SECRET" || o.AccountEmail != "e@example.com" || o.AccountPassword != "p" ||
		o.APIVersion != "1.39" || o.Seed != 5 || !o.Explain || got.tls != "127.0.0.1:3443" || got.caFile != "ca.pem" || !slices.Equal(o.TLSHosts, []string{"sim"}) || !o.StrictHost || !o.CORS || !slices.Equal(o.AdminHosts, []string{"sim", "192.0.2.1"}) ||
		len(o.Grants) != 2 || o.Grants[0].Actions[1] != "api:Create*" ||
		o.Assumptions != (simulator.Assumptions{ExpiryOnUpdate: simulator.ExpiryKept, KeyLimit: 2}) {
		t.Errorf("%+v", got)
	}
}

func TestParse_environment(t *testing.T) {
	got, err := parse([]string{"serve", "--seed", "9"}, env(map[string]string{
		"OUTSCALE_SIM_LISTEN": "127.0.0.1:3100", "OUTSCALE_SIM_ADMIN": "", "OUTSCALE_SIM_DATA": "a.db", "OUTSCALE_SIM_ROOT_ACCESS_KEY": "ID",
		"OUTSCALE_SIM_ROOT_SECRET_KEY": "SECRET", "OUTSCALE_SIM_ACCOUNT_EMAIL": "e@example.com", "OUTSCALE_SIM_ACCOUNT_PASSWORD": "p",
		"OUTSCALE_SIM_API_VERSION": "1.39", "OUTSCALE_SIM_SEED": "5", "OUTSCALE_SIM_EXPLAIN": "true", "OUTSCALE_SIM_LOG_LEVEL": "warn",
		"OUTSCALE_SIM_GRANT": "a=api:ReadUsers;b=*", "OUTSCALE_SIM_ASSUME": "A1=keep;A4=2",
	}), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	o := got.options
	if got.listen != "127.0.0.1:3100" || got.admin != "" || got.level.String() != "WARN" || o.DataFile != "a.db" ||
		o.RootAccessKey != "ID" || o.RootSecretKey != "SECRET" || o.AccountEmail != "e@example.com" || o.AccountPassword != "p" ||
		o.APIVersion != "1.39" || o.Seed != 9 || !o.Explain || len(o.Grants) != 2 || o.Assumptions.KeyLimit != 2 {
		t.Errorf("%+v", got)
	}
}

func TestRun_refusals(t *testing.T) {
	for _, test := range []struct {
		args []string
		env  map[string]string
		want string
	}{
		{nil, nil, "give a command"},
		{[]string{"run"}, nil, `unknown command "run"`},
		{[]string{"serve", "x"}, nil, `unexpected argument "x"`},
		{[]string{"serve", "--nothing"}, nil, "-nothing"},
		{[]string{"serve", "--listen", "3000"}, nil, "--listen: give HOST:PORT"},
		{[]string{"serve", "--admin", "3000"}, nil, "--admin: give HOST:PORT"},
		{[]string{"serve", "--tls-listen", "3443"}, nil, "--tls-listen: give HOST:PORT"},
		{[]string{"serve", "--tls-ca-file", "x"}, nil, "--tls-ca-file needs --tls-listen"},
		{[]string{"serve", "--tls-host", "a/b"}, nil, "without a port"},
		{[]string{"serve", "--seed", "-1"}, nil, "-seed"},
		{[]string{"serve", "--assume", "A1"}, nil, "give KEY=VALUE"},
		{[]string{"serve", "--assume", "A1=x"}, nil, "clear, clear-with-state or keep"},
		{[]string{"serve", "--assume", "A99=x"}, nil, "known are"},
		{[]string{"serve", "--admin-host", "sim:3001"}, nil, "without a port"},
		{[]string{"serve", "--grant", "bob"}, nil, "give USER=ACTION"},
		{[]string{"serve"}, map[string]string{"OUTSCALE_SIM_SEED": "x"}, "OUTSCALE_SIM_SEED"},
		{[]string{"serve"}, map[string]string{"OUTSCALE_SIM_ASSUME": "A1=keep;A2=x"}, "OUTSCALE_SIM_ASSUME"},
	} {
		var out, errs bytes.Buffer
		if status := run(t.Context(), test.args, env(test.env), &out, &errs); status != 2 || !strings.Contains(errs.String(), test.want) || !strings.HasSuffix(errs.String(), "\nSee outscale-sim help.\n") {
			t.Errorf("%v: %d, %s", test.args, status, &errs)
		}
	}
	for args, want := range map[string]string{
		"--listen=127.0.0.1:notaport": "cannot listen", "--root-access-key=x": "give both", "--api-version=x": "API version",
		"--account-email=x":                    "not an e-mail",
		"--tls-ca-file=/no/such/folder/ca.pem": "--tls-ca-file",
	} {
		var out, errs bytes.Buffer
		if status := run(t.Context(), []string{"serve", "--listen=127.0.0.1:0", "--tls-listen=127.0.0.1:0", "--admin=", args}, noEnv, &out, &errs); status != 1 || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: %d, %s", args, status, &errs)
		}
		if out.Len() > 0 {
			t.Errorf("%s: ready all the same: %s", args, &out)
		}
	}
}

// A second simulator on the same address says how to choose another one.
func TestRun_addressInUse(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has another error")
	}
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	var out, errs bytes.Buffer
	status := run(t.Context(), []string{"serve", "--admin=", "--listen", taken.Addr().String()}, noEnv, &out, &errs)
	if status != 1 || !strings.Contains(errs.String(), "choose another address with --listen") {
		t.Errorf("%d, %s", status, &errs)
	}
}

func TestRun_helpAndVersion(t *testing.T) {
	for args, want := range map[string]string{
		"help": "expiry-on-update", "--help": "-root-access-key", "serve --help": "OUTSCALE_SIM_API_VERSION", "version": "outscale-sim dev",
	} {
		var out, errs bytes.Buffer
		if status := run(t.Context(), strings.Fields(args), noEnv, &out, &errs); status != 0 || !strings.Contains(out.String(), want) || errs.Len() > 0 {
			t.Errorf("%s: %d, %s%s", args, status, &out, &errs)
		}
	}
}

// serveUntilReady runs serve and returns its first line; stop ends it and returns the
// exit status.
func serveUntilReady(t *testing.T, args ...string) (line map[string]any, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	exit := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		exit <- run(ctx, append([]string{"serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, args...), noEnv, writer, &errs)
		_ = writer.Close()
	}()
	if err := json.NewDecoder(reader).Decode(&line); err != nil {
		cancel()
		t.Fatalf("exit %d: %v: %s", <-exit, err, &errs)
	}
	return line, func() int {
		cancel()
		select {
		case status := <-exit:
			return status
		case <-time.After(time.Minute):
			t.Fatal("it does not stop")
			return -1
		}
	}
}

func TestRun_serve(t *testing.T) {
	data := filepath.Join(t.TempDir(), "sim.db")
	line, stop := serveUntilReady(t, "--data", data)
	for _, name := range []string{"root_access_key", "root_secret_key", "api", "admin"} {
		if text, _ := line[name].(string); text == "" {
			t.Errorf("no %s in %v", name, line)
		}
	}
	if line["ready"] != true || line["api_version"] != "1.40.1" || line["data"] != data {
		t.Error(line)
	}
	answer, err := http.Post(line["api"].(string)+"/ReadRegions", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Error(answer.Status, err)
	}
	if status := stop(); status != 0 {
		t.Errorf("exit %d", status)
	}
	// The same data: the same key, and its secret is not shown again.
	again, stop := serveUntilReady(t, "--data", data)
	if again["root_access_key"] != line["root_access_key"] || again["root_secret_key"] != nil {
		t.Error(again)
	}
	if status := stop(); status != 0 {
		t.Errorf("exit %d", status)
	}
	// With TLS the file has the CA that the listener needs.
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	secure, stop := serveUntilReady(t, "--tls-listen", "127.0.0.1:0", "--tls-ca-file", caFile)
	if secure["tls_ca_file"] != caFile {
		t.Error(secure)
	}
	pool := x509.NewCertPool()
	if pem, err := os.ReadFile(caFile); err != nil || !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("%q, %v", pem, err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	answer, err = client.Post(secure["tls"].(string)+"/ReadRegions", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Error(answer.Status, err)
	}
	client.CloseIdleConnections()
	if status := stop(); status != 0 {
		t.Errorf("exit %d", status)
	}
	// A secret that was given is not shown at all.
	given, stop := serveUntilReady(t, "--root-access-key", "ID", "--root-secret-key", "SECRET", "--admin", "")
	if given["root_access_key"] != "ID" || given["root_secret_key"] != nil || given["admin"] != nil {
		t.Error(given)
	}
	if status := stop(); status != 0 {
		t.Errorf("exit %d", status)
	}
}
