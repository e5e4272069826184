package simulator

import (
	"maps"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// accountDetails are the members of an account that the simulator only stores.
var accountDetails = []string{
	"City", "CompanyName", "Country", "FirstName", "JobTitle", "LastName", "MobileNumber", "PhoneNumber", "StateProvince",
	"VatNumber", "ZipCode",
}

func accountFields(a store.Account) fields {
	out := fields{
		"AccountId": a.ID, "CustomerId": a.CustomerID, "Email": a.Email, "OutscaleLoginAllowed": a.LoginAllowed,
	}
	for name, value := range a.Details {
		out[name] = value
	}
	if len(a.AdditionalEmails) > 0 {
		out["AdditionalEmails"] = a.AdditionalEmails
	}
	return out
}

// readAccounts serves ReadAccounts: it returns the caller's account, without members that have no value.
func (s *Simulator) readAccounts(*call) (fields, *problem) {
	return s.read(func(v *store.View) (fields, *problem) {
		return fields{"Accounts": []fields{accountFields(v.Account())}}, nil
	})
}

// updateAccount serves UpdateAccount. It replaces the list of additional e-mails (official text). The e-mail is the login.
func (s *Simulator) updateAccount(c *call) (fields, *problem) {
	var email string
	if refused := c.setEmail(&email, "Email"); refused != nil {
		return nil, refused
	}
	additional := c.texts("AdditionalEmails")
	for _, address := range additional {
		if !validEmail(address) {
			return nil, badEmail("AdditionalEmails")
		}
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		account := v.Account()
		replace(&account.Email, email)
		if _, sent := c.members["AdditionalEmails"]; sent {
			account.AdditionalEmails = additional
		}
		account.Details = maps.Clone(account.Details)
		for _, name := range accountDetails {
			value, sent := c.text(name)
			switch {
			case sent && value == "":
				delete(account.Details, name)
			case sent && account.Details == nil:
				account.Details = map[string]string{name: value}
			case sent:
				account.Details[name] = value
			}
		}
		change.PutAccount(account)
		return fields{"Account": accountFields(account)}, nil
	})
}

// checkAuthentication serves CheckAuthentication. Failures do not count for the lock-out (A42).
func (s *Simulator) checkAuthentication(c *call) (fields, *problem) {
	login, _ := c.text("Login")
	password, _ := c.text("Password")
	if refused := s.checkPassword(login, password); refused != nil {
		return nil, unknownSigner().withReason("%s", refused.reason)
	}
	return nil, nil
}

// regions are the regions in the official description.
var regions = []string{"ap-northeast-1", "cloudgouv-eu-west-1", "eu-west-2", "us-east-2", "us-west-1"}

// readRegions serves ReadRegions, which accepts unsigned calls.
func (s *Simulator) readRegions(*call) (fields, *problem) {
	list := make([]fields, 0, len(regions))
	for _, region := range regions {
		list = append(list, fields{"RegionName": region, "Endpoint": "api." + region + ".outscale.com"})
	}
	return fields{"Regions": list}, nil
}
