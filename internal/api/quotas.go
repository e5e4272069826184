package api

import (
	"context"
	"errors"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
)

// Quota is a limit of the account, or of one of its resources.
type Quota struct {
	Type             string // "global", or the id of the resource that has the limit
	Name             string // unique in its type
	Collection       string // the group of quotas that it belongs to
	ShortDescription string
	Description      string
	AccountID        string // 12 digits
	Max              int    // 0 = no limit
	Used             int
}

// QuotaFilter selects the quotas that have one of the values in each list. A nil list selects all.
type QuotaFilter struct {
	Types, Names, Collections, ShortDescriptions []string
}

// ReadQuotas returns the quotas that match f, from all pages, and the request id of the last page.
func (c *Client) ReadQuotas(ctx context.Context, f QuotaFilter) ([]Quota, string, error) {
	const action = "ReadQuotas"
	size := pageSize
	req := osc.ReadQuotasRequest{ResultsPerPage: &size, Filters: &osc.FiltersQuota{
		QuotaTypes: items(f.Types), QuotaNames: items(f.Names), Collections: items(f.Collections), ShortDescriptions: items(f.ShortDescriptions),
	}}
	quotas := []Quota{}
	for sent := map[string]bool{}; ; {
		var answer osc.ReadQuotasResponse
		if err := c.do(ctx, action, repeatable, req, &answer); err != nil {
			return nil, "", err
		}
		if answer.QuotaTypes == nil {
			return nil, "", c.unusable(action, errors.New("the answer has no QuotaTypes"))
		}
		for _, kind := range *answer.QuotaTypes {
			page, err := convertAll(c, action, val(kind.Quotas), func(w osc.Quota) (Quota, error) { return quota(val(kind.QuotaType), w) })
			if err != nil {
				return nil, "", err
			}
			quotas = append(quotas, page...)
		}
		next := val(answer.NextPageToken)
		if next == "" {
			return quotas, val(val(answer.ResponseContext).RequestId), nil
		}
		if sent[next] {
			return nil, "", c.unusable(action, errors.New("the token of the next page is that of an earlier page"))
		}
		sent[next], req.NextPageToken = true, &next
	}
}

func quota(kind string, w osc.Quota) (Quota, error) {
	if kind == "" || val(w.Name) == "" || w.MaxValue == nil || w.UsedValue == nil { // a missing limit is not "no limit"
		return Quota{}, errors.New("the answer has a quota without its type, name, maximum or use")
	}
	return Quota{
		Type: kind, Name: *w.Name, Collection: val(w.QuotaCollection), ShortDescription: val(w.ShortDescription), Description: val(w.Description),
		AccountID: val(w.AccountId), Max: *w.MaxValue, Used: *w.UsedValue,
	}, nil
}
