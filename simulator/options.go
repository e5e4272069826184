package simulator

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// Options configure a simulator. The zero value is a new account in memory with a generated
// root access key, the current API and the first value of every assumption.
type Options struct {
	// DataFile is the SQLite file that stores everything; "" or ":memory:" keeps it in
	// memory. The file is created with mode 0600, because it holds secrets.
	DataFile string
	// RootAccessKey and RootSecretKey are the account's first access key. Both or neither
	// are given; if both are empty, they are generated (20 and 40 characters). A data file
	// with an account keeps its key; another key for it is an error.
	RootAccessKey, RootSecretKey string
	// AccountEmail is the account's login; DefaultEmail when empty.
	AccountEmail string
	// AccountPassword is the password for Basic authentication and CheckAuthentication. When
	// it is empty, every password is wrong. It is not stored.
	AccountPassword string
	// APIVersion is the emulated version of the API, DefaultAPIVersion when empty.
	APIVersion string
	// Objects are the objects of a new account, in addition to its root access key. They are loaded by the first start with the
	// data, and again by Reset. Of a key, SecretKey or SecretSHA256 can be given: with the hash only, no signature of the key can
	// be verified. The account's own root access key keeps its secret. ReadSnapshot reads them from JSON.
	Objects *Snapshot
	// Seed makes ids, secrets and faults repeatable; 0 chooses a random seed.
	Seed uint64
	// Now is the clock that the simulated clock is based on; nil means time.Now.
	Now func() time.Time
	// StrictHost refuses a signature of the host without its port. The official Python SDK always makes such signatures. The real API
	// does not show the difference, because its port is the default one and is not part of the Host header.
	StrictHost bool
	// CORS lets web pages of any origin call the API: answers have the Access-Control headers, and preflight requests are
	// answered.
	CORS bool
	// AdminHosts are host names that the admin port accepts in addition to loopback names and the host it listens on.
	AdminHosts []string
	// TLSHosts are names and addresses for the certificate of the TLS listener, in addition to loopback names and the host it
	// listens on.
	TLSHosts []string
	// Explain logs why a call is refused: the canonical request and the string to sign of a refused signature, the statement
	// that denied a call or would allow it, and what each API access rule lacks.
	Explain bool
	// Log is the simulator's log; nil discards it.
	Log *slog.Logger
	// Grants are the rights of EIM users.
	Grants []Grant
	// Assumptions chooses between possible behaviours of the API that nobody has measured.
	Assumptions Assumptions
	// Limits bounds the size and the duration of requests.
	Limits Limits
}

// Defaults of Options.
const (
	DefaultEmail      = "account@example.com"
	DefaultAPIVersion = "1.40.1"
)

// Limits bounds the size and the duration of requests. A field that is zero means its default.
type Limits struct {
	// Body is the largest request body in bytes; 1 MiB.
	Body int64
	// Header is the largest request header in bytes; 64 KiB. Only Start applies it.
	Header int
	// ReadHeader and Read are how long a client may take to send the header, and the
	// whole request; 5 s and 30 s. Only Start applies them.
	ReadHeader, Read time.Duration
	// Write is how long an answer may take after the header was read, without the time of
	// faults; 2 minutes. Only Start applies it.
	Write time.Duration
	// Requests is the number of calls kept for GET /requests and ReadApiLogs; 50,000. Fewer
	// are kept when they are larger than RequestBytes together; 64 MiB.
	Requests, RequestBytes int
}

func (l Limits) withDefaults() Limits {
	setDefault(&l.Body, 1<<20)
	setDefault(&l.Header, 64<<10)
	setDefault(&l.ReadHeader, 5*time.Second)
	setDefault(&l.Read, 30*time.Second)
	setDefault(&l.Write, 2*time.Minute)
	setDefault(&l.Requests, 50_000)
	setDefault(&l.RequestBytes, 64<<20)
	return l
}

func setDefault[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

func (o Options) withDefaults() Options {
	setDefault(&o.DataFile, store.Memory)
	setDefault(&o.AccountEmail, DefaultEmail)
	setDefault(&o.APIVersion, DefaultAPIVersion)
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
		return fmt.Errorf("root access key: give both its id and its secret, or neither")
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
