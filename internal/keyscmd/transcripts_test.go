package keyscmd

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// update writes docs/outscale-keys: go test ./internal/keyscmd -run Transcripts -update.
var update = flag.Bool("update", false, "write the transcripts in place of comparing them")

// page is one page of docs/outscale-keys.
type page struct {
	name, about string
	steps       []step
}

// step is a command line, the text that is typed, and a sentence about the step.
type step struct{ about, line, typed string }

// pages are the commands in the order of their transcripts. Commands that change something come last.
var pages = []page{
	{"list", "Every access key that the caller can see.", []step{
		{"", "outscale-keys list", ""},
		{"What the owner of each key may do, in one word:", "outscale-keys list --rights --usage-days 0", ""},
	}},
	{"audit", "The keys that need attention, by rules. [audit.sarif](audit.sarif) has the same findings as SARIF 2.1.0.", []step{
		{"", "outscale-keys audit", ""},
		{"With a file that turns rules off and sets limits:", "cat rules.json", ""},
		{"", "outscale-keys audit --rules rules.json --usage-days 0", ""},
	}},
	{"report", "The same as a page for a browser: a time line of each key, search, filters, light and dark." + reportPage, []step{
		{"", "outscale-keys report --file keys.html", ""},
	}},
	{"usage", "What a user or a key is used for, and from where.", []step{
		{"", "outscale-keys usage ci", ""},
		{"One key, in the last 30 days:", "outscale-keys usage {deploy} --since 30d", ""},
	}},
	{"policy", "The smallest policy that allows what a user did.", []step{
		{"", "outscale-keys policy ci", ""},
		{"As a data source, with a pattern for the reads:", "outscale-keys policy ci --hcl --wildcard 'api:Read*'", ""},
		{"What the rights of a user allow beyond its use:", "outscale-keys policy deploy --compare", ""},
		{"With a file that keeps the calls for longer than the log:", "outscale-keys policy ci --collect ci-calls.json --since 90d", ""},
	}},
	{"orphans", "Keys that no state has, and keys of states that the account does not have.", []step{
		{"", "outscale-keys orphans prod.tfstate", ""},
	}},
	{"scan-state", "Secrets in clear in states and plans.", []step{
		{"", "outscale-keys scan-state prod.tfstate", ""},
	}},
	{"deactivate", "The commands `deactivate`, `activate` and `revoke`: deactivate keys, activate them again, or delete them.", []step{
		{"", "outscale-keys deactivate --all-of ci --dry-run", ""},
		{"", "outscale-keys deactivate {backup}", "y"},
		{"", "outscale-keys activate {backup} --yes", ""},
		{"Ids can come from another command:", "outscale-keys orphans prod.tfstate --output json | jq -r '.in_no_state[] | select(.expired) | .access_key_id' | outscale-keys revoke - --yes", ""},
		{"", "outscale-keys revoke {root}", ""},
	}},
	{"exec", "Run a program with a temporary key, which is revoked when the program ends.", []step{
		{"", "outscale-keys exec --user ci --for 10m -- printenv OSC_ACCESS_KEY", ""},
		{"The key is gone:", "outscale-keys revoke {exec} --yes", ""},
	}},
}

// reportPage describes the HTML page on the page about the command report.
const reportPage = `

![The page: filters, and the keys of each owner on a time line, coloured by the worst finding](../images/report-light.png)

[The same in dark](../images/report-dark.png): the page follows the setting of the browser, and the button Theme changes it. The page
groups the keys by owner, or shows them in one list. A click on a column sorts by it. The arrow keys move between access keys,
Enter shows the findings with their remedies, and ` + "`/`" + ` goes to the search. A printed page shows the findings of all keys
that pass the filters.

The page is one file that loads nothing: its content security policy refuses every request and every script but its own. Names and
tags are shown as text, with control characters escaped. It has no secret, but it shows who has which rights: ` + "`--file`" + ` creates
it with mode 0600.

With 3,000 keys of 1,000 owners the page has 4.3 MB. On two cores with 20 other busy processes, Chromium 156 opened it in 1.1 to
1.7 seconds, and laid out the result of the slowest filter step in 26 to 116 ms (performance.now, the median of five).
` + "`make bench`" + ` measures it again.`

// transcript runs the steps and returns them as a shell shows them.
func (m *sampleAccount) transcript(p page) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# outscale-keys %s\n\n%s\n", p.name, p.about)
	for _, s := range p.steps {
		line := m.named(s.line)
		fmt.Fprintln(&b)
		if s.about != "" {
			fmt.Fprintf(&b, "%s\n\n", s.about)
		}
		out, code := m.shell(line, s.typed)
		fmt.Fprintf(&b, "```console\n$ %s\n%s```\n", line, out)
		if code != ExitOK {
			fmt.Fprintf(&b, "\nExit code %d.\n", code)
		}
	}
	help, _ := m.shell("outscale-keys "+p.name+" --help", "")
	fmt.Fprintf(&b, "\n## Help\n\n```text\n%s```\n", help)
	return b.String()
}

// named replaces the names of keys with their ids.
func (m *sampleAccount) named(line string) string {
	for name, k := range m.keys {
		line = strings.ReplaceAll(line, "{"+name+"}", k.ID)
	}
	return line
}

// shell runs a command line of the transcripts, and returns the text that a terminal shows.
func (m *sampleAccount) shell(line, typed string) (shown string, code int) {
	m.t.Helper()
	m.in, m.asked = typed+"\n", typed != ""
	if first, second, piped := strings.Cut(line, " | outscale-keys "); piped {
		// jq selects the keys of the first command that have expired.
		if out, _ := m.shell(strings.Split(first, " | ")[0], ""); !strings.Contains(out, m.keys["legacy"].ID) {
			m.t.Errorf("%s: the expired key is not there", first)
		}
		m.in = m.keys["legacy"].ID + "\n"
		line = "outscale-keys " + second
	}
	if file, is := strings.CutPrefix(line, "cat "); is {
		data, err := os.ReadFile(file)
		m.must(err)
		return string(data), ExitOK
	}
	m.both = &bytes.Buffer{}
	args := strings.Fields(strings.ReplaceAll(line, "'", ""))[1:]
	code, _, _ = m.run(args...)
	if args[0] == "exec" {
		m.keys["exec"] = m.keys["root"]
		k := m.keys["exec"]
		k.ID, k.SecretKey = strings.TrimSpace(m.both.String()), ""
		m.keys["exec"] = k
	}
	if typed != "" {
		// A terminal shows what is typed.
		return strings.Replace(m.both.String(), "[y/N] ", "[y/N] "+typed+"\n", 1), code
	}
	return m.both.String(), code
}

// TestTranscripts_upToDate checks that docs/outscale-keys is up to date.
func TestTranscripts_upToDate(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", "..", "docs", "outscale-keys"))
	if err != nil {
		t.Fatal(err)
	}
	m := newSampleAccount(t)
	t.Chdir(t.TempDir())
	m.files()
	written := map[string]string{}
	index := indexPage
	for _, p := range pages {
		index += fmt.Sprintf("| [%s](%s.md) | %s |\n", p.name, p.name, strings.Split(p.about, "\n")[0])
		written[p.name+".md"] = m.transcript(p)
		if p.name == "audit" {
			written["audit.sarif"], _ = m.shell("outscale-keys audit --output sarif", "")
			written["audit.sarif"] = written["audit.sarif"][strings.Index(written["audit.sarif"], "{"):]
		}
	}
	help, _ := m.shell("outscale-keys --help", "")
	written["README.md"] = index + fmt.Sprintf("\n## Help\n\n```text\n%s```\n", help)
	for name, text := range written {
		for what, k := range m.keys {
			if k.SecretKey != "" && strings.Contains(text, k.SecretKey) {
				t.Errorf("%s has the secret of the key of %s", name, what)
			}
		}
		file := filepath.Join(root, name)
		if *update {
			m.must(os.MkdirAll(root, 0o750))
			m.must(os.WriteFile(file, []byte(text), 0o644)) //nolint:gosec // documentation
			continue
		}
		if data, err := os.ReadFile(file); err != nil || string(data) != text {
			t.Errorf("%s is not up to date: run make docs. %v", name, err)
		}
	}
	entries, err := os.ReadDir(root)
	m.must(err)
	for _, entry := range entries {
		if _, known := written[entry.Name()]; !known {
			t.Errorf("docs/outscale-keys/%s is no transcript", entry.Name())
		}
	}
}

const indexPage = `# outscale-keys

Which access keys does an account have, who owns them, what are they used for, and which need attention? The command outscale-keys
answers these questions. It also deactivates and revokes keys, and runs a program with a temporary key.

` + "```" + `shell
make install # once; into ~/.local/bin
export OSC_ACCESS_KEY=... OSC_SECRET_KEY=... OSC_REGION=eu-west-2

outscale-keys list                        # every key, with owner, age, expiry and last use
outscale-keys audit                       # the keys that need attention; exit code 1 if there are some
outscale-keys report --file keys.html     # the same as a page for a browser
` + "```" + `

With the root key of the account, the command sees every key. With the key of an EIM user, it sees what the user's policies
allow, and says what is missing. [The simulator](../../simulator/README.md) is a local API to try the commands on.

Each page shows a command on a made-up account. A test writes the pages, so they have the real output.

| page | what it shows |
|---|---|
`

// files writes the files that the transcripts name.
func (m *sampleAccount) files() {
	m.must(os.WriteFile("rules.json", []byte(`{"rules": {"root-key": {"off": true}, "old": {"max": "180d"}, "networks": {"max": 5}}}`+"\n"), 0o600))
	instances := ""
	for _, name := range []string{"ci-1", "ci-2", "deploy", "backup", "bob"} {
		secret := "null"
		if name == "backup" {
			secret = `"` + m.keys[name].SecretKey + `"`
		}
		instances += fmt.Sprintf(`{"mode": "managed", "type": "outscale_access_key", "name": %q, "instances": [{"attributes": {"access_key_id": %q, "secret_key": %s}}]},`,
			name, m.keys[name].ID, secret)
	}
	instances += `{"mode": "managed", "type": "outscale_access_key", "name": "deleted", "instances": [{"attributes": {"access_key_id": "GONEGONEGONEGONE0001"}}]}`
	m.must(os.WriteFile("prod.tfstate", []byte(`{"version": 4, "resources": [`+instances+`]}`), 0o600))
}
