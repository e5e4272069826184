package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// quotaLines returns one line for each quota of an answer: type, name, used and max.
func quotaLines(answer map[string]any) []string {
	lines := []string{}
	for _, kind := range objects(answer["QuotaTypes"]) {
		for _, q := range objects(kind["Quotas"]) {
			lines = append(lines, fmt.Sprintf("%s %s %v/%v", kind["QuotaType"], q["Name"], q["UsedValue"], q["MaxValue"]))
		}
	}
	return lines
}

func TestReadQuotas_keysAndUsers(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Assumptions.KeyLimit = 4 })
	bob := r.createUser("bob")["UserId"].(string)
	r.createKey(`{}`)
	r.createKey(`{"UserName":"bob"}`)
	want := []string{"global accesskey_limit 2/4", "global user_limit 1/0", bob + " accesskey_limit 1/4"}
	if got := quotaLines(r.must("ReadQuotas", `{}`)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReadQuotas_filters(t *testing.T) {
	r := newHarness(t)
	bob := r.createUser("bob")["UserId"].(string)
	for filter, want := range map[string]int{
		`"QuotaTypes":["global"]`:                                  2,
		`"QuotaTypes":["` + bob + `"]`:                             1,
		`"QuotaNames":["accesskey_limit"]`:                         2,
		`"Collections":["Other"]`:                                  3,
		`"ShortDescriptions":["User Limit"]`:                       1,
		`"QuotaNames":["user_limit"],"QuotaTypes":["` + bob + `"]`: 0,
		`"QuotaNames":["vm_limit"]`:                                0,
		`"QuotaNames":[]`:                                          0,
	} {
		answer := r.must("ReadQuotas", `{"Filters":{%s}}`, filter)
		if got := quotaLines(answer); len(got) != want {
			t.Errorf("%s: %q, want %d", filter, got, want)
		}
		if want == 0 && len(answer["QuotaTypes"].([]any)) != 0 {
			t.Errorf("%s: a type without quotas: %v", filter, answer)
		}
	}
}

func TestReadQuotas_pages(t *testing.T) {
	r := newHarness(t)
	for i := range 5 {
		r.createUser(fmt.Sprint("u", i))
	}
	whole := quotaLines(r.must("ReadQuotas", `{}`))
	var parts []string
	token := ""
	for range len(whole) {
		answer := r.must("ReadQuotas", `{"ResultsPerPage":3%s}`, token)
		parts = append(parts, quotaLines(answer)...)
		next, more := answer["NextPageToken"].(string)
		if !more {
			break
		}
		token = fmt.Sprintf(`,"NextPageToken":%q`, next)
	}
	if !slices.Equal(whole, parts) {
		t.Errorf("whole: %q\nparts: %q", whole, parts)
	}
	// "LTE=" is -1.
	for _, body := range []string{`{"ResultsPerPage":0}`, `{"ResultsPerPage":1001}`, `{"NextPageToken":"?"}`, `{"NextPageToken":"LTE="}`} {
		r.call("ReadQuotas", body).refused(http.StatusBadRequest, "4047", kindInvalidValue)
	}
}
