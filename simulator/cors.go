package simulator

import "net/http"

// allowAnyOrigin lets web pages of any origin use a handler (Options.CORS). It answers their preflight requests, which are not
// calls of the API, and allows pages to read every answer.
func allowAnyOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", "*")
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			header.Set("Access-Control-Expose-Headers", "Date, Retry-After")
			next.ServeHTTP(w, r)
			return
		}
		header.Set("Access-Control-Allow-Methods", http.MethodPost)
		// A list, as the wildcard does not include Authorization.
		if wanted := r.Header.Get("Access-Control-Request-Headers"); wanted != "" {
			header.Set("Access-Control-Allow-Headers", wanted)
		}
		if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
			header.Set("Access-Control-Allow-Private-Network", "true")
		}
		header.Set("Access-Control-Max-Age", "600")
		header.Set("Vary", "Access-Control-Request-Headers, Access-Control-Request-Private-Network")
		w.WriteHeader(http.StatusNoContent)
	})
}
