package simtest_test

import (
	"net/http"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

func TestStart_servers(t *testing.T) {
	one := simtest.Start(t)
	two := simtest.Start(t, func(o *simulator.Options) { o.RootAccessKey, o.RootSecretKey = "", "" })
	if one.RootAccessKey != simtest.RootAccessKey || one.RootSecretKey != simtest.RootSecretKey {
		t.Error(one.RootAccessKey)
	}
	if len(simtest.RootAccessKey) != 20 || len(simtest.RootSecretKey) != 40 {
		t.Errorf("the root key's parts have %d and %d characters", len(simtest.RootAccessKey), len(simtest.RootSecretKey))
	}
	if two.RootAccessKey == "" || two.RootSecretKey == "" || two.RootAccessKey == one.RootAccessKey {
		t.Errorf("generated: %q", two.RootAccessKey)
	}
	for _, url := range []string{one.Endpoint + "/ReadRegions", two.Endpoint + "/ReadRegions"} {
		answer, err := http.Post(url, "application/json", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s, %v", url, answer.Status, err)
		}
	}
	health, err := http.Get(one.AdminURL + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	if err := health.Body.Close(); err != nil || health.StatusCode != http.StatusOK {
		t.Errorf("%s, %v", health.Status, err)
	}
	if one.Simulator.Stats()["ReadRegions"] != 1 {
		t.Error(one.Simulator.Stats())
	}
}
