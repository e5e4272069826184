package api

import (
	"context"
	"errors"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
)

// InlinePolicy is a policy that belongs to one user or one group.
type InlinePolicy struct{ Name, Document string }

// PutUserPolicy creates an inline policy of a user, or replaces its document.
func (c *Client) PutUserPolicy(ctx context.Context, userName string, p InlinePolicy) error {
	req := osc.PutUserPolicyRequest{UserName: userName, PolicyName: p.Name, PolicyDocument: p.Document}
	return c.do(ctx, "PutUserPolicy", repeatable, req, &emptyResponse{})
}

// ReadUserPolicies returns the names of a user's inline policies. The API gives them without pages.
func (c *Client) ReadUserPolicies(ctx context.Context, userName string) ([]string, error) {
	const action = "ReadUserPolicies"
	page := listPage[string]{member: "PolicyNames"}
	err := c.do(ctx, action, repeatable, osc.ReadUserPoliciesRequest{UserName: userName}, &page)
	return page.items, err
}

// ReadUserPolicy returns one inline policy of a user.
func (c *Client) ReadUserPolicy(ctx context.Context, userName, name string) (InlinePolicy, error) {
	const action = "ReadUserPolicy"
	var answer struct{ PolicyDocument, PolicyName *string }
	if err := c.do(ctx, action, repeatable, osc.ReadUserPolicyRequest{UserName: userName, PolicyName: name}, &answer); err != nil {
		return InlinePolicy{}, err
	}
	if answer.PolicyDocument == nil {
		return InlinePolicy{}, c.unusable(action, errors.New("the answer has no policy document"))
	}
	return InlinePolicy{Name: name, Document: *answer.PolicyDocument}, nil
}

// DeleteUserPolicy deletes an inline policy of a user.
func (c *Client) DeleteUserPolicy(ctx context.Context, userName, name string) error {
	return c.do(ctx, "DeleteUserPolicy", repeatable, osc.DeleteUserPolicyRequest{UserName: userName, PolicyName: name}, &emptyResponse{})
}

// PutUserGroupPolicy creates an inline policy of a group, or replaces its document.
func (c *Client) PutUserGroupPolicy(ctx context.Context, g GroupRef, p InlinePolicy) error {
	req := osc.PutUserGroupPolicyRequest{UserGroupName: g.Name, UserGroupPath: set(g.Path), PolicyName: p.Name, PolicyDocument: p.Document}
	return c.do(ctx, "PutUserGroupPolicy", repeatable, req, &emptyResponse{})
}

// ReadUserGroupPolicies returns the inline policies of a group with their documents.
func (c *Client) ReadUserGroupPolicies(ctx context.Context, g GroupRef) ([]InlinePolicy, error) {
	const action = "ReadUserGroupPolicies"
	request := func(first, size *int) any {
		return osc.ReadUserGroupPoliciesRequest{UserGroupName: g.Name, UserGroupPath: set(g.Path), FirstItem: first, ResultsPerPage: size}
	}
	found, err := readPages(ctx, c, action, "Policies", request, func(w osc.InlinePolicy) string { return val(w.Name) })
	if err != nil {
		return nil, err
	}
	return mapAll(c, action, found, inlinePolicy)
}

// ReadUserGroupPolicy returns one inline policy of a group.
func (c *Client) ReadUserGroupPolicy(ctx context.Context, g GroupRef, name string) (InlinePolicy, error) {
	const action = "ReadUserGroupPolicy"
	var answer struct{ Policy *osc.InlinePolicy }
	req := osc.ReadUserGroupPolicyRequest{UserGroupName: g.Name, UserGroupPath: set(g.Path), PolicyName: name}
	if err := c.do(ctx, action, repeatable, req, &answer); err != nil {
		return InlinePolicy{}, err
	}
	if answer.Policy == nil {
		return InlinePolicy{}, c.unusable(action, errors.New("the answer has no policy"))
	}
	policy, err := inlinePolicy(*answer.Policy)
	if err != nil {
		return InlinePolicy{}, c.unusable(action, err)
	}
	return policy, nil
}

// DeleteUserGroupPolicy deletes an inline policy of a group.
func (c *Client) DeleteUserGroupPolicy(ctx context.Context, g GroupRef, name string) error {
	req := osc.DeleteUserGroupPolicyRequest{UserGroupName: g.Name, UserGroupPath: set(g.Path), PolicyName: name}
	return c.do(ctx, "DeleteUserGroupPolicy", repeatable, req, &emptyResponse{})
}

func inlinePolicy(w osc.InlinePolicy) (InlinePolicy, error) {
	if w.Name == nil || w.Body == nil {
		return InlinePolicy{}, errors.New("the answer has an inline policy without a name or a document")
	}
	return InlinePolicy{Name: *w.Name, Document: *w.Body}, nil
}
