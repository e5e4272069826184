package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

const quotaBody = `{"Name":"n","QuotaCollection":"c","ShortDescription":"s","Description":"d","AccountId":"123456789012","MaxValue":3,"UsedValue":2}`

func quotaPage(token string) reply {
	return ok(`{"QuotaTypes":[{"QuotaType":"global","Quotas":[` + quotaBody + `]},{"QuotaType":"vpc-1","Quotas":[` + quotaBody + `]}],"NextPageToken":"` + token + `"}`)
}

func TestReadQuotas_pages(t *testing.T) {
	r := newRig(t, quotaPage("t1"), ok(`{"QuotaTypes":[],"ResponseContext":{"RequestId":"last"}}`))
	got, id, err := r.ReadQuotas(t.Context(), QuotaFilter{Types: []string{"global", "vpc-1"}, Names: []string{"n"}, Collections: []string{"c"}, ShortDescriptions: []string{"s"}})
	want := Quota{Type: "global", Name: "n", Collection: "c", ShortDescription: "s", Description: "d", AccountID: "123456789012", Max: 3, Used: 2}
	other := want
	other.Type = "vpc-1"
	if err != nil || id != "last" || !slices.Equal(got, []Quota{want, other}) {
		t.Errorf("got %+v, %q, %v", got, id, err)
	}
	const filters = `{"Filters":{"Collections":["c"],"QuotaNames":["n"],"QuotaTypes":["global","vpc-1"],"ShortDescriptions":["s"]},`
	if want := []string{filters + `"ResultsPerPage":1000}`, filters + `"NextPageToken":"t1","ResultsPerPage":1000}`}; !slices.Equal(r.bodies, want) {
		t.Errorf("sent %q, want %q", r.bodies, want)
	}
}

func TestReadQuotas_none(t *testing.T) {
	r := newRig(t, ok(`{"QuotaTypes":[]}`))
	if got, id, err := r.ReadQuotas(t.Context(), QuotaFilter{}); err != nil || id != "r" || len(got) != 0 {
		t.Errorf("got %+v, %q, %v", got, id, err)
	}
}

func TestReadQuotas_unusable(t *testing.T) {
	for _, body := range []string{`{}`, `{"QuotaTypes":[{"Quotas":[` + quotaBody + `]}]}`,
		`{"QuotaTypes":[{"QuotaType":"global","Quotas":[` + strings.Replace(quotaBody, `"Name":"n",`, "", 1) + `]}]}`,
		`{"QuotaTypes":[{"QuotaType":"global","Quotas":[` + strings.Replace(quotaBody, `"MaxValue":3,`, "", 1) + `]}]}`,
		`{"QuotaTypes":[{"QuotaType":"global","Quotas":[` + strings.Replace(quotaBody, `,"UsedValue":2`, "", 1) + `]}]}`,
	} {
		if got, _, err := newRig(t, ok(body)).ReadQuotas(t.Context(), QuotaFilter{}); err == nil {
			t.Errorf("%s gives %+v", body, got)
		}
	}
	r := newRig(t, quotaPage("t1"), quotaPage("t2"), quotaPage("t1"))
	if _, _, err := r.ReadQuotas(t.Context(), QuotaFilter{}); err == nil || !strings.Contains(err.Error(), "earlier page") || r.sent() != 3 {
		t.Errorf("pages in a circle: %v after %d calls", err, r.sent())
	}
	if _, _, err := newRig(t, problem(http.StatusForbidden, "4", "")).ReadQuotas(t.Context(), QuotaFilter{}); !IsForbidden(err) {
		t.Errorf("refused: %v", err)
	}
}
