package base

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// theAccount counts the reads of its id.
type theAccount struct {
	providerdata.Account
	id    string
	err   error
	reads int
}

func (a *theAccount) ID(context.Context) (string, error) { a.reads++; return a.id, a.err }
func (a *theAccount) KnownID() string                    { return a.id }

func TestCheckAccount(t *testing.T) {
	for name, c := range map[string]struct {
		rule  providerdata.AccountRule
		id    string
		err   error
		want  string // of the error, "" = none
		reads int
	}{
		"no rule":          {providerdata.AccountRule{}, "111", nil, "", 0},
		"allowed":          {providerdata.AccountRule{Allowed: []string{"111", "222"}}, "222", nil, "", 1},
		"not allowed":      {providerdata.AccountRule{Allowed: []string{"111", "222"}}, "333", nil, "allows 111, 222, and the credential of this run belongs to account 333", 1},
		"forbidden":        {providerdata.AccountRule{Forbidden: []string{"333"}}, "333", nil, "excludes 333, and the credential of this run belongs to account 333", 1},
		"not forbidden":    {providerdata.AccountRule{Forbidden: []string{"333"}}, "111", nil, "", 1},
		"id not readable":  {providerdata.AccountRule{Allowed: []string{"111"}}, "", nil, "may not read the id of its account", 1},
		"API does not say": {providerdata.AccountRule{Allowed: []string{"111"}}, "", errors.New("broken"), "Reading the account's id failed", 1},
	} {
		t.Run(name, func(t *testing.T) {
			account := &theAccount{id: c.id, err: c.err}
			var diags diag.Diagnostics
			data := providerdata.Configured(providerdata.Services{Account: account}, nil, "", providerdata.Options{Accounts: c.rule})
			ok := CheckAccount(t.Context(), data, &diags, "Access key not created")
			if ok != (c.want == "") || diags.HasError() == ok || account.reads != c.reads {
				t.Fatalf("ok %v, %d reads, %v", ok, account.reads, diags)
			}
			if !ok && (diags[0].Summary() != "Access key not created" || !strings.Contains(diags[0].Detail(), c.want)) {
				t.Errorf("%v", diags)
			}
		})
	}
	var diags diag.Diagnostics
	rule := providerdata.Options{Accounts: providerdata.AccountRule{Allowed: []string{"1"}}}
	if !CheckAccount(t.Context(), providerdata.Unknown([]string{"profile"}, time.Now, rule), &diags, "") {
		t.Error("an unknown provider cannot be asked")
	}
}
