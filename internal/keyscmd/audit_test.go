package keyscmd

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
)

// put gives a user an inline policy.
func (r *rig) put(user, name, document string) {
	r.t.Helper()
	if err := r.client.PutUserPolicy(r.t.Context(), user, api.InlinePolicy{Name: name, Document: document}); err != nil {
		r.t.Fatal(err)
	}
}

func allow(actions string) string {
	return `{"Statement":[{"Effect":"Allow","Action":[` + actions + `],"Resource":["*"]}]}`
}

// auditOf runs audit and returns its result. The exit code must agree with the findings.
func (r *rig) auditOf(args ...string) (auditResult, string) {
	r.t.Helper()
	code, out, errOut := r.run(append([]string{"audit", "--output", "json"}, args...)...)
	var got auditResult
	if err := json.Unmarshal([]byte(out), &got); err != nil || (code == ExitFindings) != (len(got.Findings) > 0) || code == ExitError {
		r.t.Fatalf("exit code %d, %v: %s%s", code, err, out, errOut)
	}
	return got, errOut
}

// A key that is used from more than three networks is a finding. Addresses of one network count as one place.
func TestAudit_networks(t *testing.T) {
	r := newRig(t)
	keys := map[string]api.AccessKey{"wide": r.user("wide", inAnHour()), "narrow": r.user("narrow", inAnHour())}
	for i := range 4 {
		for name, address := range map[string]string{"wide": fmt.Sprintf("203.0.%d.7", i), "narrow": fmt.Sprintf("203.0.113.%d", i)} {
			if _, err := r.from(address, keys[name], "curl").ReadUsers(t.Context(), nil); !api.IsForbidden(err) {
				t.Fatal(err)
			}
		}
	}
	found := func(args ...string) (ids []string) {
		got, _ := r.auditOf(args...)
		for _, f := range got.Findings {
			if f.Rule == "networks" {
				ids = append(ids, f.AccessKeyID)
			}
		}
		return ids
	}
	if ids := found(); !slices.Equal(ids, []string{keys["wide"].ID}) {
		t.Errorf("found %v", ids)
	}
	for config, n := range map[string]int{`{"max": 4}`: 0, `{"max": 0}`: 3, `{"off": true}`: 0} {
		if ids := found("--rules", r.file("rules.json", `{"rules": {"networks": `+config+`}}`)); len(ids) != n {
			t.Errorf("%s: found %v, want %d", config, ids, n)
		}
	}
}

// The command says before the calls how many it makes at most, and does not make more.
func TestAudit_statedCalls(t *testing.T) {
	r := newRig(t)
	for i := range 12 {
		r.user(fmt.Sprintf("user%d", i), nil)
	}
	before := r.Simulator.Stats()
	code, _, errOut := r.run("audit", "--usage-pages", "20")
	stated := regexp.MustCompile(`^At most (\d+) calls follow, and one or two more per group and policy: 15 for the account and its keys, 20 for the log`).FindStringSubmatch(errOut)
	if code != ExitFindings || stated == nil {
		t.Fatalf("exit code %d, %q", code, errOut)
	}
	most, _ := strconv.Atoi(stated[1])
	made := -1 // the list of users came before
	for action, n := range r.Simulator.Stats() {
		made += n - before[action]
	}
	if made > most || most != 12+3+20+36 || made != 12+3+5+36 {
		t.Errorf("%d calls, stated were at most %d", made, most)
	}
}

// The output names each right that the caller lacks once, shows the rest, and is marked as incomplete.
func TestAudit_missingRights(t *testing.T) {
	r := newRig(t)
	auditor := r.user("auditor", inAnHour())
	r.put("auditor", "a", allow(`"api:Read*"`))
	for _, name := range []string{"bob", "eve"} {
		r.user(name, inAnHour())
		r.put(name, "p", allow(`"api:LinkPolicy"`))
	}
	if _, err := r.client.CreateUserGroup(t.Context(), "ops", ""); err != nil {
		t.Fatal(err)
	}
	if err := r.client.AddUserToUserGroup(t.Context(), api.GroupRef{Name: "ops"}, api.UserRef{Name: "bob"}); err != nil {
		t.Fatal(err)
	}
	r.signer = api.Credential{AccessKeyID: auditor.ID, SecretKey: auditor.SecretKey}
	for action, keys := range map[string]int{
		"ReadUsers": 1, "ReadApiAccessPolicy": 3, "ReadApiLogs": 3, "ReadUserGroupsPerUser": 3, "ReadLinkedPolicies": 3, "ReadUserPolicies": 3,
		"ReadUserPolicy": 3, "ReadManagedPoliciesLinkedToUserGroup": 3, "ReadUserGroupPolicies": 3,
	} {
		r.put("auditor", "d", strings.Replace(allow(`"api:`+action+`"`), "Allow", "Deny", 1))
		got, errOut := r.auditOf()
		named := 0
		for _, sentence := range got.Missing {
			if strings.Contains(sentence, "(api:"+action+")") || strings.Contains(sentence, "may not call api:"+action+".") {
				named++
			}
		}
		if named != 1 || got.Keys != keys || got.Complete {
			t.Errorf("without %s: %d keys, complete %v, missing %q", action, got.Keys, got.Complete, got.Missing)
		}
		if strings.Contains(errOut, "403") {
			t.Errorf("without %s: %q", action, errOut)
		}
		if code, out, errOut := r.run("audit"); !strings.Contains(out, ", incomplete\n") || strings.Count(errOut, "api:"+action+".")+strings.Count(errOut, "(api:"+action+")") != 1 {
			t.Errorf("without %s: exit code %d, %s, %q", action, code, out, errOut)
		}
	}
	r.put("auditor", "d", strings.Replace(allow(`"api:ReadAccessKeys"`), "Allow", "Deny", 1))
	if code, out, errOut := r.run("audit"); code != ExitError || out != "" || !strings.Contains(errOut, "ReadAccessKeys") {
		t.Errorf("without any right to keys: exit code %d, %q, %q", code, out, errOut)
	}
}

// SARIF names what could not be read. tools/sarif checks the file against the schema.
func TestAudit_sarif(t *testing.T) {
	r := newRig(t)
	bob := r.user("bob", nil)
	r.put("bob", "p", allow(`"api:ReadAccessKeys"`))
	r.signer = api.Credential{AccessKeyID: bob.ID, SecretKey: bob.SecretKey}
	code, out, _ := r.run("audit", "--output", "sarif")
	var got struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Invocations []struct {
				Notifications []any `json:"toolExecutionNotifications"`
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Message   struct{ Text string }
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitFindings || len(got.Runs) != 1 {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	run := got.Runs[0]
	if len(run.Tool.Driver.Rules) != len(review.Rules()) || len(run.Invocations[0].Notifications) < 2 {
		t.Errorf("%d rules, invocation %+v", len(run.Tool.Driver.Rules), run.Invocations)
	}
	for _, result := range run.Results {
		if run.Tool.Driver.Rules[result.RuleIndex].ID != result.RuleID || result.Message.Text == "" {
			t.Errorf("%+v", result)
		}
	}
}

// A name that a spreadsheet would read as a formula is quoted in CSV, and unchanged in JSON.
func TestAudit_csv(t *testing.T) {
	r := newRig(t)
	names := []string{"+plus", "-minus", "=1+2", "@at", "plain=1"}
	for _, name := range names {
		r.user(name, nil)
	}
	code, out, errOut := r.run("audit", "--output", "csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || code != ExitFindings {
		t.Fatalf("exit code %d, %v: %s%s", code, err, out, errOut)
	}
	var got []string
	for _, row := range rows[1:] {
		if row[2] != "" {
			got = append(got, row[2])
		}
	}
	slices.Sort(got)
	if want := []string{"'+plus", "'-minus", "'=1+2", "'@at", "plain=1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, cell := range []string{"", "x", "\tx", "=", "é"} {
		if got := csvCell(cell); (got != cell) != (cell == "\tx" || cell == "=") {
			t.Errorf("%q is %q", cell, got)
		}
	}
	result, _ := r.auditOf()
	if !slices.ContainsFunc(result.Findings, func(f finding) bool { return f.UserName == "=1+2" }) {
		t.Errorf("%+v", result.Findings)
	}
}

// An audit without findings writes a valid file in every format.
func TestAudit_nothingFound(t *testing.T) {
	r := newRig(t)
	rules := r.file("rules.json", `{"rules": {"root-key": {"off": true}, "no-expiry": {"off": true}}}`)
	for format, want := range map[string]string{
		"table": "0 findings for 0 of 1 key\n", "csv": "severity,access_key_id,user_name,root,rule,reason,remedy\n", "json": `"findings": []`, "sarif": `"results": []`,
	} {
		code, out, errOut := r.run("audit", "--rules", rules, "--output", format)
		if code != ExitOK || !strings.Contains(out, want) || want[0] == '"' && !json.Valid([]byte(out)) {
			t.Errorf("%s: exit code %d: %s%s", format, code, out, errOut)
		}
	}
}
