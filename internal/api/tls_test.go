package api

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// clientPEM returns a new certificate and its key.
func clientPEM(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return encode("CERTIFICATE", der), encode("EC PRIVATE KEY", keyDER)
}

// The client sends the certificate from each source. It refuses a server that is not trusted at once, unless insecure is set.
func TestResolve_clientCertificate(t *testing.T) {
	cert, key := clientPEM(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if len(req.TLS.PeerCertificates) != 1 || req.TLS.PeerCertificates[0].Subject.CommonName != "client" {
			t.Error("the client certificate is missing")
		}
		_, _ = io.WriteString(w, keysBody)
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()

	b64 := base64.StdEncoding.EncodeToString
	files := map[string]string{"c.pem": cert, "k.pem": key}
	credential := map[string]string{"OSC_ACCESS_KEY": "A", "OSC_SECRET_KEY": "s"}
	with := func(env map[string]string) map[string]string {
		for name, value := range credential {
			env[name] = value
		}
		return env
	}
	for name, s := range map[string]sources{
		"block":       {Settings{ClientCertPath: p("~/c.pem"), ClientKeyPath: p("~/k.pem")}, with(map[string]string{}), files},
		"environment": {Settings{}, with(map[string]string{"OSC_X509_CLIENT_CERT": "~/c.pem", "OSC_X509_CLIENT_KEY": "~/k.pem"}), files},
		"base64":      {Settings{}, with(map[string]string{"OSC_X509_CLIENT_CERT_B64": b64([]byte(cert)), "OSC_X509_CLIENT_KEY_B64": b64([]byte(key))}), nil},
		"profile": {Settings{Profile: p("x")}, nil, map[string]string{homeFile: `{"x":{"access_key":"A","secret_key":"s","x509_client_cert_b64":"` +
			b64([]byte(cert)) + `","x509_client_key_b64":"` + b64([]byte(key)) + `"}}`}},
	} {
		cfg, _, err := s.resolve(t)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r := &rig{}
		cfg.Endpoint = server.URL + "/api/v1"
		err = actions["CreateAccessKey"](r.client(t, cfg), context.Background())
		var untrusted *tls.CertificateVerificationError
		if !errors.As(err, &untrusted) || IsLostAnswer(err) || len(r.slept) > 0 {
			t.Errorf("%s: an untrusted server: %v, waits %v", name, err, r.slept)
		}
		cfg.Insecure = true
		if err := actions["ReadAccessKeys"](r.client(t, cfg), context.Background()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
