package acceptance_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }
