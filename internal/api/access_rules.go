package api

import (
	"context"
	"errors"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
)

// AccessRule is an API access rule: from which addresses, and with which client certificates, calls are let in. The
// criteria of one rule must all hold; of several rules one must.
type AccessRule struct {
	ID          string   // "aar-...", not sent when a rule is created
	IPRanges    []string // CIDR ranges or addresses
	CAIDs       []string // certificate authorities of accepted client certificates
	CNs         []string // accepted common names of client certificates
	Description string
}

// CA is a certificate authority whose client certificates access rules can accept.
type CA struct {
	ID          string // "ca-..."
	Fingerprint string // SHA-1, 40 hexadecimal digits
	Description string
}

func (r AccessRule) create() osc.CreateApiAccessRuleRequest {
	return osc.CreateApiAccessRuleRequest{IpRanges: items(r.IPRanges), CaIds: items(r.CAIDs), Cns: items(r.CNs), Description: set(r.Description)}
}

// items is a pointer to a list, nil for an empty one: what is not set is not sent.
func items(list []string) *[]string {
	if len(list) == 0 {
		return nil
	}
	return &list
}

func accessRule(w osc.ApiAccessRule) (AccessRule, error) {
	if val(w.ApiAccessRuleId) == "" {
		return AccessRule{}, errors.New("the answer has an access rule without an id")
	}
	return AccessRule{
		ID: *w.ApiAccessRuleId, IPRanges: deref(w.IpRanges), CAIDs: deref(w.CaIds), CNs: deref(w.Cns), Description: val(w.Description),
	}, nil
}

type accessRuleResponse struct{ ApiAccessRule *osc.ApiAccessRule }

func (c *Client) accessRule(action string, answer accessRuleResponse) (AccessRule, error) {
	if answer.ApiAccessRule == nil {
		return AccessRule{}, c.unusable(action, errors.New("the answer has no access rule"))
	}
	rule, err := accessRule(*answer.ApiAccessRule)
	if err != nil {
		return AccessRule{}, c.unusable(action, err)
	}
	return rule, nil
}

// CreateAPIAccessRule creates a rule. It is not sent again once it may have been executed.
func (c *Client) CreateAPIAccessRule(ctx context.Context, rule AccessRule) (AccessRule, error) {
	const action = "CreateApiAccessRule"
	var answer accessRuleResponse
	if err := c.do(ctx, action, sendOnce, rule.create(), &answer); err != nil {
		return AccessRule{}, err
	}
	return c.accessRule(action, answer)
}

// ReadAPIAccessRules returns every access rule of the account. The API gives them without pages.
func (c *Client) ReadAPIAccessRules(ctx context.Context) ([]AccessRule, error) {
	const action = "ReadApiAccessRules"
	page := listPage[osc.ApiAccessRule]{member: "ApiAccessRules"}
	if err := c.do(ctx, action, repeatable, osc.ReadApiAccessRulesRequest{}, &page); err != nil {
		return nil, err
	}
	return mapAll(c, action, page.items, accessRule)
}

// UpdateAPIAccessRule replaces the whole rule with that id: an empty member of it is emptied.
func (c *Client) UpdateAPIAccessRule(ctx context.Context, rule AccessRule) (AccessRule, error) {
	const action = "UpdateApiAccessRule"
	in := rule.create()
	req := osc.UpdateApiAccessRuleRequest{ApiAccessRuleId: rule.ID, IpRanges: in.IpRanges, CaIds: in.CaIds, Cns: in.Cns, Description: in.Description}
	var answer accessRuleResponse
	if err := c.do(ctx, action, repeatable, req, &answer); err != nil {
		return AccessRule{}, err
	}
	return c.accessRule(action, answer)
}

// DeleteAPIAccessRule deletes a rule. The API refuses to delete the last one (A12).
func (c *Client) DeleteAPIAccessRule(ctx context.Context, id string) error {
	return c.do(ctx, "DeleteApiAccessRule", repeatable, osc.DeleteApiAccessRuleRequest{ApiAccessRuleId: id}, &emptyResponse{})
}

type caResponse struct{ Ca *osc.Ca }

func (c *Client) ca(action string, answer caResponse) (CA, error) {
	if answer.Ca == nil {
		return CA{}, c.unusable(action, errors.New("the answer has no certificate authority"))
	}
	ca, err := certificateAuthority(*answer.Ca)
	if err != nil {
		return CA{}, c.unusable(action, err)
	}
	return ca, nil
}

func certificateAuthority(w osc.Ca) (CA, error) {
	if val(w.CaId) == "" {
		return CA{}, errors.New("the answer has a certificate authority without an id")
	}
	return CA{ID: *w.CaId, Fingerprint: val(w.CaFingerprint), Description: val(w.Description)}, nil
}

// CreateCA uploads a certificate in PEM form. The same certificate may be uploaded twice (measured), so the call is not
// sent again once it may have been executed.
func (c *Client) CreateCA(ctx context.Context, pem, description string) (CA, error) {
	const action = "CreateCa"
	var answer caResponse
	if err := c.do(ctx, action, sendOnce, osc.CreateCaRequest{CaPem: pem, Description: set(description)}, &answer); err != nil {
		return CA{}, err
	}
	return c.ca(action, answer)
}

// ReadCAs returns every certificate authority of the account. The API gives them without pages, and never their PEM.
func (c *Client) ReadCAs(ctx context.Context) ([]CA, error) {
	const action = "ReadCas"
	page := listPage[osc.Ca]{member: "Cas"}
	if err := c.do(ctx, action, repeatable, osc.ReadCasRequest{}, &page); err != nil {
		return nil, err
	}
	return mapAll(c, action, page.items, certificateAuthority)
}

// UpdateCA changes the description, the one member that can change. An empty one is sent too.
func (c *Client) UpdateCA(ctx context.Context, id, description string) (CA, error) {
	const action = "UpdateCa"
	var answer caResponse
	if err := c.do(ctx, action, repeatable, osc.UpdateCaRequest{CaId: id, Description: &description}, &answer); err != nil {
		return CA{}, err
	}
	return c.ca(action, answer)
}

// DeleteCA deletes a certificate authority. The API refuses while a rule has it (A12).
func (c *Client) DeleteCA(ctx context.Context, id string) error {
	return c.do(ctx, "DeleteCa", repeatable, osc.DeleteCaRequest{CaId: id}, &emptyResponse{})
}
