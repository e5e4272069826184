package accessrule_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

type blocks = []map[string]any

func filter(name string, values ...string) blocks { return blocks{{"name": name, "values": values}} }

func TestAPIAccessRuleData_filters(t *testing.T) {
	h := acctest.NewProtocol(t)
	ca, err := h.API().CreateCA(t.Context(), acctest.CertificatePEM(t, "authority"), "")
	h.NoError(err)
	office, err := h.API().CreateAPIAccessRule(t.Context(), api.AccessRule{IPRanges: []string{"192.0.2.0/24", "198.51.100.7"}, Description: "office"})
	h.NoError(err)
	_, err = h.API().CreateAPIAccessRule(t.Context(), api.AccessRule{CAIDs: []string{ca.ID}, CNs: []string{"ci", "cd"}})
	h.NoError(err)

	for name, f := range map[string]blocks{
		"by id": filter("api_access_rule_ids", office.ID), "by description": filter("descriptions", "office"), "by range": filter("ip_ranges", "198.51.100.7", "203.0.113.1"),
		"by two": append(filter("descriptions", "office", "x"), filter("ip_ranges", "192.0.2.0/24")...),
	} {
		t.Log(name)
		h.DataSource(typeName, acctest.Args{"filter": f}).Expect(acctest.Args{
			"id": office.ID, "api_access_rule_id": office.ID, "description": "office", "ip_ranges": []string{"192.0.2.0/24", "198.51.100.7"}, "ca_ids": []string{}, "cns": []string{},
		})
	}
	h.DataSource(typeName, acctest.Args{"filter": filter("cns", "cd")}).Expect(acctest.Args{"ca_ids": []string{ca.ID}})
	h.DataSource(typeName, nil).ExpectError("API access rule not read", "3 API access rules match", office.ID, "outscale_api_access_rules")
	h.DataSource(typeName, acctest.Args{"filter": filter("cns", "x")}).ExpectError("API access rule not read", "No API access rule matches cns = x")

	for name, c := range map[string]struct {
		config acctest.Args
		want   int
	}{
		"all": {acctest.Args{}, 3}, "by authority": {acctest.Args{"filter": filter("ca_ids", ca.ID)}, 1}, "none": {acctest.Args{"filter": filter("cns", "x")}, 0},
	} {
		list := h.DataSource("outscale_api_access_rules", c.config)
		if n := len(list.List("api_access_rules")); n != c.want {
			t.Errorf("%s: %d rules", name, n)
		}
		if again := h.DataSource("outscale_api_access_rules", c.config); again.Get("id") != list.Get("id") {
			t.Errorf("%s: the id is another one", name)
		}
	}
	h.DataSource("outscale_api_access_rules", acctest.Args{"filter": filter("colours", "red")}).ExpectErrorAt("filter[...].name", `"ip_ranges"`)
}
