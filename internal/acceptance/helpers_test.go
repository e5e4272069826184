package acceptance_test

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

func date(text string) string { return fmt.Sprintf("expiration_date = %q", text) }

// expires checks the expiry at the API; "" is none.
func expires(w *World, want string) resource.TestCheckFunc {
	return w.CheckKey(func(key admin.AccessKey) error {
		got := ""
		if key.ExpirationDate != nil {
			got = key.ExpirationDate.UTC().Format(time.RFC3339Nano)
		}
		if got != want {
			return fmt.Errorf("expires at the API %q, want %q", got, want)
		}
		return nil
	})
}
