package diag

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// remedyFor returns the remedy for an error, "" if none is known.
func remedyFor(err error) string {
	var transport *api.TransportError
	if errors.As(err, &transport) {
		if earlier := givenUp(transport); earlier != nil {
			return remedyFor(earlier.Err)
		}
		return transportRemedy(transport)
	}
	if refusal := api.As(err); refusal != nil {
		return refusalRemedy(refusal, err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "The request timed out. Set a longer time in the `timeouts` block, or find out why the API is slow (TF_LOG=INFO shows each wait)."
	}
	return ""
}

// checkAddress is the remedy for an address that may be wrong.
const checkAddress = "Check `region` and `api.endpoint` (or OSC_REGION and OSC_ENDPOINT_API)"

// transportRemedy distinguishes causes by the type of the error, never by its text.
func transportRemedy(e *api.TransportError) string {
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
		return proxyRemedy(proxy)
	case errors.As(e.Err, &network) && network.Op == "proxyconnect":
		return "The proxy of this machine was not reached. Check HTTPS_PROXY and HTTP_PROXY; NO_PROXY can exclude the endpoint."
	case errors.As(e.Err, &name) && name.IsNotFound:
		return "There is no such host. " + checkAddress + ", and the name server of this machine." + regionHint(e.Endpoint)
	case errors.As(e.Err, &name):
		return "The name could not be looked up: the name server of this machine gave no answer. Check its network, or HTTPS_PROXY if a proxy is needed, " +
			"and that `region` and `api.endpoint` are right." + regionHint(e.Endpoint)
	case errors.As(e.Err, &record), errors.Is(e.Err, http.ErrSchemeMismatch):
		return "The endpoint does not speak TLS. Check its scheme (http or https), and whether a proxy is in the way."
	case errors.As(e.Err, &invalid) && invalid.Reason == x509.Expired:
		return "The certificate of the endpoint is not valid now. Check the clock of this machine first; if it is right, the endpoint's certificate has expired, " +
			"or a proxy is in the way."
	case errors.As(e.Err, &unknownCA), errors.As(e.Err, &badHost), errors.As(e.Err, &badCertificate):
		return "The certificate of the endpoint is not trusted. Check its name, check whether a proxy is in the way, or add its certificate authority to those that this machine trusts."
	case errors.As(e.Err, &network) && network.Op == "remote error":
		return "The endpoint refused the TLS handshake. The account or a proxy may require a client certificate: see `x509_cert_path` and `x509_key_path` in the `api` block."
	case errors.As(e.Err, &page):
		return foreignRemedy(page.StatusCode, e.Endpoint)
	case errors.Is(e.Err, context.DeadlineExceeded), api.IsTimeout(e):
		return "The endpoint did not answer in time. Check that it can be reached from this machine (route, firewall, HTTPS_PROXY), and that `region` and `api.endpoint` are right."
	case errors.As(e.Err, &network) && network.Op == "dial":
		return "Nothing answers at that address. " + checkAddress + ", the firewall, and HTTPS_PROXY."
	case e.Sent:
		return "The connection was closed. Run again: the next run first looks up what was done."
	}
	return ""
}

// obstacle returns the remedy for a persistent cause of a lost answer: a timeout, or an answer that is not from the API.
func obstacle(err error) string {
	var transport *api.TransportError
	var page *api.ForeignError
	if errors.As(err, &transport) && (errors.As(err, &page) || api.IsTimeout(err)) {
		return transportRemedy(transport)
	}
	return ""
}

func proxyRemedy(e *api.ProxyError) string {
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

// emailTaken is the code of a conflict about an e-mail address.
const emailTaken = "9007"

func refusalRemedy(refusal *api.Error, err error) string {
	switch {
	case api.IsConflict(err) && refusal.Code() == emailTaken:
		return "Another user has that e-mail address: choose another `user_email`."
	case refusal.Action == "CreateUser" && api.IsConflict(err):
		return "A user of that name exists. If an interrupted run created it, import it (`terraform import ADDRESS NAME`); otherwise choose another name."
	case refusal.Action == "CreatePolicy" && api.IsConflict(err):
		return "A policy of that name exists, possibly in another path. If it is yours, import it (`terraform import ADDRESS ORN`); otherwise choose another name."
	case refusal.Action == "UpdateUser" && api.IsConflict(err):
		return "A user of that name exists, so this one cannot be renamed to it. Choose another `user_name`, or rename or delete the other user first; " +
			"to exchange the names of two users, use a third name and two applies."
	case refusal.Action == "CreateUserGroup" && api.IsConflict(err):
		return "A user group of that name exists. If it is yours, import it (`terraform import ADDRESS NAME`); otherwise choose another name."
	case refusal.Action == "UpdateUserGroup" && api.IsConflict(err):
		return "A user group of that name exists, so this one cannot be renamed to it. Choose another `user_group_name`, or rename or delete the other group first."
	case refusal.Action == "DeleteApiAccessRule" && api.IsConflict(err):
		return "The API keeps the last rule of an account. Add another one first, or remove this rule from the state (`terraform state rm`)."
	case api.IsForbidden(err):
		return fmt.Sprintf("The caller lacks the right. Grant it the action `api:%s` in a policy; a change of rights can take 15 seconds to take effect.", refusal.Action)
	case api.IsThrottled(err):
		return "Too many requests. Lower `requests_per_second`, or run with less parallelism; other clients of the account count too."
	case api.IsUnknownCaller(err):
		return "The API does not know the key that signs the calls. Check the access key id, and that it belongs to this `region`. " +
			"Do not retry without a change: four refusals in a row lock the account out for at least a minute."
	case api.IsUnauthorized(err):
		return unauthorizedRemedy(refusal)
	case api.IsQuota(err):
		return "A limit of the account is reached. Delete unused objects, or ask OUTSCALE's support to raise the limit."
	case refusal.StatusCode >= http.StatusInternalServerError:
		return "The API failed. Run again later. If it fails again, contact OUTSCALE's support with the request id."
	}
	return ""
}

// foreignRemedy is for an answer that is not in the form of the API.
func foreignRemedy(status int, endpoint string) string {
	switch {
	case status == http.StatusProxyAuthRequired:
		return "A proxy requires a login: set it in HTTP_PROXY (http://USER:PASSWORD@HOST:PORT), or exclude the endpoint with NO_PROXY."
	case status == http.StatusBadRequest && strings.HasPrefix(endpoint, "http://"):
		return "This does not look like the OUTSCALE API. It may speak TLS: try https in `api.endpoint`, and check whether a proxy is in the way."
	}
	return "The answer is not from the API: a proxy or the login page of a network sent or changed it. " + checkAddress +
		" and HTTPS_PROXY, and log in to the network. Then run again: the next run first looks up what was done."
}

// unauthorizedRemedy returns the remedy for a refused credential, by the code of the API.
func unauthorizedRemedy(refusal *api.Error) string {
	switch refusal.Code() {
	case "9", "12":
		return "This action does not take a login and password. Configure the provider with an access key (`access_key_id`, `secret_key_id`)."
	case "11":
		return "The account is locked permanently after too many failed attempts. OUTSCALE's support can unlock it."
	case "13":
		return "The account is locked temporarily after failed attempts. Wait, check the credential, then try once."
	case "14":
		return "The API access rules of the account require a client certificate or another address: see `x509_cert_path` and `x509_key_path` in the `api` block."
	case "20":
		return "The password has expired: renew it, or use an access key."
	}
	return "The credential was refused. Check the secret, that the key is active and has not expired, and that the clock of this machine is right " +
		"(5 minutes are tolerated). Do not retry without a change: four refusals in a row lock the account out for at least a minute."
}
