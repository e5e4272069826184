package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// LinkedPolicy is a managed policy in the list of those that are linked to a user or a group.
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
	if err := cmp.Or(w.CreationDate.into(&p.CreationDate), w.LastModificationDate.into(&p.LastModificationDate)); err != nil {
		return p, fmt.Errorf("linked policy %s: %w", text.Word(p.ORN), err)
	}
	return p, nil
}

var linkedPolicyObject = object[wireLinkedPolicy, LinkedPolicy]{
	many: "Policies", convert: wireLinkedPolicy.policy, id: func(p LinkedPolicy) string { return p.ORN },
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
	return linkedPolicyObject.pages(ctx, c, "ReadLinkedPolicies", func(first, size *int) any {
		return osc.ReadLinkedPoliciesRequest{UserName: userName, FirstItem: first, ResultsPerPage: size}
	})
}

// ReadManagedPoliciesLinkedToUserGroup returns the managed policies that are linked to a group.
func (c *Client) ReadManagedPoliciesLinkedToUserGroup(ctx context.Context, groupName string) ([]LinkedPolicy, error) {
	return linkedPolicyObject.pages(ctx, c, "ReadManagedPoliciesLinkedToUserGroup", func(first, size *int) any {
		return osc.ReadManagedPoliciesLinkedToUserGroupRequest{UserGroupName: groupName, FirstItem: first, ResultsPerPage: size}
	})
}

// ReadEntitiesLinkedToPolicy returns every user, group and account that a managed policy is linked to. Unlike other answers,
// this one has three lists, one level deeper. An empty one can be missing (A47). If all are missing, or if they have fewer
// items than ItemsCount, the answer is an error.
func (c *Client) ReadEntitiesLinkedToPolicy(ctx context.Context, orn string) (PolicyEntities, error) {
	const action = "ReadEntitiesLinkedToPolicy"
	type entity struct {
		list int
		PolicyEntity
	}
	var all PolicyEntities
	seen := map[entity]bool{}
	size := pageSize
	for first := 0; ; {
		var answer struct{ PolicyEntities *osc.PolicyEntities }
		req := osc.ReadEntitiesLinkedToPolicyRequest{PolicyOrn: orn, FirstItem: &first, ResultsPerPage: &size}
		if err := c.do(ctx, action, repeatable, req, &answer); err != nil {
			return PolicyEntities{}, err
		}
		if answer.PolicyEntities == nil {
			return PolicyEntities{}, c.unusable(action, errors.New("the answer has no PolicyEntities"))
		}
		page, received, before := *answer.PolicyEntities, 0, len(seen)
		for i, list := range []struct {
			into *[]PolicyEntity
			from *[]osc.MinimalPolicy
		}{{&all.Users, page.Users}, {&all.Groups, page.Groups}, {&all.Accounts, page.Accounts}} {
			for _, w := range val(list.from) {
				received++
				if e := (entity{i, PolicyEntity{ID: val(w.Id), Name: val(w.Name), ORN: val(w.Orn)}}); !seen[e] {
					seen[e] = true
					*list.into = append(*list.into, e.PolicyEntity)
				}
			}
		}
		more := received > 0 && val(page.HasMoreItems)
		switch {
		case page.Users == nil && page.Groups == nil && page.Accounts == nil && page.ItemsCount == nil, !more && len(seen) < val(page.ItemsCount):
			return PolicyEntities{}, c.unusable(action, errors.New("the answer has no complete list of entities"))
		case !more:
			return all, nil
		case len(seen) == before:
			return PolicyEntities{}, c.unusable(action, errSamePage)
		}
		first += received
	}
}
