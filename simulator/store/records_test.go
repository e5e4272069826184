package store

import (
	"strings"
	"testing"
)

// The newest records are kept, up to a number and a total size. The numbers of dropped records are not used again.
func TestRecords_bounded(t *testing.T) {
	large := strings.Repeat("x", 1<<20)
	for name, tt := range map[string]struct {
		keep, calls int
		body        string
		want        int
	}{
		"few":             {keep: 10, calls: 7, want: 7},
		"by number":       {keep: 10, calls: 1000, want: 10},
		"just one":        {keep: 0, calls: 5, want: 1},
		"by size":         {keep: 1000, calls: 200, body: large, want: 63},
		"larger than all": {keep: 1000, calls: 2, body: strings.Repeat(large, 65), want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecords(tt.keep, 64<<20)
			for i := range tt.calls {
				r.add(Record{Seq: int64(i + 1), Action: "ReadUsers", Body: tt.body})
			}
			kept := r.kept[r.start:]
			if len(kept) != tt.want || kept[len(kept)-1].Seq != int64(tt.calls) || r.dropped() != int64(tt.calls-tt.want) {
				t.Errorf("%d records up to %d, given up to %d; want %d", len(kept), kept[len(kept)-1].Seq, r.dropped(), tt.want)
			}
			if r.counts["ReadUsers"] != tt.calls || cap(r.kept) > 3*tt.keep+1000 {
				t.Errorf("%d calls counted, room for %d", r.counts["ReadUsers"], cap(r.kept))
			}
		})
	}
}
