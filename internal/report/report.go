// Package report writes the access keys of an account as one HTML page, with a time line and the findings for every key. The
// page loads nothing, its content security policy forbids it, and it has no secret.
package report

import (
	_ "embed" // the parts of the page
	"html/template"
	"io"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/pagestyle"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Account is the content of the page.
type Account struct {
	ID      string    // "" = not known
	Now     time.Time // by the API's clock
	Version string    // of the program that makes the page
	Missing []string  // what could not be read, one sentence each
	Keys    []Key     // by owner
}

// Key is an access key with its owner and its findings.
type Key struct {
	review.Facts
	Owner    string // a user name, "(root)" or "(caller)"; the keys of one owner follow one another
	Findings []review.Finding
}

var (
	//go:embed page.html
	page string
	//go:embed page.css
	css string
	//go:embed page.js
	js string

	// html/template escapes the texts of the account. The style sheet and the script are constants.
	tmpl = template.Must(template.New("page").Funcs(template.FuncMap{"count": text.Count}).Parse(page))
)

// view is the data of the template.
type view struct {
	Account, Now, Version string
	Policy                string
	Style                 template.CSS
	Script                template.JS
	Missing               []string
	Groups                []*group
	Rows                  []row
	Levels                []count
	Rules                 []rule
	States, Rights        []count
	Ticks                 []tick
	NowAt                 string
}

// group is an owner with its keys.
type group struct {
	Owner, Rights string
	Rows          []row
}

// count is an option of a filter, with the number of keys that pass the filter.
type count struct {
	Value, Title string
	Count        int
}

// rule is a rule with the number of its findings.
type rule struct {
	review.Rule
	Level, LevelTitle string
	Count             int
}

// Write writes the page.
func Write(w io.Writer, a Account) error {
	scale := newScale(a)
	v := view{
		Account: text.Escape(a.ID), Now: a.Now.UTC().Format(time.RFC3339), Version: a.Version,
		Style: template.CSS(pagestyle.CSS + css), Script: template.JS(js), //nolint:gosec // constants
		Policy:  pagestyle.Policy(pagestyle.CSS+css, js),
		Missing: escaped(a.Missing), Ticks: scale.ticks(), NowAt: scale.at(a.Now),
	}
	for _, k := range a.Keys {
		r := newRow(k, scale)
		v.Rows = append(v.Rows, r)
		if n := len(v.Groups); n == 0 || v.Groups[n-1].Owner != r.Owner {
			v.Groups = append(v.Groups, &group{Owner: r.Owner, Rights: r.Rights})
		}
		last := v.Groups[len(v.Groups)-1]
		last.Rows = append(last.Rows, r)
	}
	v.count()
	return tmpl.Execute(w, v)
}

// count counts the keys for the options of the filters.
func (v *view) count() {
	found, levels, states, rights := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for _, r := range v.Rows {
		levels[r.Level]++
		rights[r.Rights]++
		for _, state := range r.states {
			states[state]++
		}
		for _, f := range r.Findings {
			found[f.id]++
		}
	}
	for _, s := range []review.Severity{review.High, review.Medium, review.Low, review.None} {
		v.Levels = append(v.Levels, count{s.String(), title(s), levels[s.String()]})
	}
	for _, r := range review.Rules() {
		v.Rules = append(v.Rules, rule{r, r.Severity.String(), title(r.Severity), found[r.ID]})
	}
	v.States = options(states, "ACTIVE", "INACTIVE", stateExpired, stateUnfinished)
	v.Rights = options(rights, "root", "admin", "escalation", "limited", "none", "unknown")
}

// options returns those values that a key has, in the given order.
func options(counts map[string]int, values ...string) []count {
	var some []count
	for _, value := range values {
		if n := counts[value]; n > 0 {
			some = append(some, count{Value: value, Count: n})
		}
	}
	return some
}

func escaped(sentences []string) []string {
	var all []string
	for _, s := range sentences {
		all = append(all, text.Escape(s))
	}
	return all
}
