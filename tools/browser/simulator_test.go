package browser

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// console is the page of a simulator.
type console struct {
	*tab
	*simtest.Server
}

func openConsole(t *testing.T) *console {
	t.Helper()
	c := &console{newTab(t), simtest.Start(t)}
	c.do(chromedp.Navigate(c.AdminURL))
	c.until(`document.getElementById('status').textContent === 'Connected'`)
	return c
}

// until waits for an expression to become true.
func (p *tab) until(expression string) {
	p.t.Helper()
	if !get(p, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(20*time.Second))) {
		p.t.Fatalf("%s is false", expression)
	}
}

// client signs with a key of the simulator.
func (c *console) client(keyID, secret string) *api.Client {
	c.t.Helper()
	client, err := api.New(api.Config{Endpoint: c.Endpoint, Region: "eu-west-2", Credential: api.Credential{AccessKeyID: keyID, SecretKey: secret}})
	if err != nil {
		c.t.Fatal(err)
	}
	return client
}

// user makes a user with a key, and returns a client that signs with it.
func (c *console) user(name, tag string) *api.Client {
	c.t.Helper()
	root := c.client(c.RootAccessKey, c.RootSecretKey)
	if _, err := root.CreateUser(c.t.Context(), api.CreateUserInput{UserName: name}); err != nil {
		c.t.Fatal(err)
	}
	key, err := root.CreateAccessKey(c.t.Context(), api.CreateAccessKeyInput{UserName: name, Tag: tag})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.client(key.ID, key.SecretKey)
}

const (
	callRows = `document.querySelectorAll('#calls tbody tr')`
	pageText = `document.documentElement.outerHTML`
)

func TestConsole_live(t *testing.T) {
	c := openConsole(t)
	check(c.tab, `document.getElementById('no-calls').checkVisibility()`, true)
	bob := c.user("bob", "deploy")
	c.until(callRows + `.length === 2`)
	c.until(`document.querySelector('#objects').innerText.includes('deploy')`)
	// A denied call comes with its explanation, above the older ones. What was open stays open.
	c.do(chromedp.Click(`#calls tbody tr:first-child summary`))
	if _, err := bob.CreateUser(t.Context(), api.CreateUserInput{UserName: "eve"}); err == nil {
		t.Error("bob has rights")
	}
	c.until(callRows + `.length === 3`)
	row := eval[string](c.tab, `document.querySelector('#calls tbody tr').innerText`)
	for _, want := range []string{"CreateUser", "user:bob", "403, code 4", "no statement matches", "The smallest statement that allows it"} {
		if !strings.Contains(row, want) {
			t.Errorf("the row lacks %q: %s", want, row)
		}
	}
	check(c.tab, `document.querySelectorAll('#calls tbody tr:nth-child(2) details[open]').length`, 1)
	c.do(chromedp.Click(`#denied`))
	c.until(callRows + `.length === 1`)
	c.expectNoConsoleMessage()
}

func TestConsole_noSecretAndNoOtherHost(t *testing.T) {
	c := openConsole(t)
	c.user("bob", "deploy")
	c.until(callRows + `.length === 2`)
	c.until(`document.querySelector('#objects').innerText.includes('deploy')`)
	text := eval[string](c.tab, pageText)
	for _, key := range c.Simulator.State().AccessKeys {
		if !strings.Contains(text, key.AccessKeyID) || strings.Contains(text, key.SecretSHA256) {
			t.Errorf("the page lacks key %s, or has the hash of its secret", key.AccessKeyID)
		}
	}
	sum := sha256.Sum256([]byte(c.RootSecretKey))
	if strings.Contains(text, c.RootSecretKey) || strings.Contains(text, hex.EncodeToString(sum[:])) {
		t.Error("the page has the secret of the root access key")
	}
	for _, request := range c.sent() {
		if !strings.HasPrefix(request, "GET "+c.AdminURL+"/") && request != "GET data:," {
			t.Errorf("request: %s", request)
		}
	}
	c.expectNoConsoleMessage()
}

func TestConsole_hostileText(t *testing.T) {
	c := openConsole(t)
	const hostile = `"><img src=x onerror=window.ran=1><script>window.ran=1</script>`
	c.user("bob", hostile)
	answer, err := http.Post(c.Endpoint+"/"+url.PathEscape(hostile), "application/json", strings.NewReader(fmt.Sprintf("{%q: 1}", hostile)))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	c.until(callRows + `.length === 3`)
	c.until(`document.querySelector('#objects').innerText.includes('onerror')`)
	check(c.tab, `!!window.ran || document.images.length > 0 || document.scripts.length !== 1`, false)
	c.expectNoConsoleMessage()
}

func TestConsole_clock(t *testing.T) {
	c := openConsole(t)
	before := c.Simulator.Now()
	c.do(chromedp.SetValue(`#clock [name="advance"]`, "48h"), chromedp.Click(`#clock button`))
	c.until(fmt.Sprintf(`document.getElementById('now').textContent > %q`, before.Add(47*time.Hour).UTC().Format(time.DateTime)))
	if moved := c.Simulator.Now().Sub(before); moved < 48*time.Hour || moved > 49*time.Hour {
		t.Errorf("moved by %v", moved)
	}
	c.expectNoConsoleMessage()
}

func TestConsole_faults(t *testing.T) {
	c := openConsole(t)
	c.choose(`#fault [name="kind"]`, "drop_after")
	c.do(chromedp.SetValue(`#fault [name="action"]`, "CreateUser"),
		chromedp.SetValue(`#fault [name="times"]`, "2"), chromedp.Click(`#fault button`))
	c.until(`document.querySelectorAll('#faults li').length === 1`)
	want := simulator.Fault{Kind: "drop_after", Action: "CreateUser", Times: 2}
	if faults := c.Simulator.Faults(); len(faults) != 1 || faults[0] != want {
		t.Errorf("faults %+v", faults)
	}
	c.choose(`#fault [name="kind"]`, "stall")
	c.do(chromedp.Click(`#fault button`))
	c.until(`document.getElementById('error').checkVisibility()`)
	check(c.tab, `document.getElementById('error').textContent.includes('latency must be over 0')`, true)
	c.do(chromedp.Click(`#faults li button`))
	c.until(`document.querySelectorAll('#faults li').length === 0`)
	check(c.tab, `document.getElementById('error').checkVisibility()`, false)
	if faults := c.Simulator.Faults(); len(faults) != 0 {
		t.Errorf("faults %+v", faults)
	}
}

func TestConsole_reset(t *testing.T) {
	c := openConsole(t)
	c.user("bob", "deploy")
	c.until(`document.querySelector('#objects').innerText.includes('deploy')`)
	check(c.tab, `document.getElementById('reset').checkVisibility()`, false)
	c.do(chromedp.Click(`details:has(#reset) summary`), chromedp.Click(`#reset`))
	c.until(callRows + `.length === 0 && !document.querySelector('#objects').innerText.includes('deploy')`)
	if users := c.Simulator.State().Users; len(users) != 0 {
		t.Errorf("users %v", users)
	}
	c.expectNoConsoleMessage()
}

func TestConsole_accessible(t *testing.T) {
	c := openConsole(t)
	check(c.tab, `Array.from(document.querySelectorAll('input, select, button')).filter((e) => !(e.labels?.[0]?.textContent || e.textContent || e.ariaLabel).trim()).length`, 0)
	check(c.tab, `document.querySelectorAll('[tabindex]').length`, 0)
	for _, scheme := range []string{"light", "dark"} {
		call(c.tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		check(c.tab, `((l) => l('backgroundColor') < 0.5)(`+luminance+`)`, scheme == "dark")
	}
	c.expectNoConsoleMessage()
}
