package user_test

import (
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const user = "outscale_user"

// named is the smallest configuration of a user.
func named(name string) acctest.Args { return acctest.Args{"user_name": name} }

// TestUser_lifecycle tests the lifecycle of a user.
func TestUser_lifecycle(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	full := acctest.Args{"user_name": "alice", "path": "/team/", "user_email": "alice@example.com"}
	u := h.Resource(user, full)
	id := u.Get("user_id")
	u.Expect(full)
	u.Expect(acctest.Args{"id": acctest.Matches(`^[A-Z0-9]{31,32}$`), "creation_date": acctest.NotNull, "last_modification_date": acctest.NotNull})
	h.ExpectWrites("CreateUser")

	h.ResetCalls() // rename, path and e-mail in place
	changed := acctest.Args{"user_name": "robert", "path": "/other/", "user_email": "robert@example.com"}
	u.Plan(changed).Expect(acctest.Update, acctest.Args{"user_id": id})
	u.Update(changed)
	u.Expect(changed)
	u.Expect(acctest.Args{"user_id": id})
	h.ExpectWrites("UpdateUser")
	u.ExpectImport(u.String("user_id"))
	u.ExpectImport("robert")

	// left out: the path goes back to its default, the e-mail stays
	u.Plan(named("robert")).Expect(acctest.Update, acctest.Args{"path": "/"})
	u.Update(named("robert"))
	u.Expect(acctest.Args{"user_id": id, "path": "/", "user_email": "robert@example.com"})

	// renamed out of band
	_, err := h.API().UpdateUser(t.Context(), api.UpdateUserInput{UserName: "robert", NewUserName: "rob"})
	h.NoError(err)
	u.Plan(named("robert")).Expect(acctest.Update, acctest.Args{"user_id": id})
	u.Update(named("robert"))

	// deleted out of band
	h.NoError(h.API().DeleteUser(t.Context(), "robert"))
	u.Plan(named("robert")).Expect(acctest.Create, nil).ExpectWarning("User is gone", "robert")
	u.Update(named("robert"))

	h.ResetCalls() // other timeouts call nothing
	u.Update(acctest.Args{"user_name": "robert", "timeouts": acctest.Args{"update": "1m"}})
	h.ExpectWrites()
	u.Destroy()
	if n := len(h.Users()); n != 0 {
		t.Errorf("%d users are left", n)
	}
}

// TestUser_emailOfAccount: a user without `user_email` gets the address of the account, and the plan is empty.
func TestUser_emailOfAccount(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Resource(user, named("alice")).Expect(acctest.Args{"user_email": simulator.DefaultEmail, "path": "/"})
}

// TestUser_badArguments are refused at plan.
func TestUser_badArguments(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for name, c := range map[string]struct {
		config     acctest.Args
		path, part string
	}{
		"empty name":   {named(""), "user_name", "1 to 64"},
		"bad name":     {named("a b"), "user_name", "1 to 64"},
		"bad path":     {acctest.Args{"user_name": "a", "path": "team"}, "path", "start and end with a slash"},
		"empty path":   {acctest.Args{"user_name": "a", "path": ""}, "path", "start and end with a slash"},
		"bad e-mail":   {acctest.Args{"user_name": "a", "user_email": "nobody"}, "user_email", "e-mail address"},
		"empty e-mail": {acctest.Args{"user_name": "a", "user_email": ""}, "user_email", "leave the argument out"},
	} {
		t.Log(name)
		h.NewResource(user).Plan(c.config).ExpectErrorAt(c.path, c.part)
	}
	if n := len(h.Requests()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// TestUser_nameTaken: the refusal of the API, with its status, code and request id.
func TestUser_nameTaken(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	h.NewResource(user).Apply(named("alice")).ExpectError("User not created", "alice", "HTTP status 409", "code 9022", "Request id: ")
}

// TestUser_foreignKeys: a user with access keys that the run does not delete stays, and the error names the keys.
func TestUser_foreignKeys(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	u := h.Resource(user, named("alice"))
	key := h.CreateKey(api.CreateAccessKeyInput{UserName: "alice"})
	u.TryDestroy().ExpectError("User not deleted", "access keys "+key.ID, "force_destroy", "Request id: ")
	if len(h.Users()) != 1 || !u.Exists() {
		t.Error("the user is gone")
	}
}

// TestUser_importNotFound: each wrong id.
func TestUser_importNotFound(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	for id, part := range map[string]string{
		"nobody": "The account has no user named nobody.",
		"a/b":    "neither the id nor the name",
	} {
		u, got := h.Import(user, id)
		if errs := got.Errors(); len(errs) != 1 || !strings.Contains(errs[0].Detail, part) || u.Exists() {
			t.Errorf("%s: %s", id, got)
		}
	}
}

// TestUser_lostAnswerNameTaken: after a lost answer, a user of that name with another address is not taken over.
func TestUser_lostAnswerNameTaken(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	made, err := h.API().CreateUser(t.Context(), api.CreateUserInput{UserName: "alice", Path: "/", Email: "alice@example.com"})
	h.NoError(err)
	h.ResetCalls()
	h.SetFaults(simulator.Fault{Action: "CreateUser", Kind: faults.DropBefore, Times: 1})
	u := h.NewResource(user)
	u.Apply(acctest.Args{"user_name": "alice", "user_email": "a@example.com"}).
		ExpectError("User not created", made.ID, "this run did not create it", "terraform import ADDRESS NAME")
	if u.Exists() {
		t.Error("the user is in the state")
	}
	h.ExpectWrites("CreateUser")
}

// stateOfOfficialProvider is what the official provider (1.8.0) leaves in a state: with its policy block, empty, and the
// API's own form of dates.
func stateOfOfficialProvider(u api.User) acctest.Args {
	date := u.CreationDate.Format("2006-01-02T15:04:05.000-0700")
	return acctest.Args{
		"id": u.ID, "user_id": u.ID, "user_name": u.Name, "path": "/", "user_email": u.Email,
		"creation_date": date, "last_modification_date": date, "policy": []any{}, "timeouts": nil,
	}
}

// TestUser_stateOfOfficialProvider plans empty after `state replace-provider`.
func TestUser_stateOfOfficialProvider(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	made, err := h.API().CreateUser(t.Context(), api.CreateUserInput{UserName: "alice", Path: "/", Email: "alice@example.com"})
	h.NoError(err)
	for _, config := range []acctest.Args{named("alice"), {"user_name": "alice", "path": "/", "user_email": "alice@example.com"}} {
		u := h.NewResource(user)
		u.SetState(stateOfOfficialProvider(made))
		u.Update(config)
	}
	u := h.NewResource(user) // an empty block is a difference in the state only
	u.SetState(stateOfOfficialProvider(made))
	u.Update(acctest.Args{"user_name": "alice", "timeouts": acctest.Args{}})
	h.ExpectWrites()
}
