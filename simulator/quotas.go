package simulator

import (
	"encoding/base64"
	"strconv"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// quota is one entry of ReadQuotas. The official text names no quota of identities. OUTSCALE uses the name accesskey_limit
// elsewhere; the name user_limit is invented (S6).
type quota struct {
	// kind is the QuotaType: "global", or the id of the resource that the quota belongs to.
	kind                                 string
	name, collection, short, description string
	// max is the limit, 0 for none (description of MaxValue).
	max, used int
}

const globalQuota = "global"

// quotas returns the quotas of the account, then those of each user by creation date.
func (s *Simulator) quotas(v *store.View) []quota {
	users := v.Users()
	list := []quota{
		s.keyQuota(globalQuota, v.CountKeys("")),
		{
			kind: globalQuota, name: "user_limit", collection: "Other", short: "User Limit",
			description: "Maximum number of EIM users the account can own", used: len(users),
		},
	}
	for _, user := range users {
		list = append(list, s.keyQuota(user.ID, v.CountKeys(user.ID)))
	}
	return list
}

// keyQuota is the limit of access keys of one owner (A4).
func (s *Simulator) keyQuota(kind string, used int) quota {
	return quota{
		kind: kind, name: "accesskey_limit", collection: "Other", short: "Access Key Limit",
		description: "Maximum number of access keys the owner can have", max: s.opts.Assumptions.keyLimit(), used: used,
	}
}

// readQuotas serves ReadQuotas.
func (s *Simulator) readQuotas(c *call) (fields, *problem) {
	size, refused := pageSize(c)
	if refused != nil {
		return nil, refused
	}
	first, refused := readOffset(c)
	if refused != nil {
		return nil, refused
	}
	filters := c.object("Filters")
	kinds, names := stringFilter(filters, "QuotaTypes"), stringFilter(filters, "QuotaNames")
	collections, shorts := stringFilter(filters, "Collections"), stringFilter(filters, "ShortDescriptions")
	return s.read(func(v *store.View) (fields, *problem) {
		var quotas []quota
		for _, q := range s.quotas(v) {
			if kinds.matches(q.kind) && names.matches(q.name) && collections.matches(q.collection) && shorts.matches(q.short) {
				quotas = append(quotas, q)
			}
		}
		selected, more := pageOf(quotas, page{first: first, size: size})
		out := fields{"QuotaTypes": quotaFields(selected, v.Account().ID)}
		if more {
			out["NextPageToken"] = writeOffset(first + size)
		}
		return out, nil
	})
}

// quotaFields groups quotas by their type. The quotas of one type must follow each other in the list.
func quotaFields(list []quota, account string) []fields {
	types := []fields{}
	for i, q := range list {
		if i == 0 || q.kind != list[i-1].kind {
			types = append(types, fields{"QuotaType": q.kind, "Quotas": []fields{}})
		}
		last := types[len(types)-1]
		last["Quotas"] = append(last["Quotas"].([]fields), fields{
			"AccountId": account, "Name": q.name, "QuotaCollection": q.collection, "ShortDescription": q.short,
			"Description": q.description, "MaxValue": q.max, "UsedValue": q.used,
		})
	}
	return types
}

// writeOffset returns the page token for a page that begins at an offset.
func writeOffset(offset int) string {
	return base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(offset)))
}

// readOffset returns the offset of the requested page, which is 0 for the first page.
func readOffset(c *call) (int, *problem) {
	text, sent := c.text("NextPageToken")
	if !sent {
		return 0, nil
	}
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return 0, badToken()
	}
	offset, err := strconv.Atoi(string(plain))
	if err != nil || offset < 0 || offset > maxList {
		return 0, badToken()
	}
	return offset, nil
}
