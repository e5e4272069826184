package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Policy is a managed policy. Its document is that of its default version.
type Policy struct {
	ID                   string
	Name                 string
	Path                 string
	ORN                  string
	Description          string
	DefaultVersionID     string
	ResourcesCount       int // users and groups that it is linked to
	IsLinkable           bool
	CreationDate         time.Time
	LastModificationDate time.Time
}

// PolicyVersion is a version of a managed policy.
type PolicyVersion struct {
	ID           string // "v1", "v2", ...
	Document     string
	IsDefault    bool
	CreationDate time.Time
}

// CreatePolicyInput asks for a new managed policy. Its document becomes version v1, the default.
type CreatePolicyInput struct{ Name, Path, Description, Document string }

// PolicyScope says whose policies are read.
type PolicyScope string

// The scopes.
const (
	ScopeLocal    PolicyScope = "LOCAL" // of the account
	ScopeOutscale PolicyScope = "OWS"   // of OUTSCALE, visible to all and not editable
)

// ReadPoliciesInput filters managed policies. Empty members are not sent.
type ReadPoliciesInput struct {
	Scope      PolicyScope
	OnlyLinked bool
	PathPrefix string
}

type wirePolicy struct {
	osc.Policy
	CreationDate         *instant
	LastModificationDate *instant
}

func (w wirePolicy) policy() (Policy, error) {
	p := Policy{
		ID: val(w.PolicyId), Name: val(w.PolicyName), Path: val(w.Path), ORN: val(w.Orn), Description: val(w.Description),
		DefaultVersionID: val(w.PolicyDefaultVersionId), ResourcesCount: deref(w.ResourcesCount), IsLinkable: deref(w.IsLinkable),
	}
	if p.ORN == "" {
		return p, errors.New("the answer has a policy without an ORN")
	}
	var err1, err2 error
	p.CreationDate, err1 = w.CreationDate.at()
	p.LastModificationDate, err2 = w.LastModificationDate.at()
	if err := firstOf(err1, err2); err != nil {
		return p, fmt.Errorf("policy %s: %w", text.Word(p.ORN), err)
	}
	return p, nil
}

type wirePolicyVersion struct {
	osc.PolicyVersion
	CreationDate *instant
}

func (w wirePolicyVersion) version() (PolicyVersion, error) {
	v := PolicyVersion{ID: val(w.VersionId), Document: val(w.Body), IsDefault: deref(w.DefaultVersion)}
	if v.ID == "" {
		return v, errors.New("the answer has a policy version without an id")
	}
	var err error
	if v.CreationDate, err = w.CreationDate.at(); err != nil {
		return v, fmt.Errorf("policy version %s: %w", text.Word(v.ID), err)
	}
	return v, nil
}

type policyResponse struct{ Policy *wirePolicy }

type policyVersionResponse struct{ PolicyVersion *wirePolicyVersion }

func (c *Client) policy(action string, answer policyResponse) (Policy, error) {
	if answer.Policy == nil {
		return Policy{}, c.unusable(action, errors.New("the answer has no policy"))
	}
	policy, err := answer.Policy.policy()
	if err != nil {
		return Policy{}, c.unusable(action, err)
	}
	return policy, nil
}

func (c *Client) policyVersion(action string, answer policyVersionResponse) (PolicyVersion, error) {
	if answer.PolicyVersion == nil {
		return PolicyVersion{}, c.unusable(action, errors.New("the answer has no policy version"))
	}
	version, err := answer.PolicyVersion.version()
	if err != nil {
		return PolicyVersion{}, c.unusable(action, err)
	}
	return version, nil
}

// CreatePolicy creates a managed policy. It is not sent again once it may have been executed.
func (c *Client) CreatePolicy(ctx context.Context, in CreatePolicyInput) (Policy, error) {
	const action = "CreatePolicy"
	req := osc.CreatePolicyRequest{PolicyName: in.Name, Path: set(in.Path), Description: set(in.Description), Document: in.Document}
	var answer policyResponse
	if err := c.do(ctx, action, sendOnce, req, &answer); err != nil {
		return Policy{}, err
	}
	if answer.Policy != nil && !strings.EqualFold(val(answer.Policy.PolicyName), in.Name) {
		return Policy{}, c.unusable(action, errors.New("the answer is not about the policy that was sent"))
	}
	return c.policy(action, answer)
}

// ReadPolicy returns a managed policy.
func (c *Client) ReadPolicy(ctx context.Context, orn string) (Policy, error) {
	const action = "ReadPolicy"
	var answer policyResponse
	if err := c.do(ctx, action, repeatable, osc.ReadPolicyRequest{PolicyOrn: orn}, &answer); err != nil {
		return Policy{}, err
	}
	return c.policy(action, answer)
}

// ReadPolicies returns every managed policy that matches the input.
func (c *Client) ReadPolicies(ctx context.Context, in ReadPoliciesInput) ([]Policy, error) {
	const action = "ReadPolicies"
	request := func(first, size *int) any {
		req := osc.ReadPoliciesRequest{FirstItem: first, ResultsPerPage: size}
		if in != (ReadPoliciesInput{}) {
			req.Filters = &osc.ReadPoliciesFilters{OnlyLinked: yes(in.OnlyLinked), PathPrefix: set(in.PathPrefix)}
			if in.Scope != "" {
				scope := osc.ReadPoliciesFiltersScope(in.Scope)
				req.Filters.Scope = &scope
			}
		}
		return req
	}
	found, err := readPages(ctx, c, action, "Policies", request, func(w wirePolicy) string { return val(w.Orn) })
	if err != nil {
		return nil, err
	}
	return mapAll(c, action, found, wirePolicy.policy)
}

// DeletePolicy deletes a managed policy. The API refuses while it is linked or has versions beside the default one (A12).
func (c *Client) DeletePolicy(ctx context.Context, orn string) error {
	return c.do(ctx, "DeletePolicy", repeatable, osc.DeletePolicyRequest{PolicyOrn: orn}, &emptyResponse{})
}

// CreatePolicyVersion adds a version to a policy, which may have five (A14). It is not sent again once it may have been
// executed.
func (c *Client) CreatePolicyVersion(ctx context.Context, orn, document string, setAsDefault bool) (PolicyVersion, error) {
	const action = "CreatePolicyVersion"
	req := osc.CreatePolicyVersionRequest{PolicyOrn: orn, Document: document, SetAsDefault: yes(setAsDefault)}
	var answer policyVersionResponse
	if err := c.do(ctx, action, sendOnce, req, &answer); err != nil {
		return PolicyVersion{}, err
	}
	return c.policyVersion(action, answer)
}

// ReadPolicyVersion returns a version with its document.
func (c *Client) ReadPolicyVersion(ctx context.Context, orn, version string) (PolicyVersion, error) {
	const action = "ReadPolicyVersion"
	var answer policyVersionResponse
	if err := c.do(ctx, action, repeatable, osc.ReadPolicyVersionRequest{PolicyOrn: orn, VersionId: version}, &answer); err != nil {
		return PolicyVersion{}, err
	}
	return c.policyVersion(action, answer)
}

// ReadPolicyVersions returns every version of a policy.
func (c *Client) ReadPolicyVersions(ctx context.Context, orn string) ([]PolicyVersion, error) {
	const action = "ReadPolicyVersions"
	request := func(first, size *int) any {
		return osc.ReadPolicyVersionsRequest{PolicyOrn: orn, FirstItem: first, ResultsPerPage: size}
	}
	found, err := readPages(ctx, c, action, "PolicyVersions", request, func(w wirePolicyVersion) string { return val(w.VersionId) })
	if err != nil {
		return nil, err
	}
	return mapAll(c, action, found, wirePolicyVersion.version)
}

// SetDefaultPolicyVersion makes a version the default one, which decides rights.
func (c *Client) SetDefaultPolicyVersion(ctx context.Context, orn, version string) error {
	req := osc.SetDefaultPolicyVersionRequest{PolicyOrn: orn, VersionId: version}
	return c.do(ctx, "SetDefaultPolicyVersion", repeatable, req, &emptyResponse{})
}

// DeletePolicyVersion deletes a version that is not the default one (A14).
func (c *Client) DeletePolicyVersion(ctx context.Context, orn, version string) error {
	req := osc.DeletePolicyVersionRequest{PolicyOrn: orn, VersionId: version}
	return c.do(ctx, "DeletePolicyVersion", repeatable, req, &emptyResponse{})
}

// deref returns *p, or the zero value for nil.
func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
