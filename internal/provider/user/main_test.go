package user_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }
