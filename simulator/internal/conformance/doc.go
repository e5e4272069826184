// Package conformance holds the tests of the whole simulator, from outside: clients that know nothing of its insides (the official
// SDKs, curl, a signer of our own) talk to it over HTTP, every answer is validated against the official API description, and the real
// binary is killed, restarted and fed with nonsense.
package conformance
