// Package browser tests the pages of outscale-keys and outscale-sim in headless Chromium, and takes their screenshots.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// requireBrowser is the variable that makes the tests fail, rather than be skipped, on a machine without Chromium.
const requireBrowser = "OUTSCALE_TEST_REQUIRE_CHROMIUM"

// timeout bounds each test.
const timeout = 2 * time.Minute

// browser is the context of the one browser that all tests share, nil without Chromium.
var browser context.Context

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	path := chromium()
	if path == "" {
		return m.Run()
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WindowSize(1400, 900))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has no sandbox for root
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	ctx, end := chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "Chromium does not start:", err)
		return 1
	}
	browser = ctx
	return m.Run()
}

// chromium is the path of the browser, "" for none.
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// tab is a page in the browser. At the end of its test it fails for requests to other places and for what the console says.
type tab struct {
	t   *testing.T
	ctx context.Context

	lock     sync.Mutex
	requests []string
	messages []string
}

func newTab(t *testing.T) *tab {
	t.Helper()
	if browser == nil {
		if os.Getenv(requireBrowser) != "" {
			t.Fatal("there is no Chromium")
		}
		t.Skip("there is no Chromium")
	}
	ctx, end := chromedp.NewContext(browser)
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.record); err != nil {
		t.Fatal(err)
	}
	call(p, network.Enable, network.EnableParams{})
	call(p, runtime.Enable, cdp.Empty{})
	call(p, log.Enable, cdp.Empty{})
	return p
}

// record notes requests and everything that the console shows: errors, warnings, and violations of the security policy.
func (p *tab) record(event any) {
	p.lock.Lock()
	defer p.lock.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, event.Request.Method+" "+event.Request.URL)
	case *runtime.EventExceptionThrown:
		p.messages = append(p.messages, event.ExceptionDetails.Exception.Description)
	case *runtime.EventConsoleAPICalled:
		p.messages = append(p.messages, fmt.Sprint(event.Type, event.Args))
	case *log.EventEntryAdded:
		p.messages = append(p.messages, event.Entry.Text)
	}
}

// sent returns the requests since the last call.
func (p *tab) sent() []string {
	p.lock.Lock()
	defer p.lock.Unlock()
	all := p.requests
	p.requests = nil
	return all
}

// expectNoConsoleMessage fails the test if the browser console has a message.
func (p *tab) expectNoConsoleMessage() {
	p.t.Helper()
	p.lock.Lock()
	defer p.lock.Unlock()
	for _, message := range p.messages {
		p.t.Errorf("console: %s", message)
	}
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// get runs an action that returns a value.
func get[T any](p *tab, action chromedp.Action[T]) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, action)
	if err != nil {
		p.t.Fatal(err)
	}
	return value
}

// call sends a command of the protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		p.t.Fatal(err)
	}
}

// open writes a page to a file and opens it.
func (p *tab) open(page []byte) {
	p.t.Helper()
	path := filepath.Join(p.t.TempDir(), "keys.html")
	if err := os.WriteFile(path, page, 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.do(chromedp.Navigate("file://" + path))
}

// eval returns the value of an expression. A promise is waited for.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	return get(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// check fails the test if the value of an expression is another one.
func check[T comparable](p *tab, expression string, want T) {
	p.t.Helper()
	if got := eval[T](p, expression); got != want {
		p.t.Errorf("%s is %v, want %v", strings.TrimSpace(expression), got, want)
	}
}

// press sends keys to the focused element.
func (p *tab) press(keys string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// choose sets the value of a field as a user does.
func (p *tab) choose(selector, value string) {
	p.t.Helper()
	check(p, fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.value = %q;
		e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})); return e.value })()`, selector, value), value)
}
