package simulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// serverIdentity is the certificate of a TLS listener and the CA that issued it. Listen generates both.
type serverIdentity struct {
	certificate tls.Certificate
	// caPEM is the CA in PEM format, which clients must trust.
	caPEM []byte
}

// identityLifetime is the lifetime of the certificate and of its CA.
const identityLifetime = 10 * 365 * 24 * time.Hour

// newServerIdentity generates a CA, and a certificate for the names and addresses. Empty ones are ignored.
func newServerIdentity(hosts ...string) (serverIdentity, error) {
	var identity serverIdentity
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return identity, fmt.Errorf("key of the server CA: %w", err)
	}
	// Clients check the dates with the real time.
	start := time.Now().Add(-time.Hour)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(start.UnixNano()), Subject: pkix.Name{CommonName: "outscale-sim server CA"},
		NotBefore: start, NotAfter: start.Add(identityLifetime),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, MaxPathLenZero: true,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return identity, fmt.Errorf("server CA: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return identity, fmt.Errorf("key of the server: %w", err)
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(start.UnixNano() + 1), Subject: pkix.Name{CommonName: "outscale-sim"},
		NotBefore: start, NotAfter: ca.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			server.IPAddresses = append(server.IPAddresses, ip)
		} else if host != "" {
			server.DNSNames = append(server.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, server, ca, &key.PublicKey, caKey)
	if err != nil {
		return identity, fmt.Errorf("server certificate: %w", err)
	}
	identity.certificate = tls.Certificate{Certificate: [][]byte{der, caDER}, PrivateKey: key}
	identity.caPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})
	return identity, nil
}

// config returns the configuration of a listener. It requests client certificates and does not verify them: checkAccess does,
// because the trusted CAs are those of the current API access rules.
func (i serverIdentity) config() *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{i.certificate}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12,
		// No HTTP/2: it shares connections between calls, and faults reset connections.
		NextProtos: []string{"http/1.1"},
	}
}
