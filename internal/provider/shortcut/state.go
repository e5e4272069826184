package shortcut

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// leaving out what the schema does not have, as the framework does.
var leaving = tfprotov6.UnmarshalOpts{ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true}}

// rested reads a state as it rests, in JSON, as tftypes does. That one reads every value token by token, which was half of
// the time of the whole request; here it is asked for what is neither a string, nor a bool,
// nor null.
func rested(kind tftypes.Type, text []byte) (tftypes.Value, error) {
	object, ok := kind.(tftypes.Object)
	if !ok {
		return tftypes.Value{}, fmt.Errorf("%s is not the type of an object", kind)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return tftypes.Value{}, err
	}
	if all == nil {
		return tftypes.Value{}, errors.New("there is no object")
	}
	values := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, kind := range object.AttributeTypes {
		value, err := restedValue(kind, all[name])
		if err != nil {
			return tftypes.Value{}, fmt.Errorf("%s: %w", name, err)
		}
		values[name] = value
	}
	return tftypes.NewValue(object, values), nil
}

// restedValue reads one attribute; nothing at all is null.
func restedValue(kind tftypes.Type, text json.RawMessage) (tftypes.Value, error) {
	switch {
	case len(text) == 0 || string(text) == "null":
		return tftypes.NewValue(kind, nil), nil
	case kind.Is(tftypes.String) && text[0] == '"':
		var s string
		err := json.Unmarshal(text, &s)
		return tftypes.NewValue(kind, s), err
	case kind.Is(tftypes.Bool) && (string(text) == "true" || string(text) == "false"):
		return tftypes.NewValue(kind, text[0] == 't'), nil
	default:
		return tfprotov6.RawState{JSON: text}.UnmarshalWithOpts(kind, leaving)
	}
}
