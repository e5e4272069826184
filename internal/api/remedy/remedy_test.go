package remedy

import "testing"

// TestRegionHint_unknownRegion: the remedy names the region only if it is unknown and the address was built from it.
func TestRegionHint_unknownRegion(t *testing.T) {
	for endpoint, hint := range map[string]bool{
		"https://api.eu-west-9.outscale.com/api/v1": true, "https://api.eu-west-2.outscale.com/api/v1": false,
		"https://api.cloudgouv-eu-west-1.outscale.com/api/v1": false, "https://api.example.com/api/v1": false,
		"https://eu-west-9.outscale.com/api/v1": false, "http://127.0.0.1:3000/api/v1": false, "://": false,
	} {
		if got := regionHint(endpoint) != ""; got != hint {
			t.Errorf("%s: %v", endpoint, got)
		}
	}
}
