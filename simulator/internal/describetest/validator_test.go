package describetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	requestID = `"ResponseContext":{"RequestId":"2d3016ea-5e06-422f-8508-a6ab22e5c9d4"}`
	aKey      = `"State":"ACTIVE","AccessKeyId":"ABCDEFGHIJ0123456789","CreationDate":"2010-10-01T12:34:56.789+0000","LastModificationDate":"2010-10-01T12:34:56.789+0000"`
	aUser     = `"UserId":"ABCDEFGHIJKLMNOPQRSTUVWXYZ12345","UserName":"u","Path":"/","UserEmail":"u@example.com","CreationDate":"2010-10-01T12:34:56.789+0000","LastModificationDate":"2010-10-01T12:34:56.789+0000"`
)

func validator(t *testing.T) *Validator {
	t.Helper()
	v, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func header(body string) http.Header {
	return http.Header{
		"Content-Type":   {"application/json"},
		"Content-Length": {strconv.Itoa(len(body))},
	}
}

// Answers in the measured form pass, and each deviation is found.
func TestValidator_answers(t *testing.T) {
	v := validator(t)
	for _, tt := range []struct {
		name, action string
		status       int
		body         string
		want         string // "" passes, else a part of the error
	}{
		{"created", "CreateAccessKey", 200, `{"AccessKey":{` + aKey + `,"SecretKey":"S","ExpirationDate":"2063-04-05T00:00:00.000+0000","Tag":""},` + requestID + `}`, ""},
		{"read", "ReadAccessKeys", 200, `{"AccessKeys":[{` + aKey + `}],` + requestID + `}`, ""},
		{"empty list", "ReadAccessKeys", 200, `{"AccessKeys":[],` + requestID + `}`, ""},
		{"deleted", "DeleteAccessKey", 200, `{` + requestID + `}`, ""},
		{"log", "ReadApiLogs", 200, `{"Logs":[{"QueryDate":"2010-10-01T12:34:56.789Z"}],` + requestID + `}`, ""},
		{"problem", "CreateUser", 409, `{"Errors":[{"Details":"","Type":"ResourceConflict","Code":"9022"}],` + requestID + `}`, ""},
		{"unknown action", "ReadNothing", 400, `{"Errors":[{"Details":"","Type":"InvalidResource","Code":"5011"}],` + requestID + `}`, ""},

		{"list missing", "ReadAccessKeys", 200, `{` + requestID + `}`, "AccessKeys is missing"},
		{"secret missing", "CreateAccessKey", 200, `{"AccessKey":{` + aKey + `},` + requestID + `}`, "SecretKey is missing"},
		{"secret read", "ReadAccessKeys", 200, `{"AccessKeys":[{` + aKey + `,"SecretKey":"S"}],` + requestID + `}`, "SecretKey"},
		{"owner returned", "UpdateAccessKey", 200, `{"AccessKey":{` + aKey + `,"UserName":"u"},` + requestID + `}`, "UserName"},
		{"second item bad", "ReadAccessKeys", 200, `{"AccessKeys":[{` + aKey + `},{}],` + requestID + `}`, "missing"},
		{"null", "UpdateAccessKey", 200, `{"AccessKey":{` + aKey + `,"Tag":null},` + requestID + `}`, "Tag"},
		{"wrong type", "UpdateAccessKey", 200, `{"AccessKey":{` + aKey + `,"Tag":1},` + requestID + `}`, "Tag"},
		{"RFC 3339 date", "UpdateAccessKey", 200, `{"AccessKey":{` + aKey + `,"ExpirationDate":"2063-04-05T00:00:00.000Z"},` + requestID + `}`, "ExpirationDate"},
		{"no such day", "UpdateAccessKey", 200, `{"AccessKey":{` + aKey + `,"ExpirationDate":"2063-02-30T00:00:00.000+0000"},` + requestID + `}`, "ExpirationDate"},
		{"user date", "UpdateUser", 200, `{"User":{` + strings.ReplaceAll(aUser, "+0000", "Z") + `},` + requestID + `}`, "Date"},
		{"log date", "ReadApiLogs", 200, `{"Logs":[{"QueryDate":"2010-10-01T12:34:56.789+0000"}],` + requestID + `}`, "QueryDate"},
		{"paging missing", "ReadUsers", 200, `{"Users":[{` + aUser + `}],` + requestID + `}`, "HasMoreItems"},
		{"no request id", "DeleteUser", 200, `{"ResponseContext":{}}`, "RequestId is missing"},
		{"upper-case id", "DeleteUser", 200, `{` + strings.ToUpper(requestID[:10]) + requestID[10:] + `}`, "missing"},
		{"id no UUID", "DeleteUser", 200, `{"ResponseContext":{"RequestId":"2D3016EA-5e06-422f-8508-a6ab22e5c9d4"}}`, "UUID"},
		{"not compact", "DeleteUser", 200, `{ ` + requestID + `}`, "compact"},
		{"a newline", "DeleteUser", 200, `{` + requestID + "}\n", "compact"},
		{"no JSON", "DeleteUser", 200, `ok`, "not JSON"},
		{"no object", "DeleteUser", 200, `[]`, "not an object"},
		{"success of nothing", "ReadNothing", 200, `{` + requestID + `}`, "does not have"},
		{"number as code", "DeleteUser", 400, `{"Errors":[{"Details":"","Type":"T","Code":4}],` + requestID + `}`, "Code"},
		{"word as code", "DeleteUser", 400, `{"Errors":[{"Details":"","Type":"T","Code":"four"}],` + requestID + `}`, "Code"},
		{"details missing", "DeleteUser", 400, `{"Errors":[{"Type":"T","Code":"4"}],` + requestID + `}`, "Details"},
		{"type empty", "DeleteUser", 400, `{"Errors":[{"Details":"","Type":"","Code":"4"}],` + requestID + `}`, "Type"},
		{"no errors", "DeleteUser", 400, `{"Errors":[],` + requestID + `}`, "no error"},
		{"success at 400", "DeleteUser", 400, `{` + requestID + `}`, "Errors is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := v.Answer(tt.action, false, tt.status, header(tt.body), []byte(tt.body))
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("want an error with %q, got %v", tt.want, err)
			}
		})
	}
}

func TestValidator_headers(t *testing.T) {
	v := validator(t)
	body := `{` + requestID + `}`
	for _, name := range []string{"Content-Type", "Content-Length"} {
		bad := header(body)
		bad.Del(name)
		if err := v.Answer("DeleteUser", false, 200, bad, []byte(body)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestValidator_dryRun(t *testing.T) {
	v := validator(t)
	empty, full := `{`+requestID+`}`, `{"AccessKeys":[],`+requestID+`}`
	if err := v.Answer("ReadAccessKeys", true, 200, header(empty), []byte(empty)); err != nil {
		t.Error(err)
	}
	if err := v.Answer("ReadAccessKeys", true, 200, header(full), []byte(full)); err == nil {
		t.Error("a dry run with a complete answer passes")
	}
}

// An error never has a value, because it can be a secret.
func TestValidator_errorsWithoutValues(t *testing.T) {
	body := `{"AccessKeys":[{` + aKey + `,"SecretKey":"VERYSECRET"}],` + requestID + `}`
	err := validator(t).Answer("ReadAccessKeys", false, 200, header(body), []byte(body))
	if err == nil || strings.Contains(err.Error(), "VERYSECRET") {
		t.Errorf("%v", err)
	}
}

func TestValidator_requests(t *testing.T) {
	v := validator(t)
	for _, body := range []string{``, `{}`, `{"UserName":"u","ExpirationDate":"2063-04-05"}`, `{"ExpirationDate":"2063-04-05T01:02:03Z"}`} {
		if err := v.Request("CreateAccessKey", []byte(body)); err != nil {
			t.Error(err)
		}
	}
	for _, body := range []string{`[]`, `{`, `{"Username":"u"}`, `{"UserName":1}`, `{"ExpirationDate":""}`, `{"ExpirationDate":"2063"}`} {
		if v.Request("CreateAccessKey", []byte(body)) == nil {
			t.Errorf("%s passes", body)
		}
	}
	if v.Request("DeleteAccessKey", nil) == nil || v.Request("ReadNothing", nil) == nil {
		t.Error("a request without its required member, or of no action, passes")
	}
}

// recorder is a TB that collects errors.
type recorder []string

func (t *recorder) Helper() {}

func (t *recorder) Errorf(format string, args ...any) { *t = append(*t, fmt.Sprintf(format, args...)) }

// Both wrappers pass the call on unchanged and report errors.
func TestValidator_handlerAndTransport(t *testing.T) {
	v := validator(t)
	answers := map[string]string{
		"good": `{"AccessKeys":[],` + requestID + `}`,
		"bad":  `{"AccessKeys":[{` + aKey + `,"Owner":"x"}],` + requestID + `}`,
	}
	for name, answer := range answers {
		api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if sent, err := io.ReadAll(r.Body); err != nil || len(sent) == 0 {
				t.Errorf("the request did not arrive: %q, %v", sent, err)
			}
			for key, values := range header(answer) {
				w.Header()[key] = values
			}
			_, _ = io.WriteString(w, answer)
		})
		for _, wrap := range []string{"handler", "transport"} {
			for _, body := range []string{`{}`, `{"Nonsense":1}`} {
				var reports recorder
				handler, transport := http.Handler(api), http.DefaultTransport
				if wrap == "handler" {
					handler = v.Handler(&reports, api)
				} else {
					transport = v.Transport(&reports, transport)
				}
				server := httptest.NewServer(handler)
				client := &http.Client{Transport: transport}
				response, err := client.Post(server.URL+"/api/v1/ReadAccessKeys", "application/json", bytes.NewBufferString(body))
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(response.Body)
				if err != nil || string(got) != answer || !json.Valid(got) {
					t.Errorf("%s: got %s, %v", wrap, got, err)
				}
				if err := response.Body.Close(); err != nil {
					t.Error(err)
				}
				server.Close()
				if good := name == "good" && body == "{}"; good != (len(reports) == 0) {
					t.Errorf("%s, %s answer to %s: %q", wrap, name, body, reports)
				}
			}
		}
	}
	if lacking := v.Lacking([]string{"ReadAccessKeys 200", "CreateUser 200"}); len(lacking) != 1 || lacking[0] != "CreateUser 200" {
		t.Errorf("lacking %v", lacking)
	}
	if actions := v.Actions(); !slices.IsSorted(actions) || !slices.Contains(actions, "ReadVms") {
		t.Errorf("actions %v", actions)
	}
}
