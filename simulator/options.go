package simulator

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// Options say what to simulate. The zero value is a fresh account in memory with a
// generated root access key, the current API and the first choice of every assumption.
type Options struct {
	// DataFile is the SQLite file that keeps everything; "" or ":memory:" keeps it in
	// memory. The file is made with mode 0600, as it holds secrets.
	DataFile string
	// RootAccessKey and RootSecretKey are the account's first access key: both or
	// neither. Generated when both are empty (20 and 40 characters). A data file that
	// already has an account keeps its own; naming another key for it is an error.
	RootAccessKey, RootSecretKey string
	// AccountEmail is the account's login; DefaultEmail when empty.
	AccountEmail string
	// AccountPassword lets the account use Basic authentication and CheckAuthentication.
	// No password fits when it is empty. It is never stored.
	AccountPassword string
	// APIVersion is the version of the API to be like, DefaultAPIVersion when empty.
	APIVersion string
	// Seed makes ids, secrets and faults repeatable; 0 takes them from the system.
	Seed uint64
	// Now is the clock under the simulated one; nil = time.Now.
	Now func() time.Time
	// StrictHost refuses a signature of the host without its port. The real API cannot be told apart here: its port is the
	// standard one, which no client sends. On any other port clients that sign the bare name, such as the official Python
	// SDK, could not be used at all.
	StrictHost bool
	// CORS lets web pages of any origin call the API: answers carry Access-Control-Allow-Origin, and preflight requests are
	// answered. Off by default.
	CORS bool
	// AdminHosts are names under which the admin port may be called, beside loopback names and the host it listens on.
	AdminHosts []string
	// Explain logs the canonical request and the string to sign of a refused signature.
	Explain bool
	// Log receives what the simulator has to say; nil = nothing.
	Log *slog.Logger
	// Grants are the rights of EIM users, who have no others.
	Grants []Grant
	// Assumptions chooses between behaviours of the API that nobody has measured.
	Assumptions Assumptions
	// Limits bounds what a client can make the simulator hold.
	Limits Limits
}

// Defaults of Options.
const (
	DefaultEmail      = "account@example.com"
	DefaultAPIVersion = "1.40.1"
)

// Limits bounds size and time of requests. A zero field means its default.
type Limits struct {
	// Body is the largest request body in bytes; 1 MiB.
	Body int64
	// Header is the largest request header in bytes; 64 KiB. Only Start applies it.
	Header int
	// ReadHeader and Read are how long a client may take to send the header, and the
	// whole request; 5 s and 30 s. Only Start applies them.
	ReadHeader, Read time.Duration
	// Write is how long an answer may take from the end of the header on, not counting what
	// a fault takes; 2 minutes. Only Start applies it.
	Write time.Duration
	// Requests is the number of calls kept for GET /requests and ReadApiLogs; 50,000, and
	// fewer where they are larger than 64 MiB together.
	Requests int
}

func (l Limits) withDefaults() Limits {
	def(&l.Body, 1<<20)
	def(&l.Header, 64<<10)
	def(&l.ReadHeader, 5*time.Second)
	def(&l.Read, 30*time.Second)
	def(&l.Write, 2*time.Minute)
	def(&l.Requests, 50_000)
	return l
}

func def[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

func (o Options) withDefaults() Options {
	def(&o.DataFile, store.Memory)
	def(&o.AccountEmail, DefaultEmail)
	def(&o.APIVersion, DefaultAPIVersion)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Limits = o.Limits.withDefaults()
	return o
}

func (o Options) check() error {
	if (o.RootAccessKey == "") != (o.RootSecretKey == "") {
		return fmt.Errorf("root access key: its id and its secret must be given together, or neither")
	}
	if strings.ContainsAny(o.RootAccessKey, "/, \t\r\n") {
		return fmt.Errorf("root access key: an id cannot contain a slash, a comma or white space")
	}
	if !validEmail(o.AccountEmail) {
		return fmt.Errorf("account e-mail: %q is not an e-mail address", o.AccountEmail)
	}
	if err := describe.CheckVersion(o.APIVersion); err != nil {
		return err
	}
	for _, grant := range o.Grants {
		if err := grant.check(); err != nil {
			return err
		}
	}
	return o.Assumptions.check()
}
