package acctest

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// schemaBlock has the attributes and blocks of a block of configuration, from any kind of schema.
type schemaBlock struct {
	attributes []*tfprotov6.SchemaAttribute
	blocks     []*tfprotov6.SchemaNestedBlock
	object     tftypes.Type
}

func blockOf(b *tfprotov6.SchemaBlock) schemaBlock {
	return schemaBlock{b.Attributes, b.BlockTypes, b.ValueType()}
}

// nestedObject returns the block of the elements of a nested attribute.
func nestedObject(o *tfprotov6.SchemaObject) schemaBlock {
	types := map[string]tftypes.Type{}
	for _, attribute := range o.Attributes {
		types[attribute.Name] = attribute.ValueType()
	}
	return schemaBlock{attributes: o.Attributes, object: tftypes.Object{AttributeTypes: types}}
}

// proposedNewState merges a prior state and a configuration, as Terraform and OpenTofu do before they request a plan from a provider
// (internal/plans/objchange, ProposedNew). The value of an attribute is that of the configuration, or that of the prior state if the
// attribute is computed and null in the configuration. The nested blocks are those of the configuration. Each is merged with the
// corresponding prior block: in a list that with the same index, in a map that with the same key, in a set that with equal values of
// the attributes that are not computed.
func proposedNewState(s schemaBlock, prior, config tftypes.Value) tftypes.Value {
	if config.IsNull() && prior.IsNull() {
		return prior
	}
	if config.IsNull() || !config.IsKnown() {
		return prior
	}
	configured, before := attributes(config), attributes(prior)
	if before == nil {
		before = attributes(s.configured(nil))
	}
	merged := map[string]tftypes.Value{}
	for _, a := range s.attributes {
		merged[a.Name] = proposedAttribute(a, before[a.Name], configured[a.Name])
	}
	for _, b := range s.blocks {
		merged[b.TypeName] = proposedBlock(b, before[b.TypeName], configured[b.TypeName])
	}
	return tftypes.NewValue(s.object, merged)
}

func proposedAttribute(a *tfprotov6.SchemaAttribute, prior, config tftypes.Value) tftypes.Value {
	switch {
	case a.Computed && config.IsNull():
		// A prior value with parts that are not computed was configured. It is removed with the configuration.
		if a.Optional && a.NestedType != nil && hasConfiguredPart(nestedObject(a.NestedType), prior) {
			return config
		}
		return prior
	case a.NestedType != nil:
		return proposedNested(nestedObject(a.NestedType), nestingOf(a.NestedType.Nesting), prior, config)
	}
	return config
}

// nesting is the nesting mode of a block or attribute.
type nesting int

const (
	single nesting = iota
	list
	set
	mapped
	group
)

func nestingOf(mode tfprotov6.SchemaObjectNestingMode) nesting {
	switch mode {
	case tfprotov6.SchemaObjectNestingModeList:
		return list
	case tfprotov6.SchemaObjectNestingModeSet:
		return set
	case tfprotov6.SchemaObjectNestingModeMap:
		return mapped
	}
	return single
}

func proposedBlock(b *tfprotov6.SchemaNestedBlock, prior, config tftypes.Value) tftypes.Value {
	mode := single
	switch b.Nesting {
	case tfprotov6.SchemaNestedBlockNestingModeList:
		mode = list
	case tfprotov6.SchemaNestedBlockNestingModeSet:
		mode = set
	case tfprotov6.SchemaNestedBlockNestingModeMap:
		mode = mapped
	case tfprotov6.SchemaNestedBlockNestingModeGroup:
		mode = group
	}
	return proposedNested(blockOf(b.Block), mode, prior, config)
}

func proposedNested(s schemaBlock, mode nesting, prior, config tftypes.Value) tftypes.Value {
	if !config.IsKnown() || config.IsNull() && mode != group {
		return config
	}
	switch mode {
	case single, group:
		return proposedNewState(s, prior, config)
	case mapped:
		before, merged := attributes(prior), attributes(config)
		for name, value := range merged {
			if old, ok := before[name]; ok {
				merged[name] = proposedNewState(s, old, value)
			}
		}
		return tftypes.NewValue(config.Type(), merged)
	}
	before, merged := items(prior), items(config)
	for i, value := range merged {
		switch {
		case mode == list && i < len(before):
			merged[i] = proposedNewState(s, before[i], value)
		case mode == set:
			old := null(s.object)
			if at := slices.IndexFunc(before, func(v tftypes.Value) bool { return couldComeFrom(s, v, value) }); at >= 0 {
				old = before[at]
				before = slices.Delete(slices.Clone(before), at, at+1)
			}
			merged[i] = proposedNewState(s, old, value)
		}
	}
	return tftypes.NewValue(config.Type(), merged)
}

// couldComeFrom reports whether a prior element of a set can come from a configured one: they differ only in computed attributes that
// are null in the configuration.
func couldComeFrom(s schemaBlock, prior, config tftypes.Value) bool {
	before, configured := attributes(prior), attributes(config)
	for _, a := range s.attributes {
		if !before[a.Name].Equal(configured[a.Name]) && (!a.Computed || !configured[a.Name].IsNull()) {
			return false
		}
	}
	for _, b := range s.blocks {
		if !before[b.TypeName].Equal(configured[b.TypeName]) {
			return false
		}
	}
	return true
}

// hasConfiguredPart reports whether a nested value has a part that only a configuration can set.
func hasConfiguredPart(s schemaBlock, value tftypes.Value) bool {
	if value.IsNull() || !value.IsKnown() {
		return false
	}
	switch {
	case value.Type().Is(tftypes.List{}), value.Type().Is(tftypes.Set{}):
		return slices.ContainsFunc(items(value), func(v tftypes.Value) bool { return hasConfiguredPart(s, v) })
	case value.Type().Is(tftypes.Map{}):
		for _, v := range attributes(value) {
			if hasConfiguredPart(s, v) {
				return true
			}
		}
		return false
	}
	values := attributes(value)
	return slices.ContainsFunc(s.attributes, func(a *tfprotov6.SchemaAttribute) bool {
		v := values[a.Name]
		if v.IsNull() {
			return false
		}
		if a.NestedType != nil {
			return hasConfiguredPart(nestedObject(a.NestedType), v)
		}
		return !a.Computed
	})
}

// withIgnoredChanges replaces the values of the attributes in ignore_changes with those of the prior state. "all" means every
// attribute that can be configured. Without a prior state it changes nothing.
func withIgnoredChanges(s schemaBlock, ignore []string, prior, config tftypes.Value) tftypes.Value {
	if prior.IsNull() || len(ignore) == 0 {
		return config
	}
	before, merged := attributes(prior), attributes(config)
	if slices.Contains(ignore, "all") {
		merged = before
		for _, a := range s.attributes {
			if a.Computed && !a.Optional {
				merged[a.Name] = null(a.ValueType())
			}
		}
		return tftypes.NewValue(config.Type(), merged)
	}
	for _, name := range ignore {
		if _, ok := before[name]; !ok {
			panic("ignore_changes names " + name + ", which is not in the schema")
		}
		merged[name] = before[name]
	}
	return tftypes.NewValue(config.Type(), merged)
}
