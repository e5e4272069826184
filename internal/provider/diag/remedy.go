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

// remedyFor says what to do next; empty where nothing is known.
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
		return "The time ran out. Allow more in the `timeouts` block, or find out why the API is slow (TF_LOG=INFO shows what is waited for)."
	}
	return ""
}

// checkAddress is what to look at when the address itself may be wrong.
const checkAddress = "Check `region` and `api.endpoint` (or OSC_REGION and OSC_ENDPOINT_API)"

// transportRemedy distinguishes the causes by type, never by text.
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
		return "The proxy of this machine was not reached. Check HTTPS_PROXY and HTTP_PROXY; NO_PROXY takes the endpoint out of it."
	case errors.As(e.Err, &name) && name.IsNotFound:
		return "There is no such host. " + checkAddress + ", and the name server of this machine." + regionHint(e.Endpoint)
	case errors.As(e.Err, &name):
		return "The name could not be looked up: the name server of this machine gave no answer. Check its network, or HTTPS_PROXY where only a proxy leads out, " +
			"and that `region` and `api.endpoint` are right." + regionHint(e.Endpoint)
	case errors.As(e.Err, &record), errors.Is(e.Err, http.ErrSchemeMismatch):
		return "The endpoint does not speak TLS. Check its scheme (http or https), and whether a proxy is in the way."
	case errors.As(e.Err, &invalid) && invalid.Reason == x509.Expired:
		return "The certificate of the endpoint is not valid now. Check the clock of this machine first; if it is right, the endpoint's certificate has expired, " +
			"or a proxy is in the way."
	case errors.As(e.Err, &unknownCA), errors.As(e.Err, &badHost), errors.As(e.Err, &badCertificate):
		return "The certificate of the endpoint is not trusted. Check its name and whether a proxy is in the way; add the authority to this machine's trusted ones."
	case errors.As(e.Err, &network) && network.Op == "remote error":
		return "The endpoint refused the TLS handshake. An account or a proxy may demand a client certificate: see `x509_cert_path` and `x509_key_path` in the `api` block."
	case errors.As(e.Err, &page):
		return foreignRemedy(page.StatusCode, e.Endpoint)
	case errors.Is(e.Err, context.DeadlineExceeded), api.IsTimeout(e):
		return "The endpoint did not answer in time. Check that it can be reached from this machine (route, firewall, HTTPS_PROXY), and that `region` and `api.endpoint` are right."
	case errors.As(e.Err, &network) && network.Op == "dial":
		return "Nothing answers at that address. " + checkAddress + ", the firewall, and HTTPS_PROXY."
	case e.Sent:
		return "The connection broke. Run again: what was done is looked up first."
	}
	return ""
}

// obstacle is what to do about what kept an answer from arriving, where it is not a passing fault.
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
		return "The proxy asks for a login: put it into HTTPS_PROXY (http://USER:PASSWORD@HOST:PORT), or take the endpoint out with NO_PROXY."
	}
	return "The proxy does not let this machine through to the endpoint. Ask whoever runs it, check HTTPS_PROXY, or take the endpoint out with NO_PROXY."
}

// regionHint names the regions when the address was made of one that is not known, which is not an error by itself: new
// ones open.
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
	return fmt.Sprintf(" The region %q is none of those that are known: %s.", region, strings.Join(api.Regions, ", "))
}

// emailTaken is the code of a conflict about an e-mail address.
const emailTaken = "9007"

func refusalRemedy(refusal *api.Error, err error) string {
	switch {
	case api.IsConflict(err) && refusal.Code() == emailTaken:
		return "Another user has that e-mail address: choose another `user_email`."
	case refusal.Action == "CreateUser" && api.IsConflict(err):
		return "A user of that name exists. If it is yours, left by a run that was interrupted, import it (`terraform import ADDRESS NAME`); otherwise choose another name."
	case refusal.Action == "CreatePolicy" && api.IsConflict(err):
		return "A policy of that name exists, under whatever path. If it is yours, import it (`terraform import ADDRESS ORN`); otherwise choose another name."
	case refusal.Action == "UpdateUser" && api.IsConflict(err):
		return "A user of that name exists, so that this one cannot be renamed to it. Choose another `user_name`, or rename or delete the other user first; " +
			"two users that exchange their names need a third name and two applies."
	case refusal.Action == "CreateUserGroup" && api.IsConflict(err):
		return "A user group of that name exists. If it is yours, import it (`terraform import ADDRESS NAME`); otherwise choose another name."
	case refusal.Action == "UpdateUserGroup" && api.IsConflict(err):
		return "A user group of that name exists, so that this one cannot be renamed to it. Choose another `user_group_name`, or rename or delete the other group first."
	case refusal.Action == "DeleteApiAccessRule" && api.IsConflict(err):
		return "The API keeps the last rule of an account. Add another one first, or take this one out of the state (`terraform state rm`)."
	case api.IsForbidden(err):
		return fmt.Sprintf("The caller lacks the right. Grant it the action `api:%s` in a policy; a change of rights can take 15 seconds to act.", refusal.Action)
	case api.IsThrottled(err):
		return "Too many requests. Lower `requests_per_second`, or run with less parallelism; other clients of the account count too."
	case api.IsUnknownCaller(err):
		return "The API does not know the key that signs the calls. Check the access key id, and that it belongs to this `region`. " +
			"Do not simply try again: four refusals in a row lock the access out for a minute and more."
	case api.IsUnauthorized(err):
		return unauthorizedRemedy(refusal)
	case api.IsQuota(err):
		return "A quota of the account is reached. Delete what is not needed; OUTSCALE's support can raise it."
	case refusal.StatusCode >= http.StatusInternalServerError:
		return "The fault is at the API. Run again later; its support will ask for the request id."
	}
	return ""
}

// foreignRemedy is for an answer that is not in the form of the API.
func foreignRemedy(status int, endpoint string) string {
	switch {
	case status == http.StatusProxyAuthRequired:
		return "A proxy asks for a login: put it into HTTP_PROXY (http://USER:PASSWORD@HOST:PORT), or take the endpoint out with NO_PROXY."
	case status == http.StatusBadRequest && strings.HasPrefix(endpoint, "http://"):
		return "This does not look like the OUTSCALE API. It may speak TLS: try https in `api.endpoint`, and check whether a proxy is in the way."
	}
	return "Something else answers in the API's place, or changes its answers: a page of a proxy or of a network's login. " + checkAddress +
		" and HTTPS_PROXY, and log in to the network; then run again: what was done is looked up first."
}

// unauthorizedRemedy reads the codes of the API's error page for a refused credential.
func unauthorizedRemedy(refusal *api.Error) string {
	switch refusal.Code() {
	case "9", "12":
		return "This action does not take a login and password. Configure the provider with an access key (`access_key_id`, `secret_key_id`)."
	case "11":
		return "The access is locked for good after too many failed attempts. OUTSCALE's support can open it."
	case "13":
		return "The access is locked for a while after failed attempts. Wait, check the credential, then try once."
	case "14":
		return "An API access rule of the account demands a client certificate or another address: see `x509_cert_path` and `x509_key_path` in the `api` block."
	case "20":
		return "The password has expired: renew it, or use an access key."
	}
	return "The credential was refused. Check the secret, that the key is active and has not expired, and that the clock of this machine is right " +
		"(5 minutes are tolerated). Do not simply try again: four refusals in a row lock the access out for a minute and more."
}
