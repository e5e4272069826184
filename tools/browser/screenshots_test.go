package browser

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// screenshots is the folder for the screenshots of the docs: make screenshots.
var screenshots = flag.String("screenshots", "", "the folder to write screenshots to")

// screenshot writes what the window shows, in light and dark.
func (p *tab) screenshot(name string, height int64) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(1320, height))
	for _, scheme := range []string{"light", "dark"} {
		call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		path := filepath.Join(*screenshots, name+"-"+scheme+".png")
		if err := os.WriteFile(path, get(p, chromedp.CaptureScreenshot()), 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
}

func TestScreenshots_report(t *testing.T) {
	if *screenshots == "" {
		t.Skip("no folder for screenshots")
	}
	p := openReport(t, sampleKeys())
	p.do(chromedp.Click(`[data-key="AKEXAMPLE00000000007"] summary`))
	check(p, `(scrollTo(0, 0), true)`, true)
	p.screenshot("report", 1000)
}

func TestScreenshots_console(t *testing.T) {
	if *screenshots == "" {
		t.Skip("no folder for screenshots")
	}
	c := openConsole(t)
	ctx := t.Context()
	root := c.client(c.RootAccessKey, c.RootSecretKey)
	deploy := c.user("deploy", "production")
	c.user("backup", "nightly")
	if err := root.PutUserPolicy(ctx, "deploy", api.InlinePolicy{Name: "read", Document: `{"Statement": [{"Effect": "Allow", "Action": ["api:ReadUsers"], "Resource": ["*"]}]}`}); err != nil {
		t.Fatal(err)
	}
	_, _ = deploy.CreateUser(ctx, api.CreateUserInput{UserName: "eve"}) // denied
	if err := c.Simulator.SetFaults([]simulator.Fault{{Kind: "drop_after", Action: "CreateAccessKey", Probability: 0.2}}); err != nil {
		t.Fatal(err)
	}
	c.until(callRows + `.length === 6`)
	c.until(`document.querySelectorAll('#faults li').length === 1`)
	c.screenshot("console", 1000)
}
