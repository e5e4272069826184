package acctest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Input is an argument of a configuration.
type Input struct {
	// Kind is "provider", "resource", "data", "ephemeral", "list" or "action". Type is "" for the provider block.
	Kind, Type string
	// Path is the path of the argument, such as `api.endpoint`. It has no keys for the elements of lists, sets and maps.
	Path string

	set setter
}

// setter sets a value in a block of configuration.
type setter func(config Args, value any)

// With returns a copy of a configuration with a value for the argument, and with the blocks that the argument is in.
func (in Input) With(config Args, value any) Args {
	changed := maps.Clone(config)
	if changed == nil {
		changed = Args{}
	}
	in.set(changed, value)
	return changed
}

// Inputs returns every string argument in the schemas of the provider.
func (h *Protocol) Inputs() []Input { return h.inputs(tftypes.String) }

// NumberInputs returns every number argument in the schemas of the provider.
func (h *Protocol) NumberInputs() []Input { return h.inputs(tftypes.Number) }

func (h *Protocol) inputs(of tftypes.Type) (all []Input) {
	add := func(kind, typeName string, b *tfprotov6.SchemaBlock) {
		for path, set := range inputsOf(blockOf(b), of) {
			all = append(all, Input{kind, typeName, path, set})
		}
	}
	add("provider", "", h.schema.Provider.Block)
	for kind, schemas := range map[string]map[string]*tfprotov6.Schema{
		"resource": h.schema.ResourceSchemas, "data": h.schema.DataSourceSchemas, "ephemeral": h.schema.EphemeralResourceSchemas,
		"list": h.schema.ListResourceSchemas,
	} {
		for name, schema := range schemas {
			add(kind, name, schema.Block)
		}
	}
	for name, action := range h.schema.ActionSchemas {
		add("action", name, action.Schema.Block)
	}
	slices.SortFunc(all, func(a, b Input) int {
		return strings.Compare(a.Kind+" "+a.Type+" "+a.Path, b.Kind+" "+b.Type+" "+b.Path)
	})
	return all
}

// inputsOf returns the setters of a block by path.
func inputsOf(b schemaBlock, of tftypes.Type) map[string]setter {
	all := map[string]setter{}
	for _, a := range b.attributes {
		name := a.Name
		switch {
		case !a.Optional && !a.Required:
		case a.NestedType != nil:
			addNested(all, name, inputsOf(nestedObject(a.NestedType), of), nestingOf(a.NestedType.Nesting) != single)
		case a.Type.Is(of):
			all[name] = func(config Args, value any) { config[name] = value }
		case a.Type.Equal(tftypes.List{ElementType: of}), a.Type.Equal(tftypes.Set{ElementType: of}):
			all[name] = func(config Args, value any) { config[name] = []any{value} }
		case a.Type.Equal(tftypes.Map{ElementType: of}):
			all[name] = func(config Args, value any) { config[name] = map[string]any{fmt.Sprint(value): value} }
		}
	}
	for _, nested := range b.blocks {
		repeated := nested.Nesting == tfprotov6.SchemaNestedBlockNestingModeList || nested.Nesting == tfprotov6.SchemaNestedBlockNestingModeSet
		addNested(all, nested.TypeName, inputsOf(blockOf(nested.Block), of), repeated)
	}
	return all
}

func addNested(all map[string]setter, name string, inner map[string]setter, repeated bool) {
	for path, set := range inner {
		all[name+"."+path] = func(config Args, value any) {
			object := map[string]any{}
			set(object, value)
			config[name] = object
			if repeated {
				config[name] = []map[string]any{object}
			}
		}
	}
}

// Shown returns every diagnostic so far.
func (h *Protocol) Shown() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.shown.String()
}

// Rewrite starts a proxy that changes each answer of the API. Providers that start after that use it.
func (a *Account) Rewrite(rewrite func(answer *http.Response, body []byte) []byte) {
	a.t.Helper()
	target, err := url.Parse(a.Endpoint)
	a.NoError(err)
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, r.In.Host
		},
		ModifyResponse: func(answer *http.Response) error {
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				return err
			}
			body = rewrite(answer, body)
			answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			answer.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return nil
		},
	})
	a.t.Cleanup(server.Close)
	a.Env("OSC_ENDPOINT_API", server.URL+target.Path)
}
