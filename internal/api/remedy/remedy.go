// Package remedy says what a user can do about a failed call. The provider and outscale-keys share the texts, and each has its
// own names for the settings.
package remedy

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// Settings are the names of a program's settings, as they appear in a sentence.
type Settings struct {
	Region, Endpoint  string
	AccessKey         string
	ClientCertificate string
	Rate              string // the largest number of calls per second
	Again             string // a sentence: what to do after a call whose answer was lost
	Log               string // a sentence: how to see the calls and the waits; "" = they cannot be seen
}

// For returns the remedy for an error, "" if none is known.
func (s Settings) For(err error) string {
	if remedy := s.limit(err); remedy != "" {
		return remedy
	}
	var transport *api.TransportError
	if errors.As(err, &transport) {
		var earlier *api.GivenUpError
		if errors.As(transport.Err, &earlier) {
			return s.For(earlier.Err)
		}
		return s.transport(transport)
	}
	if refusal := api.As(err); refusal != nil {
		return usedCredential(refusal) + s.refusal(refusal)
	}
	return ""
}

// limit is the remedy for a call that a time limit ended, or that was not sent because the limit ends before it may be sent.
func (s Settings) limit(err error) string {
	var wait *api.WaitError
	var limit *timelimit.Limit
	change := "The limit cannot be changed."
	if errors.As(err, &limit) && limit.Remedy != "" {
		change = limit.Remedy
	}
	switch {
	case errors.As(err, &wait) && wait.Asked:
		return fmt.Sprintf("Run again in %s: the API asks for this wait, and the time limit ends in %s. %s", rounded(wait.Wait), rounded(wait.Left), change)
	case wait != nil:
		return fmt.Sprintf("Set a higher %s: it allows the next call in %s, and the time limit ends in %s. %s", s.Rate, rounded(wait.Wait), rounded(wait.Left), change)
	case limit != nil:
		return strings.TrimSpace(change + " If the call fails again with more time, check that the endpoint can be reached from this machine. " + s.Log)
	}
	return ""
}

func rounded(d time.Duration) time.Duration { return d.Round(time.Second / 10) }

// usedCredential names the credential that the API refused, because several sources may have one. It returns "" for any other
// refusal.
func usedCredential(refusal *api.Error) string {
	if refusal.Credential == "" || !api.IsUnauthorized(refusal) {
		return ""
	}
	return "The credential is " + refusal.Credential + ". "
}

// checkAddress is the remedy for an address that may be wrong.
func (s Settings) checkAddress() string {
	return fmt.Sprintf("Check %s and %s (or OSC_REGION and OSC_ENDPOINT_API)", s.Region, s.Endpoint)
}

// transport distinguishes causes by the type of the error, never by its text.
func (s Settings) transport(e *api.TransportError) string {
	var name *net.DNSError
	var unknownCA x509.UnknownAuthorityError
	var badHost x509.HostnameError
	var badCertificate *tls.CertificateVerificationError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var network *net.OpError
	var proxy *api.ProxyError
	var page *api.ForeignError
	switch {
	case errors.As(e.Err, &proxy):
		return proxyRefused(proxy)
	case errors.As(e.Err, &network) && network.Op == "proxyconnect":
		return "The proxy of this machine was not reached. Check HTTPS_PROXY and HTTP_PROXY; NO_PROXY can exclude the endpoint."
	case errors.As(e.Err, &name) && name.IsNotFound:
		return "There is no such host. " + s.checkAddress() + ", and the name server of this machine." + regionHint(e.Endpoint)
	case errors.As(e.Err, &name):
		return "The name could not be looked up: the name server of this machine gave no answer. Check its network, or HTTPS_PROXY if a proxy is needed, " +
			"and that " + s.Region + " and " + s.Endpoint + " are right." + regionHint(e.Endpoint)
	case errors.As(e.Err, &record), errors.Is(e.Err, http.ErrSchemeMismatch):
		return "The endpoint does not speak TLS. Check its scheme (http or https), and whether a proxy is in the way."
	case errors.As(e.Err, &invalid) && invalid.Reason == x509.Expired:
		return "The certificate of the endpoint is not valid now. Check the clock of this machine first; if it is right, the endpoint's certificate has expired, " +
			"or a proxy is in the way."
	case errors.As(e.Err, &unknownCA), errors.As(e.Err, &badHost), errors.As(e.Err, &badCertificate):
		return "The certificate of the endpoint is not trusted. Check its name, check whether a proxy is in the way, or add its certificate authority to those that this machine trusts."
	case errors.As(e.Err, &network) && network.Op == "remote error":
		return "The endpoint refused the TLS handshake. The account or a proxy may require a client certificate: see " + s.ClientCertificate + "."
	case errors.As(e.Err, &page):
		return s.foreign(page.StatusCode, e)
	case api.IsTimeout(e):
		return "The endpoint did not answer in time. Check that it can be reached from this machine (route, firewall, HTTPS_PROXY), and that " + s.Region + " and " + s.Endpoint + " are right."
	case errors.As(e.Err, &network) && network.Op == "dial":
		return "Nothing answers at that address. " + s.checkAddress() + ", the firewall, and HTTPS_PROXY."
	case e.Sent && isRead(e):
		return "The connection was closed. Run again."
	case e.Sent:
		return "The connection was closed. " + s.Again
	}
	return ""
}

func proxyRefused(e *api.ProxyError) string {
	if e.StatusCode == http.StatusProxyAuthRequired {
		return "The proxy requires a login: set it in HTTPS_PROXY (http://USER:PASSWORD@HOST:PORT), or exclude the endpoint with NO_PROXY."
	}
	return "The proxy refused the connection to the endpoint. Ask its administrator, check HTTPS_PROXY, or exclude the endpoint with NO_PROXY."
}

// regionHint lists the known regions if the address has an unknown one. An unknown region is not an error by itself, because
// there may be new ones.
func regionHint(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	rest, isAPI := strings.CutPrefix(u.Hostname(), "api.")
	region, isOurs := strings.CutSuffix(rest, ".outscale.com")
	if !isAPI || !isOurs || slices.Contains(api.Regions, region) {
		return ""
	}
	return fmt.Sprintf(" The region %q is not one of the known regions: %s.", region, strings.Join(api.Regions, ", "))
}

// refusal distinguishes the answers of the API by their codes.
func (s Settings) refusal(refusal *api.Error) string {
	switch {
	case api.IsForbidden(refusal):
		return fmt.Sprintf("The caller lacks the right. Grant it the action `api:%s` in a policy; a change of rights can take 15 seconds to take effect.", refusal.Action)
	case api.IsThrottled(refusal):
		return "Too many requests. Lower " + s.Rate + "; other clients of the account count too."
	case api.IsUnknownCaller(refusal):
		return "The API does not know the credential. Check the access key id, or the login and its password, and that " + s.Region + " is its region. " +
			"Do not retry without a change: four refusals in a row lock the account out for at least a minute."
	case api.IsUnknownAction(refusal):
		return "The API at " + refusal.Endpoint + " does not have this action. " + s.checkAddress() + "; the usual path is /api/v1."
	case api.IsUnauthorized(refusal):
		return s.unauthorized(refusal)
	case api.IsQuota(refusal):
		return "A limit of the account is reached. Delete unused objects, or ask OUTSCALE's support to raise the limit."
	case refusal.StatusCode >= http.StatusInternalServerError:
		return "The API failed. Run again later. If it fails again, contact OUTSCALE's support with the request id."
	}
	return ""
}

// isRead reports whether a failed call leaves nothing to look up.
func isRead(e *api.TransportError) bool { return strings.HasPrefix(e.Action, "Read") }

// foreign is the remedy for an answer that is not in the form of the API.
func (s Settings) foreign(status int, e *api.TransportError) string {
	switch {
	case status == http.StatusProxyAuthRequired:
		return "A proxy requires a login: set it in HTTP_PROXY (http://USER:PASSWORD@HOST:PORT), or exclude the endpoint with NO_PROXY."
	case status == http.StatusBadRequest && strings.HasPrefix(e.Endpoint, "http://"):
		return "This does not look like the OUTSCALE API. It may speak TLS: try https in " + s.Endpoint + ", and check whether a proxy is in the way."
	}
	remedy := "The answer is not in the form of the API: a proxy or the login page of a network may have sent or changed it. " + s.checkAddress() +
		" and HTTPS_PROXY, and log in to the network."
	if isRead(e) {
		return remedy
	}
	return remedy + " " + s.Again
}

// unauthorized returns the remedy for a refused credential, by the code of the API.
func (s Settings) unauthorized(refusal *api.Error) string {
	switch refusal.Code() {
	case "9", "12":
		return "This action does not take a login and password. Use an access key (" + s.AccessKey + ")."
	case "11":
		return "The account is locked permanently after too many failed attempts. OUTSCALE's support can unlock it."
	case "13":
		return "The account is locked temporarily after failed attempts. Wait, check the credential, then try once."
	case "14":
		return "The API access rules of the account require a client certificate or another address: see " + s.ClientCertificate + "."
	case "20":
		return "The password has expired: renew it, or use an access key."
	}
	return "The credential was refused. Check the secret, that the key is active and has not expired (for a login, the password), and that the clock of this machine is right " +
		"(5 minutes are tolerated). Do not retry without a change: four refusals in a row lock the account out for at least a minute."
}
