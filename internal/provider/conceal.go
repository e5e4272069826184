package provider

import (
	"bytes"
	"context"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// The framework's validators repeat values of a configuration, which may be secrets in the wrong argument. So every diagnostic, of
// the framework or of this provider, passes through conceal before it leaves the provider. conceal collects the strings of the
// request (given) and removes those from the text that may be secrets.

// concealed makes a request and removes secrets, from the request or elsewhere, from the diagnostics of the answer (see
// text.Conceal).
func concealed[Req, Resp any](ctx context.Context, req Req, call func(context.Context, Req) (Resp, error)) (Resp, error) {
	resp, err := call(ctx, req)
	if err != nil {
		return resp, err
	}
	if diags, ok := reflect.ValueOf(resp).Elem().FieldByName("Diagnostics").Interface().([]*tfprotov6.Diagnostic); ok {
		conceal(diags, req)
	}
	return resp, nil
}

func conceal(diags []*tfprotov6.Diagnostic, req any) {
	if len(diags) == 0 {
		return
	}
	given := given(req)
	for _, d := range diags {
		nameBlock(d)
		quoteRefused(d, given)
		d.Summary, d.Detail = text.Conceal(d.Summary, given), text.Conceal(d.Detail, given)
	}
}

// quoteRefused quotes the value at the end of an error of the framework's validators, which may be empty or end in a space.
func quoteRefused(d *tfprotov6.Diagnostic, given []string) {
	const got = ", got: "
	for _, value := range given {
		if before, found := strings.CutSuffix(d.Detail, got+value); found {
			d.Detail = before + got + `"` + value + `"`
			return
		}
	}
}

// given returns the strings of a request: those of its configuration and states, and the id of an import.
func given(req any) (all []string) {
	fields := reflect.ValueOf(req).Elem()
	if id := fields.FieldByName("ID"); id.IsValid() {
		before, after, _ := strings.Cut(id.String(), "/") // the parts of an import id
		all = append(all, id.String(), before, after)
	}
	for _, name := range []string{"Config", "PriorState", "CurrentState", "PlannedState"} {
		f := fields.FieldByName(name)
		if !f.IsValid() || f.IsNil() {
			continue
		}
		if packed, ok := f.Interface().(*tfprotov6.DynamicValue); ok {
			all = append(all, stringsOf(packed.MsgPack)...)
		}
	}
	return all
}

// stringsOf returns the strings of a value, including the keys of maps and the names of attributes. In MessagePack the members
// of a list or a map follow its length.
func stringsOf(packed []byte) (all []string) {
	d := msgpack.NewDecoder(bytes.NewReader(packed))
	for {
		code, err := d.PeekCode()
		if err != nil {
			return all // the end
		}
		var s string
		switch {
		case msgpcode.IsString(code):
			s, err = d.DecodeString()
			all = append(all, s)
		case msgpcode.IsFixedArray(code), code == msgpcode.Array16, code == msgpcode.Array32:
			_, err = d.DecodeArrayLen()
		case msgpcode.IsFixedMap(code), code == msgpcode.Map16, code == msgpcode.Map32:
			_, err = d.DecodeMapLen()
		default:
			err = d.Skip()
		}
		if err != nil {
			return all
		}
	}
}

// The requests that are not in server.go.

func (s server) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return concealed(ctx, req, s.protocol.ValidateProviderConfig)
}

func (s server) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return concealed(ctx, req, s.protocol.ConfigureProvider)
}

func (s server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return concealed(ctx, req, s.protocol.ImportResourceState)
}

func (s server) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return concealed(ctx, req, s.protocol.MoveResourceState)
}

func (s server) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return concealed(ctx, req, s.protocol.ValidateDataResourceConfig)
}

func (s server) ValidateEphemeralResourceConfig(ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return concealed(ctx, req, s.protocol.ValidateEphemeralResourceConfig)
}

func (s server) RenewEphemeralResource(ctx context.Context, req *tfprotov6.RenewEphemeralResourceRequest) (*tfprotov6.RenewEphemeralResourceResponse, error) {
	return concealed(ctx, req, s.protocol.RenewEphemeralResource)
}

func (s server) CloseEphemeralResource(ctx context.Context, req *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return concealed(ctx, req, s.protocol.CloseEphemeralResource)
}

func (s server) ValidateListResourceConfig(ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return concealed(ctx, req, s.protocol.ValidateListResourceConfig)
}

func (s server) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	stream, err := s.protocol.ListResource(ctx, req)
	if err != nil {
		return stream, err
	}
	results := stream.Results
	stream.Results = func(yield func(tfprotov6.ListResourceResult) bool) {
		for result := range results {
			conceal(result.Diagnostics, req)
			if !yield(result) {
				return
			}
		}
	}
	return stream, nil
}

func (s server) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	return concealed(ctx, req, s.protocol.ValidateActionConfig)
}

func (s server) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return concealed(ctx, req, s.protocol.PlanAction)
}

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
				e.Message = text.Conceal(e.Message, given(req))
				event.Type = e
			case tfprotov6.CompletedInvokeActionEventType:
				conceal(e.Diagnostics, req)
			}
			if !yield(event) {
				return
			}
		}
	}
	return stream, nil
}
