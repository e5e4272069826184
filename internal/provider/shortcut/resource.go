package shortcut

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/fields"
)

// Resource is what a resource type can tell without the framework. In doubt it says no.
type Resource interface {
	// Type is the type of its object, Version that of its schema.
	Type(ctx context.Context) tftypes.Type
	Version() int64
	// Same looks at the API, and reports whether the resource is as the state says, with nothing to be told. If it is not,
	// the framework is asked with the context that comes back: what was looked up is not looked up again.
	Same(ctx context.Context, state tftypes.Value) (context.Context, bool)
	// Keeps reports whether the plan is the state, with nothing to be told. It asks nobody. The CLI sees no change: what
	// the configuration sets is in the state.
	Keeps(ctx context.Context, config, state tftypes.Value) bool
	// Valid reports whether nothing is to be said against a configuration. It asks nobody.
	Valid(ctx context.Context, config tftypes.Value) bool
}

// For is the Resource of a type whose objects are read into an M, and are a V at the API.
type For[M, V any] struct {
	Fields *fields.Of[M]
	Schema schema.Schema
	Within func(ctx context.Context, state M) (time.Duration, diag.Diagnostics) // the time for a look
	Find   func(ctx context.Context, state M) (V, error)
	Is     func(state M, found V) bool // as the state says, with nothing to be told
	Plans  func(config, state M) bool
	Takes  func(config M) bool // what is not the schema's to say; nil = everything

	once  sync.Once
	rules map[string]rule
}

// Type is the type of the object.
func (f *For[M, V]) Type(ctx context.Context) tftypes.Type { return f.Fields.Type(ctx, f.Schema) }

// Version is that of the schema.
func (f *For[M, V]) Version() int64 { return f.Schema.Version }

// Same asks Find, as Read does, and Is.
func (f *For[M, V]) Same(ctx context.Context, raw tftypes.Value) (context.Context, bool) {
	var state M
	if f.Fields.Get(ctx, f.Schema, raw, &state).HasError() {
		return ctx, false
	}
	within, diags := f.Within(ctx, state)
	if diags.HasError() {
		return ctx, false
	}
	looking, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	value, err := f.Find(looking, state)
	return Found[V]{Value: value, Err: err}.Remember(ctx), err == nil && f.Is(state, value)
}

// Keeps asks Plans.
func (f *For[M, V]) Keeps(ctx context.Context, rawConfig, rawState tftypes.Value) bool {
	var config, state M
	if f.Fields.Get(ctx, f.Schema, rawConfig, &config).HasError() || f.Fields.Get(ctx, f.Schema, rawState, &state).HasError() {
		return false
	}
	return f.Plans(config, state)
}

// Valid asks the schema's own validators, and Takes.
func (f *For[M, V]) Valid(ctx context.Context, raw tftypes.Value) bool {
	f.once.Do(func() { f.rules = rulesOf(f.Schema) })
	if !holds(ctx, f.Schema, f.rules, raw) {
		return false
	}
	var config M
	return f.Takes == nil || !f.Fields.Get(ctx, f.Schema, raw, &config).HasError() && f.Takes(config)
}

// look is where the context of a request keeps what was found at the API.
type look[T any] struct{}

// Found is what a look at the API came to.
type Found[T any] struct {
	Value T
	Err   error
}

// Remember returns a context for the framework's turn.
func (f Found[T]) Remember(ctx context.Context) context.Context {
	return context.WithValue(ctx, look[T]{}, f)
}

// Looked is what this request has found at the API already, or else what find finds.
func Looked[T any](ctx context.Context, find func() (T, error)) (T, error) {
	if f, done := ctx.Value(look[T]{}).(Found[T]); done {
		return f.Value, f.Err
	}
	return find()
}
