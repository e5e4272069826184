package conformance

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	oscv2 "github.com/outscale/osc-sdk-go/v2"
	"github.com/outscale/osc-sdk-go/v3/pkg/iso8601"
	"github.com/outscale/osc-sdk-go/v3/pkg/options"
	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
	"github.com/outscale/osc-sdk-go/v3/pkg/profile"
)

const clientUser = "owner"

// keyLife is a client that creates, updates and deletes a key.
type keyLife struct {
	create func() (id, secret string)
	// read returns the key's state as the client sees it.
	read   func(id string) string
	update func(id string)
	remove func(id string)
}

// live runs the lifecycle of a user's key, and checks each step at the admin port. s runs on the real clock, because the clients sign
// with it.
func (s *server) live(life keyLife) {
	s.t.Helper()
	id, secret := life.create()
	key := s.state().key(id)
	if key == nil {
		s.t.Fatalf("the key %q that the client created does not exist", id)
	}
	if key.UserName != clientUser || key.State != "ACTIVE" || key.Tag == nil || *key.Tag != "made by a client" || key.SecretSHA256 != hash(secret) {
		s.t.Errorf("made: %+v", key)
	}
	if want := time.Date(2063, 4, 5, 0, 0, 0, 0, time.UTC); key.ExpirationDate == nil || !key.ExpirationDate.Equal(want) {
		s.t.Errorf("it expires at %v, want %v", key.ExpirationDate, want)
	}
	if got := life.read(id); got != "ACTIVE" {
		s.t.Errorf("read as %q", got)
	}
	life.update(id)
	key = s.state().key(id)
	if key == nil || key.State != "INACTIVE" || key.ExpirationDate == nil || key.Tag == nil || *key.Tag != "changed" {
		s.t.Errorf("updated: %+v", key)
	}
	if got := life.read(id); got != "INACTIVE" {
		s.t.Errorf("read as %q", got)
	}
	life.remove(id)
	if key := s.state().key(id); key != nil {
		s.t.Errorf("deleted, and there: %+v", key)
	}
}

// forClients makes a server on the real clock with the user that owns the keys.
func forClients(t *testing.T) *server {
	t.Helper()
	s := run(t)
	s.root().must("CreateUser", `{"UserName":"`+clientUser+`"}`)
	return s
}

func ptr[T any](value T) *T { return &value }

// SDK v3 signs as AWS4, with the service osc and few headers.
func TestClient_sdkV3(t *testing.T) {
	t.Parallel()
	s := forClients(t)
	client, err := osc.NewClient(&profile.Profile{
		AccessKey: rootID, SecretKey: rootSecret, Region: "eu-west-2", Protocol: "http",
		Endpoints: profile.Endpoint{API: s.api},
	}, options.WithoutLogging())
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	s.live(keyLife{
		create: func() (string, string) {
			expires := iso8601.Day(2063, 4, 5)
			got, err := client.CreateAccessKey(ctx, osc.CreateAccessKeyRequest{UserName: ptr(clientUser), Tag: ptr("made by a client"), ExpirationDate: &expires})
			if err != nil {
				t.Fatal(err)
			}
			return *got.AccessKey.AccessKeyId, *got.AccessKey.SecretKey
		},
		read: func(id string) string {
			got, err := client.ReadAccessKeys(ctx, osc.ReadAccessKeysRequest{UserName: ptr(clientUser), Filters: &osc.FiltersAccessKeys{AccessKeyIds: &[]string{id}}})
			if err != nil {
				t.Fatal(err)
			}
			keys := *got.AccessKeys
			if len(keys) != 1 || *keys[0].AccessKeyId != id || keys[0].CreationDate == nil || keys[0].CreationDate.Year() < 2020 {
				t.Errorf("read %+v", keys)
			}
			return string(*keys[0].State)
		},
		update: func(id string) {
			expires := iso8601.Day(2063, 4, 5)
			_, err := client.UpdateAccessKey(ctx, osc.UpdateAccessKeyRequest{UserName: ptr(clientUser), AccessKeyId: id, State: ptr("INACTIVE"), Tag: ptr("changed"), ExpirationDate: &expires})
			if err != nil {
				t.Fatal(err)
			}
		},
		remove: func(id string) {
			if _, err := client.DeleteAccessKey(ctx, osc.DeleteAccessKeyRequest{UserName: ptr(clientUser), AccessKeyId: id}); err != nil {
				t.Fatal(err)
			}
		},
	})
	users, err := client.ReadUsers(ctx, osc.ReadUsersRequest{})
	if err != nil || len(*users.Users) != 1 || *(*users.Users)[0].UserName != clientUser {
		t.Errorf("users: %+v, %v", users, err)
	}
	if _, err := client.DeleteAccessKey(ctx, osc.DeleteAccessKeyRequest{AccessKeyId: "NONE"}); err == nil || !strings.Contains(err.Error(), "5027") {
		t.Errorf("a refusal reaches the client as %v", err)
	}
}

// SDK v2 signs as AWS4, with the service oapi and the headers accept and content-type.
func TestClient_sdkV2(t *testing.T) {
	t.Parallel()
	s := forClients(t)
	base, err := url.Parse(s.api)
	if err != nil {
		t.Fatal(err)
	}
	config := oscv2.NewConfiguration()
	config.Servers = oscv2.ServerConfigurations{{URL: base.String()}}
	client := oscv2.NewAPIClient(config)
	ctx := context.WithValue(t.Context(), oscv2.ContextAWSv4, oscv2.AWSv4{AccessKey: rootID, SecretKey: rootSecret})
	done := func(response *http.Response, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
	}
	s.live(keyLife{
		create: func() (string, string) {
			got, response, err := client.AccessKeyApi.CreateAccessKey(ctx).CreateAccessKeyRequest(oscv2.CreateAccessKeyRequest{
				UserName: ptr(clientUser), Tag: ptr("made by a client"), ExpirationDate: ptr("2063-04-05"),
			}).Execute()
			done(response, err)
			return got.AccessKey.GetAccessKeyId(), got.AccessKey.GetSecretKey()
		},
		read: func(id string) string {
			got, response, err := client.AccessKeyApi.ReadAccessKeys(ctx).ReadAccessKeysRequest(oscv2.ReadAccessKeysRequest{
				UserName: ptr(clientUser), Filters: &oscv2.FiltersAccessKeys{AccessKeyIds: &[]string{id}},
			}).Execute()
			done(response, err)
			keys := got.GetAccessKeys()
			if len(keys) != 1 || keys[0].GetAccessKeyId() != id {
				t.Fatalf("read %+v", keys)
			}
			return keys[0].GetState()
		},
		update: func(id string) {
			request := oscv2.UpdateAccessKeyRequest{AccessKeyId: id, UserName: ptr(clientUser), State: ptr("INACTIVE"), Tag: ptr("changed"), ExpirationDate: ptr("2063-04-05")}
			_, response, err := client.AccessKeyApi.UpdateAccessKey(ctx).UpdateAccessKeyRequest(request).Execute()
			done(response, err)
		},
		remove: func(id string) {
			request := oscv2.DeleteAccessKeyRequest{AccessKeyId: id, UserName: ptr(clientUser)}
			_, response, err := client.AccessKeyApi.DeleteAccessKey(ctx).DeleteAccessKeyRequest(request).Execute()
			done(response, err)
		},
	})
}
