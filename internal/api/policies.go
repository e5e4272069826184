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

// CreatePolicyInput describes a new managed policy. Its document becomes version v1, the default.
type CreatePolicyInput struct{ Name, Path, Description, Document string }

// PolicyScope selects policies by who owns them.
type PolicyScope string

// The scopes.
const (
	ScopeLocal    PolicyScope = "LOCAL" // of the account
	ScopeOutscale PolicyScope = "OWS"   // of OUTSCALE; every account can read them, and none can change them
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
		DefaultVersionID: val(w.PolicyDefaultVersionId), ResourcesCount: val(w.ResourcesCount), IsLinkable: val(w.IsLinkable),
	}
	if p.ORN == "" {
		return p, errors.New("the answer has a policy without an ORN")
	}
	if err := cmp.Or(w.CreationDate.into(&p.CreationDate), w.LastModificationDate.into(&p.LastModificationDate)); err != nil {
		return p, fmt.Errorf("policy %s: %w", text.Word(p.ORN), err)
	}
	return p, nil
}

type wirePolicyVersion struct {
	osc.PolicyVersion
	CreationDate *instant
}

func (w wirePolicyVersion) version() (PolicyVersion, error) {
	v := PolicyVersion{ID: val(w.VersionId), Document: val(w.Body), IsDefault: val(w.DefaultVersion)}
	if v.ID == "" {
		return v, errors.New("the answer has a policy version without an id")
	}
	if err := w.CreationDate.into(&v.CreationDate); err != nil {
		return v, fmt.Errorf("policy version %s: %w", text.Word(v.ID), err)
	}
	return v, nil
}

var policyObject = object[wirePolicy, Policy]{
	what: "policy", one: "Policy", many: "Policies", convert: wirePolicy.policy,
	name: func(p Policy) string { return p.Name }, id: func(p Policy) string { return p.ORN },
}

var policyVersionObject = object[wirePolicyVersion, PolicyVersion]{
	what: "policy version", one: "PolicyVersion", many: "PolicyVersions", convert: wirePolicyVersion.version,
	id: func(v PolicyVersion) string { return v.ID },
}

// CreatePolicy creates a managed policy. It is not sent again once it may have been executed.
func (c *Client) CreatePolicy(ctx context.Context, in CreatePolicyInput) (Policy, error) {
	req := osc.CreatePolicyRequest{PolicyName: in.Name, Path: set(in.Path), Description: set(in.Description), Document: in.Document}
	return policyObject.call(ctx, c, "CreatePolicy", sendOnce, req, in.Name)
}

// ReadPolicy returns a managed policy.
func (c *Client) ReadPolicy(ctx context.Context, orn string) (Policy, error) {
	return policyObject.call(ctx, c, "ReadPolicy", repeatable, osc.ReadPolicyRequest{PolicyOrn: orn}, "")
}

// ReadPolicies returns every managed policy that matches the input.
func (c *Client) ReadPolicies(ctx context.Context, in ReadPoliciesInput) ([]Policy, error) {
	return policyObject.pages(ctx, c, "ReadPolicies", func(first, size *int) any {
		req := osc.ReadPoliciesRequest{FirstItem: first, ResultsPerPage: size}
		if in != (ReadPoliciesInput{}) {
			scope := osc.ReadPoliciesFiltersScope(in.Scope)
			req.Filters = &osc.ReadPoliciesFilters{OnlyLinked: set(in.OnlyLinked), PathPrefix: set(in.PathPrefix), Scope: set(scope)}
		}
		return req
	})
}

// DeletePolicy deletes a managed policy. The API refuses while it is linked or has versions other than the default one (A12).
func (c *Client) DeletePolicy(ctx context.Context, orn string) error {
	return c.do(ctx, "DeletePolicy", repeatable, osc.DeletePolicyRequest{PolicyOrn: orn}, &emptyResponse{})
}

// CreatePolicyVersion adds a version to a policy, which may have five (A14). It is not sent again once it may have been
// executed.
func (c *Client) CreatePolicyVersion(ctx context.Context, orn, document string, setAsDefault bool) (PolicyVersion, error) {
	req := osc.CreatePolicyVersionRequest{PolicyOrn: orn, Document: document, SetAsDefault: set(setAsDefault)}
	return policyVersionObject.call(ctx, c, "CreatePolicyVersion", sendOnce, req, "")
}

// ReadPolicyVersion returns a version with its document.
func (c *Client) ReadPolicyVersion(ctx context.Context, orn, version string) (PolicyVersion, error) {
	req := osc.ReadPolicyVersionRequest{PolicyOrn: orn, VersionId: version}
	return policyVersionObject.call(ctx, c, "ReadPolicyVersion", repeatable, req, "")
}

// ReadPolicyVersions returns every version of a policy.
func (c *Client) ReadPolicyVersions(ctx context.Context, orn string) ([]PolicyVersion, error) {
	return policyVersionObject.pages(ctx, c, "ReadPolicyVersions", func(first, size *int) any {
		return osc.ReadPolicyVersionsRequest{PolicyOrn: orn, FirstItem: first, ResultsPerPage: size}
	})
}

// SetDefaultPolicyVersion makes a version the default, whose document decides the rights.
func (c *Client) SetDefaultPolicyVersion(ctx context.Context, orn, version string) error {
	req := osc.SetDefaultPolicyVersionRequest{PolicyOrn: orn, VersionId: version}
	return c.do(ctx, "SetDefaultPolicyVersion", repeatable, req, &emptyResponse{})
}

// DeletePolicyVersion deletes a version that is not the default one (A14).
func (c *Client) DeletePolicyVersion(ctx context.Context, orn, version string) error {
	req := osc.DeletePolicyVersionRequest{PolicyOrn: orn, VersionId: version}
	return c.do(ctx, "DeletePolicyVersion", repeatable, req, &emptyResponse{})
}
