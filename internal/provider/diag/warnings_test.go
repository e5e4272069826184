package diag

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/rotation"
)

// TestAddWarnings_eachWithItsIDAndText: of several warnings with one summary the CLIs show the first, so that each summary
// ends with the id of its key.
func TestAddWarnings_eachWithItsIDAndText(t *testing.T) {
	var diags Diagnostics
	AddWarnings(&diags, []key.Warning{
		&key.TagPendingWarning{Key: key.Key{ID: "AK1", Tag: key.NewMarker("1")}, Err: errors.New("broken")},
		&key.LateLookupWarning{KeyID: "AK2", UserName: "alice", Marker: "m2", Left: []string{"AK9"}, Err: errors.New("broken")},
		&rotation.RetirePreviousWarning{Key: key.Key{ID: "AK3"}, Err: errors.New("broken")},
		&rotation.RetirePreviousWarning{Key: key.Key{ID: "AK4", Expires: &expiry}, Expired: true, Err: errors.New("broken")},
		&rotation.RetirePreviousWarning{Key: key.Key{ID: "AK5", Expires: &expiry}, Err: errors.New("broken")},
	})
	want := []struct{ summary, part string }{
		{"Access key created, its tag not yet set: AK1", `its tag is still "outscale-unfinished-1"`},
		{"Access key created, an earlier request not looked up: AK2", "another key for user alice since"},
		{"Old access key not limited: AK3", "does not expire, and giving it an earlier expiry failed"},
		{"Expired access key not deleted: AK4", "deleting it failed"},
		{"Old access key not limited: AK5", "AK5 expires on "},
	}
	if len(diags) != len(want) {
		t.Fatalf("%v", diags)
	}
	for i, w := range want {
		if diags[i].Summary() != w.summary || !strings.Contains(diags[i].Detail(), w.part) || !strings.Contains(diags[i].Detail(), "Broken.") {
			t.Errorf("%v", diags[i])
		}
	}
}

// TestOrphan_namesCommands: each kind has its own text, with age, state and the commands.
func TestOrphan_namesCommands(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	past := now.Add(-time.Hour)
	for _, c := range []struct {
		o             orphan.Orphan
		summary       string
		parts, absent []string
	}{
		{orphan.Orphan{Kind: orphan.Unfinished, Since: now.Add(-time.Minute), Key: key.Key{ID: "AK1", State: key.Active, Tag: "terraform-unfinished-\x1b[31m", UserName: "alice"}},
			"Unfinished access key found: AK1",
			[]string{"Access key AK1 of user alice is 60 seconds old and ACTIVE. It does not expire. Its tag", `"terraform-unfinished-\x1b[31m"`, "A run that is creating keys now may still finish it",
				"\n\n  outscale-keys revoke AK1\n\n",
				"UpdateAccessKey --AccessKeyId AK1 --UserName alice --State INACTIVE\n  oapi-cli DeleteAccessKey --AccessKeyId AK1 --UserName alice"}, []string{"\x1b"}},
		{orphan.Orphan{Kind: orphan.Unconfirmed, Since: now.Add(-3 * time.Hour), Key: key.Key{ID: "AK2", State: key.Active, Expires: &expiry}},
			"Access key of an interrupted run found: AK2",
			[]string{"Access key AK2 of the caller is 3 hours old and ACTIVE. It expires on 2028-01-01T00:00:00.000Z. A run", "If no state has this id", "--State INACTIVE --ExpirationDate 2028-01-01T00:00:00.000Z"}, []string{"may still finish"}},
		{orphan.Orphan{Kind: orphan.RolledBack, Since: now.Add(-50 * time.Hour), Key: key.Key{ID: "AK3", State: key.Inactive, Expires: &past}},
			"Access key found that an older state does not have: AK3",
			[]string{"2 days old and INACTIVE. It expired on 2026-01-02T02:04:05.000Z. It replaced", "an older state was restored", "--ExpirationDate 2026-01-03T03:04:05Z"}, nil},
		{orphan.Orphan{Kind: orphan.Unfinished, Since: past, Key: key.Key{ID: "AK4", State: key.Inactive}}, "Unfinished access key found: AK4",
			[]string{"60 minutes old", "oapi-cli DeleteAccessKey --AccessKeyId AK4"}, []string{"UpdateAccessKey"}},
	} {
		d := Orphan(c.o, now)
		if d.Severity() != SeverityWarning || d.Summary() != c.summary {
			t.Errorf("%s: %s", d.Severity(), d.Summary())
		}
		for _, part := range c.parts {
			if !strings.Contains(d.Detail(), part) {
				t.Errorf("no %q in\n%s", part, d.Detail())
			}
		}
		for _, part := range c.absent {
			if strings.Contains(d.Detail(), part) {
				t.Errorf("%q in\n%s", part, d.Detail())
			}
		}
	}
}
