package orphan

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Status is the status of an entry. A higher status overrides a lower one, whatever the order of their records.
type Status int

// The statuses, in their order.
const (
	Intended  Status = iota + 1 // CreateAccessKey was sent, or was to be sent next
	Created                     // the id of the key is known
	Confirmed                   // the CLI asked a later process for the key
	Retired                     // the key does not exist
)

var statusNames = map[Status]string{Intended: "intended", Created: "created", Confirmed: "confirmed", Retired: "retired"}

// MarshalText returns the name of the status.
func (s Status) MarshalText() ([]byte, error) { return []byte(statusNames[s]), nil }

// UnmarshalText reads the name of a status. An unknown name, which a later version wrote, gives 0 and no error.
func (s *Status) UnmarshalText(text []byte) error {
	*s = 0
	for known, name := range statusNames {
		if name == string(text) {
			*s = known
		}
	}
	return nil
}

// Entry is the journal's entry of one creation. It holds no secret, no e-mail address and no login.
type Entry struct {
	Status    Status    `json:"kind"`
	Marker    string    `json:"marker"`                  // the tag of the key until its creation is finished; identifies the entry
	KeyID     string    `json:"access_key_id,omitempty"` // "" until the answer was read
	UserName  string    `json:"user_name,omitempty"`     // the owner; "" = the caller, or a name that may be an e-mail address
	UserID    string    `json:"user_id,omitempty"`       // the owner's id; "" = the caller, or unknown
	AccountID string    `json:"account_id,omitempty"`    // "" = unknown
	Endpoint  string    `json:"endpoint,omitempty"`      // the API's address
	Replaces  string    `json:"replaces,omitempty"`      // the id of the key that this one replaces in a rotation
	Host      string    `json:"host,omitempty"`          // the machine
	BootID    string    `json:"boot_id,omitempty"`       // of the last start of the machine; "" if the system has none
	PID       int       `json:"pid,omitempty"`           // the process that made the entry
	ParentPID int       `json:"parent_pid,omitempty"`    // the CLI that started it
	Process   string    `json:"process,omitempty"`       // a random id of the process; "" in an entry of an older version
	Time      time.Time `json:"time,omitzero"`           // of the intent, by the API's clock
	// Running reports whether the process that made the entry is this one, or was running when the journal was read.
	Running bool `json:"-"`
}

// maxRecord is the maximum size of a record in bytes. A record with the longest names that the API accepts has about 700.
const maxRecord = 4096

var errRecord = errors.New("not a record of this journal")

// parseRecord reads one line. The status of the result is 0 if a later version wrote the line.
func parseRecord(line []byte) (Entry, error) {
	var e Entry
	// This refuses most damaged lines without parsing them.
	if len(line) == 0 || line[0] != '{' {
		return e, errRecord
	}
	if err := json.Unmarshal(line, &e); err != nil {
		return e, err
	}
	if e.Marker == "" || !isName(e.Marker) || !isName(e.KeyID) || !isName(e.Replaces) {
		return e, errRecord
	}
	return e, nil
}

// isName reports whether text can be the id of a key or a marker. Users see some of these texts.
func isName(text string) bool {
	return len(text) <= 128 && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// record returns the line of the entry.
func (e Entry) record() ([]byte, error) {
	line, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	if len(line) >= maxRecord {
		return nil, errors.New("the record is too long")
	}
	return append(line, '\n'), nil
}

// merge adds another record of the same creation.
func (e Entry) merge(other Entry) Entry {
	if e.Marker == "" {
		return other
	}
	if e.Time.IsZero() {
		e, other = other, e // only the first record has all fields, except perhaps the id of the key
	}
	e.Status = max(e.Status, other.Status)
	if e.KeyID == "" {
		e.KeyID = other.KeyID
	}
	e.Running = e.Running || other.Running
	return e
}

// obsolete reports whether the entry is no longer needed.
func (e Entry) obsolete() bool {
	return e.Status == Retired || e.Status == Confirmed && e.Replaces == ""
}
