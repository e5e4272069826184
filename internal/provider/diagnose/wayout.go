package diagnose

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
)

// wayOut says what to do next; empty where nothing honest can be said.
func wayOut(err error) string {
	if way := domainWayOut(err); way != "" {
		return way
	}
	var transport *api.TransportError
	if errors.As(err, &transport) {
		return transportWayOut(transport)
	}
	if refusal := api.As(err); refusal != nil {
		return refusalWayOut(refusal, err)
	}
	if timedOut(err) {
		return "The time was up. Allow more in the `timeouts` block, or look at why the API is slow (TF_LOG=INFO says what is waited for)."
	}
	return ""
}

func domainWayOut(err error) string {
	var own *credential.OwnKeyError
	var quota *credential.QuotaError
	var keys *credential.UserKeysError
	var unfinished *credential.UnfinishedError
	var ambiguous *credential.AmbiguousError
	var unsupported *credential.UnsupportedError
	switch {
	case errors.As(err, &own):
		return "Configure the provider with another key, or take this one out of the state (`terraform state rm`) and keep it."
	case errors.As(err, &quota):
		return "Delete one of them, or import it (`terraform import ADDRESS ACCESS_KEY_ID`) and manage it here. A quota can be raised by OUTSCALE's support."
	case errors.As(err, &keys):
		return "Delete these keys, or import them so that they are destroyed with the user, then run again."
	case errors.As(err, &unfinished):
		return "Its id and what is known of it are in the state. Look at the plan before you apply again: it brings the key to what the configuration says, " +
			"or replaces it when it was being created."
	case errors.As(err, &ambiguous) && len(ambiguous.KeyIDs) > 0:
		return "Delete these keys: nobody can use them, and each counts against the quota."
	case errors.As(err, &ambiguous) && ambiguous.Marker != "":
		return fmt.Sprintf("Look for a key with that tag (ReadAccessKeys with Tag %s) and delete it, then run again.", ambiguous.Marker)
	case errors.As(err, &ambiguous):
		return "Run again."
	case errors.As(err, &unsupported):
		return "This region's API is older than version 1.40.1. Leave that argument as it is, or replace the key (`-replace=ADDRESS`)."
	}
	return ""
}

// transportWayOut tells the causes apart by type, never by text.
func transportWayOut(e *api.TransportError) string {
	var name *net.DNSError
	var unknownCA x509.UnknownAuthorityError
	var badHost x509.HostnameError
	var badCertificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var dial *net.OpError
	switch {
	case errors.As(e.Err, &name):
		return "There is no such host. Check `region` and `api.endpoint` (or OSC_REGION and OSC_ENDPOINT_API), and the name server of this machine."
	case errors.As(e.Err, &record):
		return "The endpoint does not speak TLS. Check its scheme (http or https), and whether a proxy is in the way."
	case errors.As(e.Err, &unknownCA), errors.As(e.Err, &badHost), errors.As(e.Err, &badCertificate):
		return "The certificate of the endpoint is not trusted. Check its name and whether a proxy is in the way; add the authority to this machine's trusted ones."
	case timedOut(e.Err):
		return "The endpoint did not answer in time. Check that it can be reached from this machine (route, firewall, HTTPS_PROXY), and that `region` and `api.endpoint` are right."
	case errors.As(e.Err, &dial) && dial.Op == "dial":
		return "Nothing answers at that address. Check `region` and `api.endpoint` (or OSC_REGION and OSC_ENDPOINT_API), the firewall, and HTTPS_PROXY."
	case e.Sent:
		return "The connection broke. Run again: what was done is looked up first."
	}
	return ""
}

func refusalWayOut(refusal *api.Error, err error) string {
	switch {
	case len(refusal.Problems) == 0:
		return "This does not look like the OUTSCALE API: check `api.endpoint`, and whether a proxy is in the way."
	case refusal.Action == "CreateUser" && api.IsConflict(err):
		return "A user of that name exists. If it is yours, left by a run that was cut off, import it (`terraform import ADDRESS NAME`); else choose another name."
	case api.IsForbidden(err):
		return fmt.Sprintf("The caller lacks the right. Grant it the action `api:%s` in a policy; a change of rights can take 15 seconds to act.", refusal.Action)
	case api.IsThrottled(err):
		return "Too many requests. Lower `requests_per_second`, or run with less parallelism; other clients of the account count too."
	case api.IsUnknownCaller(err):
		return "The API does not know the key that signs the calls. Check the access key id, and that it belongs to this `region`. " +
			"Do not simply try again: four refusals in a row lock the access out for a minute and more."
	case api.IsUnauthorized(err):
		return unauthorizedWayOut(refusal)
	case api.IsQuota(err):
		return "A quota of the account is reached. Delete what is not needed; OUTSCALE's support can raise it."
	case refusal.StatusCode >= http.StatusInternalServerError:
		return "The fault is at the API. Run again later; its support will ask for the request id."
	}
	return ""
}

// unauthorizedWayOut reads the codes of the API's error page for a refused credential.
func unauthorizedWayOut(refusal *api.Error) string {
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
