package accesskey_test

import (
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// named and identified say who owns a key.
func named(name string) acctest.Args { return acctest.Args{"user_name": name} }

func identified(id any) acctest.Args { return acctest.Args{"user_id": id} }

// TestAccessKey_lifecycleOfCallersKey tests the lifecycle of a key of the caller: the first example of the page.
func TestAccessKey_lifecycleOfCallersKey(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	date := acctest.Matches(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	key := h.Resource(accessKey, acctest.Args{"state": "ACTIVE", "expiration_date": "2028-01-01"})
	key.Expect(acctest.Args{
		"access_key_id": acctest.Matches(`^[A-Z0-9]{20}$`), "id": key.Get("access_key_id"), "secret_key": acctest.Matches(`^[A-Z0-9]{40}$`),
		"state": "ACTIVE", "expiration_date": "2028-01-01", "expired": false, "tag": "", "user_name": "", "user_id": nil,
		"creation_date": date, "last_modification_date": date,
	})
	h.ExpectWrites("CreateAccessKey", "UpdateAccessKey")
	if made := h.OnlyKey(); made.UserName != "" || made.State != "ACTIVE" || acctest.Tag(made) != "" || expiry(h) != "2028-01-01T00:00:00Z" {
		t.Errorf("not as configured: %+v", made)
	}
	if got := h.SensitiveAttributes(accessKey); !slices.Equal(got, []string{"secret_key", "secret_key_wo"}) {
		t.Errorf("sensitive: %v", got)
	}

	h.ResetCalls() // a change of the state keeps the expiry, and the secret
	off := acctest.Args{"state": "INACTIVE", "expiration_date": "2028-01-01"}
	secret := key.Get("secret_key")
	key.Plan(off).Expect(acctest.Update, acctest.Args{"secret_key": secret})
	key.Update(off)
	key.Expect(acctest.Args{"state": "INACTIVE", "expiration_date": "2028-01-01", "secret_key": secret})
	h.ExpectWrites("UpdateAccessKey")
	if now := h.OnlyKey(); now.State != "INACTIVE" || expiry(h) != "2028-01-01T00:00:00Z" {
		t.Errorf("not as configured: %+v", now)
	}
	// The secret cannot be read again, and an import finds the date in the API's own form.
	key.ExpectImport(key.String("id"), "secret_key", "expiration_date")

	h.ResetCalls() // without arguments the state stays as it is; expiry and tag go
	key.Update(acctest.Args{})
	key.Expect(acctest.Args{"state": "INACTIVE", "expiration_date": "", "expired": false})
	h.ExpectWrites("UpdateAccessKey")
	if now := h.OnlyKey(); now.State != "INACTIVE" || now.ExpirationDate != nil {
		t.Errorf("not as configured: %+v", now)
	}
	h.DeleteKey(h.OnlyKey())
	key.Plan(acctest.Args{}).Expect(acctest.Create, nil)
	key.Update(acctest.Args{})

	h.ResetCalls() // a key of the caller's own is deleted by one call
	key.Destroy()
	h.ExpectWrites("DeleteAccessKey")
}

// TestAccessKey_lifecycleOfUsersKey tests the lifecycle of a user's key: the second example of the page.
func TestAccessKey_lifecycleOfUsersKey(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	owner := h.Resource(user, named("user-1"))
	key := h.Resource(accessKey, acctest.Args{"user_name": "user-1", "state": "ACTIVE", "expiration_date": "2028-01-01"})
	key.Expect(acctest.Args{"user_name": "user-1", "user_id": nil, "state": "ACTIVE"})
	if owner := h.OnlyKey().UserName; owner != "user-1" {
		t.Errorf("owner %q", owner)
	}
	changed := acctest.Args{"user_name": "user-1", "state": "INACTIVE", "expiration_date": "2029-01-01", "tag": "x"}
	key.Plan(changed).Expect(acctest.Update, nil)
	key.Update(changed)
	if now := h.OnlyKey(); now.State != "INACTIVE" || acctest.Tag(now) != "x" || expiry(h) != "2029-01-01T00:00:00Z" {
		t.Errorf("not as configured: %+v", now)
	}
	h.ResetCalls() // an INACTIVE user's key is deleted by one call
	key.Destroy()
	h.ExpectWrites("DeleteAccessKey")

	active := h.Resource(accessKey, acctest.Args{"user_id": owner.Get("user_id"), "expiration_date": "2030-01-01"})
	h.ResetCalls() // an active one is deactivated first, with its expiry
	active.Destroy()
	h.ExpectWrites("UpdateAccessKey", "DeleteAccessKey")
	if body := h.LastBody("UpdateAccessKey"); body["State"] != "INACTIVE" || body["ExpirationDate"] == nil || body["UserName"] != "user-1" {
		t.Errorf("deactivated by %v", body)
	}
	owner.Destroy()
}

// TestAccessKey_ownerByIDIsRenamed: the key does not change, and its user_name is updated.
func TestAccessKey_ownerByIDIsRenamed(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	owner := h.Resource(user, named("before"))
	config := identified(owner.Get("user_id"))
	key := h.Resource(accessKey, config)
	id := key.Get("access_key_id")
	key.Expect(acctest.Args{"user_name": "before", "user_id": acctest.Matches(`^[A-Z0-9]{31,32}$`)})

	h.ResetCalls() // renamed by the configuration
	plan := key.Plan(config).Expect(acctest.NoOp, nil)
	owner.Update(named("between"))
	plan.Apply().ExpectNoErrors()
	h.ExpectWrites("UpdateUser")
	key.ExpectEmptyPlan(config)
	key.Expect(acctest.Args{"access_key_id": id, "user_name": "between"})

	// renamed and the key changed, in one apply
	changed := acctest.Args{"user_id": owner.Get("user_id"), "tag": "x", "state": "INACTIVE"}
	plan = key.Plan(changed).Expect(acctest.Update, acctest.Args{"access_key_id": id})
	owner.Update(named("after"))
	plan.Apply().ExpectNoErrors()
	key.ExpectEmptyPlan(changed)
	key.Expect(acctest.Args{"access_key_id": id, "user_name": "after"})

	// renamed out of band
	_, err := h.API().UpdateUser(t.Context(), api.UpdateUserInput{UserName: "after", NewUserName: "by-hand"})
	h.NoError(err)
	owner.Plan(named("after")).Expect(acctest.Update, named("after"))
	key.ExpectEmptyPlan(changed)
	key.Expect(acctest.Args{"access_key_id": id, "user_name": "by-hand"})
}

// TestAccessKey_otherOwnerReplaces: another user, by name or id, a change from and to a key of the caller, and a rename of an
// owner that is given by name.
func TestAccessKey_otherOwnerReplaces(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	alice, bob := h.Resource(user, named("alice")), h.Resource(user, named("bob"))
	key := h.Resource(accessKey, named("alice"))
	for _, step := range []struct {
		config     acctest.Args
		name       any
		attributes []string
	}{
		{named("bob"), "bob", []string{"user_name"}},
		{acctest.Args{}, "", []string{"user_name"}},
		{identified(bob.Get("user_id")), "bob", []string{"user_id"}},
		{identified(alice.Get("user_id")), "alice", []string{"user_id"}},
	} {
		id := key.Get("access_key_id")
		key.PlanExpectReplace(step.config, step.attributes...).Apply().ExpectNoErrors()
		key.ExpectEmptyPlan(step.config)
		key.Expect(acctest.Args{"user_name": step.name})
		if key.Get("access_key_id") == id || h.OnlyKey().AccessKeyID != key.Get("access_key_id") {
			t.Errorf("%v: the key was not replaced", step.config)
		}
	}
}

// TestAccessKey_sameOwnerNamedOtherwise does not replace the key, and makes no changing call.
func TestAccessKey_sameOwnerNamedOtherwise(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	alice := h.Resource(user, named("alice"))
	key := h.Resource(accessKey, named("alice"))
	id := key.Get("access_key_id")
	h.ResetCalls()
	key.Plan(identified(alice.Get("user_id"))).Expect(acctest.Update, nil)
	key.Update(identified(alice.Get("user_id")))
	h.ExpectWrites()
	key.ExpectEmptyPlan(named("alice"))
	key.Expect(acctest.Args{"access_key_id": id})
}

// TestAccessKey_sameOwnerRenamed switches keys from the name to the id of their owner, who is renamed after the plan, by the
// same apply or by hand. No key is replaced, even without a refresh.
func TestAccessKey_sameOwnerRenamed(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	owner := h.Resource(user, named("before"))
	byName, byID := named("before"), identified(owner.Get("user_id"))
	rotating := func(argument string, value any) acctest.Args {
		return acctest.Args{"lifetime": "30d", "rotate_before": "5d", argument: value}
	}
	pairByID, both := rotating("user_id", owner.Get("user_id")), acctest.Args{"user_name": "after", "user_id": owner.Get("user_id")}
	plain, pair := h.Resource(accessKey, byName), h.Resource(rotatingKey, rotating("user_name", "before"))
	twice, old, moves := h.Resource(accessKey, byName), h.Resource(accessKey, byName), h.Resource(accessKey, byName)
	keys := h.Keys()

	p := h.Start()
	p.Plan(owner, acctest.Args{"user_name": "after"}).ExpectNoErrors()
	p.Plan(twice, both).Expect(acctest.Update, both)
	first, second := plain.Plan(byID).Expect(acctest.Update, byID), pair.Plan(pairByID).Expect(acctest.Update, pairByID)
	twice.Plan(both).ExpectErrorAmong("Owner named twice", "`user_name` is \"after\", and the user with the `user_id`", "does not have this name")
	h.ResetCalls()
	owner.Update(acctest.Args{"user_name": "after"})
	first.Apply().ExpectNoErrors()
	second.Apply().ExpectNoErrors()
	twice.Update(both)
	old.SkipRefresh = true
	old.Plan(byID).Expect(acctest.Update, byID).Apply().ExpectNoErrors()
	moved, got := moves.Move(rotatingKey)
	got.ExpectNoErrors()
	moved.SkipRefresh = true
	moved.Plan(pairByID).Expect(acctest.Update, pairByID).Apply().ExpectNoErrors()
	plain.ExpectEmptyPlan(byID)
	pair.ExpectEmptyPlan(pairByID)
	h.ExpectWrites("UpdateUser", "UpdateAccessKey") // the second is the expiry of the moved key
	if len(h.Keys()) != len(keys) {
		t.Errorf("%d keys, want %d", len(h.Keys()), len(keys))
	}
	for _, key := range keys {
		if h.Key(key.AccessKeyID).UserName != "after" {
			t.Errorf("key %s was replaced", key.AccessKeyID)
		}
	}
}

// TestAccessKey_ownerIsReplaced: a user cannot be deleted before its keys, so an unknown id replaces the key. A name is known
// at plan, so the key is not replaced, and the API refuses to delete the user.
func TestAccessKey_ownerIsReplaced(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	owner := h.Resource(user, named("alice"))
	byID := h.Resource(accessKey, identified(owner.Get("user_id")))
	byID.PlanExpectReplace(identified(acctest.Unknown), "user_id").
		ExpectWarning("Access key replaced because its owner is unknown: "+byID.String("id"), acctest.At("user_id"), "`outscale_user.NAME.user_id`", "`-target`")
	byID.PlanExpectReplace(acctest.Args{"user_name": acctest.Unknown}, "user_id", "user_name").ExpectWarning("Access key replaced because its owner is unknown", acctest.At("user_name"))
	byID.Plan(acctest.Args{"user_name": "alice", "user_id": acctest.Unknown}).ExpectNoWarning("Access key replaced because its owner is unknown")
	byID.Destroy()
	byName := h.Resource(accessKey, named("alice"))
	owner.ForceReplace = true
	owner.Apply(named("alice")).ExpectError("User not deleted", "User alice still has access keys "+byName.String("id"))
}

// TestAccessKey_ownerIsReplacedByName: the plan shows that a key goes with its owner if the same run replaces the user that
// `user_name` names, or that owns the key whose `user_id` is unknown for this reason.
func TestAccessKey_ownerIsReplacedByName(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	owner := h.Resource(user, named("alice"))
	pairByName := acctest.Args{"user_name": "alice", "lifetime": "30d", "rotate_before": "5d"}
	byName, byID := h.Resource(accessKey, named("alice")), h.Resource(accessKey, identified(owner.Get("user_id")))
	pair, moves := h.Resource(rotatingKey, pairByName), h.Resource(user, named("bob"))
	bobs := h.Resource(accessKey, named("bob"))
	const summary = "Access key replaced with its owner: "

	p := h.Start()
	p.Plan(owner, named("alice")).Expect(acctest.NoOp, nil)
	p.Plan(byName, named("alice")).Expect(acctest.NoOp, nil).ExpectNone()
	owner.ForceReplace = true
	p = h.Start()
	p.Plan(owner, named("alice")).Expect(acctest.Replace, nil)
	p.Plan(byName, named("alice")).Expect(acctest.Replace, acctest.Args{"user_id": acctest.Unknown}).
		ExpectWarning(summary+byName.String("id"), "The same run destroys the owner of access key", "of user alice", "the key is revoked")
	p.Plan(byID, identified(acctest.Unknown)).Expect(acctest.Replace, nil).ExpectWarning(summary + byID.String("id"))
	p.Plan(pair, pairByName).Expect(acctest.Replace, acctest.Args{"user_id": acctest.Unknown}).ExpectWarning(summary+pair.String("id"), "both keys are revoked")
	p.Plan(bobs, named("bob")).Expect(acctest.NoOp, nil).ExpectNone()

	// Another user gets the name of a user that is renamed: not a replacement.
	p = h.Start()
	p.Plan(moves, named("robert")).Expect(acctest.Update, nil)
	p.Plan(h.NewResource(user), named("bob")).Expect(acctest.Create, nil)
	p.Plan(bobs, named("bob")).Expect(acctest.NoOp, nil).ExpectNone()
}

// TestAccessKey_badArguments: bad arguments are refused at plan, or at apply if only the API can refuse them.
func TestAccessKey_badArguments(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for name, c := range map[string]struct {
		config acctest.Args
		path   string
		parts  []string
	}{
		"an empty id":    {identified(""), "user_id", []string{"leave the argument out for a key of the caller's own"}},
		"a bad name":     {named("a b"), "user_name", []string{"must be the name of a user"}},
		"a bad state":    {acctest.Args{"state": "SLEEPING"}, "state", []string{`"ACTIVE"`}},
		"a lower state":  {acctest.Args{"state": "active"}, "state", []string{`"ACTIVE"`}},
		"a bad timeout":  {acctest.Args{"timeouts": acctest.Args{"create": "soon"}}, "timeouts.create", []string{"Valid time units"}},
		"a short one":    {acctest.Args{"timeouts": acctest.Args{"create": "0s"}}, "timeouts.create", []string{"at least 1s"}},
		"the old secret": {acctest.Args{"secret_key": "x"}, "secret_key", nil},
	} {
		t.Log(name)
		h.NewResource(accessKey).Plan(c.config).ExpectErrorAt(c.path, c.parts...)
	}
	if calls := h.Requests(); len(calls) != 0 {
		t.Errorf("%d calls were made", len(calls))
	}
	const createFirst = "Create the user first. If the same configuration creates it, set `user_id = outscale_user.NAME.user_id`: then the user is created before the key."
	h.NewResource(accessKey).Plan(acctest.Args{"user_name": "alice", "user_id": "U1"}).ExpectErrorAmong("Owner named twice", "Remove one of the two arguments.")
	h.NewResource(accessKey).Apply(named("nobody")).ExpectError("Access key not created", "The account has no user named nobody.\n\n"+createFirst)
	for id, want := range map[string]string{
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ12345": "The account has no user with the id ABCDEFGHIJKLMNOPQRSTUVWXYZ12345.\n\nSet `user_id` to the id of an existing user",
		"robot": "The account has no user with the id robot.\n\n" +
			"\"robot\" does not look like the id of a user, which has 31 characters of A-Z and 0-9. If it is the name of a user, set `user_name` instead of `user_id`.",
	} {
		h.NewResource(accessKey).Plan(identified(id)).ExpectError("Access key not planned", want, "If you are destroying this configuration, add `-refresh=false`.")
	}
	if n := len(h.Keys()); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}

// TestAccessKey_unknownOwnerWithoutReadUsers: the API's refusal is all that shows that the owner is missing.
func TestAccessKey_unknownOwnerWithoutReadUsers(t *testing.T) {
	t.Parallel()
	h := signedBy(t, "robot", "api:*AccessKey*")
	h.NewResource(accessKey).Apply(named("nobody")).ExpectError("Access key not created",
		"The API does not know the owner. Create the user first. If the same configuration creates it")
}

// TestAccessKey_belongsToCaller: the caller is a user, who creates a key for itself without reading users.
func TestAccessKey_belongsToCaller(t *testing.T) {
	t.Parallel()
	h := signedBy(t, "robot", "api:*AccessKey*")
	key := h.Resource(accessKey, dated("2030-01-01"))
	if owner := h.Key(key.String("id")).UserName; owner != "robot" || len(h.Keys()) != 2 {
		t.Errorf("the key belongs to %q, there are %d", owner, len(h.Keys()))
	}
	if n := h.Calls("ReadUsers"); n != 0 {
		t.Errorf("%d ReadUsers for a key of the caller's own", n)
	}
	key.Destroy()
}
