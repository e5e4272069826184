package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// pageSize is the largest page of the identity lists.
const pageSize = 1000

// object describes a kind of object in the answers of the API. W is its form on the wire, T the type that callers get.
type object[W, T any] struct {
	what    string             // the name of the kind, for errors
	one     string             // the member of an answer that has one such object
	many    string             // the member of an answer that has a list of them
	convert func(W) (T, error) // refuses an object without the members that callers rely on
	name    func(T) string     // for answers that must be about the object that was sent
	id      func(T) string     // for lists with pages
}

// call calls an action whose answer has one object. With a name the answer must be about the object with that name.
func (o object[W, T]) call(ctx context.Context, c *Client, action string, repeatable bool, request any, name string) (T, error) {
	answer := member[W]{name: o.one}
	if err := c.do(ctx, action, repeatable, request, &answer); err != nil {
		var zero T
		return zero, err
	}
	return o.read(c, action, answer.value, name)
}

// read converts the object of an answer, nil if the answer has none.
func (o object[W, T]) read(c *Client, action string, w *W, name string) (T, error) {
	var zero T
	if w == nil {
		return zero, c.unusable(action, fmt.Errorf("the answer has no %s", o.what))
	}
	v, err := o.convert(*w)
	if err == nil && name != "" && !strings.EqualFold(o.name(v), name) {
		err = fmt.Errorf("the answer is not about the %s that was sent", o.what)
	}
	if err != nil {
		return zero, c.unusable(action, err)
	}
	return v, nil
}

// list calls an action whose answer has all objects, without pages.
func (o object[W, T]) list(ctx context.Context, c *Client, action string, request any) ([]T, error) {
	objects, _, err := o.page(ctx, c, action, request)
	return objects, err
}

// pages calls an action for every page of its list. An object that is on two pages, because another one was created or
// deleted between the calls, is returned once. An empty page ends the list whatever HasMoreItems says (A27). A page that
// has only objects of earlier pages is an error if the API says that there are more.
func (o object[W, T]) pages(ctx context.Context, c *Client, action string, request func(first, size *int) any) ([]T, error) {
	all := []T{}
	seen := map[string]bool{}
	size := pageSize
	for first := 0; ; {
		page, more, err := o.page(ctx, c, action, request(&first, &size))
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, v := range page {
			if !seen[o.id(v)] {
				seen[o.id(v)] = true
				all = append(all, v)
			}
		}
		if len(page) == 0 || !more {
			return all, nil
		}
		if len(all) == before {
			return nil, c.unusable(action, errSamePage)
		}
		first += len(page)
	}
}

// errSamePage ends a list whose pages repeat.
var errSamePage = errors.New("a page of the list has only items of earlier pages, although the API says that there are more")

// page reads one page of a list. An answer without the list is an error, because an empty list proves that objects are gone.
func (o object[W, T]) page(ctx context.Context, c *Client, action string, request any) (objects []T, more bool, err error) {
	answer := member[[]W]{name: o.many}
	if err := c.do(ctx, action, repeatable, request, &answer); err != nil {
		return nil, false, err
	}
	if answer.value == nil {
		return nil, false, c.unusable(action, fmt.Errorf("the answer has no %s", o.many))
	}
	objects, err = convertAll(c, action, *answer.value, o.convert)
	return objects, answer.more, err
}

// convertAll converts the items of a list. One that cannot be converted makes the answer unusable.
func convertAll[W, T any](c *Client, action string, items []W, convert func(W) (T, error)) ([]T, error) {
	converted := make([]T, 0, len(items))
	for _, w := range items {
		v, err := convert(w)
		if err != nil {
			return nil, c.unusable(action, err)
		}
		converted = append(converted, v)
	}
	return converted, nil
}

// member is one member of an answer.
type member[V any] struct {
	name  string
	value *V   // nil if the answer does not have it
	more  bool // the HasMoreItems of the answer
}

func (m *member[V]) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	m.more = string(members["HasMoreItems"]) == "true"
	if raw, found := members[m.name]; found {
		return json.Unmarshal(raw, &m.value)
	}
	return nil
}

// emptyResponse is the answer of an action that returns no object.
type emptyResponse struct{}

// set returns a pointer to v, or nil for the zero value, which is not sent.
func set[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// items returns a pointer to a list, or nil for an empty one, which is not sent.
func items(list []string) *[]string {
	if len(list) == 0 {
		return nil
	}
	return &list
}

// val returns *p, or the zero value for nil.
func val[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
