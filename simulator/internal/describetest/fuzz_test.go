package describetest

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
)

// The table in the simulator and the official description accept the same requests. The table is stricter on purpose in two
// cases: a required string must not be empty (A16), and an integer must fit in 64 bits.
func FuzzCheck_agreesWithDescription(f *testing.F) {
	v, err := New()
	if err != nil {
		f.Fatal(err)
	}
	var names []string
	for _, name := range v.Actions() {
		if action, _ := describe.Lookup(name); action.Served {
			names = append(names, name)
		}
	}
	for i := range names {
		for _, body := range []string{
			`{}`, `{"DryRun":true}`, `{"DryRun":null}`, `{"X":1}`, `{"UserName":"a"}`, `{"AccessKeyId":""}`, `{"AccessKeyId":"A","State":"ACTIVE","Tag":"t","ClearTag":true}`,
			`{"Filters":{}}`, `{"Filters":{"UserIds":["a",1]}}`, `{"Filters":{"AccessKeyIds":[],"States":null}}`, `{"FirstItem":1.0,"ResultsPerPage":1e3}`, `{"FirstItem":1.5}`,
			`{"MaxAccessKeyExpirationSeconds":9223372036854775808,"RequireTrustedEnv":false}`, `{"Login":"a","Password":"b"}`, `{"With":{"AccountId":1}}`,
			`{"Filters":{"ResponseStatusCodes":[200,"200"]}}`, `{"UserName":"u","NewUserName":"v"}`, `{"ExpirationDate":"nonsense"}`,
		} {
			f.Add(uint8(i), body)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		name := names[int(which)%len(names)]
		decoder := json.NewDecoder(bytes.NewReader([]byte(body)))
		decoder.UseNumber()
		var members map[string]any
		var value any
		if decoder.Decode(&members) != nil || members == nil || json.Unmarshal([]byte(body), &value) != nil {
			return
		}
		action, _ := describe.Lookup(name)
		schema := v.doc.Paths.Value("/" + name).Post.RequestBody.Value.Content["application/json"].Schema.Value
		anything := func(string) bool { return true }
		described := schema.VisitJSON(value, openapi3.VisitAsRequest(), dates("datetime", anything), dates("date-time", anything), dates("date", anything))
		found := describe.Check(action, describe.Version(), members)
		switch {
		case found == nil && described != nil:
			t.Errorf("%s %s: the table accepts a request that the description refuses: %v", name, body, described)
		case found != nil && described == nil && found.Kind != describe.Missing && found.Want != describe.Integer:
			t.Errorf("%s %s: the table refuses a request that the description accepts: %+v", name, body, found)
		}
		if again := describe.Check(action, describe.Version(), members); found != nil && *again != *found {
			t.Errorf("%s %s: once %+v, once %+v", name, body, found, again)
		}
	})
}
