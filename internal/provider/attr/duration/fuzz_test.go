package duration

import (
	"fmt"
	"testing"
	"time"
)

// FuzzParse reads any text. A duration is within the bounds, and has the same length when it is written in seconds. Any other text
// has a reason.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"30d", "P30D", "720h", "1d12h", "P1DT12H", "PT", "P4W", "36500d", "99999999999999999999d", "9223372036854775807s", "1M", "", "१d"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		length, err := Parse(text)
		if err != nil {
			if err.Error() == "" || length != 0 {
				t.Errorf("%q: %v, %v", text, length, err)
			}
			return
		}
		if length < 0 || length > Longest {
			t.Errorf("%q is %v long", text, length)
		}
		if again, err := Parse(fmt.Sprintf("PT%dS", length/time.Second)); err != nil || again != length {
			t.Errorf("%q is %v long, in seconds %v, %v", text, length, again, err)
		}
	})
}
