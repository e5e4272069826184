package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"
)

// client is a command about a simulator in another process: wait or env.
type client struct {
	command        string
	listen, admin  string
	readyFile      string
	key, secret    string
	region, format string
	timeout        time.Duration
}

const clientUsage = `Usage:
  outscale-sim wait [flags]   wait until the API of a simulator accepts connections; exit status 1 if it does not in time
  outscale-sim env [flags]    print the environment variables for a client of a simulator

Give the flags of the simulator's serve command again, or the line that it printed:

  outscale-sim serve > ready.json &
  outscale-sim wait --ready-file ready.json && eval "$(outscale-sim env --ready-file ready.json)"

Each flag can also be set in the environment, as for serve.

Flags of `

func (c *client) parse(args []string, env func(string) (string, bool), help io.Writer) error {
	flags := flag.NewFlagSet("outscale-sim "+c.command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	flags.StringVar(&c.readyFile, "ready-file", "", "`file` with the line that serve prints")
	flags.StringVar(&c.listen, "listen", defaultListen, "`address` of the API")
	if c.command == "wait" {
		flags.StringVar(&c.admin, "admin", "", "`address` of the admin port, if it has to answer too")
		flags.DurationVar(&c.timeout, "timeout", 30*time.Second, "the longest `time` to wait")
	} else {
		flags.StringVar(&c.key, "root-access-key", "", "`id` of the account's first access key")
		flags.StringVar(&c.secret, "root-secret-key", "", "`secret` of that key; prefer the environment variable")
		flags.StringVar(&c.region, "region", "eu-west-2", "the `region` for the signatures; the simulator accepts any")
		flags.StringVar(&c.format, "format", "export", "`format` of the output: export (for a shell), dotenv or powershell")
	}
	err := parseFlags(flags, args, env, func() {
		fmt.Fprint(help, clientUsage+c.command+":\n")
		flags.SetOutput(help)
		flags.PrintDefaults()
	})
	if err != nil {
		return err
	}
	if c.command == "env" && assignments[c.format] == "" {
		return fmt.Errorf("--format %q: give export, dotenv or powershell", c.format)
	}
	return nil
}

func (c *client) run(ctx context.Context, stdout io.Writer) error {
	if c.command == "wait" {
		return c.wait(ctx)
	}
	return c.env(stdout)
}

// simulator returns the addresses of the simulator, from the line that serve printed or from the flags.
func (c *client) simulator() (ready, error) {
	if c.readyFile == "" {
		line := ready{API: "http://" + c.listen + "/api/v1", RootAccessKey: c.key, RootSecretKey: c.secret}
		if c.admin != "" {
			line.Admin = "http://" + c.admin
		}
		return line, nil
	}
	text, err := os.ReadFile(c.readyFile)
	if err != nil {
		return ready{}, fmt.Errorf("--ready-file: %w", err)
	}
	var line ready
	if err := json.Unmarshal(text, &line); err != nil || !line.Ready {
		return ready{}, fmt.Errorf("--ready-file: %s does not have the line that serve prints", c.readyFile)
	}
	return line, nil
}

// reachable replaces an unspecified address, such as 0.0.0.0, with the loopback address.
func reachable(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() == "" || ip != nil && ip.IsUnspecified() {
		u.Host = net.JoinHostPort("127.0.0.1", u.Port())
	}
	return u.String()
}

// pollInterval is the time between two checks.
const pollInterval = 50 * time.Millisecond

// wait returns when the simulator serves. The ready file need not exist at first.
func (c *client) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	var last error
	for {
		line, err := c.simulator()
		if err == nil {
			err = line.serves(ctx)
		}
		if err == nil {
			return nil
		}
		if timeout := net.Error(nil); last == nil || !errors.As(err, &timeout) || !timeout.Timeout() {
			last = err // the attempt that --timeout cuts off does not replace the cause
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no simulator serves after %s: %w", c.timeout, last)
		case <-tick.C:
		}
	}
}

// serves returns nil if the API accepts connections and the admin port, if its address is known, reports that the simulator is
// healthy. It makes no call of the API, because the simulator would record the call.
func (r ready) serves(ctx context.Context) error {
	api, err := url.Parse(reachable(r.API))
	if err != nil {
		return err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", api.Host)
	if err != nil {
		return err
	}
	if err := conn.Close(); err != nil || r.Admin == "" {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, reachable(r.Admin)+"/healthz", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	_ = answer.Body.Close() // the body is not needed
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %s", request.URL, answer.Status)
	}
	return nil
}

// assignments has the format of a line for each --format, with the name and the quoted value of a variable.
var assignments = map[string]string{
	"export": "export %s=%s\n", "dotenv": "%s=%s\n", "powershell": "$env:%s = %s\n",
}

var errNoSecret = errors.New("the secret of the root access key is not known: give the --root-access-key and --root-secret-key of serve " +
	"(or OUTSCALE_SIM_ROOT_ACCESS_KEY and OUTSCALE_SIM_ROOT_SECRET_KEY), or the --ready-file of a start that generated the key")

// env prints the variables. The names are those of the official SDK and of the provider.
func (c *client) env(stdout io.Writer) error {
	line, err := c.simulator()
	if err != nil {
		return err
	}
	if c.key != "" && line.RootAccessKey != c.key {
		return fmt.Errorf("the simulator's root access key is %s, not %s", line.RootAccessKey, c.key)
	}
	if line.RootSecretKey == "" {
		line.RootSecretKey = c.secret
	}
	if line.RootAccessKey == "" || line.RootSecretKey == "" {
		return errNoSecret
	}
	var all strings.Builder
	for _, variable := range [][2]string{
		{"OSC_ACCESS_KEY", line.RootAccessKey}, {"OSC_SECRET_KEY", line.RootSecretKey}, {"OSC_REGION", c.region},
		{"OSC_ENDPOINT_API", reachable(line.API)},
	} {
		name, value := variable[0], variable[1]
		if strings.ContainsFunc(value, unicode.IsControl) {
			return fmt.Errorf("the value of %s has a control character", name)
		}
		if c.format == "dotenv" && strings.Contains(value, "'") {
			return fmt.Errorf("the value of %s has a quotation mark, which dotenv files have no common way to escape", name)
		}
		fmt.Fprintf(&all, assignments[c.format], name, quoted(c.format, value))
	}
	_, err = io.WriteString(stdout, all.String())
	return err
}

// powershellQuotes doubles each character that PowerShell reads as a single quotation mark.
var powershellQuotes = strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019", "\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b")

// quoted returns a value quoted for the format.
func quoted(format, value string) string {
	switch format {
	case "powershell":
		return "'" + powershellQuotes.Replace(value) + "'"
	case "dotenv":
		return "'" + value + "'"
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
