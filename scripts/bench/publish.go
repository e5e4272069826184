package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

// The files of a published run.
const (
	recordFile = "results.json"
	pageFile   = "README.md"
	plotFile   = "wall-time.svg"
)

//go:embed page.md.tmpl
var page string

func (b *bench) save() error {
	text, err := json.MarshalIndent(b.record, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(b.out, 0o750); err != nil {
		return err
	}
	return b.file(recordFile, string(text)+"\n")
}

func (b *bench) file(name, text string) error {
	return os.WriteFile(filepath.Join(b.out, name), []byte(text), 0o644) //nolint:gosec // a page is for everybody
}

// load combines the results of earlier runs.
func (b *bench) load(files string) error {
	for i, file := range strings.Split(files, ",") {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var r record
		if err := json.Unmarshal(text, &r); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for _, line := range r.Conditions {
			switch {
			case slices.Contains(b.Conditions, line):
			case i > 0:
				b.Conditions = append(b.Conditions, fmt.Sprintf("Run %d: %s", i+1, line))
			default:
				b.Conditions = append(b.Conditions, line)
			}
		}
		b.Results = append(b.Results, r.Results...)
	}
	return nil
}

// publish writes the results, the page and the plot.
func (b *bench) publish() error {
	if err := b.save(); err != nil {
		return err
	}
	goBench, err := extract(b.goBench, goBenchLine)
	if err != nil {
		return err
	}
	report, err := extract(b.report, reportLine)
	if err != nil {
		return err
	}
	t, err := template.New(pageFile).Parse(page)
	if err != nil {
		return err
	}
	var text strings.Builder
	err = t.Execute(&text, map[string]any{
		"Conditions": b.Conditions, "Table": b.table(), "Pace": b.paceTable(), "Targets": b.targets(), "GoBench": goBench, "Report": report, "Plot": plotFile,
	})
	if err != nil {
		return err
	}
	if err := b.file(plotFile, b.plot()); err != nil {
		return err
	}
	if err := b.file(pageFile, text.String()); err != nil {
		return err
	}
	fmt.Println("written:", filepath.Join(b.out, pageFile))
	return nil
}

// The patterns of the result lines in the output of other programs. They also match the lines of a published page.
var (
	goBenchLine = regexp.MustCompile(`(?m)^(Benchmark.*)$`)
	reportLine  = regexp.MustCompile(`(?m)^(?:\s*report_test\.go:\d+: )?(\d+ bytes, opened in .*|by owner: .*|regrouped in .*)$`)
)

// extract returns the lines of a file that match, as far as the pattern's group goes; "" without a file.
func extract(file string, pattern *regexp.Regexp) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var lines []string
	for _, match := range pattern.FindAllSubmatch(text, -1) {
		lines = append(lines, string(match[1]))
	}
	return strings.Join(lines, "\n"), nil
}

func (b *bench) table() string {
	var out strings.Builder
	out.WriteString("| CLI | keys / users / policies | provider | rate | step | wall | floor | ratio | CPU | peak memory | calls |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range b.Results {
		calls := fmt.Sprintf("%d: %s", r.Sample.Calls.Total(), r.Sample.Calls.ByAction())
		if r.Sample.Calls.Total() == 0 {
			calls = "none"
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %.2f s | %.2f s | %.2f | %.2f s | %d MiB | %s |\n", r.CLI, r.Row, r.Subject, r.Rate, r.Step,
			r.Sample.Wall.Seconds(), r.Floor.Wall.Seconds(), r.ratio(), r.Sample.CPU.Seconds(), r.Sample.PeakBytes>>20, calls)
	}
	return out.String()
}

// paceTable compares the plans at 5 requests/s with their predicted times.
func (b *bench) paceTable() string {
	var out strings.Builder
	out.WriteString("| keys / users / policies | provider | calls | calls / 5 + floor | wall | difference |\n|---|---|---|---|---|---|\n")
	for _, r := range b.plansAtDefault() {
		fmt.Fprintf(&out, "| %s | %s | %d | %.2f s | %.2f s | %+.0f %% |\n", r.Row, r.Subject, r.Sample.Calls.Total(),
			r.predicted().Seconds(), r.Sample.Wall.Seconds(), 100*(r.pace()-1))
	}
	return out.String()
}

func (b *bench) plansAtDefault() []result {
	return slices.DeleteFunc(slices.Clone(b.Results), func(r result) bool { return r.Step != plan || r.Rate != byDefault })
}

// targets returns a line for each target, with the measured value.
func (b *bench) targets() []string {
	var lines []string
	say := func(what string, got, limit float64, unit string) {
		result := "met"
		if got > limit {
			result = "**missed**"
		}
		lines = append(lines, fmt.Sprintf("%s: at most %g%s; measured %.2f%s, %s.", what, limit, unit, got, unit, result))
	}
	for _, r := range b.Results {
		if r.Subject != ownName || r.Step != plan {
			continue
		}
		if idle, ok := b.same(r, noopName, unlimited); ok && r.Row == (row{Keys: 300, Users: 150}) && r.Rate == unlimited {
			say("Plan of 300 keys of 150 users without a limit, against a provider that does nothing, with "+r.CLI, r.times(idle), 1.3, " times")
			lines = append(lines, b.partsOf(r, idle)...)
		}
		if r.Row.Keys == 1000 {
			say("Peak memory of the provider in a plan of 1,000 keys ("+r.CLI+", "+r.Rate+")", float64(r.Sample.PeakBytes)/(1<<20), 40, " MiB")
		}
		if theirs, ok := b.same(r, peerName(b.peerSource), r.Rate); ok && r.Row.Policies > 0 {
			say(fmt.Sprintf("Calls of the plan of %d users with %d policies each, against the peer", r.Row.Users, r.Row.Policies),
				float64(r.Sample.Calls.Total())/float64(theirs.Sample.Calls.Total()), 0.5, " times")
		}
	}
	for _, r := range b.plansAtDefault() {
		if r.Subject == ownName {
			say(fmt.Sprintf("Plan of %s at 5 requests/s, against calls / 5 plus the floor", r.Row.title()), r.pace(), r.paceLimit(), " times")
		}
	}
	return lines
}

// partsOf returns how much of the wall time of a plan, relative to that of idle, is not the time of the provider's own code.
func (b *bench) partsOf(r, idle result) (lines []string) {
	if instant, ok := b.same(r, ownName, noLatency); ok {
		lines = append(lines, fmt.Sprintf("Without the latency of the API, that plan takes %.2f times as long.", instant.times(idle)))
	}
	if framework, ok := b.same(r, frameworkName, unlimited); ok {
		lines = append(lines, fmt.Sprintf("A provider on the framework that does nothing takes %.2f times as long.", framework.times(idle)))
	}
	return lines
}

// same returns the result of a subject at a rate for the same CLI, row and step.
func (b *bench) same(r result, subject, rate string) (result, bool) {
	for _, other := range b.Results {
		if other.Subject == subject && other.Rate == rate && other.CLI == r.CLI && other.Row == r.Row && other.Step == r.Step {
			return other, true
		}
	}
	return result{}, false
}
