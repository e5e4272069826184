package acctest

import (
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Data is the result of a data source.
type Data struct {
	// Diagnostics are those of the validation and of the read.
	Diagnostics
	value tftypes.Value
}

// DataSource reads a data source, with a new process. It does not fail the test on an error.
func (h *Protocol) DataSource(typeName string, config Args) *Data {
	h.t.Helper()
	schema, ok := h.schema.DataSourceSchemas[typeName]
	if !ok {
		h.t.Fatalf("the provider has no data source %s", typeName)
	}
	block := blockOf(schema.Block)
	data, value := &Data{Diagnostics: Diagnostics{t: h.t}, value: null(block.object)}, block.configured(config)
	unconfigured := &Process{ProviderServer: h.server(), h: h}
	checked, err := unconfigured.ValidateDataResourceConfig(h.context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: typeName, Config: dynamic(value),
	})
	h.NoError(err)
	unconfigured.keep(&data.Diagnostics, checked.Diagnostics)
	if data.HasError() {
		return data
	}
	p := h.Start()
	data.add(p.all)
	if !data.HasError() {
		p.readData(typeName, block, value, data)
	}
	return data
}

// DataSource reads a data source with this process, without the validation before.
func (p *Process) DataSource(typeName string, config Args) *Data {
	p.h.t.Helper()
	block := blockOf(p.h.schema.DataSourceSchemas[typeName].Block)
	data := &Data{Diagnostics: Diagnostics{t: p.h.t}, value: null(block.object)}
	p.readData(typeName, block, block.configured(config), data)
	return data
}

func (p *Process) readData(typeName string, block schemaBlock, config tftypes.Value, data *Data) {
	p.h.t.Helper()
	answer, err := p.ReadDataSource(p.h.context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: dynamic(config)})
	p.h.NoError(err)
	p.keep(&data.Diagnostics, answer.Diagnostics)
	if data.value = p.value(block.object, answer.State); data.HasError() {
		return
	}
	if text := invalidPlan(block, null(block.object), config, data.value); text != "" {
		data.defect("Provider produced invalid object", text)
	}
	p.h.persist("data of "+typeName, data.value, nil)
}

// Expect fails the test unless the data was read and has these values.
func (d *Data) Expect(want Args) {
	d.t.Helper()
	d.ExpectNoErrors()
	if text := mismatches(fromValue(d.value).(map[string]any), want); text != "" {
		d.t.Errorf("the data is not as expected: %s", text)
	}
}

// Get returns an attribute of the data in the form of Args. It ends the test if the read failed.
func (d *Data) Get(name string) any {
	d.t.Helper()
	d.ExpectNoErrors()
	value, ok := attributes(d.value)[name]
	if !ok {
		d.t.Fatalf("%s is not in the data", name)
	}
	return fromValue(value)
}

// List returns an attribute of the data that is a list of objects.
func (d *Data) List(name string) []map[string]any {
	d.t.Helper()
	var all []map[string]any
	list, _ := d.Get(name).([]any)
	for _, one := range list {
		all = append(all, one.(map[string]any))
	}
	return all
}

// Ephemeral is an ephemeral resource and its configuration.
type Ephemeral struct {
	Type string
	// DeferralAllowed allows the provider to defer, as a CLI with that experiment does.
	DeferralAllowed bool

	h      *Protocol
	schema schemaBlock
	config Args
}

// Opened is the result of Open. Its diagnostics say whether the resource was opened.
type Opened struct {
	// Diagnostics are those of the validation and of Open.
	Diagnostics
	// RenewAt is the time at which the provider requests a renewal; zero means never.
	RenewAt time.Time
	// Private is the private data that Renew and Close send. Renew replaces it, as OpenTofu does. Terraform sends the data of Open to
	// Close.
	Private []byte
	// Deferred is set if the provider defers Open.
	Deferred *tfprotov6.Deferred

	p      *Process
	e      *Ephemeral
	result tftypes.Value
}

// Ephemeral returns an ephemeral resource with a configuration.
func (h *Protocol) Ephemeral(typeName string, config Args) *Ephemeral {
	h.t.Helper()
	schema, ok := h.schema.EphemeralResourceSchemas[typeName]
	if !ok {
		h.t.Fatalf("the provider has no ephemeral resource %s", typeName)
	}
	return &Ephemeral{Type: typeName, h: h, schema: blockOf(schema.Block), config: config}
}

// Open validates the configuration, and opens the ephemeral resource with a new process, which Renew and Close also use. It does not
// fail the test on an error.
func (e *Ephemeral) Open() *Opened {
	e.h.t.Helper()
	unconfigured := &Process{ProviderServer: e.h.server(), h: e.h}
	checked, err := unconfigured.ValidateEphemeralResourceConfig(e.h.context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{
		TypeName: e.Type, Config: dynamic(e.schema.configured(e.config)),
	})
	e.h.NoError(err)
	opened := &Opened{Diagnostics: Diagnostics{t: e.h.t}, e: e, result: null(e.schema.object)}
	unconfigured.keep(&opened.Diagnostics, checked.Diagnostics)
	if opened.HasError() {
		return opened
	}
	p := e.h.Start()
	opened.add(p.all)
	if opened.HasError() {
		return opened
	}
	return p.Open(e)
}

// Open opens an ephemeral resource with this process.
func (p *Process) Open(e *Ephemeral) *Opened {
	p.h.t.Helper()
	opened := &Opened{Diagnostics: Diagnostics{t: p.h.t}, p: p, e: e, result: null(e.schema.object)}
	answer, err := p.OpenEphemeralResource(p.h.context(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: e.Type, Config: dynamic(e.schema.configured(e.config)),
		ClientCapabilities: &tfprotov6.OpenEphemeralResourceClientCapabilities{DeferralAllowed: e.DeferralAllowed},
	})
	p.h.NoError(err)
	p.keep(&opened.Diagnostics, answer.Diagnostics)
	opened.RenewAt, opened.Private, opened.Deferred = answer.RenewAt, answer.Private, answer.Deferred
	if !opened.HasError() {
		opened.result = p.value(e.schema.object, answer.Result)
	}
	return opened
}

// Get returns an attribute of the result in the form of Args. It ends the test if Open failed.
func (o *Opened) Get(name string) any {
	o.t.Helper()
	o.ExpectNoErrors()
	return fromValue(attributes(o.result)[name])
}

// Expect fails the test unless the resource was opened and its result has these values.
func (o *Opened) Expect(want Args) {
	o.t.Helper()
	o.ExpectNoErrors()
	if text := mismatches(fromValue(o.result).(map[string]any), want); text != "" {
		o.t.Errorf("the result is not as expected: %s", text)
	}
}

// Renew renews the ephemeral resource, and sets RenewAt. It does not fail the test on an error.
func (o *Opened) Renew() Diagnostics {
	o.t.Helper()
	got := Diagnostics{t: o.t}
	answer, err := o.p.RenewEphemeralResource(o.p.h.context(), &tfprotov6.RenewEphemeralResourceRequest{TypeName: o.e.Type, Private: o.Private})
	o.p.h.NoError(err)
	o.p.keep(&got, answer.Diagnostics)
	o.RenewAt = answer.RenewAt
	if answer.Private != nil {
		o.Private = answer.Private
	}
	return got
}

// Close closes the ephemeral resource. It does not fail the test on an error.
func (o *Opened) Close() Diagnostics {
	o.t.Helper()
	got := Diagnostics{t: o.t}
	answer, err := o.p.CloseEphemeralResource(o.p.h.context(), &tfprotov6.CloseEphemeralResourceRequest{TypeName: o.e.Type, Private: o.Private})
	o.p.h.NoError(err)
	o.p.keep(&got, answer.Diagnostics)
	return got
}
