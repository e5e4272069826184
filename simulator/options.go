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
	// DataFile is the SQLite file with all data. With "" or ":memory:" the data is in memory only. The file is created with mode
	// 0600, because it has secrets.
	DataFile string
	// RootAccessKey and RootSecretKey are the id and the secret of the account's first access key. Set both or neither: if both are
	// empty, they are generated (20 and 40 characters). If the data file has an account, they must be those of its key, or empty.
	RootAccessKey, RootSecretKey string
	// AccountEmail is the account's login; "" means DefaultEmail.
	AccountEmail string
	// AccountPassword is the password for Basic authentication and CheckAuthentication. If it is empty, every password is wrong. It
	// is not stored.
	AccountPassword string
	// APIVersion is the emulated version of the API; "" means DefaultAPIVersion.
	APIVersion string
	// Objects are the objects of a new account, in addition to its root access key. ReadSnapshot reads them from JSON. New loads
	// them if the data has no account, and Reset loads them again. A key can have SecretKey or SecretSHA256. If it has the hash
	// only, its signatures cannot be verified. The root access key of the options keeps its secret.
	Objects *Snapshot
	// Seed makes ids, secrets and faults repeatable; 0 chooses a random seed.
	Seed uint64
	// Now is the clock that the simulated clock is based on; nil means time.Now.
	Now func() time.Time
	// StrictHost refuses signatures of the host without its port. The official Python SDK always makes such signatures. The real
	// API accepts them, because its port is the default one and is therefore not part of the Host header.
	StrictHost bool
	// CORS lets web pages of any origin call the API: answers have the Access-Control headers, and preflight requests are
	// answered.
	CORS bool
	// AdminHosts are host names that the admin port accepts, in addition to loopback names and the host of its address.
	AdminHosts []string
	// TLSHosts are names and addresses for the certificate of the TLS listener, in addition to loopback names and the host of its
	// address.
	TLSHosts []string
	// Explain logs why a call is refused: for a signature the canonical request and the string to sign, for missing rights the
	// statement that denies the call or the one that would allow it, and for API access rules why each of them does not match.
	Explain bool
	// Log is the simulator's log; nil discards it.
	Log *slog.Logger
	// Grants are rights of EIM users, in addition to those of their policies.
	Grants []Grant
	// Assumptions selects the behaviour of the API where it is not known.
	Assumptions Assumptions
	// Limits are the limits on the size and the duration of requests.
	Limits Limits
}

// Defaults of Options.
const (
	DefaultEmail      = "account@example.com"
	DefaultAPIVersion = "1.40.1"
)

// Limits are limits on the size and the duration of requests. Zero in a field means its default.
type Limits struct {
	// Body is the largest request body in bytes. The default is 1 MiB.
	Body int64
	// Header is the largest request header in bytes. The default is 64 KiB. Only Start and Listen apply it.
	Header int
	// ReadHeader and Read are the longest times in which a client can send the header and the whole request. The defaults are 5 s
	// and 30 s. Only Start and Listen apply them.
	ReadHeader, Read time.Duration
	// Write is the longest time from the end of the header to the end of the answer, without the time of faults. The default is
	// 2 minutes. Only Start and Listen apply it.
	Write time.Duration
	// Requests is the number of recorded calls that GET /requests and ReadApiLogs can show, and RequestBytes their largest total
	// size in bytes. The defaults are 50,000 and 64 MiB. The oldest calls are dropped.
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
