package diag

import (
	"context"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// LogVariable is the environment variable that sets the level of [Log].
const LogVariable = "TF_LOG_PROVIDER_OUTSCALE"

// Log writes a line of the client to the log of the plugin. The client has removed all secrets, because the masks of the
// plugin's log do not apply to nested values (docs/dev/platform.md). Log escapes control characters, because the log may be
// shown in a terminal.
func Log(ctx context.Context, level api.Level, message string, fields map[string]any) {
	message = text.Escape(message)
	for name, value := range fields {
		if s, ok := value.(string); ok {
			fields[name] = text.Escape(s)
		}
	}
	switch level {
	case api.LevelTrace:
		tflog.Trace(ctx, message, fields)
	case api.LevelDebug:
		tflog.Debug(ctx, message, fields)
	case api.LevelInfo:
		tflog.Info(ctx, message, fields)
	default:
		tflog.Warn(ctx, message, fields)
	}
}
