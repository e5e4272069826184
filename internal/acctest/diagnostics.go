package acctest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Diagnostics are the errors and warnings of one step.
type Diagnostics struct {
	t   testing.TB
	all []*tfprotov6.Diagnostic
}

// add appends diagnostics. It drops those that were added before, because the CLIs show them once.
func (d *Diagnostics) add(more []*tfprotov6.Diagnostic) {
	for _, one := range more {
		if !slices.ContainsFunc(d.all, func(o *tfprotov6.Diagnostic) bool { return text(o) == text(one) }) {
			d.all = append(d.all, one)
		}
	}
}

// defect adds an error that a CLI would report about the provider.
func (d *Diagnostics) defect(summary, detail string) {
	d.add([]*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: summary, Detail: detail}})
}

// Errors returns the errors.
func (d Diagnostics) Errors() []*tfprotov6.Diagnostic {
	return d.of(tfprotov6.DiagnosticSeverityError)
}

// Warnings returns the warnings.
func (d Diagnostics) Warnings() []*tfprotov6.Diagnostic {
	return d.of(tfprotov6.DiagnosticSeverityWarning)
}

func (d Diagnostics) of(severity tfprotov6.DiagnosticSeverity) []*tfprotov6.Diagnostic {
	return slices.DeleteFunc(slices.Clone(d.all), func(o *tfprotov6.Diagnostic) bool { return o.Severity != severity })
}

// HasError reports whether there is an error.
func (d Diagnostics) HasError() bool { return len(d.Errors()) > 0 }

// String returns all diagnostics as text.
func (d Diagnostics) String() string {
	lines := make([]string, len(d.all))
	for i, one := range d.all {
		lines[i] = text(one)
	}
	return strings.Join(lines, "\n")
}

// text returns a diagnostic in the order in which a CLI shows it.
func text(d *tfprotov6.Diagnostic) string {
	return fmt.Sprintf("%s: %s (%s)\n%s", d.Severity, d.Summary, attributePath(d.Attribute), d.Detail)
}

// Path returns the path of the attribute that a diagnostic is about, in the form of messages, or "" if it has none.
func Path(d *tfprotov6.Diagnostic) string { return attributePath(d.Attribute) }

// attributePath returns a path in the form of messages: seal_to[0], timeouts.create.
func attributePath(path *tftypes.AttributePath) string {
	if path == nil {
		return ""
	}
	var b strings.Builder
	for _, step := range path.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(string(step))
		case tftypes.ElementKeyInt:
			b.WriteString("[" + strconv.FormatInt(int64(step), 10) + "]")
		case tftypes.ElementKeyString:
			b.WriteString("[" + strconv.Quote(string(step)) + "]")
		default:
			b.WriteString("[...]")
		}
	}
	return b.String()
}

// At is the path that a diagnostic must have. It can be among the parts of ExpectError, which are otherwise texts of the detail.
type At string

// ExpectError fails the test unless there is exactly one error, with this summary, at the path if one is among parts, and
// with all other parts in its detail.
func (d Diagnostics) ExpectError(summary string, parts ...any) {
	d.t.Helper()
	if n := len(d.Errors()); n != 1 {
		d.t.Errorf("want one error, got %d\n%s", n, d)
	}
	d.expect(tfprotov6.DiagnosticSeverityError, summary, parts)
}

// ExpectErrorAt fails the test unless there is exactly one error, at this path and with these parts in its detail. It does not check
// the summary. It is for errors of the framework, whose summaries can change.
func (d Diagnostics) ExpectErrorAt(path string, parts ...string) {
	d.t.Helper()
	errs := d.Errors()
	if len(errs) != 1 {
		d.t.Errorf("want one error, got %d\n%s", len(errs), d)
		return
	}
	all := []any{At(path)}
	for _, part := range parts {
		all = append(all, part)
	}
	d.expect(tfprotov6.DiagnosticSeverityError, errs[0].Summary, all)
}

// ExpectErrorAmong is ExpectError, but allows other errors too.
func (d Diagnostics) ExpectErrorAmong(summary string, parts ...any) {
	d.t.Helper()
	d.expect(tfprotov6.DiagnosticSeverityError, summary, parts)
}

// ExpectWarning fails the test unless there is a warning with this summary, at the path if one is among parts, and with all
// other parts in its detail.
func (d Diagnostics) ExpectWarning(summary string, parts ...any) {
	d.t.Helper()
	d.expect(tfprotov6.DiagnosticSeverityWarning, summary, parts)
}

// hasSummary reports whether a diagnostic has a summary, or the summary followed by the id of an object.
func hasSummary(o *tfprotov6.Diagnostic, summary string) bool {
	return o.Summary == summary || strings.HasPrefix(o.Summary, summary+": ")
}

func (d Diagnostics) expect(severity tfprotov6.DiagnosticSeverity, summary string, parts []any) {
	d.t.Helper()
	if !slices.ContainsFunc(d.all, func(o *tfprotov6.Diagnostic) bool {
		return o.Severity == severity && hasSummary(o, summary) && contains(o, parts)
	}) {
		d.t.Errorf("there is no %s %q with %q among\n%s", severity, summary, parts, d)
	}
}

func contains(d *tfprotov6.Diagnostic, parts []any) bool {
	for _, part := range parts {
		if at, ok := part.(At); ok && attributePath(d.Attribute) != string(at) {
			return false
		} else if !ok && !strings.Contains(d.Detail, part.(string)) {
			return false
		}
	}
	return true
}

// ExpectNoErrors ends the test with a failure if there is an error.
func (d Diagnostics) ExpectNoErrors() {
	d.t.Helper()
	if d.HasError() {
		d.t.Fatalf("there are errors:\n%s", d)
	}
}

// ExpectNone fails the test if there is a diagnostic.
func (d Diagnostics) ExpectNone() {
	d.t.Helper()
	if len(d.all) > 0 {
		d.t.Errorf("there are diagnostics:\n%s", d)
	}
}

// ExpectNoWarning fails the test if there is a warning with this summary.
func (d Diagnostics) ExpectNoWarning(summary string) {
	d.t.Helper()
	if n := d.Count(summary); n > 0 {
		d.t.Errorf("there are %d warnings %q:\n%s", n, summary, d)
	}
}

// Count returns the number of diagnostics with a summary that begins with a text.
func (d Diagnostics) Count(summary string) int {
	n := 0
	for _, one := range d.all {
		if strings.HasPrefix(one.Summary, summary) {
			n++
		}
	}
	return n
}
