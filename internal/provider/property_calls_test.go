package provider_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// shownBy is the attribute that shows a member of a request in a plan. A member that is not here fails the test.
var shownBy = map[string]string{
	"AccessKeyId": "access_key_id", "State": "state", "ExpirationDate": "expiration_date", "ClearExpirationDate": "expiration_date",
	"Tag": "tag", "ClearTag": "tag", "UserName": "user_name", "NewUserName": "user_name", "UserEmail": "user_email", "NewUserEmail": "user_email",
	"Path": "path", "NewPath": "path", "UserGroupName": "user_group_name", "NewUserGroupName": "user_group_name", "PolicyName": "policy_name",
	"PolicyOrn": "policy_orn", "Description": "description", "Document": "document", "PolicyDocument": "document",
}

// placeOf are members that say where the named user or group is. No attribute of a link shows them.
var placeOf = []string{"UserPath", "UserGroupPath"}

// callCheck compares the changing calls of an apply with its plan.
type callCheck struct {
	*world
	kind   kind
	r      *acctest.Resource // after the apply
	plan   *acctest.Plan
	before admin.Snapshot
	prior  acctest.Args // what the API had of the resource before, nil for nothing
}

func (c callCheck) check() {
	for _, call := range c.Requests() {
		if strings.HasPrefix(call.Action, "Read") || call.Status >= 400 {
			continue
		}
		if problem := c.problem(call); problem != "" {
			c.t.Errorf("%s %s: %s, which the plan did not show", call.Action, call.Body, problem)
		}
	}
}

// problem returns the part of a call that the plan did not show, or "".
func (c callCheck) problem(call simulator.Request) string {
	if c.plan.Action == acctest.NoOp {
		return "nothing was to be called"
	}
	var body map[string]any
	c.NoError(json.Unmarshal(call.Body, &body))
	creates, deletes := hasPrefix(call.Action, "Create", "Link", "Add"), hasPrefix(call.Action, "Delete", "Unlink", "Remove")
	id, _ := body["AccessKeyId"].(string)
	switch {
	case creates && c.plan.Get("id") != acctest.Unknown:
		return "nothing was to be created"
	case deletes && !c.deletesAny(id):
		return "nothing was to be deleted"
	case deletes:
		return "" // who asks for another object is found out: the state is compared with the API
	case call.Action == "CreateAccessKey":
		if tag, _ := body["Tag"].(string); !strings.HasPrefix(tag, key.MarkerPrefix) {
			return "no marker"
		}
		delete(body, "Tag")
	case id != "" && c.isRevoked(id):
		if body["State"] != "INACTIVE" {
			return "a key that is revoked is changed otherwise"
		}
		return ""
	}
	for member, value := range body {
		if strings.HasPrefix(member, "Clear") {
			value = nil
		}
		if problem := c.notPlanned(member, value, id); problem != "" {
			return problem
		}
	}
	return ""
}

func hasPrefix(action string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(action, prefix) })
}

// deletesAny reports whether the plan deletes anything: the resource, or the previous key of a pair.
func (c callCheck) deletesAny(id string) bool {
	return c.plan.Action == acctest.Replace || id != "" && c.isRevoked(id) && c.isPair() &&
		c.plan.Get("previous_access_key_id") != id
}

// isRevoked reports whether a key existed before the apply and does not exist now.
func (c callCheck) isRevoked(id string) bool {
	has := func(k admin.AccessKey) bool { return k.AccessKeyID == id }
	return slices.ContainsFunc(c.before.AccessKeys, has) && !slices.ContainsFunc(c.Keys(), has)
}

func (c callCheck) isPair() bool { return c.kind.typeName == "outscale_rotating_access_key" }

// notPlanned says that the plan did not show a value, "" when it did: it planned that value; or it planned an unknown one and
// the state has it now; or the API had it before. id is the access key that the call is about.
func (c callCheck) notPlanned(member string, sent any, id string) string {
	if slices.Contains(placeOf, member) {
		return ""
	}
	name, known := shownBy[member]
	if !known {
		return "the test does not know " + member
	}
	prior := c.prior
	if c.isPair() && id != "" && id == c.r.Get("previous_access_key_id") {
		if prior = c.keyBefore(id); name == "expiration_date" || name == "access_key_id" {
			name = "previous_" + name
		}
	}
	if _, has := prior[name]; has && same(prior[name], sent) {
		return ""
	}
	planned := c.plan.Get(name)
	if planned == acctest.Unknown {
		planned = c.r.Get(name)
	}
	if !same(planned, sent) {
		return fmt.Sprintf("%s was sent as %v and planned as %v", name, sent, planned)
	}
	return ""
}

// keyBefore returns the key of the API before the apply.
func (c callCheck) keyBefore(id string) acctest.Args {
	for _, k := range c.before.AccessKeys {
		if k.AccessKeyID == id {
			return keyArgs(k)
		}
	}
	return nil
}

// same compares two values. Null equals an empty text, dates are compared as instants, documents by meaning.
func same(a, b any) bool {
	left, right := textOf(a), textOf(b)
	at, dated := isodate.Text(left).Meaning()
	other, too := isodate.Text(right).Meaning()
	switch {
	case dated && too:
		return at.Equal(other)
	case strings.HasPrefix(left, "{") && strings.HasPrefix(right, "{"):
		return policydoc.Equivalent(left, right)
	}
	return left == right
}

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return isodate.Format(v)
	case *time.Time:
		if v == nil {
			return ""
		}
		return isodate.Format(*v)
	}
	return fmt.Sprint(v)
}
