package browser

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// screenshots is the folder for the screenshots of the docs: make screenshots.
var screenshots = flag.String("screenshots", "", "the folder to write screenshots to")

// shoot writes what the window shows, in light and dark.
func (p *tab) shoot(name string, height int64) {
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
	p := openReport(t, company())
	p.do(chromedp.Click(`[data-key="AKEXAMPLE00000000007"] summary`))
	check(p, `(scrollTo(0, 0), true)`, true)
	p.shoot("report", 1000)
}
