package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// foreignAnswers are answers that are not the API's, each with the number of times that a repeatable action is sent.
var foreignAnswers = map[string]struct {
	reply
	sent int
}{
	"200 with an error of somebody else":   {reply{status: 200, body: `{"error":"blocked by policy"}`}, 2},
	"200 with an empty object":             {reply{status: 200, body: `{}`}, 2},
	"200 without a request id":             {reply{status: 200, body: `{"ResponseContext":{},"AccessKeys":[],"AccessKey":{"AccessKeyId":"NEWKEY"}}`}, 2},
	"200 with a page":                      {reply{status: 200, body: "<html>welcome</html>"}, 2},
	"200 with half a body":                 {reply{status: 200, body: `{"AccessKey":{"AccessKeyId":"A`}, 2},
	"204":                                  {reply{status: 204}, 2},
	"201 in form":                          {reply{status: 201, body: keysBody}, 2},
	"a redirect":                           {reply{status: 302, header: map[string]string{"Location": "http://127.0.0.1:1/"}}, 1},
	"a 403 page":                           {reply{status: 403, body: "<html>secret blocked</html>"}, 1},
	"a 404 page":                           {reply{status: 404, body: "no such page"}, 1},
	"a 407 page":                           {reply{status: 407, body: "<html>proxy</html>"}, 1},
	"a 429 page":                           {reply{status: 429, body: "slow down"}, 2},
	"a 502 page":                           {reply{status: 502, body: "<html>bad gateway</html>"}, 2},
	"a 409 whose code is no number":        {reply{status: 409, body: `{"Errors":[{"Code":"Conflict","Type":"T"}],"ResponseContext":{"RequestId":"r"}}`}, 1},
	"a 403 with errors, no request id":     {reply{status: 403, body: `{"Errors":[{"Code":"4","Type":"AccessDenied"}]}`}, 1},
	"a 400 with a request id, no errors":   {reply{status: 400, body: `{"ResponseContext":{"RequestId":"r"}}`}, 1},
	"a body that is cut":                   {reply{status: 200, body: "{}", header: map[string]string{"Content-Length": "100"}}, 2},
	"a 401 that is cut":                    {reply{status: 401, body: "{}", header: map[string]string{"Content-Length": "100"}}, 1},
	"an error body of the API under a 200": {reply{status: 200, body: problem(400, "5027", "").body}, 1},
}

// An answer that is not in the API's form is a lost answer for every action. An action that is sent once is not sent again.
func TestAnswer_foreign(t *testing.T) {
	for name, c := range foreignAnswers {
		for action, do := range actions {
			r := newRig(t, ok(keysBody), c.reply, ok(goodBody(action)))
			if _, err := r.ReadAccessKeys(t.Context(), ReadAccessKeysInput{}); err != nil {
				t.Fatal(err) // the API is known from here on
			}
			err := do(r.Client, context.Background())
			want := c.sent
			if sentOnce[action] {
				want = 1
			}
			if r.sent() != 1+want || (err == nil) != (want == 2) {
				t.Errorf("%s, %s: %d requests, want %d: %v", name, action, r.sent()-1, want, err)
			}
			if err != nil && (!IsLostAnswer(err) || IsNotFound(err) || IsForbidden(err) || IsConflict(err) || IsUnknownAction(err)) {
				t.Errorf("%s, %s: taken for a refusal: %v", name, action, err)
			}
			if err != nil && As(err) == nil && !strings.Contains(err.Error(), r.endpoint) {
				t.Errorf("%s, %s: the address is missing: %v", name, action, err)
			}
		}
	}
}

// goodBody is a success of an action.
func goodBody(action string) string {
	switch action {
	case "CreateAccessKey", "UpdateAccessKey":
		return keyBody
	case "CreateUser":
		return `{"User":{"UserId":"U","UserName":"bob"}}`
	case "UpdateUser":
		return `{"User":{"UserId":"U","UserName":"robert"}}`
	}
	return keysBody
}

func TestAnswer_errorUnder200(t *testing.T) {
	r := newRig(t, reply{status: 200, body: problem(400, "5027", "unknown").body})
	err := r.DeleteAccessKey(t.Context(), "", "AK")
	const want = "DeleteAccessKey: HTTP 200 with an error body, AccessDenied 5027"
	if err == nil || !strings.HasPrefix(err.Error(), want) || !IsLostAnswer(err) || IsNotFound(err) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A code may be a number. A success without a required part is a lost answer.
func TestAnswer_odd(t *testing.T) {
	r := newRig(t, reply{status: 400, body: `{"Errors":[{"Code":4047,"Type":"T"}],"ResponseContext":{"RequestId":"r"}}`})
	if err := actions["CreateAccessKey"](r.Client, t.Context()); !IsInvalid(err) || IsLostAnswer(err) {
		t.Errorf("%v", err)
	}
	for name, body := range map[string]string{
		"no key": `{}`, "no secret": `{"AccessKey":{"AccessKeyId":"AK"}}`, "a wrong type": `{"AccessKey":"AK"}`,
	} {
		r := newRig(t, ok(body))
		err := actions["CreateAccessKey"](r.Client, t.Context())
		var lost *TransportError
		if !errors.As(err, &lost) || !IsLostAnswer(err) || r.sent() != 1 {
			t.Errorf("%s: %v, %d requests", name, err, r.sent())
		}
	}
	r = newRig(t, ok(`{}`))
	if keys, err := r.ReadAccessKeys(t.Context(), ReadAccessKeysInput{}); err == nil {
		t.Errorf("an answer without a list passed for an empty one: %v", keys)
	}
}

// A page is not a refusal either if the API has not answered before.
func TestAnswer_foreignFromTheStart(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusFound, http.StatusForbidden, http.StatusNotFound, http.StatusProxyAuthRequired} {
		r := newRig(t, reply{status: status, body: "<html>"})
		if err := actions["CreateAccessKey"](r.Client, t.Context()); !IsLostAnswer(err) || r.sent() != 1 {
			t.Errorf("%d: %v, %d requests", status, err, r.sent())
		}
	}
}

// A successful ReadUserPolicy may have no request id, by the example in the API's description.
func TestAnswer_readUserPolicy(t *testing.T) {
	r := newRig(t, reply{status: 200, body: `{"PolicyName":"p","PolicyDocument":"{}"}`}, reply{status: 200, body: `{"error":"blocked"}`})
	if p, err := r.ReadUserPolicy(t.Context(), "bob", "p"); err != nil || p.Document != "{}" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := r.ReadUserPolicy(t.Context(), "bob", "p"); !IsLostAnswer(err) {
		t.Errorf("a foreign answer: %v", err)
	}
}
