package acceptance_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// The sentences of the page of the resource, and the tests that hold them true.
//
//	Manages an access key ............................ TestKeyOfTheCaller
//	the secret key is stored in the state ............ TestKeyOfTheCaller, TestTheSecretIsSavedWhenTheSecondCallFails
//	creating an access key for yourself .............. provider.TestExamples, provider.TestThePagesExamplesAreWordForWord
//	creating an access key for another user .......... the same, TestKeyOfAUser
//	expiration_date: date and time, or date .......... TestDatesAreKeptAsWritten, TestBadDatesAreRefusedAtPlan
//	  left out removes an existing expiration date ... TestKeyOfTheCaller, TestTheUserIsToldOfDates
//	state: ACTIVE | INACTIVE ......................... TestKeyOfTheCaller, TestOwnerArgumentsAreChecked
//	user_name: the EIM user that owns the key ........ TestKeyOfAUser, TestAChangeOfUserNameReplaces
//	  left out: whoever sends the request ............ TestAKeyBelongsToWhoeverSendsTheRequest
//	    which can be the root account ................ TestKeyOfTheCaller
//	access_key_id, creation_date, expiration_date,
//	  last_modification_date (UTC), secret_key ....... TestKeyOfTheCaller
//	the secret key enables you to send requests ...... TestTheSecretSignsAsTheStateSays
//	state: ACTIVE if valid for API calls, or INACTIVE  TestTheSecretSignsAsTheStateSays
//	imported using its ID ............................ TestImport, TestImportBlock

// signs tries to read with the key in the state, as whoever was given the key would.
func signs(w *World, want bool) resource.TestCheckFunc {
	return func(s *terraform.State) error {
		key := s.RootModule().Resources[address].Primary.Attributes
		client, err := api.New(api.Config{
			Endpoint: w.Endpoint, Region: "eu-west-2", Now: w.Simulator.Now,
			Credential: api.Credential{AccessKeyID: key["access_key_id"], SecretKey: key["secret_key"]},
		})
		if err != nil {
			return err
		}
		defer client.CloseIdleConnections()
		if _, err = client.ReadAccessKeys(context.Background(), api.ReadAccessKeysInput{}); (err == nil) != want {
			return fmt.Errorf("the key can be used: %v, want %v", err == nil, want)
		}
		return nil
	}
}

func TestTheSecretSignsAsTheStateSays(t *testing.T) {
	w := New(t)
	at := date(w.Date(time.Hour))
	w.Test(
		resource.TestStep{Config: Key("this", at), Check: signs(w, true)},
		resource.TestStep{Config: Key("this", at, `state = "INACTIVE"`), Check: signs(w, false)},
		resource.TestStep{Config: Key("this", at, `state = "ACTIVE"`), Check: signs(w, true)},
		resource.TestStep{
			PreConfig: w.Advance(2 * time.Hour), Config: Key("this", at, `state = "ACTIVE"`), Check: signs(w, false),
			ConfigStateChecks: []statecheck.StateCheck{value("expired", knownvalue.Bool(true))},
		},
	)
}

// TestAKeyBelongsToWhoeverSendsTheRequest: here a user, who makes a key for itself and reads no user for it.
func TestAKeyBelongsToWhoeverSendsTheRequest(t *testing.T) {
	w := New(t, func(o *simulator.Options) {
		o.Grants = []simulator.Grant{{User: "robot", Actions: []string{"api:*AccessKey*"}}}
	})
	ctx := context.Background()
	_, err := w.API().CreateUser(ctx, api.CreateUserInput{UserName: "robot", Path: "/"})
	w.Must(err)
	signer, err := w.API().CreateAccessKey(ctx, api.CreateAccessKeyInput{UserName: "robot"})
	w.Must(err)
	w.Env("OSC_ACCESS_KEY", signer.ID)
	w.Env("OSC_SECRET_KEY", signer.SecretKey)
	mark := w.Mark()
	w.Leaves(signer.ID)
	w.Test(resource.TestStep{Config: Key("this", date("2030-01-01")), Check: func(*terraform.State) error {
		for _, key := range w.Keys() {
			if key.UserName != "robot" {
				return fmt.Errorf("key %s belongs to %q", key.AccessKeyID, key.UserName)
			}
		}
		if len(w.Keys()) != 2 {
			return errors.New("the key is not there")
		}
		return nil
	}})
	if n := mark.Count("ReadUsers"); n != 0 {
		t.Errorf("%d ReadUsers for a key of the caller's own", n)
	}
}
