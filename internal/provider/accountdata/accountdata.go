// Package accountdata has the data sources outscale_account and outscale_accounts: the account of the caller.
package accountdata

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// The data sources. API action: ReadAccounts.
var (
	NewOne = kind.One("account", "accounts", "Reads the account of the caller. Details that are not set are empty.")
	// NewList is a list of one: the API shows only the account of the caller.
	NewList = kind.List("accounts", "accounts", "Lists the accounts that the API returns: only the account of the caller.")
)

var kind = lookup.Kind[account.Account]{
	Singular: "account", Plural: "accounts", ID: func(a account.Account) string { return a.ID },
	Attributes: map[string]schema.Attribute{
		"account_id": lookup.Text("The id of the account: 12 digits."), "customer_id": lookup.Text("The id of the customer: 8 digits."),
		"email": lookup.Text("The e-mail address of the root user, which is the login."), "additional_emails": lookup.Texts("Other e-mail addresses."),
		"first_name": lookup.Text("The first name of the owner."), "last_name": lookup.Text("The last name of the owner."), "job_title": lookup.Text("The job title of the owner."),
		"company_name": lookup.Text("The name of the company."), "vat_number": lookup.Text("The VAT number of the company."),
		"city": lookup.Text("The city."), "zip_code": lookup.Text("The ZIP code."), "state_province": lookup.Text("The state or province."), "country": lookup.Text("The country."),
		"phone_number": lookup.Text("The number of the landline phone."), "mobile_number": lookup.Text("The number of the mobile phone."),
	},
	Values: func(a account.Account) map[string]attr.Value {
		values := map[string]attr.Value{"additional_emails": lookup.TextsOf(a.AdditionalEmails)}
		for name, text := range map[string]string{
			"account_id": a.ID, "customer_id": a.CustomerID, "email": a.Email, "first_name": a.FirstName, "last_name": a.LastName, "job_title": a.JobTitle,
			"company_name": a.CompanyName, "vat_number": a.VATNumber, "city": a.City, "zip_code": a.ZipCode, "state_province": a.StateProvince,
			"country": a.Country, "phone_number": a.PhoneNumber, "mobile_number": a.MobileNumber,
		} {
			values[name] = types.StringValue(text)
		}
		return values
	},
	Find: func(ctx context.Context, d *providerdata.Data, _ filter.Set) ([]account.Account, error) {
		found, err := d.Account.Read(ctx)
		return []account.Account{found}, err
	},
}
