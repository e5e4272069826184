package diagnose

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
)

func refusal(status int, code, kind, details string) *api.Error {
	return &api.Error{Action: "CreateAccessKey", Endpoint: address, StatusCode: status, RequestID: "2d3016ea-5e06-422f-8508-a6ab22e5c9d4",
		Problems: []api.Problem{{Code: code, Type: kind, Details: details}}}
}

const address = "https://api.eu-west-2.outscale.com/api/v1"

const request = "\nRequest id: 2d3016ea-5e06-422f-8508-a6ab22e5c9d4"

// TestFullTexts holds the whole detail of each kind of error: these are the product's words.
func TestFullTexts(t *testing.T) {
	forbidden := refusal(403, "4", "AccessDenied", "You are not authorized to perform this action.")
	full := refusal(400, "10005", "TooManyResources (QuotaExceded)", "")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a missing right names the action": {forbidden, "Creating an access key for user alice failed.\n\n" +
			"CreateAccessKey was answered with HTTP status 403, AccessDenied, code 4: \"You are not authorized to perform this action.\"" + request + "\n\n" +
			"The caller lacks the right. Grant it the action `api:CreateAccessKey` in a policy; a change of rights can take 15 seconds to act."},
		"a full quota lists the keys": {&credential.QuotaError{KeyIDs: []string{"AK1", "AK2"}, Err: full}, "Creating an access key for user alice failed.\n\n" +
			"The quota of access keys is full. These keys fill it: AK1, AK2.\n\n" +
			"CreateAccessKey was answered with HTTP status 400, TooManyResources (QuotaExceded), code 10005." + request + "\n\n" +
			"Delete one of them, or import it (`terraform import ADDRESS ACCESS_KEY_ID`) and manage it here. A quota can be raised by OUTSCALE's support."},
		"an unknown key": {refusal(400, "4120", "InvalidParameterValue", ""), "Creating an access key for user alice failed.\n\n" +
			"CreateAccessKey was answered with HTTP status 400 from " + address + ", InvalidParameterValue, code 4120." + request + "\n\n" +
			"The API does not know the key that signs the calls. Check the access key id, and that it belongs to this `region`. " +
			"Do not simply try again: four refusals in a row lock the access out for a minute and more."},
		"a wrong secret": {refusal(401, "1", "AccessDenied", ""), "Creating an access key for user alice failed.\n\n" +
			"CreateAccessKey was answered with HTTP status 401 from " + address + ", AccessDenied, code 1." + request + "\n\n" +
			"The credential was refused. Check the secret, that the key is active and has not expired, and that the clock of this machine is right " +
			"(5 minutes are tolerated). Do not simply try again: four refusals in a row lock the access out for a minute and more."},
		"an endpoint that was given up on": {&api.TransportError{Action: "ReadUsers", Endpoint: address, Err: &api.GivenUpError{
			Err: &api.TransportError{Action: "ReadAccessKeys", Endpoint: address, Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}}},
			"Creating an access key for user alice failed.\n\n" +
				"ReadUsers was not sent, because " + address + " was given up on a moment before. " +
				"ReadAccessKeys was not sent, " + address + " was not reached: Dial: connection refused.\n\n" +
				"Nothing answers at that address. Check `region` and `api.endpoint` (or OSC_REGION and OSC_ENDPOINT_API), the firewall, and HTTPS_PROXY."},
		"an answer that is not the API's": {&api.TransportError{Action: "ReadUsers", Endpoint: address, Sent: true, Err: &api.ForeignError{StatusCode: 502, Bytes: 9, Type: "text/html"}},
			"Creating an access key for user alice failed.\n\n" +
				"ReadUsers was sent to " + address + ", but no usable answer came back: HTTP 502 with a body that is not the API's answer (9 bytes, text/html).\n\n" +
				"Something else answers in the API's place, or changes its answers: a page of a proxy or of a network's login. " +
				"Check `region` and `api.endpoint` (or OSC_REGION and OSC_ENDPOINT_API) and HTTPS_PROXY, and log in to the network; then run again: what was done is looked up first."},
		"a dead endpoint": {&api.TransportError{Action: "ReadUsers", Endpoint: "http://127.0.0.1:1/api/v1",
			Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}, "Creating an access key for user alice failed.\n\n" +
			"ReadUsers was not sent, http://127.0.0.1:1/api/v1 was not reached: Dial: connection refused.\n\n" +
			"Nothing answers at that address. Check `region` and `api.endpoint` (or OSC_REGION and OSC_ENDPOINT_API), the firewall, and HTTPS_PROXY."},
		"the provider's own key": {&credential.OwnKeyError{ID: "AK1", Action: "delete"}, "Creating an access key for user alice failed.\n\n" +
			"Access key AK1 is the one this provider signs its own calls with. To delete it would cut the run off from its account.\n\n" +
			"Configure the provider with another key, or take this one out of the state (`terraform state rm`) and keep it."},
		"a user with keys": {&credential.UserKeysError{User: credential.User{Name: "alice"}, KeyIDs: []string{"AK1", "AK2"},
			Err: refusal(409, "9002", "ResourceConflict", "")}, "Creating an access key for user alice failed.\n\n" +
			"User alice still has access keys that this run does not delete: AK1, AK2.\n\n" +
			"CreateAccessKey was answered with HTTP status 409, ResourceConflict, code 9002." + request + "\n\n" +
			"Delete these keys, or import them so that they are destroyed with the user, then run again."},
		"a key that is not as asked": {&credential.UnfinishedError{KeyID: "AK1", What: []string{"it is ACTIVE, INACTIVE was asked"}},
			"Creating an access key for user alice failed.\n\nAccess key AK1 exists, but it is not as asked:\n- it is ACTIVE, INACTIVE was asked\n\n" +
				"Its id and what is known of it are in the state. Look at the plan before you apply again: it brings the key to what the configuration says, " +
				"or replaces it when it was being created."},
		"something else": {errors.New("the unforeseen"), "Creating an access key for user alice failed.\n\nThe unforeseen."},
		"out of time": {context.DeadlineExceeded, "Creating an access key for user alice failed.\n\nContext deadline exceeded.\n\n" +
			"The time was up. Allow more in the `timeouts` block, or look at why the API is slow (TF_LOG=INFO says what is waited for)."},
	} {
		t.Run(name, func(t *testing.T) {
			got := Error("Access key not created", "Creating an access key for user alice", fmt.Errorf("wrapped: %w", c.err))
			if got.Summary() != "Access key not created" {
				t.Errorf("summary %q", got.Summary())
			}
			detail := got.Detail()
			if c.err.Error() == "the unforeseen" || c.err == context.DeadlineExceeded { //nolint:errorlint // the table's own values
				detail = Error("", "Creating an access key for user alice", c.err).Detail()
			}
			if detail != c.want {
				t.Errorf("got:\n%s\n\nwant:\n%s", detail, c.want)
			}
		})
	}
}

// TestWaysOut walks the remaining branches by their most telling words.
func TestWaysOut(t *testing.T) {
	broken := func(sent bool, err error) error {
		return &api.TransportError{Action: "ReadUsers", Endpoint: "https://api.example.com/api/v1", Sent: sent, Err: err}
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{broken(false, &net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}), "no such host. Check `region`"},
		{broken(false, &net.DNSError{Err: "server misbehaving", Name: "api.example.com"}), "the name server of this machine gave no answer"},
		{&api.TransportError{Endpoint: "https://api.eu-west-9.outscale.com/api/v1", Err: &net.DNSError{IsNotFound: true}},
			`The region "eu-west-9" is none of those that are known: ap-northeast-1, cloudgouv-eu-west-1, eu-west-2, us-east-2, us-west-1.`},
		{&api.TransportError{Endpoint: "https://api.eu-west-9.outscale.com/api/v1", Err: &net.DNSError{IsTimeout: true}}, `The region "eu-west-9" is none`},
		{broken(false, http.ErrSchemeMismatch), "does not speak TLS. Check its scheme"},
		{broken(false, tls.RecordHeaderError{}), "does not speak TLS. Check its scheme"},
		{broken(false, &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}), "Check the clock of this machine first"},
		{broken(false, &tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}}}), "not trusted. Check its name"},
		{broken(false, &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}), "`x509_cert_path` and `x509_key_path`"},
		{broken(false, &net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}), "The proxy of this machine was not reached"},
		{broken(false, &api.ProxyError{Proxy: "proxy:3128", StatusCode: 407}), "put it into HTTPS_PROXY"},
		{broken(false, &api.ProxyError{Proxy: "proxy:3128", StatusCode: 403}), "The proxy does not let this machine through"},
		{broken(true, &api.ForeignError{Bytes: 12, Type: "text/html"}), "Something else answers in the API's place"},
		{broken(true, &api.ForeignError{StatusCode: 407}), "put it into HTTP_PROXY"},
		{&api.TransportError{Endpoint: "http://api.example.com/api/v1", Sent: true, Err: &api.ForeignError{StatusCode: 400}}, "It may speak TLS: try https"},
		{&api.UnsentError{Action: "ReadUsers", Err: refusal(401, "1", "AccessDenied", "")}, "ReadUsers was not sent, because the credential was refused a moment before. CreateAccessKey was answered with HTTP status 401 from " + address},
		{&api.UnsentError{Action: "ReadUsers", Err: refusal(401, "1", "AccessDenied", "")}, "Check the secret"},
		{&credential.AmbiguousError{Action: "CreateAccessKey", Marker: "m", Err: broken(true, &api.ForeignError{})}, "Something else answers in the API's place"},
		{broken(false, &api.GivenUpError{Err: broken(true, errors.New("EOF"))}), "The connection broke"},
		{broken(false, &api.GivenUpError{Err: broken(true, &api.ForeignError{StatusCode: 407})}), "put it into HTTP_PROXY"},
		{broken(false, x509.UnknownAuthorityError{}), "not trusted"},
		{broken(false, context.DeadlineExceeded), "did not answer in time"},
		{broken(true, errors.New("unexpected EOF")), "The connection broke"},
		{refusal(401, "1", "AccessDenied", ""), "Check the secret"},
		{refusal(401, "13", "AccessDenied", ""), "locked for a while"},
		{refusal(401, "11", "AccessDenied", ""), "locked for good"},
		{refusal(401, "14", "AccessDenied", ""), "client certificate"},
		{refusal(401, "20", "PasswordExpired", ""), "password has expired"},
		{refusal(401, "9", "AuthFailure", ""), "does not take a login and password"},
		{refusal(429, "24", "AccessDenied", ""), "Lower `requests_per_second`"},
		{refusal(400, "10005", "TooManyResources (QuotaExceded)", ""), "A quota of the account"},
		{refusal(500, "0", "InternalError", ""), "support will ask for the request id"},
		{&credential.AmbiguousError{Action: "CreateAccessKey", Clean: true, Err: broken(true, errors.New("EOF"))}, "nothing is left behind"},
		{&credential.AmbiguousError{Action: "CreateAccessKey", KeyIDs: []string{"AK9"}}, "Delete these keys"},
		{&credential.AmbiguousError{Action: "CreateAccessKey", Marker: "terraform-unfinished-1"}, "Tag terraform-unfinished-1"},
		{&credential.UnsupportedError{What: "the tag of an existing key cannot be changed"}, "older than version 1.40.1"},
		{&credential.GoneError{What: "user", ID: "U1", Reason: "no user has the id U1"}, "No user has the id U1."},
	} {
		if got := Error("", "This", c.err).Detail(); !strings.Contains(got, c.want) {
			t.Errorf("%v: no %q in\n%s", c.err, c.want, got)
		}
	}
}

// A region is doubted only where the address was made of one, and it is not known.
func TestRegionHint(t *testing.T) {
	for endpoint, hint := range map[string]bool{
		"https://api.eu-west-9.outscale.com/api/v1": true, "https://api.eu-west-2.outscale.com/api/v1": false,
		"https://api.cloudgouv-eu-west-1.outscale.com/api/v1": false, "https://api.example.com/api/v1": false,
		"https://eu-west-9.outscale.com/api/v1": false, "http://127.0.0.1:3000/api/v1": false, "://": false,
	} {
		if got := regionHint(endpoint) != ""; got != hint {
			t.Errorf("%s: %v", endpoint, got)
		}
	}
}

func TestGoneGivesTheReason(t *testing.T) {
	reason, gone := Gone(fmt.Errorf("read: %w", &credential.GoneError{Reason: "user alice has no key AK1"}))
	if !gone || reason != "User alice has no key AK1." {
		t.Errorf("got %q, %v", reason, gone)
	}
	if _, gone := Gone(refusal(400, "5027", "InvalidResource", "")); gone {
		t.Error("a refusal proves nothing")
	}
}
