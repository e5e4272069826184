package provider_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// rightsCases are the configurations of the guide "Rights of a key" with the rights that this provider needs, and the run of a
// pipeline that has exactly these rights.
var rightsCases = map[string]struct {
	user     string
	prepare  func(*rightsTrial) // as root
	run      func(*rightsTrial)
	readOnly bool // the run can be repeated on the same account
}{
	"plan.tf":    {"terraform-plan", (*rightsTrial).createAll, (*rightsTrial).planAll, true},
	"keys.tf":    {"terraform-keys", (*rightsTrial).createOwners, (*rightsTrial).manageKeys, false},
	"family.tf":  {"terraform-identities", (*rightsTrial).createOwners, (*rightsTrial).manageAll, false},
	"account.tf": {"terraform-account", (*rightsTrial).createOwners, (*rightsTrial).manageAccount, false},
	"rotate.tf":  {"robot", (*rightsTrial).createOwners, (*rightsTrial).rotateOwnKey, false},
}

// TestRights_examples: the rights of a guide's configuration are enough, and none can be removed. Every type of resource is used.
func TestRights_examples(t *testing.T) {
	t.Parallel()
	var types sync.Map
	t.Cleanup(func() {
		for _, typeName := range acctest.NewProtocol(t).ResourceTypes() {
			if _, took := types.Load(typeName); !took {
				t.Errorf("%s takes no part: add it to the runs and its actions to examples/guides/rights", typeName)
			}
		}
	})
	for file, c := range rightsCases {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			actions, resources := rightsOf(t, file)
			run := func(r *rightsTrial) {
				c.run(r)
				for _, typeName := range r.types {
					types.Store(typeName, true)
				}
			}
			trial := newRightsTrial(t, c.user, c.prepare)
			if problems := trial.with(actions, resources, run); problems != "" {
				t.Fatalf("with all its rights:\n%s", problems)
			}
			trial.firstOnly = true
			for _, action := range actions {
				t.Run(action, func(t *testing.T) {
					without := trial // a run that only reads can use the same account
					if !c.readOnly {
						t.Parallel()
						without = newRightsTrial(t, c.user, c.prepare)
						without.firstOnly = true
					}
					others := slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return a == action })
					if without.with(others, resources, c.run) == "" {
						t.Error("the action is not needed")
					}
				})
			}
		})
	}
}

var (
	exampleAction   = regexp.MustCompile(`"(api:[A-Za-z]+)"`)
	exampleResource = regexp.MustCompile(`resources = \["([^"]+)"\]`)
)

// rightsOf are the actions and the resource of the statement of an example.
func rightsOf(t *testing.T, file string) (actions []string, resource string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(acctest.Root(t), "examples", "guides", "rights", file))
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range exampleAction.FindAllStringSubmatch(string(text), -1) {
		actions = append(actions, found[1])
	}
	if found := exampleResource.FindStringSubmatch(string(text)); found != nil {
		return actions, found[1]
	}
	return actions, "*"
}

// rightsTrial is a run of the provider with some rights, and what went wrong.
type rightsTrial struct {
	*acctest.Protocol
	t        *testing.T
	user     string // whose key signs
	account  string // the id of the account
	orn      string // of the policy that everything creates
	alice    string // the id of a user that the run does not create
	problems []string
	// firstOnly ends the run at the first problem.
	firstOnly bool
	types     []string // of the resources that were applied
	gone      *acctest.Resource
	deleted   bool // gone is deleted outside
	made      []*acctest.Resource
	configs   []acctest.Args
}

// newRightsTrial prepares an account, as root, and has the provider sign with the key of a user.
func newRightsTrial(t *testing.T, user string, prepare func(*rightsTrial)) *rightsTrial {
	t.Helper()
	r := &rightsTrial{Protocol: acctest.NewProtocol(t), t: t, user: user}
	account, err := r.API().ReadAccounts(t.Context())
	r.NoError(err)
	r.account = account.ID
	r.CreateUser(user)
	ends := r.Simulator.Now().Add(50 * 24 * time.Hour)
	key := r.CreateKey(api.CreateAccessKeyInput{UserName: user, ExpirationDate: &ends})
	prepare(r)
	r.Ceiling(100 * 24 * time.Hour)
	if user != "robot" {
		r.Block["allowed_account_ids"] = []any{account.ID}
	}
	r.Env("OSC_ACCESS_KEY", key.ID)
	r.Env("OSC_SECRET_KEY", key.SecretKey)
	return r
}

// with gives the user these rights and no others, runs the provider, and returns what went wrong, "" = nothing.
func (r *rightsTrial) with(actions []string, resource string, run func(*rightsTrial)) (problems string) {
	r.t.Helper()
	resource = strings.ReplaceAll(resource, "${data.outscale_caller_identity.current.account_id}", r.account)
	document, err := json.Marshal(map[string]any{"Statement": []any{
		map[string]any{"Effect": "Allow", "Action": actions, "Resource": []string{resource}},
	}})
	r.NoError(err)
	r.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.PutUserPolicy(ctx, r.user, api.InlinePolicy{Name: "rights", Document: string(document)})
	})
	r.problems = nil
	defer func() {
		if p := recover(); p != nil && p != any(enough{}) {
			panic(p)
		}
		problems = strings.Join(r.problems, "\n")
	}()
	run(r)
	return ""
}

// enough ends a run of which the first problem is enough.
type enough struct{}

// want records a problem: an error, a warning about something that the caller may not read, or the missing text of an expected
// diagnostic.
func (r *rightsTrial) want(what string, d acctest.Diagnostics, text string) bool {
	got := d.String()
	denied := strings.Contains(got, "may not") || strings.Contains(got, "lacks the right")
	ok := text == "" && !d.HasError() && !denied || text != "" && strings.Contains(got, text)
	if !ok {
		r.problems = append(r.problems, what+": "+got)
		if r.firstOnly {
			panic(enough{})
		}
	}
	return ok
}

// resource applies one configuration after the other, and plans the last one.
func (r *rightsTrial) resource(typeName string, configs ...acctest.Args) *acctest.Resource {
	made := r.NewResource(typeName)
	r.types = append(r.types, typeName)
	for _, config := range configs {
		if !r.want(typeName, made.Apply(config).Diagnostics, "") {
			return made
		}
	}
	r.made, r.configs = append(r.made, made), append(r.configs, configs[len(configs)-1])
	r.want(typeName, made.Plan(configs[len(configs)-1]).Diagnostics, "")
	return made
}

func (r *rightsTrial) destroyAll() {
	for _, made := range slices.Backward(r.made) {
		r.want("destroy "+made.Type, made.TryDestroy(), "")
	}
}

func (r *rightsTrial) createOwners() { r.alice = r.CreateUser("alice").ID }

// keyArgs are the arguments of a key that lives for 20 days.
func (r *rightsTrial) keyArgs(owner string) acctest.Args {
	config := acctest.Args{"expiration_date": r.Date(20 * 24 * time.Hour), "state": "ACTIVE"}
	if owner != "" {
		config["user_id"] = owner
	}
	return config
}

// keys manages keys of one owner, "" = the caller.
func (r *rightsTrial) keys(owner string) {
	off := r.keyArgs(owner)
	off["state"] = "INACTIVE"
	r.resource("outscale_access_key", r.keyArgs(owner), off)
	rotating := acctest.Args{"lifetime": "40d", "rotate_before": "10d"}
	if owner != "" {
		rotating["user_id"] = owner
	}
	r.resource("outscale_rotating_access_key", rotating)
}

// keyToDelete creates a key that limits deletes outside of Terraform.
func (r *rightsTrial) keyToDelete() {
	made := r.resource("outscale_access_key", r.keyArgs(r.alice))
	if r.gone = made; len(r.problems) == 0 {
		r.made, r.configs = r.made[:len(r.made)-1], r.configs[:len(r.configs)-1]
	}
}

// limits: a date that the account does not allow is refused at plan, and a key that is gone is planned again.
func (r *rightsTrial) limits() {
	if len(r.problems) > 0 {
		return
	}
	late := acctest.Args{"user_id": r.alice, "expiration_date": r.Date(200 * 24 * time.Hour)}
	r.want("a late date", r.NewResource("outscale_access_key").Plan(late).Diagnostics, "ERROR")
	if !r.deleted {
		r.DeleteKey(r.Key(r.gone.String("access_key_id")))
		r.deleted = true
	}
	gone := *r.gone // its state stays for the next run
	r.want("a key that is gone", gone.Read(), "WARNING: Access key is gone")
}

func (r *rightsTrial) manageKeys() {
	r.keys(r.alice)
	r.keyToDelete()
	r.limits()
	r.destroyAll()
}

func (r *rightsTrial) rotateOwnKey() {
	r.keys("")
	r.want("a key of another user", r.NewResource("outscale_access_key").Apply(acctest.Args{"user_name": "alice"}).Diagnostics, "ERROR")
	if len(r.problems) > 0 {
		return
	}
	r.Advance(31 * 24 * time.Hour)
	r.want("a rotation", r.made[1].Apply(r.configs[1]).Diagnostics, "")
	r.destroyAll()
}

const (
	readsUsers    = `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`
	readsAccounts = `{"Statement":[{"Effect":"Allow","Action":["api:ReadAccounts"],"Resource":["*"]}]}`
)

func (r *rightsTrial) manageAll() {
	r.everything()
	r.userInGroup()
	r.limits()
	r.destroyAll()
}

// userInGroup creates a user with force_destroy, whom somebody else then adds to a group.
func (r *rightsTrial) userInGroup() {
	if len(r.problems) > 0 {
		return
	}
	r.resource("outscale_user", acctest.Args{"user_name": "temporary", "force_destroy": true})
	r.OutOfBand(func(ctx context.Context, c *api.Client) error {
		if _, err := c.CreateUserGroup(ctx, "others", "/"); err != nil {
			return err
		}
		return c.AddUserToUserGroup(ctx, api.GroupRef{Name: "others"}, api.UserRef{Name: "temporary"})
	})
}

func (r *rightsTrial) createAll() {
	r.createOwners()
	r.everything()
	r.access()
}

func (r *rightsTrial) planAll() {
	for i, made := range r.made {
		r.want(made.Type, made.Plan(r.configs[i]).Diagnostics, "")
	}
	r.want("an access policy", r.NewResource("outscale_api_access_policy").Plan(longLife).Diagnostics, "")
	r.limits()
	for arguments, names := range map[string][]string{
		"": {"access_keys", "account", "accounts", "api_access_policy", "api_access_rules", "caller_identity", "cas", "policies",
			"quotas", "user_groups", "users"},
		"user_name":       {"policies_linked_to_user", "user", "user_groups_per_user", "user_inline_policies"},
		"user_group_name": {"policies_linked_to_user_group", "user_group", "user_group_inline_policies"},
		"policy_orn":      {"entities_linked_to_policy", "policy", "policy_versions"},
		"read_rights":     {"access_key_audit"},
	} {
		for _, name := range names {
			r.want(name, r.DataSource("outscale_"+name, r.dataArgs(arguments)).Diagnostics, "")
		}
	}
}

// dataArgs is the argument of a data source that finds what everything has created.
func (r *rightsTrial) dataArgs(name string) acctest.Args {
	values := acctest.Args{"user_name": "pipeline", "user_group_name": "platform", "policy_orn": r.orn, "read_rights": true}
	if name == "" {
		return acctest.Args{}
	}
	return acctest.Args{name: values[name]}
}

func (r *rightsTrial) manageAccount() {
	rule, imported := r.Import("outscale_api_access_rule", r.Simulator.State().AccessRules[0].APIAccessRuleID)
	if r.want("an import", imported, "") {
		elsewhere := acctest.Args{"ip_ranges": []string{"203.0.113.0/24"}}
		r.want("a lock-out", rule.Plan(elsewhere).Diagnostics, "API access rule change locks the provider out")
	}
	r.access()
	r.resource("outscale_api_access_policy", longLife)
	r.destroyAll()
}

// longLife is an access policy that allows keys to live longer than that of the account.
var longLife = acctest.Args{"max_access_key_expiration_seconds": 200 * 24 * 3600, "require_trusted_env": false}

// access creates and changes a certificate authority and an API access rule.
func (r *rightsTrial) access() {
	pem := acctest.CertificatePEM(r.t, "authority")
	r.resource("outscale_ca", acctest.Args{"ca_pem": pem, "description": "ci"}, acctest.Args{"ca_pem": pem, "description": "pipelines"})
	r.resource("outscale_api_access_rule", acctest.Args{"ip_ranges": []string{"192.0.2.0/24"}}, acctest.Args{"ip_ranges": []string{"198.51.100.0/24"}})
}

// everything creates and changes one object of each type for users, groups, policies and keys.
func (r *rightsTrial) everything() {
	user := r.resource("outscale_user", acctest.Args{"user_name": "ci"}, acctest.Args{"user_name": "pipeline"})
	group := r.resource("outscale_user_group", acctest.Args{"user_group_name": "ops"}, acctest.Args{"user_group_name": "platform"})
	policy := r.resource("outscale_policy", acctest.Args{"policy_name": "read", "document": readsUsers}, acctest.Args{"policy_name": "read", "document": readsAccounts})
	if len(r.problems) > 0 {
		return
	}
	of := func(principal string, more acctest.Args) acctest.Args {
		more[principal] = map[string]string{"user_id": user.String("user_id"), "user_group_id": group.String("user_group_id")}[principal]
		return more
	}
	orn := policy.String("orn")
	r.orn = orn
	r.resource("outscale_user_group_membership", of("user_id", of("user_group_id", acctest.Args{})))
	r.resource("outscale_user_policy_link", of("user_id", acctest.Args{"policy_orn": orn}))
	r.resource("outscale_user_group_policy_link", of("user_group_id", acctest.Args{"policy_orn": orn}))
	for principal, typeName := range map[string]string{"user_id": "outscale_user_inline_policy", "user_group_id": "outscale_user_group_inline_policy"} {
		r.resource(typeName, of(principal, acctest.Args{"policy_name": "read", "document": readsUsers}),
			of(principal, acctest.Args{"policy_name": "read", "document": readsAccounts}))
	}
	r.resource("outscale_policy_version", acctest.Args{"policy_orn": orn, "document": readsUsers},
		acctest.Args{"policy_orn": orn, "document": readsUsers, "set_as_default": true})
	for principal, names := range map[string]string{"user_id": "outscale_user", "user_group_id": "outscale_user_group"} {
		r.resource(names+"_policies_exclusive", of(principal, acctest.Args{"policy_orns": []string{orn}}))
		r.resource(names+"_inline_policies_exclusive", of(principal, acctest.Args{"policy_names": []string{"read"}}))
	}
	r.keys(user.String("user_id"))
	r.keyToDelete()
}
