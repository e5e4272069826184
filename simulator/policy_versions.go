package simulator

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// maxVersions is the largest number of versions of a managed policy (official text).
const maxVersions = 5

func versionFields(p store.Policy) func(store.PolicyVersion) fields {
	return func(version store.PolicyVersion) fields {
		return fields{
			"VersionId": versionID(version.Number), "DefaultVersion": version.Number == p.Default,
			"CreationDate": printDate(version.Created), "Body": version.Document,
		}
	}
}

// addressedVersion returns the version of the member VersionId (A10).
func (c *call) addressedVersion(p store.Policy) (store.PolicyVersion, *problem) {
	text, _ := c.text("VersionId")
	if number, err := strconv.Atoi(strings.TrimPrefix(text, "v")); err == nil && versionID(number) == text {
		if version, ok := p.Version(number); ok {
			return version, nil
		}
	}
	return store.PolicyVersion{}, unknownObject("policy version", text)
}

// createPolicyVersion serves CreatePolicyVersion. It never uses the number of a deleted version again (A14).
func (s *Simulator) createPolicyVersion(c *call) (fields, *problem) {
	document, refused := s.document(c, "Document")
	if refused != nil {
		return nil, refused
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		p, refused := c.changeablePolicy(v)
		if refused != nil {
			return nil, refused
		}
		if len(p.Versions) >= maxVersions {
			return nil, tooManyVersions(maxVersions)
		}
		p.Last++
		version := store.PolicyVersion{Number: p.Last, Document: document, Created: millis(s.Now())}
		p.Versions = append(slices.Clone(p.Versions), version)
		if c.flag("SetAsDefault") {
			p.Default = version.Number
		}
		putPolicy(change, p, version.Created)
		return fields{"PolicyVersion": versionFields(p)(version)}, nil
	})
}

func putPolicy(change *store.Change, p store.Policy, modified time.Time) {
	p.Modified = modified
	change.PutPolicy(p)
}

// readPolicyVersion serves ReadPolicyVersion.
func (s *Simulator) readPolicyVersion(c *call) (fields, *problem) {
	return s.read(func(v *store.View) (fields, *problem) {
		p, refused := c.addressedPolicy(v)
		if refused != nil {
			return nil, refused
		}
		version, refused := c.addressedVersion(p)
		if refused != nil {
			return nil, refused
		}
		return fields{"PolicyVersion": versionFields(p)(version)}, nil
	})
}

// readPolicyVersions serves ReadPolicyVersions. Its answer has no MaxResultsTruncated.
func (s *Simulator) readPolicyVersions(c *call) (fields, *problem) {
	page, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	return s.read(func(v *store.View) (fields, *problem) {
		p, refused := c.addressedPolicy(v)
		if refused != nil {
			return nil, refused
		}
		out := pagedFields(page, "PolicyVersions", p.Versions, versionFields(p))
		delete(out, "MaxResultsTruncated")
		return out, nil
	})
}

// setDefaultPolicyVersion serves SetDefaultPolicyVersion.
func (s *Simulator) setDefaultPolicyVersion(c *call) (fields, *problem) {
	return s.updateVersion(c, func(p *store.Policy, number int) *problem {
		p.Default = number
		return nil
	})
}

// deletePolicyVersion serves DeletePolicyVersion. It refuses to delete the default version (A14).
func (s *Simulator) deletePolicyVersion(c *call) (fields, *problem) {
	return s.updateVersion(c, func(p *store.Policy, number int) *problem {
		if number == p.Default {
			return invalidState("The default version of a policy cannot be deleted.")
		}
		p.Versions = slices.DeleteFunc(slices.Clone(p.Versions), func(v store.PolicyVersion) bool { return v.Number == number })
		return nil
	})
}

// updateVersion runs an action on the version in the request.
func (s *Simulator) updateVersion(c *call, change func(p *store.Policy, number int) *problem) (fields, *problem) {
	return s.update(c, func(v *store.View, changes *store.Change) (fields, *problem) {
		p, refused := c.changeablePolicy(v)
		if refused != nil {
			return nil, refused
		}
		version, refused := c.addressedVersion(p)
		if refused != nil {
			return nil, refused
		}
		if refused := change(&p, version.Number); refused != nil {
			return nil, refused
		}
		putPolicy(changes, p, millis(s.Now()))
		return nil, nil
	})
}
