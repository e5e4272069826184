package simulator

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

func (s *Simulator) policyFields(v *store.View, p store.Policy) fields {
	out := fields{
		"PolicyId": p.ID, "PolicyName": p.Name, "Path": p.Path, "Orn": policyORN(v.Account().ID, p),
		"PolicyDefaultVersionId": versionID(p.Default), "ResourcesCount": v.CountLinks(p.ID), "IsLinkable": true,
		"CreationDate": printDate(p.Created), "LastModificationDate": printDate(p.Modified),
	}
	if p.Description != "" {
		out["Description"] = p.Description
	}
	return out
}

func versionID(number int) string { return fmt.Sprintf("v%d", number) }

// document returns the policy document of a member, unchanged (measured), and refuses a malformed one (A34, S7).
func (s *Simulator) document(c *call, member string) (string, *problem) {
	text, _ := c.text(member)
	switch err := s.checkDocument(text); {
	case errors.Is(err, policy.ErrTooLong):
		return "", tooManyCharacters(member, policy.MaxLength)
	case err != nil:
		return "", badValue(member, err.Error())
	}
	return text, nil
}

// checkDocument returns what is wrong with a policy document.
func (s *Simulator) checkDocument(text string) error {
	parse := policy.Parse
	if s.opts.Assumptions.LenientDocuments {
		parse = policy.ParseLenient
	}
	_, err := parse(text)
	return err
}

// createPolicy serves CreatePolicy. The document becomes version v1, which is the default version.
func (s *Simulator) createPolicy(c *call) (fields, *problem) {
	created := store.Policy{Path: defaultPath, Default: 1, Last: 1}
	document, refused := s.document(c, "Document")
	if refused := firstProblem(c.setName(&created.Name, "PolicyName", maxName), c.setPath(&created.Path, "Path"), refused); refused != nil {
		return nil, refused
	}
	created.Description, _ = c.text("Description")
	if utf8.RuneCountInString(created.Description) > maxDescription {
		return nil, badLength("Description", 0, maxDescription)
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		if _, taken := v.PolicyNamed(created.Name); taken {
			return nil, duplicatePolicy(created.Name)
		}
		created.ID = unusedID(s.idSource().policy, v.Policy)
		created.Created = millis(s.Now())
		created.Modified = created.Created
		created.Versions = []store.PolicyVersion{{Number: 1, Document: document, Created: created.Created}}
		change.PutPolicy(created)
		return fields{"Policy": s.policyFields(v, created)}, nil
	})
}

// readPolicy serves ReadPolicy.
func (s *Simulator) readPolicy(c *call) (fields, *problem) {
	return s.read(func(v *store.View) (fields, *problem) {
		p, refused := c.addressedPolicy(v)
		if refused != nil {
			return nil, refused
		}
		return fields{"Policy": s.policyFields(v, p)}, nil
	})
}

// The values of the filter Scope.
const (
	scopeLocal = "LOCAL"
	scopeOWS   = "OWS"
)

// readPolicies serves ReadPolicies. Without the filter Scope it lists the policies of both scopes. OnlyLinked selects policies that
// are linked to a user or a group (S3).
func (s *Simulator) readPolicies(c *call) (fields, *problem) {
	page, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	filters := c.object("Filters")
	prefix, _ := filters["PathPrefix"].(string)
	linked, _ := filters["OnlyLinked"].(bool)
	scope, scoped := filters["Scope"].(string)
	if scoped && !oneOf(scope, scopeLocal, scopeOWS) {
		return nil, badValue("Filters.Scope", "want LOCAL or OWS")
	}
	return s.read(func(v *store.View) (fields, *problem) {
		policies := selected(v.Policies(), func(p store.Policy) bool {
			inScope := !scoped || scope == scopeOWS && p.OWS || scope == scopeLocal && !p.OWS
			return inScope && strings.HasPrefix(p.Path, prefix) && (!linked || v.CountLinks(p.ID) > 0)
		})
		return pagedFields(page, "Policies", policies, func(p store.Policy) fields { return s.policyFields(v, p) }), nil
	})
}

// changeablePolicy returns the addressed policy, and refuses one of OUTSCALE's own (A43).
func (c *call) changeablePolicy(v *store.View) (store.Policy, *problem) {
	p, refused := c.addressedPolicy(v)
	if refused == nil && p.OWS {
		refused = forbidden().withReason("the policy is one of OUTSCALE's own")
	}
	return p, refused
}

// deletePolicy serves DeletePolicy. It refuses to delete a policy with links, or with versions other than the default one (A12).
func (s *Simulator) deletePolicy(c *call) (fields, *problem) {
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		p, refused := c.changeablePolicy(v)
		switch {
		case refused != nil:
			return nil, refused
		case v.CountLinks(p.ID) > 0:
			return nil, inUse("The policy %q is still linked.", p.Name)
		case len(p.Versions) > 1:
			return nil, inUse("The policy %q still has versions besides the default version.", p.Name)
		}
		change.DeletePolicy(p.ID)
		return nil, nil
	})
}
