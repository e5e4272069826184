package acceptance_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// look is a data source block.
func look(kind, name, body string) string {
	return "data \"" + kind + "\" \"" + name + "\" {\n  " + body + "\n  depends_on = [outscale_access_key.this, outscale_access_key.two]\n}\n"
}

// found is a state check of one attribute of a data source.
func found(kind, name, attribute string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("data."+kind+"."+name, tfjsonpath.New(attribute), check)
}

// alicesKeys are two keys of a user and one of the caller.
func alicesKeys(w *World) string {
	return owner("alice") + Key("this", byName, `tag = "one"`, date(w.Date(time.Hour))) + Key("two", byName, `tag = "two"`, `state = "INACTIVE"`) + Key("mine")
}

func filterBlock(name, values string) string {
	return "filter {\n    name = \"" + name + "\"\n    values = " + values + "\n  }"
}

func TestLookUpOneKey(t *testing.T) {
	w := New(t)
	keys := alicesKeys(w)
	w.Test(resource.TestStep{Config: keys}, resource.TestStep{
		PreConfig: w.Advance(2 * time.Hour),
		Config: keys +
			look("outscale_access_key", "id", `access_key_id = outscale_access_key.this.id`) +
			look("outscale_access_key", "state", "user_name = \"alice\"\n  state = \"INACTIVE\"") +
			look("outscale_access_key", "filter", "user_name = \"alice\"\n  "+filterBlock("tags", `["one"]`)+"\n  "+filterBlock("states", `["ACTIVE"]`)) +
			look("outscale_access_key", "mine", filterBlock("access_key_ids", `[outscale_access_key.mine.id]`)),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.CompareValuePairs(address, tfjsonpath.New("id"), "data.outscale_access_key.id", tfjsonpath.New("id"), compare.ValuesSame()),
			found("outscale_access_key", "id", "user_name", knownvalue.StringExact("alice")),
			found("outscale_access_key", "id", "tag", knownvalue.StringExact("one")),
			found("outscale_access_key", "id", "state", knownvalue.StringExact("ACTIVE")),
			found("outscale_access_key", "id", "expired", knownvalue.Bool(true)),
			found("outscale_access_key", "id", "expiration_date", knownvalue.StringRegexp(regexp.MustCompile(`Z$`))),
			found("outscale_access_key", "state", "tag", knownvalue.StringExact("two")),
			found("outscale_access_key", "state", "expired", knownvalue.Bool(false)),
			found("outscale_access_key", "state", "expiration_date", knownvalue.Null()),
			found("outscale_access_key", "filter", "tag", knownvalue.StringExact("one")),
			found("outscale_access_key", "mine", "user_name", knownvalue.Null()),
		},
	})
}

func TestLookUpOneKeyThatIsNotOne(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"several":               {`user_name = "alice"`, `(?s)2\s+access\s+keys\s+match\s+user_name\s+=\s+alice:\s+[A-Z0-9]{20},\s+[A-Z0-9]{20}`},
		"none":                  {"user_name = \"alice\"\n  " + filterBlock("tags", `["nothing"]`), `(?s)No\s+access\s+key\s+matches\s+user_name\s+=\s+alice;\s+tags\s+=\s+nothing`},
		"no such id":            {`access_key_id = "ABCDEFGHIJ0123456789"`, `(?s)No\s+access\s+key\s+matches`},
		"no such user":          {`user_name = "nobody"`, `(?s)Access key not read.*nobody`},
		"no criterion":          {``, `(?i)at\s+least\s+one`},
		"an unknown filter":     {filterBlock("colours", `["red"]`), `(?s)"access_key_ids".*"states".*"tags"`},
		"a filter of no values": {filterBlock("tags", `[]`), `(?s)at\s+least\s+1`},
		"a bad state":           {`state = "ASLEEP"`, `"INACTIVE"`},
		"an empty user":         {`user_name = ""`, `caller's\s+own`},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			w.Test(
				resource.TestStep{Config: alicesKeys(w)},
				resource.TestStep{Config: alicesKeys(w) + look("outscale_access_key", "x", c.body), ExpectError: regexp.MustCompile(c.want)},
				resource.TestStep{Config: alicesKeys(w)}, // what is refused would stop the destroy
			)
		})
	}
}

// TestListKeys: an empty list is an answer, and the id of the same question stays.
func TestListKeys(t *testing.T) {
	w := New(t)
	keys := alicesKeys(w)
	config := keys + User("idle", `user_name = "idle"`) +
		look("outscale_access_keys", "alice", `user_name = "alice"`) +
		look("outscale_access_keys", "states", "user_name = \"alice\"\n  states = [\"INACTIVE\"]") +
		look("outscale_access_keys", "ids", "user_name = \"alice\"\n  access_key_ids = [outscale_access_key.two.id]") +
		look("outscale_access_keys", "found", "access_key_ids = [outscale_access_key.two.id]") +
		look("outscale_access_keys", "filter", "user_name = \"alice\"\n  "+filterBlock("tags", `["one", "two"]`)) +
		look("outscale_access_keys", "idle", `user_name = outscale_user.idle.user_name`) +
		look("outscale_access_keys", "none", "user_name = \"alice\"\n  "+filterBlock("tags", `["nothing"]`)) +
		look("outscale_access_keys", "mine", ``)
	same := statecheck.CompareValue(compare.ValuesSame())
	length := func(name string, n int) statecheck.StateCheck {
		return found("outscale_access_keys", name, "access_keys", knownvalue.ListSizeExact(n))
	}
	w.Test(
		resource.TestStep{Config: keys},
		resource.TestStep{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				length("alice", 2), length("states", 1), length("ids", 1), length("found", 1), length("filter", 2), length("idle", 0), length("none", 0), length("mine", 2),
				same.AddStateValue("data.outscale_access_keys.alice", tfjsonpath.New("id")),
				found("outscale_access_keys", "states", "access_keys", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"user_name": knownvalue.StringExact("alice"), "tag": knownvalue.StringExact("two"), "state": knownvalue.StringExact("INACTIVE"),
					"expired": knownvalue.Bool(false), "expiration_date": knownvalue.Null(), "access_key_id": knownvalue.NotNull(),
				})})),
			},
		},
		resource.TestStep{Config: config, ConfigPlanChecks: noChange, ConfigStateChecks: []statecheck.StateCheck{
			same.AddStateValue("data.outscale_access_keys.alice", tfjsonpath.New("id")),
		}},
	)
}
