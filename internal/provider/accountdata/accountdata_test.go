package accountdata_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

func TestAccountData_read(t *testing.T) {
	h := acctest.NewProtocol(t)
	account, err := h.API().ReadAccounts(t.Context())
	h.NoError(err)
	h.DataSource("outscale_account", nil).Expect(acctest.Args{
		"id": account.ID, "account_id": account.ID, "customer_id": account.CustomerID, "email": account.Email, "city": account.City, "additional_emails": []string{},
	})
	list := h.DataSource("outscale_accounts", nil)
	all := list.List("accounts")
	if len(all) != 1 || all[0]["account_id"] != account.ID || all[0]["email"] != account.Email {
		t.Errorf("%v", all)
	}
	if again := h.DataSource("outscale_accounts", nil); again.Get("id") != list.Get("id") {
		t.Errorf("the id was %v and is %v", list.Get("id"), again.Get("id"))
	}
}
