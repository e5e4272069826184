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

// backend is a server for backend "http". The CLIs save a remote state at most every 20 seconds, and at the end of a
// run.
type backend struct {
	url string

	mu    sync.Mutex
	state []byte
	fails bool // the answer to every write is 500
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
		_, _ = w.Write(b.state) // if the write fails, the CLI retries
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

// config returns the configuration of a workspace that has its state in the backend.
func (b *backend) config(body string) string {
	return acctest.Config(fmt.Sprintf("terraform {\n  backend \"http\" {\n    address = %q\n    retry_max = 0\n  }\n}\n", b.url) + body)
}

// setFailing decides whether writes fail.
func (b *backend) setFailing(fails bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails = fails
}

// has reports whether the state contains an id.
func (b *backend) has(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Contains(b.state, []byte(id))
}

// slowResource is a resource whose creation lasts until the test releases it. It needs no provider.
type slowResource struct {
	cli  *acctest.CLI
	path string // of the FIFO that its provisioner reads
}

// slowConfig is the configuration of the resource. It depends on no other resource.
const slowConfig = `
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "cat slow.fifo"
  }
}
`

// newSlowResource creates the FIFO in the folder of a workspace.
func newSlowResource(cli *acctest.CLI, s *acctest.Workspace) *slowResource {
	r := &slowResource{cli, filepath.Join(s.Dir, "slow.fifo")}
	cli.NoError(syscall.Mkfifo(r.path, 0o600))
	return r
}

// await waits until the CLI is creating the resource. release lets the creation end.
func (r *slowResource) await() (release func()) {
	var file *os.File
	r.cli.Await("the slow resource is being created", func() bool {
		opened, err := os.OpenFile(r.path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if errors.Is(err, syscall.ENXIO) {
			return false // there is no reader yet
		}
		r.cli.NoError(err)
		file = opened
		return true
	})
	return func() { _ = file.Close() } // an error means that the reader has ended
}
