package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// pageSize is the largest page of the identity lists.
const pageSize = 1000

// listPage is a page of a list whose items are in the member of that name.
type listPage[T any] struct {
	member string
	items  []T
	more   bool
}

func (p *listPage[T]) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	raw, found := members[p.member]
	if !found {
		return fmt.Errorf("the answer has no %s", p.member)
	}
	if err := json.Unmarshal(raw, &p.items); err != nil {
		return fmt.Errorf("%s: %w", p.member, err)
	}
	p.more = string(members["HasMoreItems"]) == "true"
	return nil
}

// errSamePage ends a list whose pages repeat.
var errSamePage = errors.New("a page of the list has only items of earlier pages, although the API says that there are more")

// readPages reads every page of a list. An item that is on two pages, because another one was created or deleted meanwhile, is
// returned once. An empty page ends the list whatever HasMoreItems says (A27); a page without a new item, while
// the API says that there are more, is an error.
func readPages[T any](ctx context.Context, c *Client, action, member string, request func(first, size *int) any, id func(T) string) ([]T, error) {
	var all []T
	seen := map[string]bool{}
	size := pageSize
	for first := 0; ; {
		page := listPage[T]{member: member}
		if err := c.do(ctx, action, repeatable, request(&first, &size), &page); err != nil {
			return nil, err
		}
		before := len(all)
		for _, item := range page.items {
			if !seen[id(item)] {
				seen[id(item)] = true
				all = append(all, item)
			}
		}
		if len(page.items) == 0 || !page.more {
			return all, nil
		}
		if len(all) == before {
			return nil, c.unusable(action, errSamePage)
		}
		first += len(page.items)
	}
}

// mapAll maps the items of a list; an item that cannot be mapped is an error that names it.
func mapAll[W, T any](c *Client, action string, items []W, convert func(W) (T, error)) ([]T, error) {
	mapped := make([]T, 0, len(items))
	for _, w := range items {
		item, err := convert(w)
		if err != nil {
			return nil, c.unusable(action, err)
		}
		mapped = append(mapped, item)
	}
	return mapped, nil
}
