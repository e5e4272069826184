package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spdx/tools-golang/spdx/v2/common"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"
)

const (
	repository  = "https://github.com/outscale-access/terraform-provider-outscale"
	noAssertion = "NOASSERTION" // SPDX for "no statement"
)

// build has what the binary does not contain, because it is built without VCS stamping, and -trimpath removes the flags of
// the linker.
type build struct {
	version, commit string
	created         time.Time
}

// document describes the archive, the binary's own module in it, and every module and the standard library that the
// binary is linked with. It makes no statement about licenses, which the build information does not name.
func document(a archive, b build) *spdx.Document {
	archiveID, mainID := common.ElementID("Archive"), common.ElementID("Main")
	doc := &spdx.Document{
		SPDXVersion: spdx.Version, DataLicense: spdx.DataLicense, SPDXIdentifier: "DOCUMENT",
		DocumentName:      a.name,
		DocumentNamespace: repository + "/spdx/" + a.name + "/" + a.sha256,
		CreationInfo: &spdx.CreationInfo{
			Created:  b.created.UTC().Format(time.RFC3339),
			Creators: []common.Creator{{CreatorType: "Organization", Creator: "outscale-access"}, {CreatorType: "Tool", Creator: "release-sbom"}},
		},
		Packages: []*spdx.Package{
			{
				PackageName: a.name, PackageSPDXIdentifier: archiveID, PackageFileName: a.name, PrimaryPackagePurpose: "ARCHIVE",
				PackageDownloadLocation: repository + "/releases", PackageChecksums: []common.Checksum{{Algorithm: common.SHA256, Value: a.sha256}},
				PackageSourceInfo:      "built from commit " + b.commit + " with " + a.info.GoVersion,
				PackageLicenseDeclared: "MPL-2.0", PackageLicenseConcluded: noAssertion, PackageCopyrightText: noAssertion,
			},
			module(mainID, a.info.Main.Path, b.version, ""),
		},
		Relationships: []*spdx.Relationship{
			relate("DOCUMENT", common.TypeRelationshipDescribe, archiveID),
			relate(archiveID, common.TypeRelationshipContains, mainID),
		},
	}
	doc.Packages[1].PrimaryPackagePurpose = "APPLICATION"
	doc.Packages[1].PackageComment = "the binary " + a.binary

	add := func(id common.ElementID, path, version, sum string) {
		doc.Packages = append(doc.Packages, module(id, path, version, sum))
		doc.Relationships = append(doc.Relationships, relate(mainID, common.TypeRelationshipDependsOn, id))
	}
	add("stdlib", "stdlib", strings.TrimPrefix(a.info.GoVersion, "go"), "")
	for i, dependency := range a.info.Deps { // sorted by path
		if dependency.Replace != nil {
			dependency = dependency.Replace
		}
		add(common.ElementID(fmt.Sprintf("Module-%d", i+1)), dependency.Path, dependency.Version, dependency.Sum)
	}
	return doc
}

// module is one Go module. Its go.sum hash is kept as text: SPDX has no algorithm for a hash over a module's files.
func module(id common.ElementID, path, version, sum string) *spdx.Package {
	p := &spdx.Package{
		PackageName: path, PackageSPDXIdentifier: id, PackageVersion: version, PrimaryPackagePurpose: "LIBRARY",
		PackageDownloadLocation: noAssertion, PackageLicenseConcluded: noAssertion, PackageLicenseDeclared: noAssertion, PackageCopyrightText: noAssertion,
		PackageExternalReferences: []*spdx.PackageExternalReference{{
			Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL, Locator: "pkg:golang/" + path + "@" + version,
		}},
	}
	if sum != "" {
		p.PackageSourceInfo = "go.sum " + sum
	}
	return p
}

func relate(from common.ElementID, how string, to common.ElementID) *spdx.Relationship {
	return &spdx.Relationship{
		RefA: common.DocElementID{ElementRefID: from}, RefB: common.DocElementID{ElementRefID: to}, Relationship: how,
	}
}
