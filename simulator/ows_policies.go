package simulator

import (
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// putOWSPolicies adds OUTSCALE's own policies.
func putOWSPolicies(change *store.Change) {
	for _, p := range owsPolicies() {
		change.PutPolicy(p)
	}
}

// owsPolicies returns OUTSCALE's own policies. Their names, path and ids are invented (S4). Their documents are those of the
// policies that Cockpit offers.
func owsPolicies() []store.Policy {
	created := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	var list []store.Policy
	for _, p := range []struct{ id, name, description, document string }{
		{"OWSPOLICY0000000000000000000001", "FullAccess", "All actions of the OUTSCALE API",
			`{"Statement":[{"Effect":"Allow","Action":["api:*"],"Resource":["*"]}]}`},
		{"OWSPOLICY0000000000000000000002", "ReadOnly", "All read actions of the OUTSCALE API",
			`{"Statement":[{"Effect":"Allow","Action":["api:Read*"],"Resource":["*"]}]}`},
	} {
		list = append(list, store.Policy{
			ID: p.id, Name: p.name, Path: "/ows/", Description: p.description, OWS: true, Default: 1, Last: 1,
			Versions: []store.PolicyVersion{{Number: 1, Document: p.document, Created: created}}, Created: created, Modified: created,
		})
	}
	return list
}
