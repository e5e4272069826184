package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// LinkedPolicy is a managed policy as the list of an owner's links shows it.
type LinkedPolicy struct {
	ID, Name, ORN        string
	CreationDate         time.Time
	LastModificationDate time.Time
}

// PolicyEntity is a user, a group or an account that a managed policy is linked to.
type PolicyEntity struct{ ID, Name, ORN string }

// PolicyEntities are all entities that a managed policy is linked to.
type PolicyEntities struct{ Users, Groups, Accounts []PolicyEntity }

type wireLinkedPolicy struct {
	osc.LinkedPolicy
	CreationDate         *instant
	LastModificationDate *instant
}

func (w wireLinkedPolicy) policy() (LinkedPolicy, error) {
	p := LinkedPolicy{ID: val(w.PolicyId), Name: val(w.PolicyName), ORN: val(w.Orn)}
	if p.ORN == "" {
		return p, errors.New("the answer has a linked policy without an ORN")
	}
	var err1, err2 error
	p.CreationDate, err1 = w.CreationDate.at()
	p.LastModificationDate, err2 = w.LastModificationDate.at()
	if err := firstOf(err1, err2); err != nil {
		return p, fmt.Errorf("linked policy %s: %w", text.Word(p.ORN), err)
	}
	return p, nil
}

// LinkPolicy links a managed policy to a user. Linking it again has no effect (A36).
func (c *Client) LinkPolicy(ctx context.Context, orn, userName string) error {
	return c.do(ctx, "LinkPolicy", repeatable, osc.LinkPolicyRequest{PolicyOrn: orn, UserName: userName}, &emptyResponse{})
}

// UnlinkPolicy removes the link of a managed policy to a user. A missing link is a not-found error (A36).
func (c *Client) UnlinkPolicy(ctx context.Context, orn, userName string) error {
	return c.do(ctx, "UnlinkPolicy", repeatable, osc.UnlinkPolicyRequest{PolicyOrn: orn, UserName: userName}, &emptyResponse{})
}

// LinkManagedPolicyToUserGroup links a managed policy to a group. Linking it again has no effect (A36).
func (c *Client) LinkManagedPolicyToUserGroup(ctx context.Context, orn, groupName string) error {
	req := osc.LinkManagedPolicyToUserGroupRequest{PolicyOrn: orn, UserGroupName: groupName}
	return c.do(ctx, "LinkManagedPolicyToUserGroup", repeatable, req, &emptyResponse{})
}

// UnlinkManagedPolicyFromUserGroup removes the link of a managed policy to a group. A missing link is a not-found error (A36).
func (c *Client) UnlinkManagedPolicyFromUserGroup(ctx context.Context, orn, groupName string) error {
	req := osc.UnlinkManagedPolicyFromUserGroupRequest{PolicyOrn: orn, UserGroupName: groupName}
	return c.do(ctx, "UnlinkManagedPolicyFromUserGroup", repeatable, req, &emptyResponse{})
}

// ReadLinkedPolicies returns the managed policies that are linked to a user.
func (c *Client) ReadLinkedPolicies(ctx context.Context, userName string) ([]LinkedPolicy, error) {
	return c.linkedPolicies(ctx, "ReadLinkedPolicies", func(first, size *int) any {
		return osc.ReadLinkedPoliciesRequest{UserName: userName, FirstItem: first, ResultsPerPage: size}
	})
}

// ReadManagedPoliciesLinkedToUserGroup returns the managed policies that are linked to a group.
func (c *Client) ReadManagedPoliciesLinkedToUserGroup(ctx context.Context, groupName string) ([]LinkedPolicy, error) {
	return c.linkedPolicies(ctx, "ReadManagedPoliciesLinkedToUserGroup", func(first, size *int) any {
		return osc.ReadManagedPoliciesLinkedToUserGroupRequest{UserGroupName: groupName, FirstItem: first, ResultsPerPage: size}
	})
}

func (c *Client) linkedPolicies(ctx context.Context, action string, request func(first, size *int) any) ([]LinkedPolicy, error) {
	found, err := readPages(ctx, c, action, "Policies", request, func(w wireLinkedPolicy) string { return val(w.Orn) })
	if err != nil {
		return nil, err
	}
	return mapAll(c, action, found, wireLinkedPolicy.policy)
}

// entitiesAnswer has its lists one level deeper than other answers.
type entitiesAnswer struct {
	PolicyEntities *osc.PolicyEntities
}

// ReadEntitiesLinkedToPolicy returns every user, group and account that a managed policy is linked to.
func (c *Client) ReadEntitiesLinkedToPolicy(ctx context.Context, orn string) (PolicyEntities, error) {
	const action = "ReadEntitiesLinkedToPolicy"
	var all PolicyEntities
	size := pageSize
	for first := 0; ; {
		var answer entitiesAnswer
		req := osc.ReadEntitiesLinkedToPolicyRequest{PolicyOrn: orn, FirstItem: &first, ResultsPerPage: &size}
		if err := c.do(ctx, action, repeatable, req, &answer); err != nil {
			return PolicyEntities{}, err
		}
		if answer.PolicyEntities == nil {
			return PolicyEntities{}, c.unusable(action, errors.New("the answer has no PolicyEntities"))
		}
		page := *answer.PolicyEntities
		added := 0
		for _, list := range []struct {
			into *[]PolicyEntity
			from *[]osc.MinimalPolicy
		}{{&all.Users, page.Users}, {&all.Groups, page.Groups}, {&all.Accounts, page.Accounts}} {
			added += addEntities(list.into, deref(list.from))
		}
		received := len(deref(page.Users)) + len(deref(page.Groups)) + len(deref(page.Accounts))
		if received == 0 || !deref(page.HasMoreItems) {
			return all, nil
		}
		if added == 0 {
			return PolicyEntities{}, c.unusable(action, errSamePage)
		}
		first += received
	}
}

// addEntities appends new entities and returns their number.
func addEntities(into *[]PolicyEntity, from []osc.MinimalPolicy) (added int) {
	seen := map[PolicyEntity]bool{}
	for _, e := range *into {
		seen[e] = true
	}
	for _, w := range from {
		if e := (PolicyEntity{ID: val(w.Id), Name: val(w.Name), ORN: val(w.Orn)}); !seen[e] {
			*into = append(*into, e)
			added++
		}
	}
	return added
}
