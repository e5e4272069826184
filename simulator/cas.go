package simulator

import (
	"crypto/sha1" // the fingerprints of the API
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"slices"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// caFields returns a CA as the API shows it: without its PEM.
func caFields(ca store.CA) fields {
	out := fields{"CaId": ca.ID, "CaFingerprint": ca.Fingerprint}
	if ca.Description != "" {
		out["Description"] = ca.Description
	}
	return out
}

// parseCA returns the first certificate of a PEM text, or nil if it does not begin with one.
func parseCA(text string) *x509.Certificate {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	return certificate
}

// createCA serves CreateCa. The same PEM can be uploaded twice (measured).
func (s *Simulator) createCA(c *call) (fields, *problem) {
	text, _ := c.text("CaPem")
	certificate := parseCA(text)
	if certificate == nil {
		return nil, badValue("CaPem", "it is not a certificate in PEM format")
	}
	fingerprint := sha1.Sum(certificate.Raw)
	ca := store.CA{PEM: text, Fingerprint: hex.EncodeToString(fingerprint[:]), Created: millis(s.Now())}
	ca.Description, _ = c.text("Description")
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		ca.ID = unusedID(s.idSource().ca, v.CA)
		change.PutCA(ca)
		return fields{"Ca": caFields(ca)}, nil
	})
}

// readCAs serves ReadCas.
func (s *Simulator) readCAs(c *call) (fields, *problem) {
	filters := c.object("Filters")
	ids, fingerprints := stringFilter(filters, "CaIds"), stringFilter(filters, "CaFingerprints")
	descriptions := stringFilter(filters, "Descriptions")
	return s.read(func(v *store.View) (fields, *problem) {
		cas := selected(v.CAs(), func(ca store.CA) bool {
			return ids.matches(ca.ID) && fingerprints.matches(ca.Fingerprint) && descriptions.matches(ca.Description)
		})
		return fields{"Cas": listFields(cas, caFields)}, nil
	})
}

// addressedCA returns the CA of the member CaId (A10).
func (c *call) addressedCA(v *store.View) (store.CA, *problem) {
	id, _ := c.text("CaId")
	ca, ok := v.CA(id)
	if !ok {
		return ca, unknownObject("certificate authority", id)
	}
	return ca, nil
}

// updateCA serves UpdateCa: it changes the description only.
func (s *Simulator) updateCA(c *call) (fields, *problem) {
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		ca, refused := c.addressedCA(v)
		if refused != nil {
			return nil, refused
		}
		if description, sent := c.text("Description"); sent {
			ca.Description = description
		}
		change.PutCA(ca)
		return fields{"Ca": caFields(ca)}, nil
	})
}

// deleteCA serves DeleteCa. It refuses to delete a CA of a rule (A12).
func (s *Simulator) deleteCA(c *call) (fields, *problem) {
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		ca, refused := c.addressedCA(v)
		if refused != nil {
			return nil, refused
		}
		for _, rule := range v.Rules() {
			if slices.Contains(rule.CAIDs, ca.ID) {
				return nil, inUse("The certificate authority %q is still in the API access rule %s.", ca.ID, rule.ID)
			}
		}
		change.DeleteCA(ca.ID)
		return nil, nil
	})
}
