package simulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The throughput of signed reads should be at least half of that of a bare JSON handler on the
// same machine. Both use a real connection.

func BenchmarkBareJSONHandler(b *testing.B) {
	benchmark(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(fields{"AccessKeys": []fields{{
			"AccessKeyId": "x", "State": stateActive, "CreationDate": printDate(epoch), "LastModificationDate": printDate(epoch),
		}}, "ResponseContext": fields{"RequestId": "00000000-0000-4000-8000-000000000000"}})
	}), "ReadAccessKeys", nil)
	bareTime = each(b)
}

// bareTime is the duration of one request to the bare handler, in nanoseconds.
var bareTime float64

func each(b *testing.B) float64 { return float64(b.Elapsed().Nanoseconds()) / float64(b.N) }

// of-bare is the throughput as a fraction of that of the bare handler, which is measured before.
func BenchmarkReadAccessKeys(b *testing.B) {
	for name, data := range map[string]string{"memory": "", "file": filepath.Join(b.TempDir(), "sim.db")} {
		b.Run(name, func(b *testing.B) {
			benchmarkSimulator(b, data, "ReadAccessKeys", nil)
			if bareTime > 0 { // 0 if -bench does not select that benchmark
				b.ReportMetric(bareTime/each(b), "of-bare")
			}
		})
	}
}

// A created key is written to the disk before the answer, with one fsync per key.
func BenchmarkCreateAccessKey(b *testing.B) {
	for name, data := range map[string]string{"memory": "", "file": filepath.Join(b.TempDir(), "sim.db")} {
		b.Run(name, func(b *testing.B) {
			benchmarkSimulator(b, data, "CreateAccessKey", func(o *Options) { o.Assumptions.KeyLimit = 1 << 30 })
		})
	}
}

// Many concurrent clients, each of which waits for its own answer.
func BenchmarkCreateAccessKeyParallel(b *testing.B) {
	for name, data := range map[string]string{"memory": "", "file": filepath.Join(b.TempDir(), "sim.db")} {
		b.Run(name, func(b *testing.B) {
			b.SetParallelism(16)
			benchmarkSimulator(b, data, "CreateAccessKey", func(o *Options) { o.Assumptions.KeyLimit = 1 << 30 })
		})
	}
}

func benchmarkSimulator(b *testing.B, data, action string, change func(*Options)) {
	b.Helper()
	opts := Options{RootAccessKey: rootKey, RootSecretKey: rootSecret, DataFile: data}
	if change != nil {
		change(&opts)
	}
	sim, err := New(opts)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := sim.Close(); err != nil {
			b.Error(err)
		}
	}()
	benchmark(b, sim.Handler(), action, &harness{clock: &manualClock{at: time.Now()}, keyID: rootKey, secret: rootSecret})
}

func benchmark(b *testing.B, handler http.Handler, action string, signer *harness) {
	b.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	header := http.Header{"Content-Type": {"application/json"}}
	if signer != nil {
		k := signer.signer(action, "{}")
		k.host = strings.TrimPrefix(server.URL, "http://")
		header = k.request("{}").Header
	}
	b.ReportAllocs()
	b.ResetTimer()
	defer b.StopTimer() // before the server is closed
	b.RunParallel(func(pb *testing.PB) {
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
		defer client.CloseIdleConnections()
		for pb.Next() {
			request, err := http.NewRequest(http.MethodPost, server.URL+"/api/v1/"+action, strings.NewReader("{}"))
			if err != nil {
				b.Error(err)
				return
			}
			request.Header = header.Clone()
			answer, err := client.Do(request)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				b.Errorf("status %d", answer.StatusCode)
				return
			}
		}
	})
}
