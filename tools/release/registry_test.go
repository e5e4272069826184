package release_test

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// registry serves a release as a provider registry does, over TLS.
type registry struct {
	*httptest.Server
	// certificate is a file with the certificate of the server, for SSL_CERT_FILE.
	certificate string
}

// address is the provider without the host of a registry.
const address = "outscale-access/outscale"

func newRegistry(t *testing.T, dir, version string) registry {
	t.Helper()
	key := string(read(t, dir, "signing-key.asc"))
	file := func(platform string) string { return fmt.Sprintf("%s_%s_%s.zip", provider, version, platform) }
	sums := provider + "_" + version + "_SHA256SUMS"
	hashes := checksums(t, filepath.Join(dir, sums))
	var manifest struct {
		Metadata struct {
			ProtocolVersions []string `json:"protocol_versions"`
		} `json:"metadata"`
	}
	must(t, json.Unmarshal(read(t, dir, provider+"_"+version+"_manifest.json"), &manifest))
	protocols := manifest.Metadata.ProtocolVersions

	answer := func(w http.ResponseWriter, value any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(value); err != nil {
			t.Error(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/providers/"+address+"/versions", func(w http.ResponseWriter, _ *http.Request) {
		list := []map[string]string{}
		for _, platform := range platforms {
			os, arch, _ := strings.Cut(platform, "_")
			list = append(list, map[string]string{"os": os, "arch": arch})
		}
		answer(w, map[string]any{"versions": []any{map[string]any{"version": version, "protocols": protocols, "platforms": list}}})
	})
	mux.HandleFunc("GET /v1/providers/"+address+"/"+version+"/download/{os}/{arch}", func(w http.ResponseWriter, r *http.Request) {
		os, arch := r.PathValue("os"), r.PathValue("arch")
		name := file(os + "_" + arch)
		answer(w, map[string]any{
			"protocols": protocols, "os": os, "arch": arch, "filename": name, "shasum": hashes[name],
			"download_url": "https://" + r.Host + "/files/" + name, "shasums_url": "https://" + r.Host + "/files/" + sums,
			"shasums_signature_url": "https://" + r.Host + "/files/" + sums + ".sig",
			"signing_keys":          map[string]any{"gpg_public_keys": []any{map[string]string{"ascii_armor": key, "key_id": "0000000000000000"}}},
		})
	})
	mux.Handle("GET /files/", http.StripPrefix("/files/", http.FileServer(http.Dir(dir))))
	return serve(t, mux)
}

func serve(t *testing.T, handler http.Handler) registry {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	certificate := filepath.Join(t.TempDir(), "server.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	must(t, os.WriteFile(certificate, pem.EncodeToMemory(block), 0o600))
	return registry{server, certificate}
}
