package quota_test

import (
	"fmt"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const one, list = "outscale_quota", "outscale_quotas"

type blocks = []map[string]any

func filter(name string, values ...string) blocks { return blocks{{"name": name, "values": values}} }

func args(f blocks) acctest.Args { return acctest.Args{"filter": f} }

func TestQuota_filter(t *testing.T) {
	h := acctest.NewProtocol(t)
	bob := h.CreateUser("bob")
	h.CreateKey(api.CreateAccessKeyInput{UserName: "bob"})
	account, err := h.API().ReadAccounts(t.Context())
	h.NoError(err)
	users := acctest.Args{ // numbers in a list are compared as float64
		"account_id": account.ID, "description": "Maximum number of EIM users the account can own", "max_value": 0.0, "name": "user_limit",
		"quota_collection": "Other", "quota_type": "global", "short_description": "User Limit", "used_value": 1.0,
	}
	for name, f := range map[string]blocks{
		"by name": filter("quota_names", "user_limit", "x"), "by description": filter("short_descriptions", "User Limit"),
		"by two": append(filter("quota_names", "user_limit"), append(filter("quota_types", "global"), filter("collections", "Other")...)...),
	} {
		t.Log(name)
		got := h.DataSource(one, args(f))
		got.Expect(users)
		got.Expect(acctest.Args{"id": "global/user_limit", "request_id": acctest.NotNull})
		h.DataSource(list, args(f)).Expect(acctest.Args{"quotas": []any{users}, "request_id": acctest.NotNull})
	}
	h.DataSource(one, args(filter("quota_types", bob.ID))).Expect(acctest.Args{"id": bob.ID + "/accesskey_limit", "quota_type": bob.ID, "max_value": 10, "used_value": 1})
	h.DataSource(one, args(filter("collections", "Other"))).ExpectError("Quota not read", "3 quotas match collections = Other", "global/user_limit", list)
	h.DataSource(one, args(filter("quota_names", "x"))).ExpectError("Quota not read", "No quota matches quota_names = x", list)
	h.DataSource(one, args(filter("colours", "red"))).ExpectErrorAt("filter[...].name", `"short_descriptions"`)
	h.DataSource(one, nil).ExpectErrorAt("filter", "must have a configuration value")
}

func TestQuotas_filter(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("bob")
	for name, c := range map[string]struct {
		filter blocks
		want   int
	}{
		"all": {nil, 3}, "by two names": {filter("quota_names", "user_limit", "accesskey_limit"), 3}, "by type": {filter("quota_types", "global"), 2},
		"none": {filter("collections", "x"), 0}, "nothing in common": {append(filter("quota_types", "global"), filter("quota_types", "x")...), 0},
	} {
		got := h.DataSource(list, args(c.filter))
		if n := len(got.List("quotas")); n != c.want {
			t.Errorf("%s: %d quotas, want %d", name, n, c.want)
		}
		got.Expect(acctest.Args{"request_id": acctest.NotNull})
		if again := h.DataSource(list, args(c.filter)); again.Get("id") != got.Get("id") {
			t.Errorf("%s: the id was %v and is %v", name, got.Get("id"), again.Get("id"))
		}
	}
	h.DataSource(list, args(filter("colours", "red"))).ExpectErrorAt("filter[...].name", `"short_descriptions"`)
}

// TestQuotas_allPages: more quotas than the API returns on a page.
func TestQuotas_allPages(t *testing.T) {
	h := acctest.NewProtocol(t)
	client := h.API()
	acctest.Concurrently(1000, func(i int) {
		if _, err := client.CreateUser(t.Context(), api.CreateUserInput{UserName: fmt.Sprint("u", i)}); err != nil {
			t.Error(err)
		}
	})
	h.ResetCalls()
	if n := len(h.DataSource(list, nil).List("quotas")); n != 1002 {
		t.Errorf("%d quotas", n)
	}
	h.ExpectCalls(map[string]int{"ReadQuotas": 2})
}
