package api

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestWire_datesIn(t *testing.T) {
	whole := time.Date(2028, 2, 18, 1, 2, 3, 0, time.UTC)
	milli := whole.Add(456 * time.Millisecond)
	for in, want := range map[string]time.Time{
		"2028-02-18T01:02:03.456+0000":           milli,
		"2028-02-18T01:02:03.456Z":               milli,
		"2028-02-18T01:02:03.456+00:00":          milli,
		"2028-02-18 01:02:03.456+0000":           milli,
		"2028-02-18 01:02:03.456Z":               milli,
		"2028-02-18T01:02:03.456-0000":           milli,
		"2028-02-18T03:32:03.456+02:30":          milli,
		"2028-02-18T03:02:03.456+02":             milli,
		"2028-02-18T01:02:03.456":                milli,
		"2028-02-18T01:02:03.4560000000000+0000": milli,
		"2028-02-18T01:02:03Z":                   whole,
		"2028-02-18T01:02:03+0000":               whole,
		"2028-02-18T01:02:03.4Z":                 whole.Add(400 * time.Millisecond),
		"2028-02-18T01:02:03.123456789+0000":     whole.Add(123456789),
		"2028-02-18T00:00:00.000+0000":           time.Date(2028, 2, 18, 0, 0, 0, 0, time.UTC),
		"2028-02-18":                             time.Date(2028, 2, 18, 0, 0, 0, 0, time.UTC),
	} {
		if got, err := parseDate(in); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%q: %v %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "2028", "2028-02", "2028-02-30T00:00:00Z", "soon", "2028-02-18T25:00:00Z", "2028-02-18T01:02:03.456+0000 "} {
		if got, err := parseDate(in); err == nil {
			t.Errorf("%q was read as %v", in, got)
		}
	}
}

// Requests have only members that are set, and dates in UTC with milliseconds, never empty or null.
func TestWire_requestBodies(t *testing.T) {
	at := time.Date(2028, 1, 1, 1, 0, 0, 0, time.FixedZone("", 3600))
	x, empty := "x", ""
	for want, do := range map[string]func(*Client, context.Context) error{
		`{}`: actions["CreateAccessKey"],
		`{"Tag":"m","UserName":"bob","ExpirationDate":"2028-01-01T00:00:00.000Z"}`: func(c *Client, ctx context.Context) error {
			_, err := c.CreateAccessKey(ctx, CreateAccessKeyInput{UserName: "bob", Tag: "m", ExpirationDate: &at})
			return err
		},
		`{"Filters":{"AccessKeyIds":["AK"]},"Tag":"m","UserName":"bob"}`: func(c *Client, ctx context.Context) error {
			_, err := c.ReadAccessKeys(ctx, ReadAccessKeysInput{UserName: "bob", IDs: []string{"AK"}, Tag: "m"})
			return err
		},
		`{"AccessKeyId":"NEWKEY","State":"INACTIVE","Tag":"x","ExpirationDate":"2028-01-01T00:00:00.000Z"}`: func(c *Client, ctx context.Context) error {
			_, err := c.UpdateAccessKey(ctx, UpdateAccessKeyInput{ID: "NEWKEY", State: "INACTIVE", Tag: &x, ExpirationDate: &at})
			return err
		},
		`{"AccessKeyId":"NEWKEY","ClearExpirationDate":true,"ClearTag":true,"State":"ACTIVE","UserName":"bob"}`: func(c *Client, ctx context.Context) error {
			_, err := c.UpdateAccessKey(ctx, UpdateAccessKeyInput{ID: "NEWKEY", UserName: "bob", State: "ACTIVE", ClearExpirationDate: true, ClearTag: true})
			return err
		},
		`{"AccessKeyId":"NEWKEY","State":"ACTIVE","Tag":""}`: func(c *Client, ctx context.Context) error {
			_, err := c.UpdateAccessKey(ctx, UpdateAccessKeyInput{ID: "NEWKEY", State: "ACTIVE", Tag: &empty})
			return err
		},
		`{"AccessKeyId":"NEWKEY","UserName":"bob"}`: func(c *Client, ctx context.Context) error { return c.DeleteAccessKey(ctx, "bob", "NEWKEY") },
		`{"Path":"/a/","UserEmail":"b@example.com","UserName":"bob"}`: func(c *Client, ctx context.Context) error {
			_, err := c.CreateUser(ctx, CreateUserInput{UserName: "bob", Path: "/a/", Email: "b@example.com"})
			return err
		},
		`{"NewPath":"/a/","NewUserEmail":"b@example.com","NewUserName":"robert","UserName":"bob"}`: func(c *Client, ctx context.Context) error {
			_, err := c.UpdateUser(ctx, UpdateUserInput{"bob", "robert", "/a/", "b@example.com"})
			return err
		},
		`{"UserName":"bob"}`: func(c *Client, ctx context.Context) error { return c.DeleteUser(ctx, "bob") },
	} {
		r := newRig(t, problem(403, "4", ""))
		if err := do(r.Client, context.Background()); !IsForbidden(err) || r.bodies[0] != want {
			t.Errorf("%s, want %s (%v)", r.bodies[0], want, err)
		}
	}
}

func TestWire_answers(t *testing.T) {
	r := newRig(t, ok(keyBody))
	at := time.Date(2063, 4, 5, 0, 0, 0, 0, time.UTC)
	k, err := r.CreateAccessKey(context.Background(), CreateAccessKeyInput{})
	if err != nil || k.ID != "NEWKEY" || k.State != "ACTIVE" || k.Tag != "Group1" || k.SecretKey != "the-new-secret" ||
		!k.ExpirationDate.Equal(at) || !k.CreationDate.Equal(time.Date(2010, 10, 1, 12, 34, 56, 789e6, time.UTC)) {
		t.Errorf("%+v %v", k, err)
	}

	// After a create, an unreadable date must not lose the secret. Otherwise it is an error and not "never".
	odd := strings.Replace(keyBody, "2063-04-05T00:00:00.000+0000", "in spring", 1)
	r = newRig(t, ok(odd))
	if k, err := r.CreateAccessKey(context.Background(), CreateAccessKeyInput{ExpirationDate: &at}); err != nil || k.SecretKey == "" || !k.ExpirationDate.Equal(at) {
		t.Errorf("%v %v", k.ExpirationDate, err)
	}
	r = newRig(t, ok(odd))
	if _, err := r.UpdateAccessKey(context.Background(), UpdateAccessKeyInput{ID: "NEWKEY"}); err == nil || !strings.Contains(err.Error(), "in spring") {
		t.Errorf("%v", err)
	}
	r = newRig(t, ok(keyBody))
	if _, err := r.UpdateAccessKey(context.Background(), UpdateAccessKeyInput{ID: "OTHER"}); err == nil {
		t.Error("an answer about another key was taken")
	}
	r = newRig(t, ok(`{"AccessKeys":[{"AccessKeyId":"AK","State":"ACTIVE","Unknown":{"a":1}}]}`))
	keys, err := r.ReadAccessKeys(context.Background(), ReadAccessKeysInput{})
	if err != nil || len(keys) != 1 || keys[0].ExpirationDate != nil || keys[0].Tag != "" {
		t.Errorf("%+v %v", keys, err)
	}
}

// The client reads all pages, whether the API counts from 0 or 1, returns each user once, and always ends.
func TestReadUsers_pages(t *testing.T) {
	page := func(more bool, ids ...int) reply {
		var users []string
		for _, id := range ids {
			users = append(users, fmt.Sprintf(`{"UserId":"U%d","UserName":"user-%d","Path":"/"}`, id, id))
		}
		return ok(fmt.Sprintf(`{"Users":[%s],"HasMoreItems":%v}`, strings.Join(users, ","), more))
	}
	r := newRig(t, page(true, 1, 2), page(true, 2, 3), page(false, 4))
	users, err := r.ReadUsers(context.Background(), nil)
	if err != nil || len(users) != 4 || users[3].ID != "U4" {
		t.Errorf("%+v %v", users, err)
	}
	want := []string{`{"FirstItem":0,"ResultsPerPage":1000}`, `{"FirstItem":2,"ResultsPerPage":1000}`, `{"FirstItem":4,"ResultsPerPage":1000}`}
	if fmt.Sprint(r.bodies) != fmt.Sprint(want) {
		t.Errorf("%v", r.bodies)
	}
	r = newRig(t, page(true, 1), page(true))
	if users, err := r.ReadUsers(context.Background(), []string{"U1"}); err != nil || len(users) != 1 || r.sent() != 2 ||
		r.bodies[0] != `{"Filters":{"UserIds":["U1"]},"FirstItem":0,"ResultsPerPage":1000}` {
		t.Errorf("%+v %v %v", users, err, r.bodies)
	}
}
