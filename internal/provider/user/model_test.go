package user

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

func TestWithUser(t *testing.T) {
	made := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	// The official provider writes dates in the API's own form: the text stays while it names the same instant.
	m := model{CreationDate: isodate.Text("2026-01-01T00:00:00.000+0000"), UserName: types.StringValue("before")}
	got := m.withUser(user.User{ID: "U1", Name: "alice", Path: "/p/", Email: "a@example.com", Created: made, Modified: made})
	if got.ID.ValueString() != "U1" || got.UserID.ValueString() != "U1" || got.UserName.ValueString() != "alice" || got.Path.ValueString() != "/p/" ||
		got.UserEmail.ValueString() != "a@example.com" || got.CreationDate.ValueString() != "2026-01-01T00:00:00.000+0000" ||
		got.LastModificationDate.ValueString() != "2026-01-01T00:00:00.000Z" {
		t.Errorf("got %+v", got)
	}
	if got.describe() != "user alice (id U1)" {
		t.Errorf("describe %q", got.describe())
	}
}

func TestToSpec_unknownEmail(t *testing.T) {
	m := model{UserName: types.StringValue("alice"), Path: types.StringValue("/"), UserEmail: types.StringUnknown()}
	if got := m.toSpec(); got != (user.Spec{Name: "alice", Path: "/"}) {
		t.Errorf("spec %+v", got)
	}
}

func TestUser_acceptedValues(t *testing.T) {
	for value, want := range map[string]bool{"alice": true, "a+b=c,d.e@f_g-h": true, "": false, "a b": false, "é": false, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false} {
		if got := keyattr.UserName.MatchString(value); got != want {
			t.Errorf("user_name %q: %v", value, got)
		}
	}
	for value, want := range map[string]bool{"/": true, "/a/b_9/": true, "": false, "a/": false, "/a": false, "/a-b/": false, "/a b/": false} {
		if got := keyattr.Path.MatchString(value); got != want {
			t.Errorf("path %q: %v", value, got)
		}
	}
	for value, want := range map[string]bool{"a@b": true, "user@example.com": true, "": false, "user": false, "a b@c": false, "a@b@c": false} {
		if got := userEmail.MatchString(value); got != want {
			t.Errorf("user_email %q: %v", value, got)
		}
	}
}
