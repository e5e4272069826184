package simulator

import (
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
)

const (
	upperAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	digits            = "0123456789"
	hexDigits         = "0123456789abcdef"
)

// ids generates ids and secrets in the formats of the API (A41). It is safe for concurrent use.
type ids struct {
	lock     sync.Mutex
	objects  *rand.Rand
	requests *rand.Rand
	access   *rand.Rand
}

// newIDs returns a source of ids that is the same for the same seed and start. Seed 0 chooses a random seed. Requests, and access
// rules with their CAs, have streams of their own, so that their number does not change the ids of other objects.
func newIDs(seed, start uint64) *ids {
	if seed == 0 {
		var random [8]byte
		// Read never returns an error; it ends the process instead.
		_, _ = crand.Read(random[:])
		seed = binary.LittleEndian.Uint64(random[:])
	}
	return &ids{objects: stream(seed, start, 1), requests: stream(seed, start, 2), access: stream(seed, start, 3)}
}

func stream(seed, start, use uint64) *rand.Rand {
	var key [32]byte
	for i, part := range []uint64{seed, start, use} {
		binary.LittleEndian.PutUint64(key[8*i:], part)
	}
	return rand.New(rand.NewChaCha8(key))
}

func (g *ids) text(alphabet string, length int) string { return g.draw(g.objects, alphabet, length) }

func (g *ids) draw(source *rand.Rand, alphabet string, length int) string {
	g.lock.Lock()
	defer g.lock.Unlock()
	out := make([]byte, length)
	for i := range out {
		out[i] = alphabet[source.IntN(len(alphabet))]
	}
	return string(out)
}

func (g *ids) accessKey() string { return g.text(upperAlphanumeric, 20) }
func (g *ids) secretKey() string { return g.text(upperAlphanumeric, 40) }
func (g *ids) user() string      { return g.text(upperAlphanumeric, 31) }
func (g *ids) policy() string    { return g.text(upperAlphanumeric, 31) }
func (g *ids) group() string     { return "ug-" + g.text(hexDigits, 8) }
func (g *ids) account() string   { return "1" + g.text(digits, 11) }
func (g *ids) customer() string  { return "1" + g.text(digits, 7) }

// The forms of these two are measured.
func (g *ids) accessRule() string { return "aar-" + g.draw(g.access, hexDigits, 32) }
func (g *ids) ca() string         { return "ca-" + g.draw(g.access, hexDigits, 32) }

// request returns a lower-case UUID (version 4).
func (g *ids) request() string {
	var b [16]byte
	g.lock.Lock()
	binary.LittleEndian.PutUint64(b[:8], g.requests.Uint64())
	binary.LittleEndian.PutUint64(b[8:], g.requests.Uint64())
	g.lock.Unlock()
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
