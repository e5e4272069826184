package conformance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// step is one call of root and what it must answer. {name} in a body is an id that an earlier step saved.
type step struct {
	action, body, want string
	// save is where the id in the answer is remembered: the first AccessKeyId, UserId or NextPageToken.
	save string
}

func (s *server) walk(steps []step) {
	s.t.Helper()
	saved := map[string]string{}
	for i, step := range steps {
		body := step.body
		for name, id := range saved {
			body = strings.ReplaceAll(body, "{"+name+"}", id)
		}
		got := s.root().call(step.action, body)
		if got.code() != step.want {
			s.t.Errorf("step %d, %s %s: got %s %v, want %s", i, step.action, body, got.code(), got.body["Errors"], step.want)
		}
		if step.save != "" {
			saved[step.save] = got.at("AccessKey", "AccessKeyId") + got.at("User", "UserId") + got.at("NextPageToken")
		}
	}
}

// Every kind of answer of the key actions. The server validates each.
func TestAnswers_accessKeys(t *testing.T) {
	s := start(t, func(o *simulator.Options) { o.Assumptions.KeyLimit = 3 })
	s.walk([]step{
		{action: "CreateUser", body: `{"UserName":"u"}`, want: "200"},
		{action: "ReadAccessKeys", body: ``, want: "200"},
		{action: "ReadAccessKeys", body: `{"UserName":"u"}`, want: "200"},
		{action: "ReadAccessKeys", body: `{"UserName":"nobody"}`, want: "400/5098"},

		{action: "CreateAccessKey", body: ``, want: "200"},
		{action: "CreateAccessKey", body: `{"Tag":"","ExpirationDate":"2063-04-05"}`, want: "200", save: "own"},
		{action: "CreateAccessKey", body: `{}`, want: "400/10005"},
		{action: "CreateAccessKey", body: `{"UserName":"u","Tag":"Group1 <&> é \" \\ \u2028","ExpirationDate":"2063-04-05T06:07:08.9Z"}`, want: "200", save: "key"},
		{action: "CreateAccessKey", body: `{"UserName":"u","ExpirationDate":"2026-03-20T12:00:01Z"}`, want: "200", save: "short"},
		{action: "CreateAccessKey", body: `{"UserName":"nobody"}`, want: "400/5098"},
		{action: "CreateAccessKey", body: `{"UserName":"u","ExpirationDate":"2020-06-14"}`, want: "400/4047"},
		{action: "CreateAccessKey", body: `{"UserName":"u","ExpirationDate":""}`, want: "400/3019"},
		{action: "CreateAccessKey", body: `{"UserName":"u","ExpirationDate":"soon"}`, want: "400/3019"},
		{action: "CreateAccessKey", body: `{"UserName":"u","ExpirationDate":"9999-12-31T23:59:59.999Z"}`, want: "200", save: "last"},
		{action: "DeleteAccessKey", body: `{"AccessKeyId":"{own}"}`, want: "200"},
		{action: "CreateAccessKey", body: `{"ExpirationDate":"9999-12-31T23:59:59-23:00"}`, want: "400/3019"},
		{action: "CreateAccessKey", body: `{"ExpirationDate":"0000-01-01T00:00:00+23:00"}`, want: "400/3019"},

		{action: "ReadAccessKeys", body: `{"UserName":"u"}`, want: "200"},
		{action: "ReadAccessKeys", body: `{"UserName":"u","Tag":"none"}`, want: "200"},
		{action: "ReadAccessKeys", body: `{"UserName":"u","Filters":{"AccessKeyIds":["{key}"],"States":["ACTIVE","unknown"]}}`, want: "200"},
		{action: "ReadAccessKeys", body: `{"UserName":"u","Filters":{"AccessKeyIds":[]}}`, want: "200"},

		{action: "UpdateAccessKey", body: `{"AccessKeyId":"{key}"}`, want: "400/5027"},
		{action: "UpdateAccessKey", body: `{"AccessKeyId":"{key}","UserName":"nobody"}`, want: "400/5098"},
		{action: "UpdateAccessKey", body: `{"AccessKeyId":"{key}","UserName":"u","State":"active"}`, want: "400/4047"},
		{action: "UpdateAccessKey", body: `{"AccessKeyId":"{key}","UserName":"u","ExpirationDate":"2020-06-14"}`, want: "400/4047"},
		{action: "UpdateAccessKey", body: `{"AccessKeyId":"{key}","UserName":"u","ExpirationDate":"2063-02-30"}`, want: "400/3019"},
		{action: "UpdateAccessKey", body: `{"AccessKeyId":"{key}","UserName":"u"}`, want: "200"},
		{action: "UpdateAccessKey", body: `{"AccessKeyId":"{key}","UserName":"u","Tag":"t","ExpirationDate":"2063-04-05"}`, want: "200"},
		{action: "UpdateAccessKey", body: `{"AccessKeyId":"{key}","UserName":"u","ClearTag":true,"ClearExpirationDate":true,"Tag":"x"}`, want: "200"},

		{action: "DeleteAccessKey", body: `{"AccessKeyId":"{key}","UserName":"u"}`, want: "409/6003"},
		{action: "DeleteAccessKey", body: `{"AccessKeyId":"{key}"}`, want: "400/5027"},
		{action: "DeleteAccessKey", body: `{"AccessKeyId":"{key}","UserName":"nobody"}`, want: "400/5098"},
		{action: "UpdateAccessKey", body: `{"AccessKeyId":"{key}","UserName":"u","State":"INACTIVE"}`, want: "200"},
		{action: "DeleteAccessKey", body: `{"AccessKeyId":"{key}","UserName":"u"}`, want: "200"},
		{action: "DeleteAccessKey", body: `{"AccessKeyId":"{key}","UserName":"u"}`, want: "400/5027"},
	})
	s.clock.Advance(2 * time.Second) // past the expiry of {short}
	short := ""
	for _, key := range s.state().AccessKeys {
		if key.ExpirationDate != nil && key.ExpirationDate.Before(s.clock.Now()) {
			short = key.AccessKeyID
		}
	}
	s.walk([]step{
		{action: "ReadAccessKeys", body: `{"UserName":"u"}`, want: "200"},
		{action: "DeleteAccessKey", body: `{"AccessKeyId":"` + short + `","UserName":"u"}`, want: "409/6003"},
		{action: "DeleteAccessKey", body: `{"AccessKeyId":"` + rootID + `"}`, want: "200"},
		{action: "ReadUsers", body: ``, want: "400/4120"},
	})
	other := start(t, func(o *simulator.Options) { o.Assumptions.UnknownKeyCode = "4000" })
	other.expect("400/4000", other.root().call("DeleteAccessKey", `{"AccessKeyId":"NONE"}`))
}

// Every answer of the user actions.
func TestAnswers_users(t *testing.T) {
	s := start(t)
	long := strings.Repeat("x", 65)
	s.walk([]step{
		{action: "ReadUsers", body: ``, want: "200"},
		{action: "CreateUser", body: `{"UserName":"a+=,.@_-Z9","Path":"/documentation/","UserEmail":"user@example.com"}`, want: "200", save: "id"},
		{action: "CreateUser", body: `{"UserName":"b"}`, want: "200"},
		{action: "CreateUser", body: `{"UserName":"b"}`, want: "409/9022"},
		{action: "CreateUser", body: `{"UserName":"b c"}`, want: "400/4043"},
		{action: "CreateUser", body: `{"UserName":"` + long + `"}`, want: "400/4106"},
		{action: "CreateUser", body: `{"UserName":"c","Path":"none"}`, want: "400/4043"},
		{action: "CreateUser", body: `{"UserName":"c","Path":""}`, want: "400/4106"},
		{action: "CreateUser", body: `{"UserName":"c","UserEmail":"none"}`, want: "400/4020"},
		{action: "ReadUsers", body: `{"Filters":{"UserIds":["{id}","NONE"]}}`, want: "200"},
		{action: "ReadUsers", body: `{"FirstItem":1,"ResultsPerPage":1}`, want: "200"},
		{action: "ReadUsers", body: `{"FirstItem":9999999999,"ResultsPerPage":5000}`, want: "200"},
		{action: "ReadUsers", body: `{"FirstItem":-1}`, want: "400/4047"},
		{action: "ReadUsers", body: `{"ResultsPerPage":0}`, want: "400/4047"},
		{action: "UpdateUser", body: `{"UserName":"b"}`, want: "200"},
		{action: "UpdateUser", body: `{"UserName":"b","NewUserName":"bb","NewPath":"/p/","NewUserEmail":"b@example.com"}`, want: "200"},
		{action: "UpdateUser", body: `{"UserName":"b"}`, want: "400/5098"},
		{action: "UpdateUser", body: `{"UserName":"bb","NewUserName":"a+=,.@_-Z9"}`, want: "409/9022"},
		{action: "UpdateUser", body: `{"UserName":"bb","NewUserName":"/"}`, want: "400/4043"},
		{action: "UpdateUser", body: `{"UserName":"bb","NewUserEmail":"b"}`, want: "400/4020"},
		{action: "CreateAccessKey", body: `{"UserName":"bb"}`, want: "200", save: "key"},
		{action: "DeleteUser", body: `{"UserName":"bb"}`, want: "409/9002"},
		{action: "DeleteUser", body: `{"UserName":"nobody"}`, want: "400/5098"},
		{action: "DeleteUser", body: `{"UserName":"a+=,.@_-Z9"}`, want: "200"},
	})
	for i := range 120 {
		s.root().must("CreateUser", fmt.Sprintf(`{"UserName":"many%d"}`, i))
	}
	if page := s.root().must("ReadUsers", ``); len(page.list("Users")) != 100 || page.body["HasMoreItems"] != true {
		t.Errorf("the first page has %d users, more: %v", len(page.list("Users")), page.body["HasMoreItems"])
	}
}

// Every answer of the other actions.
func TestAnswers_account(t *testing.T) {
	s := start(t)
	s.walk([]step{
		{action: "ReadAccounts", body: ``, want: "200"},
		{action: "ReadRegions", body: ``, want: "200"},
		{action: "ReadApiAccessPolicy", body: ``, want: "200"},
		{action: "UpdateApiAccessPolicy", body: `{"MaxAccessKeyExpirationSeconds":-1,"RequireTrustedEnv":false}`, want: "400/4047"},
		{action: "UpdateApiAccessPolicy", body: `{"MaxAccessKeyExpirationSeconds":0,"RequireTrustedEnv":true}`, want: "400/4047"},
		{action: "UpdateApiAccessPolicy", body: `{"MaxAccessKeyExpirationSeconds":3600,"RequireTrustedEnv":false}`, want: "400/4047"},
		{action: "UpdateAccessKey", body: `{"AccessKeyId":"` + rootID + `","ExpirationDate":"2026-03-20T12:30:00Z"}`, want: "200"},
		{action: "UpdateApiAccessPolicy", body: `{"MaxAccessKeyExpirationSeconds":3600,"RequireTrustedEnv":true}`, want: "400/4047"},
		{action: "UpdateApiAccessPolicy", body: `{"MaxAccessKeyExpirationSeconds":3600,"RequireTrustedEnv":false}`, want: "200"},
		{action: "CreateAccessKey", body: ``, want: "400/4047"},
		{action: "CreateAccessKey", body: `{"ExpirationDate":"2027-01-01"}`, want: "400/4047"},
		{action: "UpdateAccessKey", body: `{"AccessKeyId":"` + rootID + `","ClearExpirationDate":true}`, want: "400/4047"},
		{action: "CheckAuthentication", body: `{"Login":"` + rootEmail + `","Password":"` + rootPassword + `"}`, want: "200"},
		{action: "CheckAuthentication", body: `{"Login":"` + rootEmail + `","Password":"wrong"}`, want: "400/4120"},
		{action: "CheckAuthentication", body: `{"Login":"nobody@example.com","Password":"wrong"}`, want: "400/4120"},

		{action: "ReadQuotas", body: ``, want: "200"},
		{action: "ReadQuotas", body: `{"ResultsPerPage":1,"Filters":{"QuotaTypes":["global"]}}`, want: "200", save: "quotas"},
		{action: "ReadQuotas", body: `{"NextPageToken":"{quotas}"}`, want: "200"},
		{action: "ReadQuotas", body: `{"NextPageToken":"nonsense"}`, want: "400/4047"},
		{action: "ReadQuotas", body: `{"ResultsPerPage":0}`, want: "400/4047"},

		{action: "ReadApiLogs", body: ``, want: "200"},
		{action: "ReadApiLogs", body: `{"ResultsPerPage":3}`, want: "200", save: "page"},
		{action: "ReadApiLogs", body: `{"ResultsPerPage":3,"NextPageToken":"{page}"}`, want: "200"},
		{action: "ReadApiLogs", body: `{"NextPageToken":"nonsense"}`, want: "400/4047"},
		{action: "ReadApiLogs", body: `{"ResultsPerPage":0}`, want: "400/4047"},
		{action: "ReadApiLogs", body: `{"ResultsPerPage":1001}`, want: "400/4047"},
		{action: "ReadApiLogs", body: `{"With":{"QueryHeaderRaw":false,"AccountId":true,"QueryDate":false}}`, want: "200"},
		{action: "ReadApiLogs", body: `{"Filters":{"QueryAccessKeys":["` + rootID + `"],"QueryCallNames":["CreateAccessKey"],"ResponseStatusCodes":[400]}}`, want: "200"},
		{action: "ReadApiLogs", body: `{"Filters":{"QueryDateAfter":"2026-03-20","QueryDateBefore":"2026-03-21T00:00:00.000Z"}}`, want: "200"},
		{action: "ReadApiLogs", body: `{"Filters":{"QueryDateAfter":"yesterday"}}`, want: "400/3019"},
	})
	basic := s.root().request("ReadAccessKeys", `{}`)
	basic.SetBasicAuth(rootEmail, rootPassword)
	s.expect("200", s.send(basic))
	if got := s.root().must("ReadApiLogs", `{"Filters":{"QueryCallNames":["CheckAuthentication"]}}`); len(got.list("Logs")) != 3 {
		t.Errorf("%d entries of CheckAuthentication, want 3", len(got.list("Logs")))
	} else if strings.Contains(fmt.Sprint(got.body), rootPassword) {
		t.Error("the log shows a password")
	}
}

// An older version refuses later additions.
func TestAnswers_olderVersion(t *testing.T) {
	s := start(t, func(o *simulator.Options) { o.APIVersion = "1.39" })
	update := `{"AccessKeyId":"` + rootID + `"`
	s.walk([]step{
		{action: "UpdateAccessKey", body: update + `}`, want: "400/4046"},
		{action: "UpdateAccessKey", body: update + `,"State":"ACTIVE","Tag":"t"}`, want: "400/4045"},
		{action: "UpdateAccessKey", body: update + `,"State":"ACTIVE","ClearTag":true}`, want: "400/4045"},
		{action: "UpdateAccessKey", body: update + `,"State":"ACTIVE","ClearExpirationDate":true}`, want: "400/4045"},
		{action: "UpdateAccessKey", body: update + `,"State":"ACTIVE","ExpirationDate":"2063-04-05"}`, want: "200"},
	})
	if key := s.state().key(rootID); key.ExpirationDate == nil {
		t.Error("the expiry was not set")
	}
	s.root().must("UpdateAccessKey", update+`,"State":"ACTIVE"}`)
	if key := s.state().key(rootID); key.ExpirationDate != nil {
		t.Error("1.39 keeps the expiry; it must clear it")
	}
}

// The other base path and a bare Content-Type answer alike.
func TestAnswers_latestPath(t *testing.T) {
	s := start(t)
	latest := *s
	latest.api = strings.Replace(s.api, "/api/v1", "/api/latest", 1)
	latest.expect("200", latest.root().call("ReadAccessKeys", ``))
	r, err := http.NewRequest(http.MethodPost, s.api+"/ReadAccessKeys", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	aws4.sign(r, nil, rootID, rootSecret, s.clock.Now())
	s.expect("200", s.send(r))
}
