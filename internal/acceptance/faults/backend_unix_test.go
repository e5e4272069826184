//go:build unix

package faults

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// backend is a server of remote states (backend "http"). The CLIs save such a state at the end of a run, or every 20
// seconds in it.
type backend struct {
	url string

	mu    sync.Mutex
	state []byte
	fails bool // it answers every write with 500
}

func newBackend(t *testing.T) *backend {
	b := &backend{}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case r.Method == http.MethodGet && len(b.state) == 0:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodGet:
		_, _ = w.Write(b.state) // the CLI retries what it did not get
	case b.fails:
		w.WriteHeader(http.StatusInternalServerError)
	default:
		state, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		b.state = state
	}
}

// config is the configuration of a workspace with its state in the backend.
func (b *backend) config(body string) string {
	return acctest.Config(fmt.Sprintf("terraform {\n  backend \"http\" {\n    address = %q\n    retry_max = 0\n  }\n}\n", b.url) + body)
}

// setFailing decides whether writes fail.
func (b *backend) setFailing(fails bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails = fails
}

// has reports whether the state names something.
func (b *backend) has(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Contains(b.state, []byte(name))
}

// slowResource is a resource whose creation lasts until the test lets it go. It needs no provider.
type slowResource struct {
	cli  *acctest.CLI
	path string // of the FIFO that its provisioner reads
}

// slowConfig is the resource, which is created at the same time as all others.
const slowConfig = `
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "cat slow.fifo"
  }
}
`

// newSlowResource makes the FIFO in the folder of a workspace.
func newSlowResource(cli *acctest.CLI, s *acctest.Workspace) *slowResource {
	r := &slowResource{cli, filepath.Join(s.Dir, "slow.fifo")}
	cli.NoError(syscall.Mkfifo(r.path, 0o600))
	return r
}

// await waits until the resource is being created. release lets it go.
func (r *slowResource) await() (release func()) {
	var file *os.File
	r.cli.Await("the slow resource is being created", func() bool {
		opened, err := os.OpenFile(r.path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if errors.Is(err, syscall.ENXIO) {
			return false // nobody reads yet
		}
		r.cli.NoError(err)
		file = opened
		return true
	})
	return func() { _ = file.Close() } // the reader may be gone
}
