package api

import (
	"context"
	"errors"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
)

// InlinePolicy is a policy that belongs to one user or one group.
type InlinePolicy struct{ Name, Document string }

var inlinePolicyObject = object[osc.InlinePolicy, InlinePolicy]{
	what: "policy", one: "Policy", many: "Policies", id: func(p InlinePolicy) string { return p.Name },
	convert: func(w osc.InlinePolicy) (InlinePolicy, error) {
		if w.Name == nil || w.Body == nil {
			return InlinePolicy{}, errors.New("the answer has an inline policy without a name or a document")
		}
		return InlinePolicy{Name: *w.Name, Document: *w.Body}, nil
	},
}

// PutUserPolicy creates an inline policy of a user, or replaces its document.
func (c *Client) PutUserPolicy(ctx context.Context, userName string, p InlinePolicy) error {
	req := osc.PutUserPolicyRequest{UserName: userName, PolicyName: p.Name, PolicyDocument: p.Document}
	return c.do(ctx, "PutUserPolicy", repeatable, req, &emptyResponse{})
}

// ReadUserPolicies returns the names of a user's inline policies. The action has no pages.
func (c *Client) ReadUserPolicies(ctx context.Context, userName string) ([]string, error) {
	names := object[string, string]{many: "PolicyNames", convert: func(name string) (string, error) { return name, nil }}
	return names.list(ctx, c, "ReadUserPolicies", osc.ReadUserPoliciesRequest{UserName: userName})
}

// ReadUserPolicy returns one inline policy of a user.
func (c *Client) ReadUserPolicy(ctx context.Context, userName, name string) (InlinePolicy, error) {
	req := osc.ReadUserPolicyRequest{UserName: userName, PolicyName: name}
	document := object[string, InlinePolicy]{what: "policy document", one: "PolicyDocument", convert: func(document string) (InlinePolicy, error) {
		return InlinePolicy{Name: name, Document: document}, nil
	}}
	return document.call(ctx, c, "ReadUserPolicy", repeatable, req, "")
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
	return inlinePolicyObject.pages(ctx, c, "ReadUserGroupPolicies", func(first, size *int) any {
		return osc.ReadUserGroupPoliciesRequest{UserGroupName: g.Name, UserGroupPath: set(g.Path), FirstItem: first, ResultsPerPage: size}
	})
}

// ReadUserGroupPolicy returns one inline policy of a group.
func (c *Client) ReadUserGroupPolicy(ctx context.Context, g GroupRef, name string) (InlinePolicy, error) {
	req := osc.ReadUserGroupPolicyRequest{UserGroupName: g.Name, UserGroupPath: set(g.Path), PolicyName: name}
	return inlinePolicyObject.call(ctx, c, "ReadUserGroupPolicy", repeatable, req, "")
}

// DeleteUserGroupPolicy deletes an inline policy of a group.
func (c *Client) DeleteUserGroupPolicy(ctx context.Context, g GroupRef, name string) error {
	req := osc.DeleteUserGroupPolicyRequest{UserGroupName: g.Name, UserGroupPath: set(g.Path), PolicyName: name}
	return c.do(ctx, "DeleteUserGroupPolicy", repeatable, req, &emptyResponse{})
}
