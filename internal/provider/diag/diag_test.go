package diag

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

func refusal(status int, code, kind, details string) *api.Error {
	return &api.Error{Action: "CreateAccessKey", Endpoint: address, StatusCode: status, RequestID: "2d3016ea-5e06-422f-8508-a6ab22e5c9d4",
		Problems: []api.Problem{{Code: code, Type: kind, Details: details}}}
}

const address = "https://api.eu-west-2.outscale.com/api/v1"

var expiry = time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)

const request = "\nRequest id: 2d3016ea-5e06-422f-8508-a6ab22e5c9d4"

// TestError_fullTexts holds the whole detail of each kind of error.
func TestError_fullTexts(t *testing.T) {
	forbidden := refusal(403, "4", "AccessDenied", "You are not authorized to perform this action.")
	forbidden.Credential = "access key AK1 from the environment" // it was not refused
	known := refusal(401, "13", "AccessDenied", "")
	known.Credential = `access key AK1 from profile "ci" of /home/me/.osc/config.json`
	full := refusal(400, "10005", "TooManyResources (QuotaExceded)", "")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a missing right names the action": {forbidden, "Creating an access key for user alice failed.\n\n" +
			"CreateAccessKey was answered with HTTP status 403, AccessDenied, code 4: \"You are not authorized to perform this action.\"" + request + "\n\n" +
			"The caller lacks the right. Grant it the action `api:CreateAccessKey` in a policy; a change of rights can take 15 seconds to take effect."},
		"a full quota lists the keys": {&key.QuotaError{Keys: []key.Key{{ID: "AK1", State: key.Active, Tag: "ci\x1b"}, {ID: "AK2", State: key.Inactive, Expires: &expiry}}, Err: full}, "Creating an access key for user alice failed.\n\n" +
			"The limit of access keys is reached. These keys exist:\n- AK1: ACTIVE, does not expire, tag \"ci\\x1b\"\n- AK2: INACTIVE, expires on 2028-01-01T00:00:00.000Z\n\n" +
			"CreateAccessKey was answered with HTTP status 400, TooManyResources (QuotaExceded), code 10005." + request + "\n\n" +
			"Delete one of them, or import it (`terraform import ADDRESS ACCESS_KEY_ID`) and manage it here. OUTSCALE's support can raise the limit."},
		"an unknown key": {refusal(400, "4120", "InvalidParameterValue", ""), "Creating an access key for user alice failed.\n\n" +
			"CreateAccessKey was answered with HTTP status 400 from " + address + ", InvalidParameterValue, code 4120." + request + "\n\n" +
			"The API does not know the credential. Check the access key id, or the login and its password, and that `region` is its region. " +
			"Do not retry without a change: four refusals in a row lock the account out for at least a minute."},
		"an unknown action": {refusal(404, "5011", "InvalidResource", ""), "Creating an access key for user alice failed.\n\n" +
			"CreateAccessKey was answered with HTTP status 404, InvalidResource, code 5011." + request + "\n\n" +
			"The API at " + address + " does not have this action. Check `region` and `api.endpoint` (or OSC_REGION and OSC_ENDPOINT_API); the usual path is /api/v1."},
		"a wrong secret": {refusal(401, "1", "AccessDenied", ""), "Creating an access key for user alice failed.\n\n" +
			"CreateAccessKey was answered with HTTP status 401 from " + address + ", AccessDenied, code 1." + request + "\n\n" +
			"The credential was refused. Check the secret, that the key is active and has not expired (for a login, the password), and that the clock of this machine is right " +
			"(5 minutes are tolerated). Do not retry without a change: four refusals in a row lock the account out for at least a minute."},
		"a credential with a source": {known, "Creating an access key for user alice failed.\n\n" +
			"CreateAccessKey was answered with HTTP status 401 from " + address + ", AccessDenied, code 13." + request + "\n\n" +
			"The credential is access key AK1 from profile \"ci\" of /home/me/.osc/config.json. " +
			"The account is locked temporarily after failed attempts. Wait, check the credential, then try once."},
		"an endpoint that was given up on": {&api.TransportError{Action: "ReadUsers", Endpoint: address, Err: &api.GivenUpError{
			Err: &api.TransportError{Action: "ReadAccessKeys", Endpoint: address, Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}}},
			"Creating an access key for user alice failed.\n\n" +
				"ReadUsers was not sent, because an earlier call in this run could not reach " + address + ". " +
				"ReadAccessKeys was not sent to " + address + ": dial: connection refused.\n\n" +
				"Nothing answers at that address. Check `region` and `api.endpoint` (or OSC_REGION and OSC_ENDPOINT_API), the firewall, and HTTPS_PROXY."},
		"an answer that is not the API's": {&api.TransportError{Action: "ReadUsers", Endpoint: address, Sent: true, Err: &api.ForeignError{StatusCode: 502, Bytes: 9, Type: "text/html"}},
			"Creating an access key for user alice failed.\n\n" +
				"ReadUsers was sent to " + address + ", but no usable answer came back: HTTP 502 with a body that is not the API's answer (9 bytes, text/html).\n\n" +
				"The answer is not in the form of the API: a proxy or the login page of a network may have sent or changed it. " +
				"Check `region` and `api.endpoint` (or OSC_REGION and OSC_ENDPOINT_API) and HTTPS_PROXY, and log in to the network."},
		"a dead endpoint": {&api.TransportError{Action: "ReadUsers", Endpoint: "http://127.0.0.1:1/api/v1",
			Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}, "Creating an access key for user alice failed.\n\n" +
			"ReadUsers was not sent to http://127.0.0.1:1/api/v1: dial: connection refused.\n\n" +
			"Nothing answers at that address. Check `region` and `api.endpoint` (or OSC_REGION and OSC_ENDPOINT_API), the firewall, and HTTPS_PROXY."},
		"the provider's own key": {&key.OwnKeyError{ID: "AK1"}, "Creating an access key for user alice failed.\n\n" +
			"Access key AK1 signs the calls of this provider. Without it, the provider could not access the account.\n\n" +
			"Configure the provider with another key, or remove this key from the state (`terraform state rm`) and keep it."},
		"a user with keys": {&domain.HeldError{Kind: domain.KindUser, Name: "alice", KeyIDs: []string{"AK1", "AK2"}, Groups: []string{"ops"},
			Err: refusal(409, "9002", "ResourceConflict", "")}, "Creating an access key for user alice failed.\n\n" +
			"User alice still has access keys AK1, AK2; memberships in groups ops.\n\n" +
			"CreateAccessKey was answered with HTTP status 409, ResourceConflict, code 9002." + request + "\n\n" +
			"Remove these first, or import them so that the same run destroys them, then run again."},
		"a key that is not as asked": {&key.IncompleteError{KeyID: "AK1", What: []key.Difference{{Field: key.FieldState, Is: "ACTIVE", Asked: "INACTIVE"}, {Field: key.FieldExpiry, Asked: "2028-01-01T00:00:00.000Z"}, {Field: key.FieldTag, Is: "x\n", Asked: ""}}},
			"Creating an access key for user alice failed.\n\nAccess key AK1 exists, but it is not as configured:\n- its state is ACTIVE, and INACTIVE was configured\n- its expiry is none, and 2028-01-01T00:00:00.000Z was configured\n- its tag is \"x\\n\", and \"\" was configured\n\n" +
				"Its id and its known values are in the state. Check the plan before you apply again: it changes the key to match the configuration, " +
				"or replaces it if its creation was not completed."},
		"something else": {errors.New("the unforeseen"), "Creating an access key for user alice failed.\n\nThe unforeseen."},
	} {
		t.Run(name, func(t *testing.T) {
			got := Error("Access key not created", "Creating an access key for user alice", fmt.Errorf("wrapped: %w", c.err))
			if got.Summary() != "Access key not created" {
				t.Errorf("summary %q", got.Summary())
			}
			detail := got.Detail()
			if c.err.Error() == "the unforeseen" {
				detail = Error("", "Creating an access key for user alice", c.err).Detail()
			}
			if detail != c.want {
				t.Errorf("got:\n%s\n\nwant:\n%s", detail, c.want)
			}
		})
	}
}

// TestError_remedies covers the remaining branches by a part of each text.
func TestError_remedies(t *testing.T) {
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
			`The region "eu-west-9" is not one of the known regions: ap-northeast-1, cloudgouv-eu-west-1, eu-west-2, us-east-2, us-west-1.`},
		{&api.TransportError{Endpoint: "https://api.eu-west-9.outscale.com/api/v1", Err: &net.DNSError{IsTimeout: true}}, `The region "eu-west-9" is not one`},
		{broken(false, http.ErrSchemeMismatch), "does not speak TLS. Check its scheme"},
		{broken(false, tls.RecordHeaderError{}), "does not speak TLS. Check its scheme"},
		{broken(false, &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}), "Check the clock of this machine first"},
		{broken(false, &tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}}}), "not trusted. Check its name"},
		{broken(false, &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}), "`x509_cert_path` and `x509_key_path`"},
		{broken(false, &net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}), "The proxy of this machine was not reached"},
		{broken(false, &api.ProxyError{Proxy: "proxy:3128", StatusCode: 407}), "set it in HTTPS_PROXY"},
		{broken(false, &api.ProxyError{Proxy: "proxy:3128", StatusCode: 403}), "The proxy refused the connection"},
		{broken(true, &api.ForeignError{Bytes: 12, Type: "text/html"}), "The answer is not in the form of the API"},
		{broken(true, &api.ForeignError{StatusCode: 407}), "set it in HTTP_PROXY"},
		{&api.TransportError{Endpoint: "http://api.example.com/api/v1", Sent: true, Err: &api.ForeignError{StatusCode: 400}}, "It may speak TLS: try https"},
		{&api.UnsentError{Action: "ReadUsers", Err: refusal(401, "1", "AccessDenied", "")}, "ReadUsers was not sent, because the credential was refused shortly before. CreateAccessKey was answered with HTTP status 401 from " + address},
		{&api.UnsentError{Action: "ReadUsers", Err: refusal(401, "1", "AccessDenied", "")}, "Check the secret"},
		{&domain.LostAnswerError{Action: "CreateAccessKey", Marker: "m", Err: broken(true, &api.ForeignError{})}, "The answer is not in the form of the API"},
		{broken(false, &api.GivenUpError{Err: broken(true, errors.New("EOF"))}), "The connection was closed"},
		{broken(false, &api.GivenUpError{Err: broken(true, &api.ForeignError{StatusCode: 407})}), "set it in HTTP_PROXY"},
		{broken(false, x509.UnknownAuthorityError{}), "not trusted"},
		{broken(true, errors.New("unexpected EOF")), "The connection was closed"},
		{refusal(401, "1", "AccessDenied", ""), "Check the secret"},
		{refusal(401, "13", "AccessDenied", ""), "locked temporarily"},
		{refusal(401, "11", "AccessDenied", ""), "locked permanently"},
		{refusal(401, "14", "AccessDenied", ""), "client certificate"},
		{refusal(401, "20", "PasswordExpired", ""), "password has expired"},
		{refusal(401, "9", "AuthFailure", ""), "does not take a login and password"},
		{refusal(429, "24", "AccessDenied", ""), "Lower `requests_per_second`"},
		{refusal(400, "10005", "TooManyResources (QuotaExceded)", ""), "A limit of the account"},
		{refusal(500, "0", "InternalError", ""), "OUTSCALE's support with the request id"},
		{&api.Error{Action: "UpdateUser", StatusCode: 409, Problems: []api.Problem{{Code: "9022", Type: "ResourceConflict"}}}, "cannot be renamed to it. Choose another `user_name`"},
		{&api.Error{Action: "UpdateUser", StatusCode: 409, Problems: []api.Problem{{Code: "9007", Type: "ResourceConflict"}}}, "choose another `user_email`"},
		{&api.Error{Action: "CreateUserGroup", StatusCode: 409, Problems: []api.Problem{{Code: "9028", Type: "ResourceConflict"}}}, "A user group of that name exists. If it is yours, import it"},
		{&api.Error{Action: "UpdateUserGroup", StatusCode: 409, Problems: []api.Problem{{Code: "9028", Type: "ResourceConflict"}}}, "cannot be renamed to it. Choose another `user_group_name`"},
		{&domain.LostAnswerError{Action: "CreateAccessKey", Tried: domain.Tried{Attempts: 2, Lost: 1, Removed: []string{"AK9"}}, Err: broken(true, errors.New("EOF"))}, "None of these requests left a key"},
		{&domain.LostAnswerError{Action: "CreateAccessKey", Marker: "m1", Tried: domain.Tried{Attempts: 1, Lost: 1}, Err: broken(true, errors.New("EOF"))},
			"A look-up found no key. If a request is executed late, its key has the tag m1"},
		{&domain.LostAnswerError{Action: "CreateAccessKey", Left: []string{"AK9", "AK8"}}, "\n  outscale-keys revoke AK9 AK8"},
		{&domain.LostAnswerError{Action: "CreateAccessKey", Marker: "m1", Unknown: true}, "Tag m1"},
		{&domain.LostAnswerError{Action: "CreateAccessKey", Marker: "m1", Unknown: true, Tried: domain.Tried{Attempts: 3, Lost: 3, Took: 70 * time.Second, Limit: 5 * time.Second, CleanupLimit: 2 * time.Minute}},
			"CreateAccessKey was sent 3 times in 1m10s, and its answer was lost 3 times. The `timeouts` block allows 5s for requests. " +
				"The provider may take 2m0s more to look up and remove what lost requests created."},
		{&domain.LostAnswerError{Action: "CreateUser", Err: &domain.NameTakenError{Kind: domain.KindUser, Name: "alice", ID: "U1"}}, "A user named alice exists (U1)"},
		{&key.UnsupportedError{}, "older than version 1.40.1"},
		{&key.ExpiredError{KeyID: "AK1", Expired: &expiry}, "Access key AK1 expired on 2028-01-01T00:00:00.000Z, and the API changes an expired key only together with a later expiry."},
		{&domain.GoneError{Kind: domain.KindUser, ID: "U1"}, "The account has no user with the id U1."},
		{&domain.IdentityMismatchError{Kind: domain.KindAccessKey, ID: "AK1", Recorded: domain.Identity{AccountID: "111"}, Current: domain.Identity{AccountID: "222"}},
			"Access key AK1 belongs to account 111, and the credential of this run belongs to account 222."},
		{&domain.IdentityMismatchError{Kind: domain.KindAccessKey, ID: "AK1", Recorded: domain.Identity{AccountID: "111", UserID: "U1"}, RecordedName: "robert",
			Current: domain.Identity{AccountID: "111", UserID: "U2"}, CurrentName: "alice"},
			"belongs to user robert (id U1), and it was looked for among the keys of user alice (id U2)."},
		{&domain.IdentityMismatchError{Kind: domain.KindAccessKey, ID: "AK1", Recorded: domain.Identity{Signer: "AK7"}, Current: domain.Identity{Signer: "AK8"}, CurrentName: "ci"},
			"belongs to the caller, who signed with access key AK7, and it was looked for among the keys of user ci."},
	} {
		if got := Error("", "This", c.err).Detail(); !strings.Contains(got, c.want) {
			t.Errorf("%v: no %q in\n%s", c.err, c.want, got)
		}
	}
}

func TestGone_namesOwner(t *testing.T) {
	for want, e := range map[string]*domain.GoneError{
		"User alice has no access key with the id AK1.":                                 {Kind: domain.KindAccessKey, ID: "AK1", UserName: "alice"},
		"The caller has no access key with the id AK1.":                                 {Kind: domain.KindAccessKey, ID: "AK1"},
		"Neither the caller nor any user of the account (12 users) has access key AK1.": {Kind: domain.KindAccessKey, ID: "AK1", Users: 12},
		"Neither the caller nor any user of the account (1 user) has access key AK1.":   {Kind: domain.KindAccessKey, ID: "AK1", Users: 1},
		"The account has no user named alice.":                                          {Kind: domain.KindUser, Name: "alice"},
		"The account has no user with the id U1.":                                       {Kind: domain.KindUser, ID: "U1"},
		"Policy orn:p has no version v2.":                                               {Kind: domain.KindPolicyVersion, ID: "v2", Name: "orn:p"},
		"Policy orn:p is not linked to user group ops.":                                 {Kind: domain.KindPolicyLink, ID: "orn:p", Of: "user group ops"},
		"User ci is not a member of user group ops.":                                    {Kind: domain.KindMembership, Name: "ci", Of: "user group ops"},
		"User ci has no inline policy named read.":                                      {Kind: domain.KindInlinePolicy, Name: "read", Of: "user ci"},
	} {
		if got, gone := Gone(fmt.Errorf("read: %w", e)); !gone || got != want {
			t.Errorf("got %q, %v, want %q", got, gone, want)
		}
	}
	if _, gone := Gone(refusal(400, "5027", "InvalidResource", "")); gone {
		t.Error("a refusal proves nothing")
	}
}
