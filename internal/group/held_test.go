package group

import (
	"context"
	"errors"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// holding is a group that the API does not delete while it has members or links.
type holding struct {
	*fake
	links   []api.LinkedPolicy
	freed   bool // what holds the group is removed before it can be read
	deleted int
}

var errConflict = &api.Error{StatusCode: 409, Problems: []api.Problem{{Code: "9002", Type: "ResourceConflict"}}}

func (h *holding) DeleteUserGroup(context.Context, api.GroupRef, bool) error {
	h.deleted++
	if h.freed && h.deleted > 1 {
		return nil
	}
	return errConflict
}

func (h *holding) ReadManagedPoliciesLinkedToUserGroup(context.Context, string) ([]api.LinkedPolicy, error) {
	return h.links, nil
}

func (h *holding) ReadUserGroupPolicies(context.Context, api.GroupRef) ([]api.InlinePolicy, error) {
	return nil, errors.New("not allowed")
}

func TestDelete_held(t *testing.T) {
	groups := func() *fake {
		return &fake{groups: []api.UserGroup{{ID: "ug-ops", Name: "ops", Path: "/"}}}
	}
	remove := func(h *holding) error {
		return New(h, &apitest.Account{}, domain.Options{}).Delete(t.Context(), "ug-ops", domain.Identity{}, false)
	}
	h := &holding{fake: groups(), links: []api.LinkedPolicy{{ORN: "orn:1"}}}
	err := remove(h)
	if held := apitest.As[*domain.HeldError](t, err); held.What() != "linked policies orn:1" || !api.IsConflict(err) {
		t.Errorf("error %v", err)
	}
	if err := remove(&holding{fake: groups(), freed: true}); err != nil {
		t.Errorf("removed in the meantime: %v", err)
	}
	if err := remove(&holding{fake: groups()}); !api.IsConflict(err) {
		t.Errorf("held by what cannot be read: %v", err)
	}
}
