package api

import (
	"context"
	"errors"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
)

// AccessRule is an API access rule: the addresses and the client certificates from which the API accepts calls. A call must
// meet all criteria of one rule.
type AccessRule struct {
	ID          string   // "aar-...", not sent when a rule is created
	IPRanges    []string // CIDR ranges or addresses
	CAIDs       []string // certificate authorities of accepted client certificates
	CNs         []string // accepted common names of client certificates
	Description string
}

// CA is a certificate authority. Access rules can accept the client certificates that it signed.
type CA struct {
	ID          string // "ca-..."
	Fingerprint string // SHA-1, 40 hexadecimal digits
	Description string
}

func (r AccessRule) create() osc.CreateApiAccessRuleRequest {
	return osc.CreateApiAccessRuleRequest{IpRanges: items(r.IPRanges), CaIds: items(r.CAIDs), Cns: items(r.CNs), Description: set(r.Description)}
}

var accessRuleObject = object[osc.ApiAccessRule, AccessRule]{
	what: "access rule", one: "ApiAccessRule", many: "ApiAccessRules",
	convert: func(w osc.ApiAccessRule) (AccessRule, error) {
		if val(w.ApiAccessRuleId) == "" {
			return AccessRule{}, errors.New("the answer has an access rule without an id")
		}
		if w.IpRanges == nil && w.CaIds == nil && w.Cns == nil { // empty lists are in an answer
			return AccessRule{}, errors.New("the answer has an access rule without its lists")
		}
		return AccessRule{
			ID: *w.ApiAccessRuleId, IPRanges: val(w.IpRanges), CAIDs: val(w.CaIds), CNs: val(w.Cns), Description: val(w.Description),
		}, nil
	},
}

var caObject = object[osc.Ca, CA]{
	what: "certificate authority", one: "Ca", many: "Cas",
	convert: func(w osc.Ca) (CA, error) {
		if val(w.CaId) == "" {
			return CA{}, errors.New("the answer has a certificate authority without an id")
		}
		return CA{ID: *w.CaId, Fingerprint: val(w.CaFingerprint), Description: val(w.Description)}, nil
	},
}

// CreateAPIAccessRule creates a rule. It is not sent again once it may have been executed.
func (c *Client) CreateAPIAccessRule(ctx context.Context, rule AccessRule) (AccessRule, error) {
	return accessRuleObject.call(ctx, c, "CreateApiAccessRule", sendOnce, rule.create(), "")
}

// ReadAPIAccessRules returns every access rule of the account. The action has no pages.
func (c *Client) ReadAPIAccessRules(ctx context.Context) ([]AccessRule, error) {
	return accessRuleObject.list(ctx, c, "ReadApiAccessRules", osc.ReadApiAccessRulesRequest{})
}

// UpdateAPIAccessRule replaces the whole rule with that id: an empty member of it is emptied.
func (c *Client) UpdateAPIAccessRule(ctx context.Context, rule AccessRule) (AccessRule, error) {
	in := rule.create()
	req := osc.UpdateApiAccessRuleRequest{ApiAccessRuleId: rule.ID, IpRanges: in.IpRanges, CaIds: in.CaIds, Cns: in.Cns, Description: in.Description}
	return accessRuleObject.call(ctx, c, "UpdateApiAccessRule", repeatable, req, "")
}

// DeleteAPIAccessRule deletes a rule. The API refuses to delete the last one (A12).
func (c *Client) DeleteAPIAccessRule(ctx context.Context, id string) error {
	return c.do(ctx, "DeleteApiAccessRule", repeatable, osc.DeleteApiAccessRuleRequest{ApiAccessRuleId: id}, &emptyResponse{})
}

// CreateCA uploads a certificate in PEM form. The API accepts the same certificate twice (measured), so the call is not
// sent again once it may have been executed.
func (c *Client) CreateCA(ctx context.Context, pem, description string) (CA, error) {
	return caObject.call(ctx, c, "CreateCa", sendOnce, osc.CreateCaRequest{CaPem: pem, Description: set(description)}, "")
}

// ReadCAs returns every certificate authority of the account, without their PEM. The action has no pages.
func (c *Client) ReadCAs(ctx context.Context) ([]CA, error) {
	return caObject.list(ctx, c, "ReadCas", osc.ReadCasRequest{})
}

// UpdateCA changes the description, the only member that can change. An empty description is sent, too.
func (c *Client) UpdateCA(ctx context.Context, id, description string) (CA, error) {
	return caObject.call(ctx, c, "UpdateCa", repeatable, osc.UpdateCaRequest{CaId: id, Description: &description}, "")
}

// DeleteCA deletes a certificate authority. The API refuses while an access rule names it (A12).
func (c *Client) DeleteCA(ctx context.Context, id string) error {
	return c.do(ctx, "DeleteCa", repeatable, osc.DeleteCaRequest{CaId: id}, &emptyResponse{})
}
