package provider

import (
	"context"
	"reflect"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Every diagnostic of the provider passes through concealed before it leaves: those of the framework, which repeat values of
// a configuration as they are, and those of this provider.

// concealed makes a request and takes out of the diagnostics of its answer what they must not repeat (see text.Conceal): of
// the values in the request, and of any other origin.
func concealed[Req, Resp any](ctx context.Context, s server, schemas schemasOf, req Req, call func(context.Context, Req) (Resp, error)) (Resp, error) {
	resp, err := call(ctx, req)
	if err != nil {
		return resp, err
	}
	if diags, ok := reflect.ValueOf(resp).Elem().FieldByName("Diagnostics").Interface().([]*tfprotov6.Diagnostic); ok {
		s.conceal(ctx, diags, schemas, req)
	}
	return resp, nil
}

func (s server) conceal(ctx context.Context, diags []*tfprotov6.Diagnostic, schemas schemasOf, req any) {
	if len(diags) == 0 {
		return
	}
	given := s.given(ctx, schemas, req)
	for _, d := range diags {
		nameBlock(d)
		d.Summary, d.Detail = text.Conceal(d.Summary, given), text.Conceal(d.Detail, given)
	}
}

// schemasOf selects the schemas of a kind of request.
type schemasOf func(*tfprotov6.GetProviderSchemaResponse, string) *tfprotov6.Schema

var (
	ofProvider schemasOf = func(all *tfprotov6.GetProviderSchemaResponse, _ string) *tfprotov6.Schema { return all.Provider }
	ofResource schemasOf = func(all *tfprotov6.GetProviderSchemaResponse, name string) *tfprotov6.Schema {
		return all.ResourceSchemas[name]
	}
	ofData schemasOf = func(all *tfprotov6.GetProviderSchemaResponse, name string) *tfprotov6.Schema {
		return all.DataSourceSchemas[name]
	}
	ofEphemeral schemasOf = func(all *tfprotov6.GetProviderSchemaResponse, name string) *tfprotov6.Schema {
		return all.EphemeralResourceSchemas[name]
	}
	ofList schemasOf = func(all *tfprotov6.GetProviderSchemaResponse, name string) *tfprotov6.Schema {
		return all.ListResourceSchemas[name]
	}
	ofAction schemasOf = func(all *tfprotov6.GetProviderSchemaResponse, name string) *tfprotov6.Schema {
		if action := all.ActionSchemas[name]; action != nil {
			return action.Schema
		}
		return nil
	}
)

// given are the strings of a request: of its configuration and states, and the id of an import.
func (s server) given(ctx context.Context, schemas schemasOf, req any) (all []string) {
	fields := reflect.ValueOf(req).Elem()
	typeName := ""
	for _, name := range []string{"TypeName", "ActionType"} {
		if f := fields.FieldByName(name); f.IsValid() {
			typeName = f.String()
		}
	}
	if id := fields.FieldByName("ID"); id.IsValid() {
		before, after, _ := strings.Cut(id.String(), "/") // the parts of an import id
		all = append(all, id.String(), before, after)
	}
	known, err := s.schema(ctx)
	if err != nil {
		return all
	}
	schema := schemas(known, typeName)
	if schema == nil {
		return all
	}
	for _, name := range []string{"Config", "PriorState", "CurrentState", "PlannedState"} {
		f := fields.FieldByName(name)
		if !f.IsValid() || f.IsNil() {
			continue
		}
		if packed, ok := f.Interface().(*tfprotov6.DynamicValue); ok {
			all = append(all, stringsOf(packed, schema.ValueType())...)
		}
	}
	return all
}

// stringsOf are the strings of a value, keys of maps included.
func stringsOf(packed *tfprotov6.DynamicValue, t tftypes.Type) (all []string) {
	value, err := packed.Unmarshal(t)
	if err != nil {
		return nil
	}
	_ = tftypes.Walk(value, func(path *tftypes.AttributePath, v tftypes.Value) (bool, error) {
		var s string
		if v.Type().Is(tftypes.String) && v.IsKnown() && !v.IsNull() && v.As(&s) == nil {
			all = append(all, s)
		}
		if key, ok := path.LastStep().(tftypes.ElementKeyString); ok {
			all = append(all, string(key))
		}
		return true, nil
	})
	return all
}

// schemaOnce is the answer to GetProviderSchema, which is made when a diagnostic needs it.
type schemaOnce struct {
	once sync.Once
	all  *tfprotov6.GetProviderSchemaResponse
	err  error
}

func (s server) schema(ctx context.Context) (*tfprotov6.GetProviderSchemaResponse, error) {
	s.schemas.once.Do(func() {
		s.schemas.all, s.schemas.err = s.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	})
	return s.schemas.all, s.schemas.err
}

// The requests that server.go does not have.

// ValidateProviderConfig implements tfprotov6.ProviderServer.
func (s server) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return concealed(ctx, s, ofProvider, req, s.protocol.ValidateProviderConfig)
}

// ConfigureProvider implements tfprotov6.ProviderServer.
func (s server) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return concealed(ctx, s, ofProvider, req, s.protocol.ConfigureProvider)
}

// ImportResourceState implements tfprotov6.ProviderServer.
func (s server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return concealed(ctx, s, ofResource, req, s.protocol.ImportResourceState)
}

// MoveResourceState implements tfprotov6.ProviderServer.
func (s server) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return concealed(ctx, s, ofResource, req, s.protocol.MoveResourceState)
}

// ValidateDataResourceConfig implements tfprotov6.ProviderServer.
func (s server) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return concealed(ctx, s, ofData, req, s.protocol.ValidateDataResourceConfig)
}

// ValidateEphemeralResourceConfig implements tfprotov6.ProviderServer.
func (s server) ValidateEphemeralResourceConfig(ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return concealed(ctx, s, ofEphemeral, req, s.protocol.ValidateEphemeralResourceConfig)
}

// RenewEphemeralResource implements tfprotov6.ProviderServer.
func (s server) RenewEphemeralResource(ctx context.Context, req *tfprotov6.RenewEphemeralResourceRequest) (*tfprotov6.RenewEphemeralResourceResponse, error) {
	return concealed(ctx, s, ofEphemeral, req, s.protocol.RenewEphemeralResource)
}

// CloseEphemeralResource implements tfprotov6.ProviderServer.
func (s server) CloseEphemeralResource(ctx context.Context, req *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return concealed(ctx, s, ofEphemeral, req, s.protocol.CloseEphemeralResource)
}

// ValidateListResourceConfig implements tfprotov6.ListResourceServer.
func (s server) ValidateListResourceConfig(ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return concealed(ctx, s, ofList, req, s.protocol.ValidateListResourceConfig)
}

// ListResource implements tfprotov6.ListResourceServer.
func (s server) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	stream, err := s.protocol.ListResource(ctx, req)
	if err != nil {
		return stream, err
	}
	results := stream.Results
	stream.Results = func(yield func(tfprotov6.ListResourceResult) bool) {
		for result := range results {
			s.conceal(ctx, result.Diagnostics, ofList, req)
			if !yield(result) {
				return
			}
		}
	}
	return stream, nil
}

// ValidateActionConfig implements tfprotov6.ActionServer.
func (s server) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	return concealed(ctx, s, ofAction, req, s.protocol.ValidateActionConfig)
}

// PlanAction implements tfprotov6.ActionServer.
func (s server) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return concealed(ctx, s, ofAction, req, s.protocol.PlanAction)
}

// InvokeAction implements tfprotov6.ActionServer.
func (s server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.protocol.InvokeAction(ctx, req)
	if err != nil {
		return stream, err
	}
	events := stream.Events
	stream.Events = func(yield func(tfprotov6.InvokeActionEvent) bool) {
		for event := range events {
			switch e := event.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				e.Message = text.Conceal(e.Message, s.given(ctx, ofAction, req))
				event.Type = e
			case tfprotov6.CompletedInvokeActionEventType:
				s.conceal(ctx, e.Diagnostics, ofAction, req)
			}
			if !yield(event) {
				return
			}
		}
	}
	return stream, nil
}
