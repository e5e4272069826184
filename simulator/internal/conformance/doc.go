// Package conformance has black-box tests of the whole simulator. Independent clients (the official SDKs, curl, a signer of our
// own) call it over HTTP, every answer is validated against the official API description, and the binary is killed, restarted
// and sent malformed requests.
package conformance
