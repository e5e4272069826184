package admin

import (
	_ "embed" // the parts of the page
	"net/http"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/pagestyle"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

// page serves the page for browsers. Its script uses the other requests of this port.
func page() http.HandlerFunc {
	style := pagestyle.CSS + pageCSS
	var kinds strings.Builder
	for _, kind := range faults.Kinds() {
		kinds.WriteString("<option>" + kind + "</option>")
	}
	html := strings.NewReplacer("{{style}}", style, "{{script}}", pageJS, "{{kinds}}", kinds.String()).Replace(pageHTML)
	policy := pagestyle.Policy(style, pageJS, "connect-src 'self'", "img-src data:", "frame-ancestors 'none'")
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("X-Frame-Options", "DENY")
		// An error means that the client closed the connection.
		_, _ = w.Write([]byte(html))
	}
}
