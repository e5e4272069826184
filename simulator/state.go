package simulator

import (
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// State returns every object of the account at the simulated time. It has no secrets.
func (s *Simulator) State() Snapshot {
	now := s.Now()
	out := Snapshot{Time: now}
	s.store.Read(func(v *store.View) {
		account, policy := v.Account(), v.AccessPolicy()
		out.Account = admin.Account{
			AccountID: account.ID, CustomerID: account.CustomerID, Email: account.Email, AdditionalEmails: account.AdditionalEmails,
			OutscaleLoginAllowed: account.LoginAllowed, Details: account.Details,
		}
		out.Policy = admin.Policy{MaxAccessKeyExpirationSeconds: policy.MaxSeconds, RequireTrustedEnv: policy.TrustedEnv}
		out.Users = mapped(v.Users(), func(u store.User) admin.User { return userState(v, u) })
		out.UserGroups = mapped(v.Groups(), func(g store.Group) admin.UserGroup { return groupState(v, g) })
		out.Policies = mapped(v.Policies(), func(p store.Policy) admin.Managed { return policyState(v, p) })
		out.InlinePolicies = inlineState(v)
		out.AccessKeys = mapped(v.Keys(), func(k store.Key) admin.AccessKey { return keyState(v, k, now) })
		out.AccessRules = mapped(v.Rules(), func(r store.AccessRule) admin.AccessRule {
			return admin.AccessRule{
				APIAccessRuleID: r.ID, Description: r.Description, IPRanges: nonNil(r.IPRanges), CAIDs: nonNil(r.CAIDs), CNs: nonNil(r.CNs),
			}
		})
		out.CAs = mapped(v.CAs(), func(ca store.CA) admin.CA {
			return admin.CA{CAID: ca.ID, CAFingerprint: ca.Fingerprint, CAPem: ca.PEM, Description: ca.Description}
		})
	})
	return out
}

// mapped returns the result of a function for each item of a list. The result is never nil.
func mapped[T, R any](list []T, f func(T) R) []R {
	out := make([]R, 0, len(list))
	for _, item := range list {
		out = append(out, f(item))
	}
	return out
}

func userState(v *store.View, u store.User) admin.User {
	return admin.User{
		UserID: u.ID, UserName: u.Name, Path: u.Path, UserEmail: u.Email, OutscaleLoginAllowed: u.LoginAllowed,
		CreationDate: u.Created, LastModificationDate: u.Modified,
		UserGroups: mapped(v.GroupsOf(u.ID), func(g store.Group) string { return g.Name }),
		PolicyOrns: linkedORNs(v, u.ID),
	}
}

func groupState(v *store.View, g store.Group) admin.UserGroup {
	return admin.UserGroup{
		UserGroupID: g.ID, Name: g.Name, Path: g.Path, Orn: groupORN(v.Account().ID, g),
		CreationDate: g.Created, LastModificationDate: g.Modified,
		UserNames:  mapped(v.Members(g.ID), func(u store.User) string { return u.Name }),
		PolicyOrns: linkedORNs(v, g.ID),
	}
}

func linkedORNs(v *store.View, entityID string) []string {
	return mapped(v.PoliciesOf(entityID), func(p store.Policy) string { return policyORN(v.Account().ID, p) })
}

func policyState(v *store.View, p store.Policy) admin.Managed {
	scope := scopeLocal
	if p.OWS {
		scope = scopeOWS
	}
	return admin.Managed{
		PolicyID: p.ID, PolicyName: p.Name, Path: p.Path, Orn: policyORN(v.Account().ID, p), Description: p.Description, Scope: scope,
		PolicyDefaultVersionID: versionID(p.Default), ResourcesCount: v.CountLinks(p.ID),
		CreationDate: p.Created, LastModificationDate: p.Modified,
		Versions: mapped(p.Versions, func(version store.PolicyVersion) admin.PolicyVersion {
			return admin.PolicyVersion{VersionID: versionID(version.Number), Body: version.Document, CreationDate: version.Created}
		}),
	}
}

// inlineState returns the inline policies of the users, followed by those of the groups.
func inlineState(v *store.View) []admin.InlinePolicy {
	out := []admin.InlinePolicy{}
	for _, u := range v.Users() {
		for _, p := range v.InlinePolicies(u.ID) {
			out = append(out, admin.InlinePolicy{UserName: u.Name, PolicyName: p.Name, Body: p.Document})
		}
	}
	for _, g := range v.Groups() {
		for _, p := range v.InlinePolicies(g.ID) {
			out = append(out, admin.InlinePolicy{UserGroupName: g.Name, PolicyName: p.Name, Body: p.Document})
		}
	}
	return out
}

func keyState(v *store.View, k store.Key, now time.Time) admin.AccessKey {
	owner, _ := v.User(k.OwnerID)
	out := admin.AccessKey{
		AccessKeyID: k.ID, UserName: owner.Name, UserID: k.OwnerID, State: k.State, Tag: k.Tag,
		CreationDate: k.Created, LastModificationDate: k.Modified, Expired: k.Expired(now), SecretSHA256: secretHash(k),
	}
	if !k.Expires.IsZero() {
		out.ExpirationDate = &k.Expires
	}
	return out
}
