package simulator_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	sdk "github.com/outscale/osc-sdk-go/v3/pkg/options"
	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
	"github.com/outscale/osc-sdk-go/v3/pkg/profile"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// A program starts a simulator, and the client of the official Go SDK calls it. In a test, simtest.Start starts and stops the simulator.
func Example() {
	sim, err := simulator.New(simulator.Options{RootAccessKey: "ROOTKEYROOTKEYROOT01", RootSecretKey: "SECRET"})
	if err != nil {
		log.Fatal(err)
	}
	defer sim.Close()
	running, err := sim.Start("127.0.0.1:0", "")
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer running.Shutdown(ctx)

	client, err := osc.NewClient(&profile.Profile{
		AccessKey: "ROOTKEYROOTKEYROOT01", SecretKey: "SECRET", Region: "eu-west-2", Protocol: "http",
		Endpoints: profile.Endpoint{API: running.URL()},
	}, sdk.WithoutLogging())
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.CreateUser(ctx, osc.CreateUserRequest{UserName: "ci"}); err != nil {
		log.Fatal(err)
	}
	for _, user := range sim.State().Users {
		fmt.Println(user.UserName, user.Path)
	}
	for _, request := range sim.Requests() {
		fmt.Println(request.Caller, request.Action, request.Status)
	}
	// Output:
	// ci /
	// root CreateUser 200
}

// The simulator executes CreateAccessKey and closes the connection: the client gets an error, but the access key exists.
func ExampleSimulator_SetFaults() {
	sim, client, stop := start(simulator.Options{})
	defer stop()
	err := sim.SetFaults([]simulator.Fault{{Action: "CreateAccessKey", Kind: "drop_after", Times: 1}})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.CreateAccessKey(context.Background(), osc.CreateAccessKeyRequest{})
	fmt.Println("error:", err != nil)
	fmt.Println("access keys besides the first one:", len(sim.State().AccessKeys)-1)
	// Output:
	// error: true
	// access keys besides the first one: 1
}

// A new account has the objects of a JSON text, which has the form of GET /state. Its access key expires when the clock moves.
func ExampleReadSnapshot() {
	objects, err := simulator.ReadSnapshot(strings.NewReader(`{
		"users": [{"UserName": "ci"}],
		"access_keys": [{"AccessKeyId": "CIKEYCIKEYCIKEYCIKEY", "UserName": "ci", "ExpirationDate": "2063-04-05T00:00:00Z"}]
	}`))
	if err != nil {
		log.Fatal(err)
	}
	sim, _, stop := start(simulator.Options{Objects: objects})
	defer stop()
	show := func() {
		for _, key := range sim.State().AccessKeys {
			if key.UserName == "ci" {
				fmt.Println(key.AccessKeyID, key.State, "expired:", key.Expired)
			}
		}
	}
	show()
	if err := sim.Advance(100 * 365 * 24 * time.Hour); err != nil {
		log.Fatal(err)
	}
	show()
	// Output:
	// CIKEYCIKEYCIKEYCIKEY ACTIVE expired: false
	// CIKEYCIKEYCIKEYCIKEY ACTIVE expired: true
}

// start starts a simulator. The client signs for the root account and does not retry.
func start(options simulator.Options) (sim *simulator.Simulator, client *osc.Client, stop func()) {
	sim, err := simulator.New(options)
	if err != nil {
		log.Fatal(err)
	}
	running, err := sim.Start("127.0.0.1:0", "")
	if err != nil {
		log.Fatal(err)
	}
	client, err = osc.NewClient(&profile.Profile{
		AccessKey: sim.RootAccessKey(), SecretKey: sim.GeneratedSecret(), Region: "eu-west-2", Protocol: "http",
		Endpoints: profile.Endpoint{API: running.URL()},
	}, sdk.WithoutLogging(), sdk.WithoutRetry())
	if err != nil {
		log.Fatal(err)
	}
	return sim, client, func() {
		if err := errors.Join(running.Shutdown(context.Background()), sim.Close()); err != nil {
			log.Fatal(err)
		}
	}
}
