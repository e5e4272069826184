package ca_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

func TestCAData_filters(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.DataSource("outscale_cas", nil).Expect(acctest.Args{"cas": []any{}})
	made, err := h.API().CreateCA(t.Context(), acctest.CertificatePEM(t, "authority"), "pipelines")
	h.NoError(err)
	_, err = h.API().CreateCA(t.Context(), acctest.CertificatePEM(t, "other"), "")
	h.NoError(err)
	filter := func(name string, values ...string) acctest.Args {
		return acctest.Args{"filter": []map[string]any{{"name": name, "values": values}}}
	}
	want := acctest.Args{"ca_id": made.ID, "ca_fingerprint": made.Fingerprint, "description": "pipelines"}
	for name, config := range map[string]acctest.Args{
		"by id": filter("ca_ids", made.ID), "by fingerprint": filter("ca_fingerprints", made.Fingerprint), "by description": filter("descriptions", "pipelines"),
	} {
		t.Log(name)
		one := h.DataSource(typeName, config)
		one.Expect(want)
		one.Expect(acctest.Args{"id": made.ID})
		h.DataSource("outscale_cas", config).Expect(acctest.Args{"cas": []any{want}})
	}
	h.DataSource(typeName, nil).ExpectError("Certificate authority not read", "2 certificate authorities match")
	if n := len(h.DataSource("outscale_cas", nil).List("cas")); n != 2 {
		t.Errorf("%d authorities", n)
	}
}
