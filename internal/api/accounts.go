package api

import (
	"context"
	"errors"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
)

// Account is the account that the caller belongs to.
type Account struct {
	ID         string // 12 digits
	CustomerID string // 8 digits, "" where the API does not give it
	Email      string // the address of the root user, "" where the API does not give it

	AdditionalEmails                           []string
	FirstName, LastName, JobTitle, CompanyName string // "" = not set, as below
	City, ZipCode, StateProvince, Country      string
	PhoneNumber, MobileNumber, VATNumber       string
}

// ReadAccounts returns the caller's account, the only one that the action returns. The action accepts no login and
// password (401 with code 9), and an EIM user needs the right api:ReadAccounts (see IsForbidden).
func (c *Client) ReadAccounts(ctx context.Context) (Account, error) {
	var answer struct{ Accounts []osc.Account }
	if err := c.do(ctx, "ReadAccounts", repeatable, osc.ReadAccountsRequest{}, &answer); err != nil {
		return Account{}, err
	}
	if len(answer.Accounts) != 1 || val(answer.Accounts[0].AccountId) == "" {
		// With any other number it is not known which account is the caller's.
		return Account{}, c.unusable("ReadAccounts", errors.New("the answer does not have exactly one account with an id"))
	}
	a := answer.Accounts[0]
	return Account{
		ID: val(a.AccountId), CustomerID: val(a.CustomerId), Email: val(a.Email), AdditionalEmails: val(a.AdditionalEmails),
		FirstName: val(a.FirstName), LastName: val(a.LastName), JobTitle: val(a.JobTitle), CompanyName: val(a.CompanyName),
		City: val(a.City), ZipCode: val(a.ZipCode), StateProvince: val(a.StateProvince), Country: val(a.Country),
		PhoneNumber: val(a.PhoneNumber), MobileNumber: val(a.MobileNumber), VATNumber: val(a.VatNumber),
	}, nil
}
