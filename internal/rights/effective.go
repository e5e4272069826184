package rights

import (
	"context"
	"fmt"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
)

// Policies reads managed policies; *policy.Service has it.
type Policies interface {
	ReadAny(ctx context.Context, orn string) (policy.Policy, error)
	Version(ctx context.Context, orn, id string, recorded domain.Identity) (policy.Version, error)
}

// Groups reads the groups of a user; *group.Service has it.
type Groups interface {
	OfUser(ctx context.Context, userName string) ([]group.Group, error)
}

// Documents returns every policy document that decides the rights of a user: its linked and inline policies, and those of
// its groups. What several users share is read once. A document that cannot be read is an error, because the result would
// be wrong without it.
func (s *Service) Documents(ctx context.Context, policies Policies, groups Groups, userName string) ([]policydoc.Document, error) {
	principals := []Principal{{Name: userName}}
	memberships, err := groups.OfUser(ctx, userName)
	if err != nil {
		return nil, fmt.Errorf("the groups of user %s could not be read: %w", userName, err)
	}
	for _, g := range memberships {
		principals = append(principals, Principal{Group: true, Name: g.Name, Path: g.Path})
	}
	var docs []policydoc.Document
	for _, p := range principals {
		texts, err := s.texts(ctx, policies, p)
		if err != nil {
			return nil, fmt.Errorf("the policies of %s could not be read: %w", p, err)
		}
		for _, text := range texts {
			doc, err := policydoc.Parse(text)
			if err != nil {
				return nil, fmt.Errorf("a policy of %s is not valid: %w", p, err)
			}
			docs = append(docs, doc)
		}
	}
	return docs, nil
}

// texts returns the documents of one principal's own policies.
func (s *Service) texts(ctx context.Context, policies Policies, p Principal) ([]string, error) {
	var texts []string
	links, err := s.Links(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, link := range links {
		managed, err := policies.ReadAny(ctx, link.ORN)
		if err != nil {
			return nil, err
		}
		version, err := policies.Version(ctx, link.ORN, managed.DefaultVersionID, domain.Identity{})
		if err != nil {
			return nil, err
		}
		texts = append(texts, version.Document)
	}
	names, err := s.InlineNames(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		inline, err := s.Inline(ctx, p, name)
		if err != nil {
			return nil, err
		}
		texts = append(texts, inline.Document)
	}
	return texts, nil
}
