package browser

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func TestReport_noKeys(t *testing.T) {
	p := openReport(t, nil, "Only the caller's own keys are listed.")
	check(p, shown, 0)
	check(p, `document.querySelector('[role="status"]').textContent`, "0 keys")
	check(p, `document.getElementById('nothing').innerText`, "The caller can see no access key.")
	check(p, `document.querySelector('.notice').innerText.includes('own keys')`, true)
	p.choose("#search", "x")
	p.do(chromedp.Click("#grouped"))
	p.expectNoConsoleMessage()
}

// Without scripts, the page shows every key, and no control that would do nothing.
func TestReport_withoutScripts(t *testing.T) {
	p := newTab(t)
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.open(page(t, sampleKeys()))
	check(p, shown, 13)
	check(p, `document.getElementById('filters').checkVisibility() || document.getElementById('theme').checkVisibility()`, false)
	p.do(chromedp.Click(`[data-key="AKEXAMPLE00000000001"] summary`))
	check(p, `document.querySelector('.more').checkVisibility()`, true)
	p.expectNoConsoleMessage()
}

// Nothing is cut off on a narrow screen: the page itself does not scroll sideways.
func TestPages_narrow(t *testing.T) {
	report := openReport(t, sampleKeys())
	report.do(chromedp.EmulateViewport(390, 800))
	report.do(chromedp.Click(`[data-key="AKEXAMPLE00000000001"] summary`))
	check(report, `document.querySelector('.more').getBoundingClientRect().right <= 390`, true)
	for _, p := range []*tab{report, openConsole(t).tab} {
		p.do(chromedp.EmulateViewport(390, 800))
		check(p, `document.documentElement.scrollWidth <= 390`, true)
	}
}
