package diag

import (
	"context"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Log writes what the client logs to the plugin's log. The client has removed every secret before: masks of the plugin's
// log do not reach nested values (docs/dev/platform.md).
func Log(ctx context.Context, level api.Level, message string, fields map[string]any) {
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
