package simulator

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"time"
)

func TestCreateAccessKey_basic(t *testing.T) {
	r := newHarness(t)
	key := r.createKey(`{"ExpirationDate":"2063-04-05","Tag":"Group1"}`)
	want := map[string]any{
		"State": "ACTIVE", "Tag": "Group1", "ExpirationDate": "2063-04-05T00:00:00.000+0000",
		"CreationDate": "2026-01-02T03:04:05.678+0000", "LastModificationDate": "2026-01-02T03:04:05.678+0000",
	}
	for name, value := range want {
		if key[name] != value {
			t.Errorf("%s is %v, want %v", name, key[name], value)
		}
	}
	// A41: the formats of ids and secrets.
	for name, form := range map[string]string{"AccessKeyId": `^[A-Z0-9]{20}$`, "SecretKey": `^[A-Z0-9]{40}$`} {
		if text, _ := key[name].(string); !regexp.MustCompile(form).MatchString(text) {
			t.Errorf("%s is %q", name, text)
		}
	}
	bare := r.createKey(`{}`)
	for _, name := range []string{"ExpirationDate", "Tag", "UserName"} {
		if value, there := bare[name]; there {
			t.Errorf("%s is %v, want it absent", name, value)
		}
	}
	for _, key := range r.keys(`{}`) {
		if _, there := key["SecretKey"]; there {
			t.Error("ReadAccessKeys shows a secret")
		}
	}
}

func TestReadAccessKeys_filters(t *testing.T) {
	r := newHarness(t)
	r.createUser("bob")
	one := r.createKey(`{"Tag":"x"}`)["AccessKeyId"].(string)
	r.clock.move(time.Second)
	two := r.createKey(`{}`)["AccessKeyId"].(string)
	r.must("UpdateAccessKey", `{"AccessKeyId":%q,"State":"INACTIVE"}`, two)
	bobs := r.createKey(`{"UserName":"bob"}`)["AccessKeyId"].(string)
	for request, want := range map[string][]string{
		`{}`:                                  {rootKey, one, two}, // A28: by creation date
		`{"UserName":"bob"}`:                  {bobs},
		`{"Tag":"x"}`:                         {one},
		`{"Tag":"X"}`:                         {},
		`{"Filters":{"States":["INACTIVE"]}}`: {two},
		`{"Filters":{"States":["inactive","NONE"]}}`:             {}, // A39
		`{"Filters":{"AccessKeyIds":["` + one + `"]}}`:           {one},
		`{"Filters":{"AccessKeyIds":["` + bobs + `"]}}`:          {}, // of another owner
		`{"Filters":{"AccessKeyIds":[]}}`:                        {},
		`{"Filters":{}}`:                                         {rootKey, one, two},
		`{"Tag":"x","Filters":{"AccessKeyIds":["` + two + `"]}}`: {},
	} {
		var got []string
		for _, key := range r.keys("%s", request) {
			got = append(got, key["AccessKeyId"].(string))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", request, got, want)
		}
	}
}

func TestUpdateAccessKey_expiryWithoutDate(t *testing.T) {
	const date = "2063-04-05T00:00:00.000+0000"
	for _, test := range []struct {
		choice  ExpiryOnUpdate
		version string
		update  string
		want    any
	}{
		{ExpiryCleared, "1.40.1", `"Tag":"x"`, nil},
		{ExpiryCleared, "1.40.1", `"State":"INACTIVE"`, nil},
		{ExpiryClearedWithState, "1.40.1", `"Tag":"x"`, date},
		{ExpiryClearedWithState, "1.40.1", `"State":"INACTIVE"`, nil},
		{ExpiryKept, "1.40.1", `"Tag":"x"`, date},
		{ExpiryKept, "1.40.1", `"State":"INACTIVE"`, date},
		{ExpiryKept, "1.40.1", `"ClearExpirationDate":true`, nil},
		{ExpiryKept, "1.40.1", `"ClearExpirationDate":false`, date},
		{ExpiryCleared, "1.40.1", `"ClearExpirationDate":false`, nil},
		{ExpiryKept, "1.40.1", `"ClearExpirationDate":true,"ExpirationDate":"2050-01-01"`, nil},
		{ExpiryKept, "1.40.1", `"ExpirationDate":"2050-01-01"`, "2050-01-01T00:00:00.000+0000"},
		{ExpiryCleared, "1.40.1", `"State":"INACTIVE","ExpirationDate":"2063-04-05"`, date},
		{ExpiryKept, "1.39", `"State":"INACTIVE"`, nil}, // A15: omission clears there
		{ExpiryCleared, "1.39", `"State":"INACTIVE","ExpirationDate":"2063-04-05"`, date},
	} {
		t.Run(fmt.Sprintf("%d/%s/%s", test.choice, test.version, test.update), func(t *testing.T) {
			r := newHarness(t, func(o *Options) { o.Assumptions.ExpiryOnUpdate, o.APIVersion = test.choice, test.version })
			id := r.createKey(`{"ExpirationDate":"2063-04-05"}`)["AccessKeyId"]
			got := r.must("UpdateAccessKey", `{"AccessKeyId":%q,%s}`, id, test.update)["AccessKey"].(map[string]any)
			if got["ExpirationDate"] != test.want {
				t.Errorf("expiry %v, want %v", got["ExpirationDate"], test.want)
			}
		})
	}
}

func TestUpdateAccessKey_members(t *testing.T) {
	r := newHarness(t)
	id := r.createKey(`{"Tag":"one"}`)["AccessKeyId"]
	r.clock.move(time.Minute)
	got := r.must("UpdateAccessKey", `{"AccessKeyId":%q}`, id)["AccessKey"].(map[string]any)
	if got["LastModificationDate"] != "2026-01-02T03:05:05.678+0000" || got["CreationDate"] != "2026-01-02T03:04:05.678+0000" {
		t.Errorf("A41: dates %v", got)
	}
	if got["State"] != "ACTIVE" || got["Tag"] != "one" {
		t.Errorf("an empty update changed %v", got)
	}
	for update, want := range map[string]any{`"Tag":"two"`: "two", `"Tag":"three","ClearTag":true`: nil, `"ClearTag":false`: nil} {
		r.must("UpdateAccessKey", `{"AccessKeyId":%q,"Tag":"one"}`, id)
		got := r.must("UpdateAccessKey", `{"AccessKeyId":%q,%s}`, id, update)["AccessKey"].(map[string]any)
		if update == `"ClearTag":false` {
			want = "one"
		}
		if got["Tag"] != want {
			t.Errorf("%s: tag %v, want %v", update, got["Tag"], want)
		}
	}
}

func TestDeleteAccessKey_active(t *testing.T) {
	for _, lax := range []bool{false, true} {
		r := newHarness(t, func(o *Options) { o.Assumptions.DeleteActiveKeys = lax })
		r.createUser("bob")
		id := r.createKey(`{"UserName":"bob"}`)["AccessKeyId"]
		got := r.call("DeleteAccessKey", `{"UserName":"bob","AccessKeyId":%q}`, id)
		if lax {
			if got.status != http.StatusOK {
				t.Error(got.body)
			}
			continue
		}
		got.refused(http.StatusConflict, "6003", "InvalidState")
		r.must("UpdateAccessKey", `{"UserName":"bob","AccessKeyId":%q,"State":"INACTIVE"}`, id)
		r.must("DeleteAccessKey", `{"UserName":"bob","AccessKeyId":%q}`, id)
	}
	r := newHarness(t)
	r.must("DeleteAccessKey", `{"AccessKeyId":%q}`, r.createKey(`{}`)["AccessKeyId"]) // a root key may be ACTIVE
}

func TestDeleteAccessKey_expired(t *testing.T) {
	for _, allow := range []bool{false, true} {
		for _, user := range []string{"", `"UserName":"bob",`} {
			r := newHarness(t, func(o *Options) { o.Assumptions.DeleteExpiredKeys = allow })
			r.createUser("bob")
			id := r.createKey(`{%s"ExpirationDate":"2026-01-03"}`, user)["AccessKeyId"]
			r.must("UpdateAccessKey", `{%s"AccessKeyId":%q,"State":"INACTIVE","ExpirationDate":"2026-01-03"}`, user, id)
			r.clock.move(24 * time.Hour)
			got := r.call("DeleteAccessKey", `{%s"AccessKeyId":%q}`, user, id)
			if allow {
				if got.status != http.StatusOK {
					t.Error(got.body)
				}
				continue
			}
			got.refused(http.StatusConflict, "6003", "InvalidState")
			// The way out: a new date.
			r.must("UpdateAccessKey", `{%s"AccessKeyId":%q,"ExpirationDate":"2026-01-04"}`, user, id)
			r.must("DeleteAccessKey", `{%s"AccessKeyId":%q}`, user, id)
		}
	}
}

func TestReadAccessKeys_expiredKeyStaysActive(t *testing.T) {
	r := newHarness(t)
	id := r.createKey(`{"ExpirationDate":"2026-01-03"}`)["AccessKeyId"]
	r.clock.move(24 * time.Hour)
	for _, key := range r.keys(`{"Filters":{"AccessKeyIds":[%q]}}`, id) {
		if key["State"] != "ACTIVE" {
			t.Error(key)
		}
	}
	if state := r.State(); !state.AccessKeys[1].Expired || state.AccessKeys[0].Expired {
		t.Errorf("the admin port says %v", state.AccessKeys)
	}
}

func TestCreateAccessKey_limit(t *testing.T) {
	for _, limit := range []int{0, 2, 3} {
		r := newHarness(t, func(o *Options) { o.Assumptions.KeyLimit = limit })
		r.createUser("bob")
		room := limit
		if limit == 0 {
			room = 10
		}
		for range room {
			id := r.createKey(`{"UserName":"bob"}`)["AccessKeyId"]
			r.must("UpdateAccessKey", `{"UserName":"bob","AccessKeyId":%q,"State":"INACTIVE"}`, id) // any state counts
		}
		r.call("CreateAccessKey", `{"UserName":"bob"}`).refused(http.StatusBadRequest, "10005", "TooManyResources (QuotaExceded)")
		for range room - 1 { // the root account has one from the start
			r.createKey(`{}`)
		}
		r.call("CreateAccessKey", `{}`).refused(http.StatusBadRequest, "10005", "TooManyResources (QuotaExceded)")
	}
}

func TestAccessKey_badValues(t *testing.T) {
	r := newHarness(t)
	id := r.createKey(`{}`)["AccessKeyId"]
	for _, update := range []string{`"State":"active"`, `"State":""`, `"State":"EXPIRED"`, `"ExpirationDate":"2026-01-02"`, `"ExpirationDate":"2026-01-02T03:04:05.678Z"`} {
		r.call("UpdateAccessKey", `{"AccessKeyId":%q,%s}`, id, update).refused(http.StatusBadRequest, "4047", "InvalidParameterValue")
	}
	r.call("CreateAccessKey", `{"ExpirationDate":"2020-01-01"}`).refused(http.StatusBadRequest, "4047", "InvalidParameterValue")
	for _, date := range []string{
		"", "tomorrow", "2050", "2050-01", "2050-02-30", "2050-1-1", "2050-01-01T00:00", "2050-01-01 00:00:00Z", "2050-01-01T1:02:03Z",
		"2050-01-01T00:00:00", "2050-01-01T25:00:00Z", "2050-01-01T00:00:00,5Z", "2050-01-01T00:00:00+00", "2050-01-01T00:00:00+00000", "2050-01-01T00:00:00+9900", "+2050-01-01", "20500101",
		"9999-12-31T23:59:59-01:00", " 2050-01-01",
	} {
		got := r.call("CreateAccessKey", `{"ExpirationDate":%q}`, date)
		got.refused(http.StatusBadRequest, "3019", "InvalidParameterType")
		if got.details() != "The parameter type of ExpirationDate is unknown." {
			t.Error(got.details())
		}
	}
	for date, want := range map[string]string{
		"2050-06-14":                     "2050-06-14T00:00:00.000+0000",
		"2050-06-14T01:02:03Z":           "2050-06-14T01:02:03.000+0000",
		"2050-06-14T01:02:03.4567Z":      "2050-06-14T01:02:03.456+0000",
		"2050-06-14T01:02:03.999999999Z": "2050-06-14T01:02:03.999+0000",
		"2050-06-14T01:02:03.5+02:00":    "2050-06-13T23:02:03.500+0000",
		"2050-06-14T01:02:03.456+0000":   "2050-06-14T01:02:03.456+0000",
		"2050-06-14T01:02:03-0130":       "2050-06-14T02:32:03.000+0000",
		"2052-02-29":                     "2052-02-29T00:00:00.000+0000",
		"9999-12-31T23:59:59.999+00:00":  "9999-12-31T23:59:59.999+0000",
	} {
		got := r.must("UpdateAccessKey", `{"AccessKeyId":%q,"ExpirationDate":%q}`, id, date)["AccessKey"].(map[string]any)
		if got["ExpirationDate"] != want {
			t.Errorf("%s: %v, want %s", date, got["ExpirationDate"], want)
		}
	}
	// With ClearExpirationDate a malformed date is still refused, and a past one is accepted.
	r.call("UpdateAccessKey", `{"AccessKeyId":%q,"ClearExpirationDate":true,"ExpirationDate":"x"}`, id).refused(http.StatusBadRequest, "3019", "InvalidParameterType")
	r.must("UpdateAccessKey", `{"AccessKeyId":%q,"ClearExpirationDate":true,"ExpirationDate":"2020-01-01"}`, id)
}

func TestAccessKey_owner(t *testing.T) {
	for code, kind := range map[string]string{"": "InvalidResource", "5027": "InvalidResource", "4000": "InvalidParameterValue"} {
		r := newHarness(t, func(o *Options) { o.Assumptions.UnknownKeyCode = code })
		if code == "" {
			code = "5027"
		}
		r.createUser("bob")
		r.createUser("eve")
		bobs := r.createKey(`{"UserName":"bob"}`)["AccessKeyId"]
		for _, action := range []string{"UpdateAccessKey", "DeleteAccessKey"} {
			r.call(action, `{"AccessKeyId":%q}`, bobs).refused(http.StatusBadRequest, code, kind)
			r.call(action, `{"AccessKeyId":%q,"UserName":"eve"}`, bobs).refused(http.StatusBadRequest, code, kind)
			r.call(action, `{"AccessKeyId":"NOSUCHKEY00000000000"}`).refused(http.StatusBadRequest, code, kind)
			r.call(action, `{"AccessKeyId":%q,"UserName":"nobody"}`, bobs).refused(http.StatusBadRequest, "5098", "InvalidResource")
		}
		for _, action := range []string{"CreateAccessKey", "ReadAccessKeys"} {
			r.call(action, `{"UserName":"nobody"}`).refused(http.StatusBadRequest, "5098", "InvalidResource")
			r.call(action, `{"UserName":""}`).refused(http.StatusBadRequest, "5098", "InvalidResource")
		}
	}
}

func TestAccessKey_dryRun(t *testing.T) {
	r := newHarness(t)
	r.createUser("bob")
	id := r.createKey(`{"UserName":"bob"}`)["AccessKeyId"]
	before := fmt.Sprint(r.State())
	for action, members := range map[string]string{
		"CreateAccessKey":       `"UserName":"bob"`,
		"UpdateAccessKey":       fmt.Sprintf(`"UserName":"bob","State":"INACTIVE","AccessKeyId":%q`, id),
		"CreateUser":            `"UserName":"eve"`,
		"UpdateUser":            `"UserName":"bob","NewUserName":"eve"`,
		"UpdateApiAccessPolicy": `"MaxAccessKeyExpirationSeconds":0,"RequireTrustedEnv":false`,
		"CheckAuthentication":   fmt.Sprintf(`"Login":%q,"Password":%q`, DefaultEmail, rootPassword),
	} {
		got := r.must(action, `{"DryRun":true,%s}`, members)
		if len(got) != 1 || got["ResponseContext"] == nil {
			t.Errorf("%s: %v", action, got)
		}
	}
	for _, action := range []string{"ReadAccessKeys", "ReadUsers", "ReadAccounts", "ReadRegions", "ReadApiAccessPolicy", "ReadApiLogs"} {
		if got := r.must(action, `{"DryRun":true}`); len(got) != 1 {
			t.Errorf("%s: %v", action, got)
		}
	}
	r.call("DeleteAccessKey", `{"DryRun":true,"AccessKeyId":%q,"UserName":"bob"}`, id).refused(http.StatusConflict, "6003", "InvalidState")
	if after := fmt.Sprint(r.State()); after != before {
		t.Errorf("before %s\nafter %s", before, after)
	}
}

func TestAccessKey_tag(t *testing.T) {
	for _, none := range []bool{false, true} {
		r := newHarness(t, func(o *Options) { o.Assumptions.EmptyTagIsNone = none })
		key := r.createKey(`{"Tag":""}`)
		tag, there := key["Tag"]
		if there == none || there && tag != "" {
			t.Errorf("none=%v: tag %v, there %v", none, tag, there)
		}
		want := 1
		if none {
			want = 2 // as if the member were not there
		}
		if got := len(r.keys(`{"Tag":""}`)); got != want {
			t.Errorf("none=%v: %d keys with an empty tag, want %d", none, got, want)
		}
		r.must("UpdateAccessKey", `{"AccessKeyId":%q,"Tag":"<é>&"}`, key["AccessKeyId"])
		got := r.must("UpdateAccessKey", `{"AccessKeyId":%q,"Tag":""}`, key["AccessKeyId"])["AccessKey"].(map[string]any)
		if _, there := got["Tag"]; there == none {
			t.Errorf("none=%v: after an update to \"\": %v", none, got)
		}
	}
}

func TestAccessKey_lifetimeLimit(t *testing.T) {
	const day = 24 * 60 * 60
	r := newHarness(t)
	policy := func(seconds int) reply {
		return r.call("UpdateApiAccessPolicy", `{"MaxAccessKeyExpirationSeconds":%d,"RequireTrustedEnv":false}`, seconds)
	}
	policy(day).refused(http.StatusBadRequest, "4047", "InvalidParameterValue") // the root key never expires
	r.must("UpdateAccessKey", `{"AccessKeyId":%q,"ExpirationDate":"2026-01-03T03:04:05.678Z"}`, rootKey)
	policy(day-1).refused(http.StatusBadRequest, "4047", "InvalidParameterValue")
	if got := policy(day); got.status != http.StatusOK {
		t.Fatal(got.body)
	}
	for _, refused := range []string{`{}`, `{"ExpirationDate":"2026-01-03T03:04:05.679Z"}`, `{"ExpirationDate":"9999-01-01"}`} {
		r.call("CreateAccessKey", "%s", refused).refused(http.StatusBadRequest, "4047", "InvalidParameterValue")
	}
	id := r.createKey(`{"ExpirationDate":"2026-01-03"}`)["AccessKeyId"]
	r.call("UpdateAccessKey", `{"AccessKeyId":%q,"ClearExpirationDate":true}`, id).refused(http.StatusBadRequest, "4047", "InvalidParameterValue")
	r.call("UpdateAccessKey", `{"AccessKeyId":%q,"State":"INACTIVE"}`, id).refused(http.StatusBadRequest, "4047", "InvalidParameterValue")
	r.must("UpdateAccessKey", `{"AccessKeyId":%q,"ExpirationDate":"2026-01-03"}`, id)
}

func TestDeleteAccessKey_signingKey(t *testing.T) {
	r := newHarness(t)
	r.must("DeleteAccessKey", `{"AccessKeyId":%q}`, rootKey)
	r.call("ReadAccessKeys", `{}`).refused(http.StatusBadRequest, "4120", "InvalidParameterValue")
}
