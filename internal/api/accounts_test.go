package api

import (
	"reflect"
	"testing"
)

func TestReadAccounts_one(t *testing.T) {
	r := newRig(t, ok(`{"Accounts":[{"AccountId":"123456789012","CustomerId":"12345678","Email":"root@example.com",`+
		`"AdditionalEmails":["a@example.com"],"FirstName":"f","LastName":"l","JobTitle":"j","CompanyName":"n","City":"c","ZipCode":"z","StateProvince":"s",`+
		`"Country":"o","PhoneNumber":"p","MobileNumber":"m","VatNumber":"v"}],"ResponseContext":{"RequestId":"r"}}`))
	got, err := r.ReadAccounts(t.Context())
	if want := (Account{ID: "123456789012", CustomerID: "12345678", Email: "root@example.com", AdditionalEmails: []string{"a@example.com"},
		FirstName: "f", LastName: "l", JobTitle: "j", CompanyName: "n", City: "c", ZipCode: "z", StateProvince: "s", Country: "o",
		PhoneNumber: "p", MobileNumber: "m", VATNumber: "v"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if r.bodies[0] != "{}" {
		t.Errorf("sent %s", r.bodies[0])
	}
}

func TestReadAccounts_notExactlyOne(t *testing.T) {
	for _, list := range []string{`null`, `[]`, `[{"Email":"root@example.com"}]`, `[{"AccountId":"1"},{"AccountId":"2"}]`} {
		r := newRig(t, ok(`{"Accounts":`+list+`,"ResponseContext":{"RequestId":"r"}}`))
		if got, err := r.ReadAccounts(t.Context()); err == nil || !reflect.DeepEqual(got, Account{}) {
			t.Errorf("%s gives %+v, %v", list, got, err)
		}
	}
}
