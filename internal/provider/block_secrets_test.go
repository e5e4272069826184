package provider_test

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	ours "github.com/outscale-access/terraform-provider-outscale/internal/provider"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// TestTheBlocksSecretsStayOutOfPlanFiles when they come from the environment or from an ephemeral variable. That a plan
// file does hold one that comes from any other variable is shown where the search is tested.
func TestTheBlocksSecretsStayOutOfPlanFiles(t *testing.T) {
	t.Parallel()
	const variable = "variable \"secret\" {\n  type      = string\n  ephemeral = true\n}\n"
	for name, c := range map[string]struct {
		config      string
		environment map[string]string
		secret      string // given as the variable
	}{
		"environment":           {block(), map[string]string{"OSC_ACCESS_KEY": simtest.RootAccessKey, "OSC_SECRET_KEY": simtest.RootSecretKey}, ""},
		"login of environment":  {block(), map[string]string{"OSC_LOGIN": simulator.DefaultEmail, "OSC_PASSWORD": simtest.AccountPassword}, ""},
		"ephemeral variable":    {variable + block(`access_key_id = "`+simtest.RootAccessKey+`"`, `secret_key_id = var.secret`), nil, simtest.RootSecretKey},
		"login of the variable": {variable + block(`login = "`+simulator.DefaultEmail+`"`, `password = var.secret`), nil, simtest.AccountPassword},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			bare(w)
			for name, value := range c.environment {
				w.Env(name, value)
			}
			s := w.Workspace(c.config + Key("this", `seal_to = ["`+AgePair(t).Public+`"]`))
			if c.secret != "" {
				s.Setenv("TF_VAR_secret", c.secret)
			}
			for _, plan := range []string{"first.plan", "second.plan"} {
				s.Must("plan", "-out="+plan, "-input=false", "-no-color")
				s.Must("apply", "-input=false", "-no-color", plan)
			}
			s.NoSecretRests(simtest.RootSecretKey, simtest.AccountPassword)
		})
	}
}

// TestTheBlocksSecretsAreSensitive, and nothing else at the top of the block is.
func TestTheBlocksSecretsAreSensitive(t *testing.T) {
	t.Parallel()
	var got provider.SchemaResponse
	ours.New("test", ours.Host{})().Schema(context.Background(), provider.SchemaRequest{}, &got)
	secrets := 0
	for name, attribute := range got.Schema.Attributes {
		if want := name == "secret_key_id" || name == "password"; attribute.IsSensitive() != want {
			t.Errorf("%s is Sensitive: %t, want %t", name, attribute.IsSensitive(), want)
		} else if want {
			secrets++
		}
	}
	if secrets != 2 {
		t.Errorf("%d secrets in the block, want secret_key_id and password", secrets)
	}
}
